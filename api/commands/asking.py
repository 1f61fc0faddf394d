"""Commands that put the same questions as the web service, with an option for each filter that it has.

The options are made of the model that an address is read into, so that both ask the same, mean the same, and refuse the
same. Every such command writes its answer for people, or in any format that the address offers.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from api.commands.shared import AsJson, DataDir, InFormat, ReleaseNumber, ToFile, answer_in, plainly, services_of
from api.console import Screen
from api.dependencies import ReleaseHolder, Services
from api.faces import Faces

Q = TypeVar("Q", bound=BaseModel)

_LEFT_OUT: Final = ("format", "release")


@dataclass(frozen=True, slots=True)
class Opened:
    """The release that is asked, and the others beside it."""

    services: Services
    holder: ReleaseHolder


def day_of(asked: BaseModel) -> date:
    """The day of a question; today when it names none."""
    on: date | None = getattr(asked, "on", None)
    return on or datetime.now(UTC).date()


def asking(
    app: typer.Typer,
    name: str,
    about: str,
    asked: type[Q],
    answer: Callable[..., Faces],
    show: Callable[[Screen, Any], None],
    thing: tuple[str, str] | None = None,
    listed: str = "",
) -> None:
    """Add a command. `answer` gets what is opened, the question, and the `thing` (its name and help) when it has one.

    `listed`: the field that is given as words without an option; it takes several.
    """

    def command(**given: Any) -> None:
        to: Path | None = given.pop("to")
        form = "json" if given.pop("as_json") else given.pop("format")
        given.pop("format", None)
        services, holder, _ = services_of(given.pop("data_dir"), given.pop("release"))
        named = (given.pop(thing[0]),) if thing else ()
        question = asked.model_validate({key: value for key, value in given.items() if value not in (None, [])})
        faces = answer(Opened(services, holder), question, *named)
        answer_in(form, to, faces, services, lambda screen: show(screen, faces.said))

    fields = [(key, field) for key, field in asked.model_fields.items() if key not in (*_LEFT_OUT, listed)]
    words = asked.model_fields[listed].description if listed else ""
    needed = [one for one in fields if one[1].is_required()]
    parameters = [  # what must be said comes first, as in any signature of Python
        *([_parameter(thing[0], Annotated[str, typer.Argument(help=thing[1])])] if thing else ()),
        *([_parameter(listed, Annotated[list[str] | None, typer.Argument(help=words)], None)] if listed else ()),
        *(_parameter(key, _option(key, field)) for key, field in needed),
        *(_parameter(key, _option(key, field), _default(field)) for key, field in fields if (key, field) not in needed),
        _parameter("release", ReleaseNumber, None),
        _parameter("data_dir", DataDir, None),
        _parameter("format", InFormat, "text"),
        _parameter("to", ToFile, None),
        _parameter("as_json", AsJson, False),
    ]
    command.__doc__ = about
    command.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    vars(command)["__signature__"] = inspect.Signature(parameters)
    app.command(name)(plainly(command))


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _option(name: str, field: FieldInfo) -> Any:
    """An option for a field: a switch for yes or no; a list may be repeated; the model says the rest."""
    kind, several = _plain(field.annotation)
    flag = f"--{name.replace('_', '-')}"
    if kind is bool:
        names = f"{flag}/--no-{flag.removeprefix('--')}" if _default(field) else flag
        return Annotated[bool, typer.Option(names, help=field.description)]
    said = field.description or ""
    offered = typer.Option(flag, help=f"{said} Repeat it for several." if several and "repeat" not in said else said)
    if several:
        return Annotated[list[kind] | None, offered]  # type: ignore[valid-type]  # the type of the field, known here alone
    return Annotated[kind, offered] if field.is_required() else Annotated[kind | None, offered]


def _default(field: FieldInfo) -> Any:
    """What an option is when nobody says it: None leaves it to the model; a switch is on or off."""
    found = field.get_default(call_default_factory=True)
    return found if isinstance(found, bool) else None


def _plain(annotation: Any) -> tuple[type, bool]:
    """What an option takes: a number, a switch or a text; and whether several."""
    if get_origin(annotation) in (Union, UnionType):
        return _plain(next(one for one in get_args(annotation) if one is not NoneType))
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) is list:
        return _plain(get_args(annotation)[0])[0], True
    return (annotation, False) if annotation in (int, float, bool) else (str, False)
