"""Tells, before a query runs, which of its patterns can match nothing in a release, and what may have been meant.

The profile of a release is a small image of its graph: things of one kind (with the same classes) stand there as one,
and every statement leads from its kind to its kind. Whatever answers a pattern in the graph answers it in the image. So
each variable of a group is given the kinds it may have; patterns take kinds away until nothing changes; and where none
is left, no data of the release fits. Nothing is ever said of a pattern that has an answer.

A pattern is judged with those around it: what a group says holds in the groups within (OPTIONAL, UNION, MINUS, GRAPH,
EXISTS), not the other way round; a sub-select stands for itself. What VALUES and BIND say is left alone.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Final

from rapidfuzz import fuzz
from rdflib import RDF, XSD, Literal, URIRef
from rdflib.term import Node

from api.sparql.guard import CheckedQuery, Token, place_of
from api.sparql.patterns import Comparison, Group, Pattern, Step, Term, Unreadable, every_group, read_patterns
from graph.profile import LANG_STRING, RESOURCE, Kind, Profile, stored_datatype
from graph.store import GraphStore
from ontology.namespaces import PREFIXES

ALIKE: Final = 70
"""How like a name must be to be offered instead, from 0 to 100."""

WORD_SHARED: Final = 0.72
"""How much it weighs that two names have a word in common, beside how they are spelt."""

MOST: Final = 50
"""Warnings of one query; after so many, the rest of it is not looked at."""

WORK: Final = 30_000
"""How often patterns may be looked at for one query: half a second at worst, since it is the service that looks."""

SHOWN: Final = 4
"""Patterns that a message quotes."""

_TYPE: Final = str(RDF.type)
_NUMBERS: Final = frozenset(str(XSD[name]) for name in ("integer", "decimal", "double", "float"))
_COMPARABLE: Final = (
    _NUMBERS,
    frozenset({str(XSD.string)}),
    frozenset({LANG_STRING}),
    frozenset({str(XSD.boolean)}),
    frozenset(str(XSD[name]) for name in ("date", "dateTime", "gYear", "gYearMonth", "time")),
)
"""Datatypes within which values can be equal or in order. Of others nothing is said."""

_KNOWN: Final = frozenset(chain.from_iterable(_COMPARABLE))

Holds = Callable[[Term | None, str | None, Term | None], bool]
"""Whether the release has a statement with this subject, property and object; None stands for any."""


def holds_in(store: GraphStore) -> Holds:
    """A look-up in the store of a release."""

    def node(term: Term | None) -> Node | None:
        if term is None:
            return None
        if term.kind == "iri":
            return URIRef(term.value)
        datatype = None if term.language else URIRef(term.datatype or XSD.string)
        return Literal(term.value, lang=term.language, datatype=datatype, normalize=False)

    return lambda start, property, end: store.holds(node(start), URIRef(property) if property else None, node(end))


@dataclass(frozen=True, slots=True)
class Warning:
    """What can match nothing, where it stands (from 1), and what to write there instead.

    `empties`: the group that it stands in (all of the query, or what an OPTIONAL has) has no answer because of it.
    """

    line: int
    column: int
    message: str
    suggestion: str | None
    empties: bool = True


def warnings(query: CheckedQuery, profile: Profile, holds: Holds | None = None) -> list[Warning]:
    """What of a query can match nothing in a release, in the order of its text; nothing where it cannot be read.

    With `holds`, addresses and literals that are named are looked up as well.
    """
    try:
        asked = read_patterns(query)
    except (Unreadable, RecursionError):
        return []
    check = _Check(query, profile, holds)
    patterns = chain.from_iterable(group.patterns for group in every_group(asked.group))
    check.alone = {one.token for one in patterns if one.steps and len(one.steps) == 1}
    with suppress(_EnoughError):
        check.names(asked.graphs, asked.properties, asked.classes)
        check.group(asked.group, [])
        check.mentioned(asked.others)
    unique = {(one.line, one.column): one for one in reversed(check.found)}
    return sorted(unique.values(), key=lambda one: (one.line, one.column))


class _EnoughError(Exception):
    """There is enough to tell, or it was enough work."""


class Image:
    """A profile as numbers: a set of kinds is an integer with a bit for each of them."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.all = (1 << len(profile.kinds)) - 1
        self.ways: dict[str, dict[int, int]] = {}
        self.back: dict[str, dict[int, int]] = {}
        for start, property, end in profile.uses:
            there, here = self.ways.setdefault(property, {}), self.back.setdefault(property, {})
            there[start] = there.get(start, 0) | 1 << end
            here[end] = here.get(end, 0) | 1 << start

    def which(self, fits: Callable[[Kind], bool]) -> int:
        """The kinds for which something is true."""
        return sum(1 << place for place, kind in enumerate(self.profile.kinds) if fits(kind))

    @cached_property
    def things(self) -> int:
        """The kinds that are not literals."""
        return self.which(lambda kind: kind.datatype is None)

    def classed(self, name: str) -> int:
        """The kinds of a class."""
        return self.which(lambda kind: name in kind.classes)

    def like(self, term: Term) -> int:
        """The kinds that an address or a literal may be of."""
        if term.kind == "iri":
            return self.things
        datatypes = {term.datatype, stored_datatype(term.datatype or "")}
        return self.which(lambda kind: kind.datatype in datatypes and kind.language == term.language)

    def leads(self, steps: Sequence[Step]) -> dict[int, int]:
        """From which kind to which kinds one of these steps leads."""
        found: dict[int, int] = {}
        for step in steps:
            for start, ends in (self.back if step.inverse else self.ways).get(step.iri, {}).items():
                found[start] = found.get(start, 0) | ends
        return found


def _places(kinds: int) -> Iterator[int]:
    while kinds:
        low = kinds & -kinds
        yield low.bit_length() - 1
        kinds ^= low


class _Check:
    """What one query is told."""

    def __init__(self, query: CheckedQuery, profile: Profile, holds: Holds | None) -> None:
        self.query, self.profile, self.holds = query, profile, holds
        self.image = Image(profile)
        self.found: list[Warning] = []
        self.unknown: set[str] = set()
        self.alone: set[Token] = set()
        self.work = 0

    # -- names ----------------------------------------------------------------------------------------------------

    def names(self, graphs: Iterable[Term], properties: Iterable[Term], classes: Iterable[Term]) -> None:
        """Graphs, properties and classes that the release does not have."""
        for term in graphs:
            if term.value not in self.profile.graphs:
                best = self.nearest(term.value, self.profile.graphs)
                self.warn(term.token, f"this release has no graph {self.name(term.value)}", best)
        for term in properties:
            if term.value not in self.profile.properties:
                self.unknown.add(term.value)
                best = self.nearest(term.value, self.profile.properties)
                what = self.absent("property", "no statement has it", term.value)
                self.warn(term.token, what, best, empties=term.token in self.alone)
        for term in classes:
            if term.value not in self.profile.classes:
                self.unknown.add(term.value)
                best = self.nearest(term.value, self.profile.classes)
                self.warn(term.token, self.absent("class", "no thing is one", term.value), best, empties=True)

    def mentioned(self, others: Iterable[Term]) -> None:
        """Addresses in conditions and data that no statement has."""
        unique = {term.value: term for term in reversed(list(others))}
        for term in unique.values() if self.holds else ():
            assert self.holds is not None
            address, built_in = term.value, term.value.startswith((str(XSD), str(RDF)))
            if built_in or address in self.profile.properties or address in self.profile.graphs:
                continue
            if not self.holds(term, None, None) and not self.holds(None, None, term):
                best = self.nearest(address, [*self.profile.properties, *self.profile.classes])
                self.warn(term.token, f"this release says nothing of {self.name(address)}", best, empties=False)

    def absent(self, what: str, how: str, name: str) -> str:
        if name in self.profile.words:
            return f"{self.name(name)} is in the vocabulary, but in this release {how}"
        prefix = self.name(name).partition(":")[0]
        start = self.query.prefixes.get(prefix, "")
        where = f" (the prefix {prefix}: is <{start}> here)" if PREFIXES.get(prefix, start) != start else ""
        return f"this release has no {what} {self.name(name)}{where}"

    def nearest(self, name: str, among: Iterable[str]) -> str | None:
        """The name most like one that is not there: by its last part, or by what people call it."""
        wanted, start = _words(name), name.removesuffix(_local(name))
        best: tuple[float, bool, str] | None = None
        for one in sorted(among):
            here, label = _words(one), (self.profile.words[one].label if one in self.profile.words else None) or ""
            near = max(
                fuzz.ratio(wanted.replace(" ", ""), here.replace(" ", "")),
                fuzz.ratio(wanted, label.lower()) - 1,
                WORD_SHARED * fuzz.token_set_ratio(wanted, here),
            )
            entry = (near + (5 if one.startswith(start) else 0), one.startswith(str(PREFIXES["sw"])), one)
            if near >= ALIKE and (best is None or entry[:2] > best[:2]):
                best = entry
        return best[2] if best else None

    def name(self, address: str) -> str:
        """An address as this query can write it."""
        for prefix, start in sorted(self.query.prefixes.items(), key=lambda entry: -len(entry[1])):
            if start and address.startswith(start) and _plain_local(address.removeprefix(start)):
                return f"{prefix}:{address.removeprefix(start)}"
        return f"<{address}>"

    def said(self, address: str) -> str:
        """A class as people call it: its last part."""
        return _local(address)

    def warn(self, token: Token | None, what: str, instead: str | None, *, empties: bool = True) -> None:
        """Keep a warning. `instead`: the address of what may have been meant."""
        self.tell(token, what, self.name(instead) if instead else None, empties=empties)

    def tell(self, token: Token | None, what: str, suggestion: str | None, *, empties: bool = True) -> None:
        line, column = place_of(self.query.text, token.start if token else 0)
        meant = f"; did you mean {suggestion}?" if suggestion else "."
        first = what.partition(" ")[0]
        said = what if ":" in first or first.startswith("?") else what[0].upper() + what[1:]
        if len(self.found) == MOST:
            raise _EnoughError
        self.found.append(Warning(line, column, said + meant, suggestion, empties))

    # -- groups ---------------------------------------------------------------------------------------------------

    def group(self, group: Group, around: list[Pattern]) -> None:
        """A group with what the groups around it say, then those within."""
        before = [] if group.apart else around
        own = [one for one in group.patterns if not self.is_unknown(one)]
        everything = [*before, *own]
        kinds = self.solved(everything)
        if kinds is None and self.solved(before) is not None:
            self.explain(before, own)
        elif kinds is not None:
            self.look_up(own)
            for comparison in group.comparisons:
                self.compare(comparison, kinds, everything)
        for inner in group.groups:
            self.group(inner, everything if kinds is not None else before)

    def is_unknown(self, pattern: Pattern) -> bool:
        """Whether a pattern has a name that the release does not have, which has been told."""
        names = {step.iri for step in pattern.steps or ()}
        if self.is_class(pattern):
            names.add(pattern.object.value)
        return bool(names & self.unknown)

    @staticmethod
    def is_class(pattern: Pattern) -> bool:
        """Whether a pattern gives its subject a class by name."""
        return pattern.steps == (Step(_TYPE),) and pattern.object.kind == "iri" and not pattern.far

    def solved(self, patterns: Sequence[Pattern]) -> dict[str, int] | None:
        """The kinds that each variable may have; None: no data fits all of these patterns."""
        kinds: dict[str, int] = {}

        def of(term: Term) -> int:
            if term.kind == "variable":
                return kinds.get(term.value, self.image.all)
            return self.image.like(term)

        def narrow(term: Term, to: int) -> bool:
            if term.kind != "variable" or kinds.get(term.value) == to:
                return False
            kinds[term.value] = to
            return True

        order = [(one, None if one.steps is None else self.image.leads(one.steps)) for one in patterns][::-1]
        changed = True
        while changed:
            changed = False
            self.work += len(order)
            if self.work > WORK:
                raise _EnoughError
            order.reverse()  # what the end of a chain rules out is at its beginning in one go
            for pattern, ways in order:
                if ways is None:
                    continue
                starts, ends = of(pattern.subject), of(pattern.object)
                if self.is_class(pattern):
                    starts &= self.image.classed(pattern.object.value)
                    new_ends = ends
                elif pattern.far:
                    far = 0
                    for reached in ways.values():
                        far |= reached
                    starts &= sum(1 << start for start in ways)
                    new_ends = ends & far
                else:
                    reached = kept = 0
                    for start in _places(starts):
                        if there := ways.get(start, 0) & ends:
                            reached |= there
                            kept |= 1 << start
                    starts, new_ends = kept, reached
                if _same(pattern.subject, pattern.object):
                    starts = new_ends = starts & new_ends
                if not starts or not new_ends:
                    return None
                changed |= narrow(pattern.subject, starts)
                changed |= narrow(pattern.object, new_ends)
        return kinds

    # -- what is wrong --------------------------------------------------------------------------------------------

    def explain(self, before: list[Pattern], own: list[Pattern]) -> None:
        """Say which few patterns contradict each other. One more is told of those left, until the rest may hold."""
        core = self.core([], [], [*before, *own])
        culprit = self.culprit(core)
        self.describe(core, culprit)
        left = [one for one in own if one is not culprit]
        if len(left) < len(own) and self.solved([*before, *left]) is None:
            self.explain(before, left)

    def core(self, kept: list[Pattern], added: list[Pattern], left: list[Pattern]) -> list[Pattern]:
        """A smallest part of `left` that cannot hold together with `kept` (Junker 2004, QuickXplain).

        `added`: what was kept last; when that is enough by itself, nothing of `left` is needed.
        """
        if added and self.solved(kept) is None:
            return []
        if len(left) == 1:
            return left
        first, second = left[: len(left) // 2], left[len(left) // 2 :]
        of_second = self.core([*kept, *first], first, second)
        return self.core([*kept, *of_second], of_second, first) + of_second

    def culprit(self, core: Sequence[Pattern]) -> Pattern:
        """The pattern to point at: the last that is not the statement of a class."""
        others = [one for one in core if not self.is_class(one)] or list(core)
        return max(others, key=lambda one: one.token.start)

    def describe(self, core: Sequence[Pattern], culprit: Pattern) -> None:
        """Put into words why these patterns cannot hold together."""
        classes = [one for one in core if self.is_class(one)]
        if len(core) == 1:
            self.describe_one(culprit)
        elif len(classes) == len(core):
            names = sorted({self.said(one.object.value) for one in classes})
            self.tell(culprit.object.token, f"nothing is {' and '.join(_a(name) for name in names)} at once", None)
        elif len(core) == 2 and classes and culprit.steps is not None and len(culprit.steps) == 1:
            self.describe_class(classes[0], culprit)
        else:
            lines = sorted({place_of(self.query.text, one.token.start)[0] for one in core})
            where = (
                f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"
            )
            said = ", ".join(self.short(one) for one in core[:SHOWN])
            said += f" and {len(core) - SHOWN} more" if len(core) > SHOWN else ""
            self.tell(culprit.token, f"nothing in this release fits all of {said} ({where})", None)

    def short(self, pattern: Pattern) -> str:
        """A pattern in few words."""
        way = "?" if pattern.steps is None else "|".join(self.name(step.iri) for step in pattern.steps)
        return f"“{self.term(pattern.subject)} {'a' if self.is_class(pattern) else way} {self.term(pattern.object)}”"

    def term(self, term: Term) -> str:
        if term.kind == "variable":
            return "[]" if term.value.startswith(" ") else f"?{term.value}"
        return self.name(term.value) if term.kind == "iri" else f'"{term.value}"'

    def describe_class(self, classed: Pattern, culprit: Pattern) -> None:
        """A class and a property that do not go together."""
        assert culprit.steps is not None
        (step,), name = culprit.steps, classed.object.value
        starts = _same(culprit.subject, classed.subject) != step.inverse
        uses = self.profile.classes[name].properties
        if starts:
            having = [one for one in self.profile.domains[step.iri] if one != RESOURCE]
            what = f"no {self.said(name)} has {self.name(step.iri)}"
            best = self.nearest(step.iri, uses)
        else:
            having = [one for one in self.profile.ranges[step.iri] if one != RESOURCE]
            what = f"{self.name(step.iri)} never leads to {_a(self.said(name))}"
            best = self.nearest(step.iri, [one for one, to in self.profile.ranges.items() if name in to])
        if having:
            words = ", ".join(self.name(one) if "XMLSchema" in one else self.said(one) for one in having[:5])
            what += f" ({'what has it' if starts else 'it leads to'}: {words}{' …' if len(having) > 5 else ''})"
        self.warn(culprit.token, what, best)

    def describe_one(self, pattern: Pattern) -> None:
        """A pattern that nothing fits by itself: a literal where there is none like it, or the other way round."""
        if pattern.steps is None or len(pattern.steps) != 1:
            self.tell(pattern.token, "nothing fits this pattern", None)
            return
        (step,) = pattern.steps
        name, term = self.name(step.iri), pattern.object
        if step.inverse or term.kind == "variable" or pattern.subject.kind == "literal":
            self.tell(pattern.token, f"nothing fits {self.short(pattern)}", None)
            return
        written, instead = self.values_in_words(self.profile.ranges[step.iri], step.iri), None
        if term.kind == "literal":
            instead = self.other_literal(step.iri, term)
        self.tell(term.token, f"{name} never has {self.literal_in_words(term)} but {written}", instead)

    def values_in_words(self, values: Iterable[str], property: str) -> str:
        """What kinds of values there are."""
        found = []
        if any(not one.startswith(str(XSD)) and one != LANG_STRING for one in values):
            found.append("addresses of things")
        kinds = [self.profile.kinds[to] for _, name, to in self.profile.uses if name == property]
        found += sorted({f"text in @{kind.language}" for kind in kinds if kind.language})
        found += sorted({f"xsd:{_local(kind.datatype)}" for kind in kinds if kind.datatype and not kind.language})
        return " or ".join(found)

    @staticmethod
    def literal_in_words(term: Term) -> str:
        if term.kind == "iri":
            return "an address"
        if term.language:
            return f"text in @{term.language}"
        return "plain text" if term.datatype == str(XSD.string) else f"xsd:{_local(term.datatype or '')}"

    def other_literal(self, property: str, term: Term) -> str | None:
        """The same text as a literal that the property may have."""
        kinds = [self.profile.kinds[to] for _, name, to in self.profile.uses if name == property]
        quoted = '"' + term.value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for kind in sorted({one for one in kinds if one.datatype}, key=_literal_order):
            if kind.language and term.datatype in (str(XSD.string), LANG_STRING):
                return f"{quoted}@{kind.language}"
            if kind.datatype == str(XSD.string):
                return quoted
            if kind.datatype == str(XSD.integer) and term.value.lstrip("+-").isdigit():
                return term.value
            if kind.datatype == str(XSD.decimal) and term.value.lstrip("+-").isdigit():
                return f"{term.value}.0"
        return None

    def look_up(self, own: Iterable[Pattern]) -> None:
        """Ask the release for statements with an address or a literal that is named."""
        for pattern in own if self.holds else ():
            assert self.holds is not None
            if pattern.steps is None or len(pattern.steps) != 1 or pattern.far or self.is_class(pattern):
                continue
            (step,) = pattern.steps
            ends = (pattern.object, pattern.subject) if step.inverse else (pattern.subject, pattern.object)
            start, end = (None if one.kind == "variable" else one for one in ends)
            if start is None and end is None:
                continue
            if not self.holds(start, step.iri, end):
                self.describe_missing(pattern, step, start, end)

    def describe_missing(self, pattern: Pattern, step: Step, start: Term | None, end: Term | None) -> None:
        assert self.holds is not None
        name, named = self.name(step.iri), end or start
        if start is None and end is not None:
            self.tell(end.token, f"nothing has {name} {self.term(end)}", self.spelt(step, end))
        elif end is None and start is not None:
            self.tell(start.token, f"{self.term(start)} has no {name}", None)
        else:
            assert named is not None
            self.tell(pattern.token, f"{self.short(pattern)} is not stated", None)

    def spelt(self, step: Step, term: Term) -> str | None:
        """The same text in another language or datatype that the release does have."""
        assert self.holds is not None
        if term.kind != "literal":
            return None
        kinds = {self.profile.kinds[to] for _, name, to in self.profile.uses if name == step.iri}
        for kind in sorted((one for one in kinds if one.datatype), key=_literal_order):
            other = Term("literal", term.value, kind.datatype, kind.language)
            text = kind.language or kind.datatype == str(XSD.string)
            if text and other.language != term.language and self.holds(None, step.iri, other):
                return self.quoted(other)
        return None

    @staticmethod
    def quoted(term: Term) -> str:
        quoted = '"' + term.value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{quoted}@{term.language}" if term.language else quoted

    def compare(self, comparison: Comparison, kinds: dict[str, int], around: Iterable[Pattern]) -> None:
        """A comparison that can never be true, whatever the variable is."""
        may = kinds.get(comparison.variable)
        if may is None:
            return
        term = comparison.literal
        datatype = stored_datatype(term.datatype or "")
        group = next((one for one in _COMPARABLE if datatype in one), None)
        if group is None:
            return
        for place in _places(may):
            kind = self.profile.kinds[place]
            if kind.datatype is None:
                continue
            if kind.datatype not in _KNOWN or kind.datatype in group:
                if kind.datatype == LANG_STRING and comparison.sign == "=" and kind.language != term.language:
                    continue
                return
        if all(self.profile.kinds[place].datatype is None for place in _places(may)):
            is_what = "is always an address"
        else:
            found = sorted({self.kind_in_words(self.profile.kinds[place]) for place in _places(may)})
            is_what = f"is {' or '.join(found)}"
        instead = None
        languages = {self.profile.kinds[place].language for place in _places(may)} - {None}
        if len(languages) == 1 and datatype == str(XSD.string) and comparison.sign == "=":
            instead = self.quoted(Term("literal", term.value, LANG_STRING, languages.pop()))
        what = f"?{comparison.variable} {is_what} here, so it is never {comparison.sign} {self.literal_in_words(term)}"
        self.tell(term.token, what, instead, empties=comparison.alone)

    def kind_in_words(self, kind: Kind) -> str:
        if kind.datatype is None:
            return "an address"
        return self.literal_in_words(Term("literal", "", kind.datatype, kind.language))


def _same(one: Term, other: Term) -> bool:
    return one.kind == other.kind == "variable" and one.value == other.value


def _literal_order(kind: Kind) -> tuple[str, str]:
    return kind.datatype or "", kind.language or ""


def _local(address: str) -> str:
    """The last part of an address."""
    return address.rstrip("/#").replace("#", "/").rpartition("/")[2]


def _words(address: str) -> str:
    """The words of the last part of an address: `payBandLabel` is pay band label."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-_]", " ", _local(address)).lower()


def _plain_local(local: str) -> bool:
    return local.replace("-", "").replace("_", "").isalnum() or not local


def _a(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"
