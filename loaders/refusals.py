"""Why a sandbox is refused, apart from what makes one: whoever tells of it needs no builder, which starts threads."""

from collections.abc import Sequence

from graph.issues import Issue, Severity, count_by_severity


class UnknownSandboxError(LookupError):
    """There is no sandbox with this id: it was never made, or it has been removed to make room."""

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(f"there is no sandbox {id}")


class RefusedSandboxError(ValueError):
    """What is imagined cannot be used. `issues`: what is wrong, each with file, line, field and how to mend it."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        errors = count_by_severity(issues)[Severity.ERROR]
        super().__init__(f"what is imagined has {errors} error{'s' if errors != 1 else ''}")
