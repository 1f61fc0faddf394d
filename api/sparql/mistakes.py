"""What may have been meant by a query that is not SPARQL: words, prefixes and signs that people commonly get wrong."""

from collections.abc import Collection, Mapping
from typing import Final

from rapidfuzz import fuzz, process

from ontology.namespaces import PREFIXES

_LIKE: Final = 70
"""How alike two words are, of 100, when one may be a slip for the other."""

_LIKE_SHORT: Final = 60
"""The same for prefixes, of which two letters of three may be in the right place."""

_OTHER_LANGUAGES: Final = {
    "AND": "Write “&&” between conditions, or a dot between patterns.",
    "OR": "Write “||” between conditions, or UNION between groups.",
    "LIKE": 'Use FILTER(CONTAINS(LCASE(?text), "part")) or FILTER(REGEX(?text, "pattern", "i")).',
    "NULL": "Use FILTER(!BOUND(?x)) for what has no value, and UNDEF in VALUES.",
    "TOP": "Write LIMIT and a number at the end of the query.",
    "JOIN": "Patterns that share a variable are joined: write them one after the other.",
    "COUNTDISTINCT": "Write COUNT(DISTINCT ?x).",
    "LENGTH": "Use STRLEN.",
    "SUBSTRING": "Use SUBSTR.",
    "UPPER": "Use UCASE.",
    "LOWER": "Use LCASE.",
    "IFNULL": "Use COALESCE.",
    "ISNULL": "Use !BOUND(?x).",
    "EQUALS": "Write “=”.",
    "IS": "Write “a” for what a thing is, or “=” within FILTER.",
    "A": "The short form of rdf:type is a small “a”.",
}
"""Words that other query languages have."""

_CHARACTERS: Final = {
    **dict.fromkeys("“”„‟«»", 'Write the straight quote ".'),
    **dict.fromkeys("‘’‚‛`´", "Write the straight quote '."),
    **dict.fromkeys("\u00a0\u2007\u202f\u2002\u2003\u2009\u3000\ufeff\u200b\x0b\x0c", "Write an ordinary space."),
    **dict.fromkeys("–—−‐‑", "Write the hyphen “-”."),
    **dict.fromkeys("≤", "Write “<=”."),
    **dict.fromkeys("≥", "Write “>=”."),
    **dict.fromkeys("≠", "Write “!=”."),
    "&": "Write “&&” for “and”; in an address, a sign of an entity such as &lt; stands for another sign.",
    "%": "SPARQL has no remainder; in a name, “%” is followed by two hexadecimal digits.",
    "\\": "A backslash is for strings; in a name it stands before one of _~.-!$&'()*+,;=/?#@%.",
    "@": 'A language is written right after a string, as in "degree"@en.',
    "#": "A comment goes to the end of its line.",
    "_": "A blank node is written “_:” and a name; a variable begins with “?”.",
    "$": "A variable is “$” and its name without a space between.",
}


def word(given: str, known: Collection[str], before: str = "", joined: str = "") -> str:
    """What to write instead of a bare word. `before`: the word before it; `joined`: the sign right before it."""
    upper = given.upper()
    if before == "PREFIX":
        return f"Write a colon after the name: PREFIX {given}: <…>"
    if before == "AS":
        return f"The name of a column is a variable: write ?{given}."
    if before in ("LIMIT", "OFFSET"):
        return f"Write a whole number: {before} 10."
    if joined == "-":
        return "The name of a variable has no hyphen: write “_” instead."
    if upper in _OTHER_LANGUAGES:
        return _OTHER_LANGUAGES[upper]
    letters = upper.rstrip("0123456789")
    if letters in known and letters != upper:
        return f"Write a space: {letters} {given[len(letters) :]}."
    if (found := process.extractOne(upper, known, scorer=fuzz.ratio, score_cutoff=_LIKE)) is not None:
        return f"Did you mean {found[0]}?"
    return f'A variable is written ?{given}, a text "{given}", a name with its prefix prefix:{given}.'


_SAID: Final = {
    "The SELECT contains an expression with a variable that is unbound": (
        "SELECT calculates with a variable that GROUP BY, or an aggregate beside it, leaves without one value.",
        "Add the variable to GROUP BY, or put it into an aggregate: (STR(SAMPLE(?x)) AS ?one).",
    ),
    "The SELECT contains a variable that is unbound": (
        "SELECT has a variable that GROUP BY leaves without one value.",
        "Add it to GROUP BY, or put it into an aggregate: (SAMPLE(?x) AS ?one).",
    ),
    "SELECT * is not authorized with GROUP BY": (
        "SELECT * does not go with GROUP BY.",
        "Name the variables: those of GROUP BY, and aggregates such as (COUNT(?x) AS ?n).",
    ),
    "Duplicated variable name": ("SELECT names a variable twice.", "Take one of them away."),
    "No scheme found": ("An address is not whole.", "Begin it with https:// or another scheme, or declare a BASE."),
}
"""What an engine says of common mistakes that are none of spelling: in our words, and what to do."""

_SIGNS: Final = {
    **{"$": "a variable", "?": "a variable", ":": "a name with its prefix", "<": "an address", "_": "a blank node"},
    **{'"': "a text", "'": "a text"},
}


def said(detail: str) -> tuple[str, str] | None:
    """What an engine said, in our words, and what to do; None where we know nothing better."""
    return next((ours for theirs, ours in _SAID.items() if theirs in detail), None)


def expected(given: Collection[str]) -> list[str]:
    """What could have stood somewhere, in words; empty where an engine lists key words: it leaves out most of them."""
    if any(len(one) > 1 and one[0].isalpha() for one in given):
        return []
    return list(dict.fromkeys(_SIGNS.get(one, f"“{one}”") for one in given))


def prefix(given: str, declared: Mapping[str, str]) -> str:
    """What to write for a prefix that is not declared."""
    if given in ("http", "https", "urn", "mailto"):
        return "An address stands between < and >."
    if given in PREFIXES:
        return f"Add this line at the top: PREFIX {given}: <{PREFIXES[given]}>"
    known = {*declared, *PREFIXES}
    found = process.extractOne(given, known, scorer=fuzz.ratio, score_cutoff=_LIKE_SHORT)
    if given and found is not None:
        line = (
            "" if found[0] in declared else f" It needs this line at the top: PREFIX {found[0]}: <{PREFIXES[found[0]]}>"
        )
        return f"Did you mean {found[0]}:?{line}"
    return f"Add a line at the top that says what it stands for: PREFIX {given}: <…>"


def character(given: str) -> str:
    """What to write instead of a sign that SPARQL does not have."""
    return _CHARACTERS.get(given, "Take it away, or put it into a string.")
