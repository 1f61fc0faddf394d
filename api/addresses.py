"""The addresses of links: below the path the service is mounted at, and of the release that was asked for."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes addresses. `release` None: nobody named a release, and links lead to the current one."""

    root: str = ""
    release: int | None = None

    @classmethod
    def of(cls, request: Request, release: int | None = None) -> "Addresses":
        """Those for the reply to a request that asked for a release, or for none."""
        return cls(str(request.scope.get("root_path", "")).rstrip("/"), release)

    def to(self, path: str, **query: object) -> str:
        """The address of a path with a query; lists are repeated, None is left out.

        >>> Addresses(release=2).to("/roles", level=["3", "4"], entry_level=True)
        '/roles?level=3&level=4&entry_level=true&release=2'
        """
        said = {
            name: _text(value) for name, value in {**query, "release": self.release}.items() if value not in (None, [])
        }
        return f"{self.root}{path}" + (f"?{urlencode(said, doseq=True)}" if said else "")

    def thing(self, collection: str, id: str) -> str:
        """Where to read of a thing."""
        return self.to(f"/{collection}/{id}")


def _text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
