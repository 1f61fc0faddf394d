"""What can go wrong with an atlas."""


class UnknownInAtlasError(LookupError):
    """A district, circumstance or role is asked for that there is none of."""


class NoAtlasError(LookupError):
    """There is no finished atlas where one is looked for."""


class ClusterError(RuntimeError):
    """The cluster cannot be reached, or does not do the work as it should."""
