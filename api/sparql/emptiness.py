"""Tells, before a query runs, which of its patterns can match nothing in a release, and what may have been meant.

The profile of a release is a small image of its graph: things of one kind (with the same classes) stand there as one,
and every statement leads from its kind to its kind. Whatever answers a pattern in the graph answers it in the image. So
each variable of a group is given the kinds it may have; patterns take kinds away until nothing changes; and where none
is left, no data of the release fits. Nothing is ever said of a pattern that has an answer.

A pattern is judged with those around it: what a group says holds in the groups within (OPTIONAL, UNION, MINUS, GRAPH,
EXISTS), not the other way round; a sub-select stands for itself. What VALUES and BIND say is left alone.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Final

from rapidfuzz import fuzz
from rdflib import DCTERMS, RDF, RDFS, SDO, SKOS, XSD, Literal, URIRef
from rdflib.term import Node

from api.sparql.guard import CheckedQuery, Token, place_of
from api.sparql.patterns import Comparison, Group, Pattern, Step, Sum, Term, UnreadableError, every_group, read_patterns
from graph.profile import LANG_STRING, RESOURCE, Kind, Profile, Words, stored_datatype
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

NAMESAKES: Final = 200
"""Things of one name that are looked at."""

NAMED: Final = 6
"""Texts of one query for which things of that name are looked up: a few hundredths of a second."""

LONGEST_NAME: Final = 100
"""Letters of a text that may be what a thing is called."""

OF_ITS_CLASS: Final = 20
"""How much likelier a property is meant that things of the class have."""

_TYPE: Final = str(RDF.type)
_WORD: Final = re.compile(r"[a-z0-9]+")
_OF_LITERAL: Final = re.compile(r"@[A-Za-z0-9-]+|\^\^(?:<[^>]*>|[\w:.-]*\w)")
_NUMBERS: Final = frozenset(str(XSD[name]) for name in ("integer", "decimal", "double", "float"))
_COMPARABLE: Final = (
    _NUMBERS,
    frozenset({str(XSD.string)}),
    frozenset({LANG_STRING}),
    frozenset({str(XSD.boolean)}),
    frozenset(str(XSD[name]) for name in ("date", "dateTime", "gYear", "gYearMonth", "time")),
)
"""Datatypes within which values can be equal or in order. Of others nothing is said."""

_TEXT: Final = frozenset({str(XSD.string), LANG_STRING})
_EXACT: Final = {
    str(XSD[name]): size for name, size in (("gYear", 4), ("gYearMonth", 7), ("date", 10), ("dateTime", 19))
}
"""Datatypes of dates, and how many letters of one say it as exactly."""

_DATE: Final = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d)?)?)?Z?\Z")

_KNOWN: Final = frozenset(chain.from_iterable(_COMPARABLE))

_CALLED: Final = (SKOS.notation, SKOS.prefLabel, RDFS.label, SKOS.altLabel, SDO.name, DCTERMS.title, DCTERMS.identifier)
"""What people call things by, the surest first."""


class Lookup:
    """Questions to the store of a release, each bounded."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store

    def __call__(self, start: Term | None, property: str | None, end: Term | None) -> bool:
        """Whether the release has a statement with this subject, property and object; None stands for any."""
        return self._store.holds(_node(start), URIRef(property) if property else None, _node(end))

    def called(self, text: str, languages: Iterable[str]) -> Iterator[list[str]]:
        """Addresses of the things that are called so, by each of their kinds of names; of many no more than some."""
        texts = list(dict.fromkeys((text, text.lower(), text.capitalize())))
        for name in _CALLED:
            for one in texts:
                forms = [Literal(one), *(Literal(one, lang=language) for language in languages)]
                yield [
                    str(row["thing"])
                    for form in forms
                    for row in self._store.select(
                        f"SELECT DISTINCT ?thing ?named ?text {{ ?thing ?named ?text }} LIMIT {NAMESAKES:d}",
                        {"named": name, "text": form},
                    )
                ]


def _node(term: Term | None) -> Node | None:
    if term is None:
        return None
    if term.kind == "iri":
        return URIRef(term.value)
    datatype = None if term.language else URIRef(term.datatype or XSD.string)
    return Literal(term.value, lang=term.language, datatype=datatype, normalize=False)


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


def warnings(query: CheckedQuery, profile: Profile, holds: Lookup | None = None) -> list[Warning]:
    """What of a query can match nothing in a release, in the order of its text; nothing where it cannot be read.

    With `holds`, addresses and literals that are named are looked up as well.
    """
    try:
        asked = read_patterns(query)
    except (UnreadableError, RecursionError):
        return []
    check = _Check(query, profile, holds)
    patterns = chain.from_iterable(group.patterns for group in every_group(asked.group))
    check.alone = {one.token for one in patterns if one.steps and len(one.steps) == 1}
    with suppress(_EnoughError):
        check.sorted_out = asked.sorted_out
        check.had(asked.group, [])
        check.names(asked.graphs, asked.properties, asked.classes)
        check.group(asked.group, [])
        check.mentioned(asked.others)
    unique = {(one.line, one.column): one for one in reversed(check.found)}
    return sorted(unique.values(), key=lambda one: (one.line, one.column))


_ANYTHING: Final = Term("variable", " anything")


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

    def ends(self, property: str, starts: int) -> list[Kind]:
        """The kinds to which a property leads from one of these."""
        found = 0
        for start, there in self.ways.get(property, {}).items():
            found |= there if starts >> start & 1 else 0
        return [self.profile.kinds[place] for place in _places(found)]

    def between(self, property: str, starts: int, ends: int) -> Iterator[tuple[int, int]]:
        """The pairs of these kinds that have statements by a property."""
        for start, there in self.ways.get(property, {}).items():
            if starts >> start & 1:
                yield from ((start, end) for end in _places(there & ends))

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

    def __init__(self, query: CheckedQuery, profile: Profile, holds: Lookup | None) -> None:
        self.query, self.profile, self.holds = query, profile, holds
        self.image = Image(profile)
        self.found: list[Warning] = []
        self.unknown: set[str] = set()
        self.alone: set[Token] = set()
        self.of_class: dict[Token | None, set[str]] = {}
        self.sorted_out: set[str] = set()
        self.sought = 0
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
                best = self.nearest(term.value, self.profile.properties, self.of_class.get(term.token, ()))
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

    def nearest(self, name: str, among: Iterable[str], likely: Collection[str] = ()) -> str | None:
        """The name most like one that is not there: by its last part, by what people call it, or by its definition.

        `likely`: names that the things in question have, which come first.
        """
        wanted, start = _words(name), name.removesuffix(_local(name))
        best: tuple[float, bool, str] | None = None
        for one in sorted(among):
            if one == name:
                continue
            here, said = _words(one), self.profile.words.get(one, Words())
            label = (said.label or "").lower()
            near = max(
                fuzz.ratio(wanted.replace(" ", ""), here.replace(" ", "")),
                fuzz.ratio(wanted, label) - 1,
                WORD_SHARED * fuzz.token_set_ratio(wanted, here),
            )
            if one in likely:
                defined = set(_WORD.findall((said.definition or "").partition("Absent:")[0].lower()))
                near = max(near, WORD_SHARED * fuzz.token_set_ratio(wanted, label))
                near = max(near, ALIKE if set(wanted.split()) <= defined else 0)
            bonus = (5 if one.startswith(start) else 0) + (OF_ITS_CLASS if one in likely else 0)
            entry = (near + bonus, one.startswith(str(PREFIXES["sw"])), one)
            if near >= ALIKE and (best is None or entry[:2] > best[:2]):
                best = entry
        return best[2] if best else None

    def had(self, group: Group, around: list[Pattern]) -> None:
        """Take down, for each word of a property, which properties the class of its subject has."""
        patterns = [*([] if group.apart else around), *group.patterns]
        classes: dict[str, set[str]] = {}
        for one in patterns:
            if self.is_class(one) and one.subject.kind == "variable" and one.object.value in self.profile.classes:
                found = classes.setdefault(one.subject.value, set())
                found.update(self.profile.classes[one.object.value].properties)
        for one in group.patterns:
            if one.subject.kind == "variable" and one.subject.value in classes and one.steps:
                self.of_class[one.token] = classes[one.subject.value]
        for inner in group.groups:
            self.had(inner, patterns)

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
        if suggestion == self.written(token):
            suggestion = None
        meant = f"; did you mean {suggestion}?" if suggestion else "."
        first = what.partition(" ")[0]
        said = what if ":" in first or first.startswith("?") else what[0].upper() + what[1:]
        if len(self.found) == MOST:
            raise _EnoughError
        self.found.append(Warning(line, column, said + meant, suggestion, empties))

    def written(self, token: Token | None) -> str | None:
        """What stands at a word: of a literal, its language or datatype too."""
        if token is None or token.kind != "string":
            return token.text if token else None
        end = token.start + len(token.text)
        after = _OF_LITERAL.match(self.query.text, end)
        return token.text + (after[0] if after else "")

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
            for one in group.sums:
                self.sum(one, kinds, everything)
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
        at_subject = _same(culprit.subject, classed.subject)
        free = replace(culprit, object=_ANYTHING) if at_subject else replace(culprit, subject=_ANYTHING)
        if self.solved([classed, free]) is not None:  # it does have the property: it is the other end that does not fit
            if at_subject:
                self.describe_value(culprit, self.image.classed(name), self.said(name))
            else:
                self.tell(culprit.token, f"nothing fits {self.short(culprit)} for {_a(self.said(name))}", None)
            return
        uses = self.profile.classes[name].properties
        if starts:
            having = [one for one in self.profile.domains[step.iri] if one != RESOURCE]
            what = f"no {self.said(name)} has {self.name(step.iri)}"
            best = self.nearest(step.iri, uses, uses)
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
        self.describe_value(pattern, self.image.all)

    def describe_value(self, pattern: Pattern, starts: int, of: str | None = None) -> None:
        """A value that a property never has, of things of these kinds, which are called `of`; None: of any thing."""
        assert pattern.steps is not None
        (step,), term = pattern.steps, pattern.object
        if step.inverse or pattern.far or term.kind == "variable" or pattern.subject.kind == "literal":
            self.tell(pattern.token, f"nothing fits {self.short(pattern)}", None)
            return
        kinds = self.image.ends(step.iri, starts)
        instead = None
        if term.kind == "literal":
            instead = self.other_literal(kinds, term) or self.meant(step.iri, term.value)
        what = f"{self.name(step.iri)}{f' of {_a(of)}' if of else ''}"
        self.tell(term.token, f"{what} never has {self.literal_in_words(term)} but {self.in_words(kinds)}", instead)

    def meant(self, property: str, text: str) -> str | None:
        """The thing to which this property leads that is called so, as the query can write it; None: not just one."""
        found = self.thing(property, text)
        return self.name(found) if found else None

    def thing(self, property: str, text: str) -> str | None:
        """Its address."""
        if self.holds is None or self.sought == NAMED or len(text) > LONGEST_NAME:
            return None
        self.sought += 1
        kinds = self.image.ends(property, self.image.all)
        homes = {kind.example.removesuffix(_local(kind.example)) for kind in kinds if kind.example}
        slug = "-".join(_WORD.findall(text.lower()))
        locals_ = {one for one in (text, text.lower(), slug) if one and _plain_local(one)}
        languages = sorted({kind.language for kind in self.profile.kinds if kind.language})
        spelt = [sorted(home + one for home in homes for one in locals_)]
        for several in chain(self.holds.called(text, languages), spelt):
            fit = {one for one in several if self.holds(None, property, Term("iri", one))}
            if len(fit) == 1:
                return fit.pop()
        return None

    @staticmethod
    def in_words(kinds: Collection[Kind]) -> str:
        """What kinds of values there are."""
        found = ["addresses of things"] if any(kind.datatype is None for kind in kinds) else []
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

    def other_literal(self, kinds: Collection[Kind], term: Term) -> str | None:
        """The same text as a literal of one of these kinds."""
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
            self.tell(
                end.token, f"nothing has {name} {self.term(end)}", None if step.inverse else self.spelt(step, end)
            )
        elif end is None and start is not None:
            self.tell(start.token, f"{self.term(start)} has no {name}", None)
        else:
            assert named is not None
            self.tell(pattern.token, f"{self.short(pattern)} is not stated", None)

    def spelt(self, step: Step, term: Term) -> str | None:
        """The same text in another language or datatype that the release does have."""
        assert self.holds is not None
        if term.kind == "iri":
            return self.meant(step.iri, _local(term.value))
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

    def compare(self, comparison: Comparison, kinds: dict[str, int], around: Sequence[Pattern]) -> None:
        """A comparison that can never be true, or not for all that a variable may be."""
        may = kinds.get(comparison.variable)
        datatype = stored_datatype(comparison.literal.datatype or "")
        if may is None or all(datatype not in one for one in _COMPARABLE):
            return
        if any(self.may_hold(comparison, self.profile.kinds[place]) for place in _places(may)):
            self.part(comparison, kinds, around)
        else:
            self.never(comparison, may, around)

    @staticmethod
    def may_hold(comparison: Comparison, kind: Kind) -> bool:
        """Whether a comparison may be true of a value of some kind; where that is not certain, it may."""
        datatype = stored_datatype(comparison.literal.datatype or "")
        group = next(one for one in _COMPARABLE if datatype in one)
        if kind.datatype is None or (kind.datatype in _KNOWN and kind.datatype not in group):
            return False
        return not (
            kind.datatype == LANG_STRING and comparison.sign == "=" and kind.language != comparison.literal.language
        )

    def never(self, comparison: Comparison, may: int, around: Sequence[Pattern]) -> None:
        """Say that no value there is compares so, and what to write."""
        term, variable, sign = comparison.literal, f"?{comparison.variable}", comparison.sign
        found = [self.profile.kinds[place] for place in _places(may)]
        addresses = all(kind.datatype is None for kind in found)
        words = sorted({self.kind_in_words(kind) for kind in found})
        is_what = "is always an address" if addresses else f"is {' or '.join(words)}"
        what = f"{variable} {is_what} here, so it is never {sign} {self.literal_in_words(term)}"
        instead = None
        languages = {kind.language for kind in found}
        if addresses:
            thing = next(filter(None, (self.thing(one, term.value) for one in self.leading(variable, around))), None)
            if thing and sign == "=":
                instead = self.name(thing)
            elif thing:
                what += self.by_number(thing, variable, sign, term)
        elif sign == "=" and len(languages) == 1 and None not in languages and term.datatype == str(XSD.string):
            instead = self.quoted(Term("literal", term.value, LANG_STRING, languages.pop()))
        elif term.datatype in _NUMBERS and all(kind.datatype in _TEXT for kind in found):
            what += f"; where the text is a number, write xsd:decimal(STR({variable})) {sign} {term.value}"
        self.tell(term.token, what, instead, empties=comparison.alone)

    @staticmethod
    def leading(variable: str, around: Iterable[Pattern]) -> list[str]:
        """The properties that lead to a variable."""
        return [
            one.steps[0].iri
            for one in around
            if one.steps and len(one.steps) == 1 and not one.far and not one.steps[0].inverse
            if one.object.kind == "variable" and f"?{one.object.value}" == variable
        ]

    def by_number(self, thing: str, variable: str, sign: str, term: Term) -> str:
        """How to put things in order by a number that they have."""
        assert self.holds is not None
        what = f"; {term.token.text if term.token else term.value} is {self.name(thing)}"
        for name in sorted(self.profile.properties):
            number = Term("literal", term.value, str(XSD.integer))
            if self.holds(Term("iri", thing), name, number):
                return f"{what}, and its number is in {self.name(name)}: {variable} {self.name(name)} ?number" + (
                    f" FILTER(?number {sign} {term.value})"
                )
        return what

    def part(self, comparison: Comparison, kinds: dict[str, int], around: Sequence[Pattern]) -> None:
        """Say which values a comparison silently leaves out, because they are of another datatype."""
        term, sign = comparison.literal, comparison.sign
        datatype = stored_datatype(term.datatype or "")

        def compares(kind: Kind) -> bool:
            if kind.datatype is not None and kind.datatype not in _KNOWN:
                return True
            if sign == "=" and (term.language or kind.datatype not in _TEXT or datatype not in _TEXT):
                return True  # values of many kinds may stand there, and this one is meant
            if datatype in _NUMBERS:
                return kind.datatype in _NUMBERS
            return kind.datatype == datatype and kind.language == term.language

        values = self.values(comparison.variable, kinds, around)
        lost = {kind: count for kind, count in values.items() if not compares(kind)}
        if not lost or comparison.variable in self.sorted_out:
            return
        all_, left_out = sum(values.values()), self.counted(lost)
        what = f"of the {all_:,} values that ?{comparison.variable} may have here, {left_out} are never {sign}"
        what += f" {self.literal_in_words(term)}, and are left out in silence"
        self.tell(term.token, what + self.all_compared(comparison, values), None, empties=False)

    def all_compared(self, comparison: Comparison, values: Iterable[Kind]) -> str:
        """What to write so that values of all kinds are compared; empty where there is nothing simple."""
        term, variable, sign = comparison.literal, f"?{comparison.variable}", comparison.sign
        datatypes = {kind.datatype for kind in values} | {stored_datatype(term.datatype or "")}
        if datatypes <= _TEXT:
            return f"; STR({variable}) {sign} {self.quoted(Term('literal', term.value))} compares them all"
        if datatypes <= _NUMBERS | _TEXT:
            number = f"xsd:decimal(STR({variable})) {sign} {term.value}"
            return f"; where the text is a number, {number} compares them all"
        if None in datatypes or not datatypes <= set(_EXACT) or not _DATE.match(term.value):
            return ""
        exact = min(_EXACT[one] for one in datatypes if one)
        start, rest = term.value[:exact], term.value[exact:]
        if sign in (">", ">="):
            how = f'STR({variable}) >= "{start}"'
        elif sign == "<" and rest.replace("-01", "").strip("T0:Z") == "":
            how = f'STR({variable}) < "{start}"'
        else:
            how = f'SUBSTR(STR({variable}), 1, {exact}) {"=" if sign == "=" else "<="} "{start}"'
        return f"; {how} compares them all, as exactly as the least exact is"

    def sum(self, one: Sum, kinds: dict[str, int], around: Sequence[Pattern]) -> None:
        """Say which values cannot be counted with, because they are no numbers."""
        values = self.values(one.variable, kinds, around)
        counted = one.sign in ("SUM", "AVG")
        none = _TEXT | {None} | (set(_EXACT) if counted else set())
        lost = {kind: count for kind, count in values.items() if kind.datatype in none}
        if not lost or one.variable in self.sorted_out:
            return
        how = f"{one.sign}(?{one.variable})" if counted else f"“{one.sign}”"
        what = f"of the {sum(values.values()):,} values that ?{one.variable} may have here, {self.counted(lost)} are no"
        what += f" numbers, and {how} has no value {'where one of them is among the values' if counted else 'for them'}"
        if all(kind.datatype in _TEXT for kind in lost):
            what += f"; where the text is a number, write xsd:decimal(STR(?{one.variable}))"
        self.tell(one.token, what, None, empties=False)

    def values(self, variable: str, kinds: dict[str, int], around: Sequence[Pattern]) -> dict[Kind, int]:
        """How many values of which kind a variable may have, by the narrowest property that leads to it; else empty."""
        best: dict[Kind, int] = {}
        self.work += len(around)
        if self.work > WORK:
            raise _EnoughError
        for pattern in around:
            if not pattern.steps or len(pattern.steps) > 1 or pattern.far or pattern.steps[0].inverse:
                continue
            if pattern.object.kind != "variable" or pattern.object.value != variable:
                continue
            subject = pattern.subject
            starts = kinds[subject.value] if subject.kind == "variable" else self.image.like(subject)
            found: dict[Kind, int] = {}
            for start, end in self.image.between(pattern.steps[0].iri, starts, kinds[variable]):
                kind = self.profile.kinds[end]
                found[kind] = found.get(kind, 0) + self.profile.uses[start, pattern.steps[0].iri, end]
            if not best or sum(found.values()) < sum(best.values()):
                best = found
        return best

    def counted(self, values: Mapping[Kind, int]) -> str:
        """How many values are what: `24 xsd:gYearMonth and 4 xsd:gYear`."""
        counts: dict[str, int] = {}
        for kind, count in values.items():
            words = self.kind_in_words(kind)
            counts[words] = counts.get(words, 0) + count
        said = [f"{count:,} ({words})" for words, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
        return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]

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
