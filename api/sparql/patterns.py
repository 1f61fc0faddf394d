"""The graph patterns of a checked query, read from its words: what is asked of what, group within group.

Only what can be told for sure is read: property lists, paths, OPTIONAL, UNION, MINUS, GRAPH, EXISTS, sub-selects. The
data of VALUES and the values that BIND makes are passed over, so that a variable may still be anything there; lists
in brackets and statements about statements are not read at all. Whoever gets no patterns must say nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Literal, NamedTuple

from rdflib import RDF, XSD

from api.sparql.guard import CheckedQuery, Token
from graph.store import plain

_COMPARED: Final = {"=": "=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
"""Each comparison that holds of few values, and the same with its sides swapped."""

_SUMS: Final = frozenset("+-*/")
_CLAUSES: Final = frozenset({"OPTIONAL", "MINUS", "UNION", "LATERAL"})
_SORTING: Final = frozenset({"DATATYPE", "LANG", "LANGMATCHES", "ISNUMERIC", "ISLITERAL", "ISIRI", "ISURI", "COALESCE"})
"""Functions by which somebody who knows that values differ tells them apart."""

_AROUND: Final = frozenset({"(", ")", "&&", "||"})


class UnreadableError(ValueError):  # no fault of the query: it has what is not read here
    """The query has something that is not read here."""


@dataclass(frozen=True, slots=True)
class Term:
    """A node of a pattern. `value`: name of a variable, an address, or the text of a literal.

    `datatype` and `language` are those of a literal, in full and in small letters; `token` is where it stands, None for
    what has no word of its own.
    """

    kind: Literal["variable", "iri", "literal"]
    value: str
    datatype: str | None = None
    language: str | None = None
    token: Token | None = None


class Step(NamedTuple):
    """One property of a path, and which way it is gone."""

    iri: str
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern: a thing, ways to go, and where they lead; `steps` None: any way at all.

    `steps` are alternatives. `far`: the ways may be gone several times (`+`), so that only the first step and the last
    are sure. `token` is where the property stands.
    """

    subject: Term
    steps: tuple[Step, ...] | None
    object: Term
    token: Token
    far: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """`FILTER`: a variable compared with a literal. `alone`: the filter says nothing else."""

    variable: str
    sign: str
    literal: Term
    token: Token
    alone: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """A variable that is counted with. `sign`: `+`, `-`, `*`, `/`, `SUM` or `AVG`; `token` is where the variable is."""

    variable: str
    sign: str
    token: Token


@dataclass(slots=True)
class Group:
    """What stands between two curly brackets. `apart`: a sub-select, whose variables are its own.

    `sums` are those of its conditions and, of a whole query, of its columns and of what orders and limits it.
    """

    patterns: list[Pattern] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    groups: list["Group"] = field(default_factory=list)
    apart: bool = False


@dataclass(slots=True)
class Asked:
    """A query as read, with the graphs, properties and classes that it names, each where it stands.

    `others` are addresses in FILTER, BIND and VALUES, but for datatypes and functions. `sorted_out` are variables whose
    datatype, language or kind the query asks about somewhere.
    """

    group: Group
    graphs: list[Term] = field(default_factory=list)
    properties: list[Term] = field(default_factory=list)
    classes: list[Term] = field(default_factory=list)
    others: list[Term] = field(default_factory=list)
    sorted_out: set[str] = field(default_factory=set)


def read_patterns(query: CheckedQuery) -> Asked:
    """The patterns of a query. Raises `UnreadableError`."""
    return _Reader(query).read()


class _Reader:
    """Goes through the words of one query once."""

    def __init__(self, query: CheckedQuery) -> None:
        self.query, self.tokens, self.at = query, query.tokens, 0
        self.asked = Asked(Group())
        self.fresh = (f" {number}" for number in count())  # no variable of a query has a space in its name

    # -- words ----------------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else Token("end", "", len(self.query.text))

    def word(self, ahead: int = 0) -> str:
        """The next word in capitals, or the next sign; "a" stays small, and a term is empty."""
        token = self.peek(ahead)
        if token.kind == "word":
            return "a" if token.text == "a" else token.text.upper()
        return token.text if token.kind in ("sign", "end") else ""

    def take(self) -> Token:
        token = self.peek()
        self.at += 1
        if token.kind == "end":
            raise UnreadableError("it ends too soon")
        return token

    def expect(self, sign: str) -> None:
        if self.take().text.upper() != sign:
            raise UnreadableError(f"no {sign}")

    # -- the whole ------------------------------------------------------------------------------------------------

    def read(self) -> Asked:
        while self.word() not in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
            self.take()
        form = self.take().text.upper()
        if form == "CONSTRUCT" and self.word() == "{":
            self.skip()
        start = self.at
        self.head()
        self.summed(self.asked.group, start, self.at)
        if self.word() == "{":
            self.group(self.asked.group)
            self.summed(self.asked.group, self.at, len(self.tokens))
        for place, token in enumerate(self.tokens[:-2]):
            if token.kind == "word" and token.text.upper() in _SORTING and self.tokens[place + 2].kind == "var":
                self.asked.sorted_out.add(self.tokens[place + 2].text[1:])
        return self.asked

    def summed(self, found: Group, start: int, end: int) -> None:
        """Take down the variables that are counted with from one word up to another."""
        if any(token.text == "{" for token in self.tokens[start:end]):
            return  # EXISTS: its paths have the same signs
        for place in range(start, end):
            token = self.tokens[place]
            sign = token.text.upper()
            if sign in ("SUM", "AVG") and token.kind == "word":
                inside = self.tokens[place + 2 : place + 4]
                near = [one for one in inside if one.text.upper() != "DISTINCT"][:1]
            elif token.kind == "sign" and sign in _SUMS:
                near = [self.tokens[place - 1], *self.tokens[place + 1 : place + 2]]
            else:
                continue
            found.sums += [Sum(one.text[1:], sign, one) for one in near if one.kind == "var"]

    def head(self) -> None:
        """Everything up to the group of a query: its columns and where it asks."""
        while self.word() != "{":
            if self.peek().kind == "end":
                return  # DESCRIBE of a thing has no group.
            if self.word() == "(":
                self.skip()
            elif self.word() == "FROM":
                self.take()
                if self.word() == "NAMED":
                    self.take()
                self.asked.graphs.append(self.iri())
            else:
                self.take()

    def skip(self) -> None:
        """Past what stands between this bracket and the one that closes it."""
        depth = 0
        while True:
            text = self.take()
            if text.kind == "sign" and text.text in "{([":
                depth += 1
            elif text.kind == "sign" and text.text in "})]":
                depth -= 1
                if depth == 0:
                    return

    def group(self, found: Group) -> None:
        self.expect("{")
        if self.word() == "SELECT":
            self.take()
            found.apart = True
            start = self.at
            self.head()
            inner = self.within(found)
            self.summed(inner, start, self.at)
            self.group(inner)
            start = self.at
            while self.word() != "}":  # what orders, groups and limits it
                self.skip() if self.word() in ("(", "{") else self.take()
            self.summed(inner, start, self.at)
            self.take()
            return
        while (word := self.word()) != "}":
            if word == "{":
                self.group(self.within(found))
            elif word in _CLAUSES or word == ".":
                self.take()
            elif word == "GRAPH":
                self.take()
                if self.peek().kind == "var":
                    self.take()
                else:
                    self.asked.graphs.append(self.iri())
            elif word == "FILTER":
                self.take()
                self.filter(found)
            elif word == "BIND":
                self.take()
                start = self.at
                self.expression(found)
                self.summed(found, start, self.at)
            elif word == "VALUES":
                self.take()
                if self.word() == "(":
                    self.skip()
                else:
                    self.take()
                start = self.at
                self.skip()
                self.mentioned(start)
            elif self.peek().kind == "word" and word not in ("TRUE", "FALSE"):
                raise UnreadableError(word)
            else:
                self.statement(found)
        self.take()

    @staticmethod
    def within(found: Group) -> Group:
        found.groups.append(inner := Group())
        return inner

    # -- filters --------------------------------------------------------------------------------------------------

    def filter(self, found: Group) -> None:
        if self.word() in ("EXISTS", "NOT"):
            while self.word() != "{":
                self.take()
            self.group(self.within(found))
            return
        while self.word() != "(":
            self.take()
        start = self.at
        self.expression(found)
        self.summed(found, start, self.at)
        places = range(start + 1, self.at - 1)
        if all(self.tokens[place].text != "{" for place in places):  # EXISTS has variables of its own
            for place in places:
                self.compared(found, place, alone=place == start + 1)

    def expression(self, found: Group) -> None:
        """Past an expression in brackets; patterns that it asks for (EXISTS) are read."""
        depth, start = 0, self.at
        while True:
            if self.word() == "{":
                self.group(self.within(found))
                continue
            word = self.word()
            self.take()
            depth += (word == "(") - (word == ")")
            if depth == 0:
                self.mentioned(start)
                return

    def mentioned(self, start: int) -> None:
        """Take down the addresses from one word up to here."""
        end = self.at
        for place in range(start, end):
            around = self.tokens[place - 1].text, self.tokens[place + 1].text if place + 1 < end else ""
            if self.tokens[place].kind in ("iri", "name") and around[0] != "^^" and around[1] != "(":
                self.at = place
                self.asked.others.append(self.iri())
        self.at = end

    def compared(self, found: Group, place: int, *, alone: bool) -> None:
        """Take down `?x = literal` or `literal = ?x` where it begins at this word and stands for itself."""
        kept, self.at = self.at, place
        try:
            if self.tokens[place - 1].text not in _AROUND:
                return
            first = self.comparable()
            sign = self.peek()
            if first is None or self.word() not in _COMPARED:
                return
            self.take()
            second = self.comparable()
            if second is None or self.word() not in _AROUND or {first.kind, second.kind} != {"variable", "literal"}:
                return
            alone = alone and self.at == kept - 1
            if first.kind == "variable":
                found.comparisons.append(Comparison(first.value, sign.text, second, sign, alone))
            else:
                found.comparisons.append(Comparison(second.value, _COMPARED[sign.text], first, sign, alone))
        finally:
            self.at = kept

    def comparable(self) -> Term | None:
        if self.peek().kind == "var":
            return Term("variable", self.peek().text[1:], token=self.take())
        return self.literal() if self.is_literal() else None

    # -- statements -----------------------------------------------------------------------------------------------

    def statement(self, found: Group) -> None:
        if self.word() == "[":
            subject = self.node(found)
            if self.word() in (".", "}"):
                return
        else:
            subject = self.node(found)
        self.properties(found, subject)

    def properties(self, found: Group, subject: Term) -> None:
        """`property object, object; property object …`"""
        while True:
            while self.word() == ";":
                self.take()
            if self.word() in (".", "}", "]") or self.starts_clause():
                return
            token = self.peek()
            path = self.path()
            while True:
                self.add(found, subject, path, self.node(found), token)
                if self.word() != ",":
                    break
                self.take()
            if self.word() != ";":
                return

    def starts_clause(self) -> bool:
        return self.peek().kind == "word" and self.word() != "a"

    def node(self, found: Group) -> Term:
        token = self.peek()
        if token.kind == "var":
            return Term("variable", token.text[1:], token=self.take())
        if token.kind == "blank":
            return Term("variable", f" {token.text}", token=self.take())
        if token.kind in ("iri", "name"):
            return self.iri()
        if self.is_literal():
            return self.literal()
        if self.word() == "[":
            term = Term("variable", next(self.fresh), token=self.take())
            self.properties(found, term)
            self.expect("]")
            return term
        raise UnreadableError(token.text)

    def is_literal(self) -> bool:
        return self.peek().kind in ("string", "number") or self.word() in ("TRUE", "FALSE")

    def literal(self) -> Term:
        token = self.take()
        if token.kind == "number":
            name = "double" if "e" in token.text.lower() else "decimal" if "." in token.text else "integer"
            return Term("literal", token.text, str(XSD[name]), token=token)
        if token.kind == "word":
            return Term("literal", token.text.lower(), str(XSD.boolean), token=token)
        marks = 3 if token.text[:3] in ('"""', "'''") else 1
        text = plain(f'"{token.text[marks:-marks]}"')
        if self.peek().kind == "lang":
            return Term("literal", text, str(RDF.langString), self.take().text[1:].lower(), token)
        if self.word() == "^^":
            self.take()
            return Term("literal", text, self.iri().value, token=token)
        return Term("literal", text, str(XSD.string), token=token)

    def iri(self) -> Term:
        token = self.take()
        if token.kind == "iri":
            address = token.text[1:-1]
            if "\\" in address:
                address = plain(f'"{address}"')
            if ":" not in address:
                raise UnreadableError("an address that hangs on BASE")
            return Term("iri", address, token=token)
        if token.kind != "name":
            raise UnreadableError(token.text)
        prefix, _, local = token.text.partition(":")
        if prefix not in self.query.prefixes:
            raise UnreadableError(f"prefix {prefix}")
        address = self.query.prefixes[prefix]
        if ":" not in address or "\\" in address:
            raise UnreadableError("a prefix that hangs on BASE")
        return Term("iri", address + local.replace("\\", ""), token=token)

    # -- paths ----------------------------------------------------------------------------------------------------

    def path(self) -> "_Path":
        """A property or a path: what leads from one node to another, as sequences of alternatives."""
        if self.peek().kind == "var":
            self.take()
            return _Path([None])
        ways = [self.sequence()]
        while self.word() == "|":
            self.take()
            ways.append(self.sequence())
        if len(ways) == 1:
            return ways[0]
        steps: list[Step] = []
        for way in ways:
            if len(way.legs) != 1 or way.legs[0] is None or way.legs[0].far:
                return _Path([None])
            steps += way.legs[0].steps
        return _Path([_Leg(tuple(steps))])

    def sequence(self) -> "_Path":
        legs = list(self.element().legs)
        while self.word() == "/":
            self.take()
            legs += self.element().legs
        return _Path(legs)

    def element(self) -> "_Path":
        inverse = self.word() == "^"
        if inverse:
            self.take()
        path = self.primary()
        if inverse:
            path = path.turned()
        if self.word() not in ("*", "?", "+"):
            return path
        sign, leg = self.take().text, path.legs[0]
        return _Path([_Leg(leg.steps, far=True) if sign == "+" and leg and len(path.legs) == 1 else None])

    def primary(self) -> "_Path":
        if self.word() == "a":
            self.take()
            return _Path([_Leg((Step(str(RDF.type)),))])
        if self.word() == "(":
            self.take()
            path = self.path()
            self.expect(")")
            return path
        if self.word() == "!":
            self.take()
            if self.word() == "(":
                self.skip()
            else:
                if self.word() == "^":
                    self.take()
                self.take()
            return _Path([None])
        term = self.iri()
        self.asked.properties.append(term)
        return _Path([_Leg((Step(term.value),))])

    def add(self, found: Group, subject: Term, path: "_Path", object: Term, token: Token) -> None:
        here = subject
        for place, leg in enumerate(path.legs):
            last = place == len(path.legs) - 1
            there = object if last else Term("variable", next(self.fresh))
            steps = leg.steps if leg else None
            found.patterns.append(Pattern(here, steps, there, token, bool(leg and leg.far)))
            if last and steps == (Step(str(RDF.type)),) and object.kind == "iri":
                self.asked.classes.append(object)
            here = there


@dataclass(frozen=True, slots=True)
class _Leg:
    """A part of a path that is gone in one of several ways, perhaps several times."""

    steps: tuple[Step, ...]
    far: bool = False


@dataclass(frozen=True, slots=True)
class _Path:
    """Legs one after the other; None: any way at all, or none."""

    legs: list[_Leg | None]

    def turned(self) -> "_Path":
        back: list[_Leg | None] = []
        for leg in reversed(self.legs):
            back.append(
                None if leg is None else _Leg(tuple(Step(one.iri, not one.inverse) for one in leg.steps), leg.far)
            )
        return _Path(back)


def every_group(group: Group) -> Iterator[Group]:
    """A group and all that are in it."""
    yield group
    for inner in group.groups:
        yield from every_group(inner)
