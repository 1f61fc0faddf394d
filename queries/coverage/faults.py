"""What can be wrong with a question about a change or a bundle."""


class UnknownGapError(LookupError):
    """A named part of a gap is neither a competency that is needed nor a theme."""

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is neither a competency that a role needs nor a theme of any")
        self.name = name


class EmptyGapError(ValueError):
    """There is nothing to close."""


class LocksContradictError(ValueError):
    """Locks that cannot all be kept. `locks`: in words, the fewest that contradict each other."""

    def __init__(self, locks: tuple[str, ...]) -> None:
        super().__init__(f"these cannot all be kept: {'; '.join(locks)}")
        self.locks = locks


class NotAUnitError(LookupError):
    """A unit that a lock or a price names is not held here, or is not a unit."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"{unit} is not a unit that is known here")
        self.unit = unit


class NoSchemeError(LookupError):
    """No rules of the entitlement are held, or none says how many credits are enough."""


class NoChoiceError(ValueError):
    """The locks cannot all be kept, whatever is done. `locks`: some that already contradict each other; none of them
    can be spared from that."""

    def __init__(self, locks: tuple[str, ...]) -> None:
        super().__init__(f"these cannot all be kept: {', '.join(locks)}")
        self.locks = locks


class WorkRanOutError(RuntimeError):
    """The solver's work ran out before anything was found."""
