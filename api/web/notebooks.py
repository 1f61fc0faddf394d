"""The page about notebooks and the client for Python, and the notebooks themselves.

What it says is read from the client's own source and from the notebooks, and neither is imported: the service needs
nothing of what they need.
"""

import ast
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import Request
from starlette.responses import Response

from api.dependencies import Services
from api.errors import Problem
from api.web.pages import Step, page

FOLDER: Final = Path(__file__).parents[2] / "docs" / "notebooks"
_CLIENT: Final = Path(__file__).parents[1] / "client.py"
MEDIA_TYPE: Final = "application/x-ipynb+json"
_CODE: Final = re.compile(r"[`*]+")


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook: the name of its file, its title, what it says of itself, and the headings in it."""

    file: str
    title: str
    about: tuple[str, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """Something that the client can be asked: how it is called, and the first sentence about it."""

    call: str
    about: str


def respond(request: Request, services: Services | None, *, release: int | None) -> Response:
    """The page."""
    about, methods = client()
    return page(
        request,
        "notebooks.html",
        title="Notebooks and the Python client",
        services=services,
        release=release,
        above=[Step("Start", "/"), Step("Data", "/dataset")],
        about=about,
        methods=methods,
        notebooks=[read(path) for path in sorted(FOLDER.glob("*.ipynb"))],
        address=f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}",
    )


def file(name: str) -> Response:
    """A notebook as it lies there. Raises a `not-found` problem where there is none of that name."""
    path = next((one for one in FOLDER.glob("*.ipynb") if one.name == name), None)
    if path is None:
        raise Problem("not-found", f"There is no notebook “{name[:100]}”.", hint="See /notebooks.")
    sent = {"Content-Disposition": f'attachment; filename="{path.name}"'}
    return Response(path.read_bytes(), headers=sent, media_type=MEDIA_TYPE)


def read(path: Path) -> Notebook:
    """What a notebook says of itself before its first heading, and what it works out."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(one["source"]) for one in cells if one["cell_type"] == "markdown"]
    title, *about = [_plain(part) for part in texts[0].split("\n\n")]
    heads = [line for text in texts[1:] for line in text.splitlines() if line.startswith("## ")]
    return Notebook(path.name, title.removeprefix("# "), tuple(about), tuple(_plain(one[3:]) for one in heads))


@lru_cache(maxsize=1)
def client() -> tuple[tuple[str, ...], tuple[Method, ...]]:
    """What the client says of itself, in paragraphs (one that is a program keeps its lines); what it can be asked."""
    module = ast.parse(_CLIENT.read_text(encoding="utf-8"))
    (kind,) = [one for one in module.body if isinstance(one, ast.ClassDef) and one.name == "Stepway"]
    methods = [
        Method(f"{one.name}({_asked(one.args)})", _plain((ast.get_docstring(one) or "").partition("\n\n")[0]))
        for one in kind.body
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
    ]
    return tuple((ast.get_docstring(module) or "").split("\n\n")), tuple(methods)


def _asked(said: ast.arguments) -> str:
    """The names of what a method takes: `name, **parameters`."""
    names = [one.arg for one in said.args[1:]]
    return ", ".join([*names, *([f"**{said.kwarg.arg}"] if said.kwarg else [])])


def _plain(text: str) -> str:
    """Markdown without its marks, in one line."""
    return _CODE.sub("", " ".join(text.split())).removesuffix(":")
