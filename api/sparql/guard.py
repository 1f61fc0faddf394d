"""Reads a stranger's query word by word, before any SPARQL engine sees it, and refuses what no engine should see.

An engine's parser calls itself for every bracket and every operator, so a short text can end its process; a planner
takes minutes over some hundred patterns; SERVICE calls other hosts. Nothing here calls itself, and the time it takes
grows with the length of the text alone.

Only the words are looked at, not the whole grammar: what passes may still be a syntax error, which a worker tells. But
where parsers are laxer than the standard about where a word ends, this is as strict as the standard, so that no engine
can see a word that this has not seen: words must be known, prefixes declared, strings and brackets closed.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, NamedTuple, NoReturn

from api.sparql import mistakes
from api.sparql.failures import QueryRefusedError
from api.sparql.limits import QueryLimits

Form = Literal["select", "ask", "construct", "describe"]

OPERATORS: Final = 2_000
"""Most operators, path steps and clauses of one query: parsers nest them, so their number bounds a recursion."""

_FORM_OF: Final[dict[str, Form]] = {"SELECT": "select", "ASK": "ask", "CONSTRUCT": "construct", "DESCRIBE": "describe"}
FORMS: Final = frozenset(_FORM_OF)
UPDATES: Final = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
_CLAUSES: Final = """
WHERE FROM NAMED PREFIX BASE VERSION DISTINCT REDUCED AS GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET VALUES UNDEF
OPTIONAL GRAPH SERVICE SILENT BIND MINUS UNION FILTER LATERAL EXISTS NOT IN TRUE FALSE SEPARATOR
"""
_FUNCTIONS: Final = """
COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES LANGDIR DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR
ROUND CONCAT STRLEN SUBSTR UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER REPLACE YEAR MONTH
DAY HOURS MINUTES SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRLANGDIR
STRDT SAMETERM SAMEVALUE ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC REGEX HASLANG HASLANGDIR TRIPLE ISTRIPLE SUBJECT
PREDICATE OBJECT ADJUST
"""
KEYWORDS: Final = FORMS | frozenset(f"{_CLAUSES} {_FUNCTIONS}".split())
"""Every bare word that a query may have, in capitals, but for `a`. More than SPARQL 1.1 has: 1.2, LATERAL, ADJUST."""

VOLATILE: Final = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
"""Functions whose value is another one each time."""

_NESTING: Final = frozenset(
    {"UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "LATERAL", "GRAPH", "EXISTS", "IN", "VALUES", "HAVING", "AS"}
)
_PLACE_AFTER: Final = {
    **dict.fromkeys(("FILTER", "BIND", "HAVING", "EXISTS", "NOT"), "condition"),
    **dict.fromkeys(("OPTIONAL", "MINUS", "UNION", "LATERAL"), "subject"),
    **{"GRAPH": "graph", "VALUES": "values"},
}
"""What comes after a word within a pattern; other words change nothing."""
_AFTER_PATTERNS: Final = frozenset({"ORDER", "GROUP", "LIMIT", "OFFSET", "HAVING"})
_COMPARISONS: Final = frozenset({"=", "!=", "<", ">", "<=", ">=", "&&", "||"})
_BEFORE_BRACKETS: Final = frozenset({"ASC", "DESC", "HAVING", "IN"})
_SHOWN: Final = 60
_SHORT: Final = 4_000
"""Characters of a query whose check is kept: the same ones are asked again and again."""

_OPERATOR_SIGNS: Final = frozenset({"||", "&&", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "!", "^", "|"})

_BASE: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_WORD: Final = f"{_BASE}_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_NAME: Final = rf"{_WORD}\-"
_ESCAPED: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_RUN: Final = rf"[{_BASE}](?:\.*+[{_NAME}]++)*+"
_IRI: Final = r'<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>'
_DOUBLE: Final = r"(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)[eE][+\-]?[0-9]++"
_NUMBER: Final = rf"[+\-]?(?:{_DOUBLE}|[0-9]++\.[0-9]++|\.[0-9]++|[0-9]++)"

_TOKEN: Final = re.compile(
    rf"""
      (?P<space>(?:[\ \t\r\n]++|\#[^\r\n]*+)++)
    | (?P<iri>{_IRI})
    | (?P<var>[?$][{_BASE}_0-9][{_WORD}]*+)
    | (?P<name>(?:{_RUN})?+:(?:(?:[{_BASE}_:0-9]|{_ESCAPED})(?:\.*+(?:[{_NAME}:]|{_ESCAPED})++)*+)?+)
    | (?P<word>{_RUN})
    | (?P<blank>_:[{_BASE}_0-9](?:\.*+[{_NAME}]++)*+)
    | (?P<string>\"\"\"(?:\"{{0,2}}+(?:[^"\\]|\\.))*+\"\"\"|'''(?:'{{0,2}}+(?:[^'\\]|\\.))*+'''
                |(?!\"\"\")\"(?:[^"\\\n\r]|\\[^\n\r])*+\"|(?!''')'(?:[^'\\\n\r]|\\[^\n\r])*+')
    | (?P<lang>@[a-zA-Z]++(?:-[a-zA-Z0-9]++)*+(?:--[a-zA-Z]++)?)
    | (?P<number>{_NUMBER})
    | (?P<sign><<\(|\)>>|\^\^|\|\||&&|!=|<=|>=|<<|>>|\{{\||\|\}}|[{{}}()\[\];,.+\-*/<>=!^|?~])
    | (?P<open>["'].*+)
    | (?P<bad>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_IN_A_STRING: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_IN_A_NAME: Final = re.compile(f"[{_NAME}]")
_HIDES_SERVICE: Final = re.compile(r"\).*service", re.IGNORECASE | re.DOTALL)
_AN_IRI: Final = re.compile(_IRI)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")

_CLOSED_BY: Final = {"(": ")", "[": "]", "{": "}", "<<": ">>", "<<(": ")>>", "{|": "|}"}
_CLOSERS: Final = frozenset(_CLOSED_BY.values())
_TERMS: Final = frozenset({"iri", "var", "name", "blank", "string", "number"})
_PATTERNS: Final = frozenset({"group", "node", "list", "quoted"})


class Token(NamedTuple):
    """One word or sign of a query. `start`: characters before it.

    `kind`: iri, var, name (with a prefix), word, blank, string, lang, number or sign.
    """

    kind: str
    text: str
    start: int


class Slip(NamedTuple):
    """Something that no valid query has, at a token: what it is, and what to write instead."""

    token: Token
    detail: str
    hint: str


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """A query that may be given to an engine.

    `text`: as it is run. `normal`: the same without comments and with single spaces, equal for queries that differ in
    these alone. `volatile`: its answer may be another one each time. `own_dataset`: it has FROM. `prefixes`: what it
    declares, the last declaration of each; `base` likewise, None when it has none. `slips`: common mistakes that were
    seen in passing; an engine that finds the query wrong most likely stumbles over the first of them.
    """

    text: str
    form: Form
    normal: str
    volatile: bool
    own_dataset: bool
    patterns: int
    tokens: tuple[Token, ...] = field(repr=False)
    prefixes: dict[str, str] = field(repr=False)
    base: str | None = None
    slips: tuple[Slip, ...] = ()

    def place(self, token: Token) -> tuple[int, int]:
        """Line and column of a token, each from 1."""
        return place_of(self.text, token.start)


def place_of(text: str, start: int) -> tuple[int, int]:
    """Line and column, each from 1, of the character that has `start` characters before it."""
    ends = [found.end() for found in _LINE_END.finditer(text, 0, start)]
    line = bisect_right(ends, start)
    return line + 1, start - (ends[-1] if ends else 0) + 1


def line_of(text: str, line: int) -> str:
    """A line by its number from 1; empty when there are not as many."""
    lines = _LINE_END.split(text)
    return lines[line - 1] if 0 < line <= len(lines) else ""


def check(text: str, limits: QueryLimits) -> CheckedQuery:
    """The query, when it may be run. Raises `QueryRefusedError` and nothing else, after one pass over the text.

    Its reasons: too-long, too-deep, too-many-patterns, too-many-operators, service, update, load, empty, not-a-query,
    and those of a text that cannot be SPARQL: unclosed-string, unclosed-bracket, closes-nothing, unknown-word,
    unknown-prefix, bad-character, ambiguous.
    """
    return (_kept if len(text) <= _SHORT else _check)(text, limits)


def _check(text: str, limits: QueryLimits) -> CheckedQuery:
    size = len(text.encode(errors="replace"))
    if size > limits.query_bytes:
        detail = f"The query has {size:,} bytes; it may have {limits.query_bytes:,}."
        raise QueryRefusedError("too-long", None, None, detail, "Ask in several queries, or put long lists in VALUES.")
    text = _unescaped(text)
    return _Reading(text, limits).read()


_kept = lru_cache(512)(_check)


def tokens_of(text: str) -> Iterator[Token]:
    """The words and signs of any text, without white space and comments.

    What is none of SPARQL has the kind bad; a string that is never closed, with all after it, the kind open.
    """
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind == "word":
            start = found.start()
            for number, part in enumerate(found[0].split(".")):
                if number:
                    yield Token("sign", ".", start - 1)
                if part:
                    yield Token("word", part, start)
                start += len(part) + 1
        elif kind != "space":
            assert kind is not None
            yield Token(kind, found[0], found.start())


def normal_of(text: str) -> str:
    """A text without comments, its words and signs with one space between them."""
    return " ".join(token.text for token in tokens_of(text))


def _unescaped(text: str) -> str:
    r"""A text whose \u escapes outside strings and addresses are the letters they stand for, where they are letters.

    SPARQL 1.1 (section 19.2) has them anywhere; engines read them in strings and addresses only.
    """
    if "\\u" not in text and "\\U" not in text:
        return text
    parts, at = [], 0
    for found in _TOKEN.finditer(text):
        if found.lastgroup == "bad" and found[0] == "\\" and found.start() >= at:
            escape = _ESCAPE.match(text, found.start())
            number = int(escape[1] or escape[2], 16) if escape else 0
            letter = chr(number) if 0 < number <= 0x10FFFF else ""
            if escape and _IN_A_NAME.fullmatch(letter):
                parts += [text[at : found.start()], letter]
                at = escape.end()
    return "".join([*parts, text[at:]])


@dataclass(slots=True)
class _Frame:
    """What is read between two brackets.

    `kind`: rest (outside of patterns), group, node (a list of properties), list, path, expression, data (rows) or
    quoted (a statement about which something is stated). `place`: what comes next in a pattern; projection after
    SELECT. `after`: the word before the bracket. `named`: it has AS.
    """

    kind: str
    opener: Token | None
    place: str = "subject"
    after: str = ""
    named: bool = False


class _Reading:
    """One pass over the words of a query."""

    def __init__(self, text: str, limits: QueryLimits) -> None:
        self.text, self.limits = text, limits
        self.tokens: list[Token] = []
        self.frames = [_Frame("rest", None)]
        self.prefixes: dict[str, str] = {}
        self.base: str | None = None
        self.form: Form | None = None
        self.patterns = self.operators = 0
        self.volatile = self.own_dataset = self.has_pattern = False
        self.slips: list[Slip] = []

    def read(self) -> CheckedQuery:
        """The whole of it."""
        kinds = {"sign": self._sign, "word": self._word, "name": self._name, "iri": self._iri, "string": self._string}
        kinds |= {"open": self._open, "bad": self._bad, "lang": self._lang, "number": self._number}
        for token in tokens_of(self.text):
            kinds.get(token.kind, self._term)(token, self.frames[-1])
            self.tokens.append(token)
        if (opener := self.frames[-1].opener) is not None:
            detail = f"“{opener.text}” is opened here and never closed."
            self._refuse("unclosed-bracket", opener, detail, f"Write “{_CLOSED_BY[opener.text]}” where it ends.")
        if not self.tokens:
            raise QueryRefusedError("empty", None, None, "There is no query.", "Give one as `query`.")
        if self.form is None:
            detail = "A query has SELECT, ASK, CONSTRUCT or DESCRIBE; this text has none of them."
            self._refuse("not-a-query", self.tokens[-1], detail, "Begin with one of them, after any PREFIX lines.")
        if not self.has_pattern and self.form != "describe":
            self._slip(self.tokens[-1], "There is no pattern.", "Write what to look for between { and }.")
        return CheckedQuery(
            text=self.text,
            form=self.form,
            normal=" ".join(token.text for token in self.tokens),
            volatile=self.volatile,
            own_dataset=self.own_dataset,
            patterns=self.patterns,
            tokens=tuple(self.tokens),
            prefixes=self.prefixes,
            base=self.base,
            slips=tuple(self.slips),
        )

    def _slip(self, token: Token, detail: str, hint: str) -> None:
        self.slips.append(Slip(token, detail, hint))

    def _refuse(self, reason: str, token: Token, detail: str, hint: str = "") -> NoReturn:
        raise QueryRefusedError(reason, *place_of(self.text, token.start), detail, hint)

    def _before(self, back: int = 1) -> Token:
        """A token before the one that is read; an empty sign where there is none."""
        return self.tokens[-back] if len(self.tokens) >= back else Token("sign", "", 0)

    def _word_before(self, back: int = 1) -> str:
        token = self._before(back)
        return token.text.upper() if token.kind == "word" else ""

    def _lang(self, token: Token, frame: _Frame) -> None:
        if token.text in ("@prefix", "@base"):
            word = token.text[1:].upper()
            detail = f"“{token.text}” is how Turtle writes {word}."
            self._refuse(
                "bad-character", token, detail, f"Write {word} without “@”, and no dot at the end of the line."
            )

    def _open(self, token: Token, frame: _Frame) -> None:
        detail = f"The string that begins here with {token.text[0]} is never closed."
        hint = "Close it; a string over several lines has three quotes on each side."
        self._refuse("unclosed-string", token, detail, hint)

    def _bad(self, token: Token, frame: _Frame) -> None:
        detail = f"“{token.text}” ({_name_of(token.text)}) has no meaning here."
        self._refuse("bad-character", token, detail, mistakes.character(token.text))

    def _number(self, token: Token, frame: _Frame) -> None:
        if token.text[0] in "+-":  # 1+1 is a number and a number with a sign
            self._operator(token)
        self._term(token, frame)

    def _string(self, token: Token, frame: _Frame) -> None:
        for found in _IN_A_STRING.finditer(token.text):
            if len(found[1]) == 1 and found[1] not in "tbnrf\\\"'":
                place = Token("string", found[0], token.start + found.start())
                detail = f"“{found[0]}” is no escape that a string may have."
                self._refuse("bad-character", place, detail, f"For a backslash write two: “\\\\{found[1]}”.")
        self._term(token, frame)

    def _iri(self, token: Token, frame: _Frame) -> None:
        before = self._before()
        if ")" in token.text and _HIDES_SERVICE.search(token.text):
            self._refuse_service(token)
        if frame.kind == "expression" and (before.kind in _TERMS or before.text == ")"):
            self._ambiguous(token)
        if self._word_before(2) == "PREFIX" and before.kind == "name":
            self.prefixes[before.text[:-1]] = token.text[1:-1]
        elif self._word_before() == "BASE":
            self.base = token.text[1:-1]
        self._term(token, frame)

    def _ambiguous(self, token: Token) -> NoReturn:
        if token.text == "<>":
            self._refuse("ambiguous", token, "“<>” is an empty address.", "Where it means “is not”, write “!=”.")
        detail = f"“{_short(token.text)}” is read as one address in angle brackets."
        self._refuse("ambiguous", token, detail, "Where “<” means less than, write a space after it.")

    def _refuse_service(self, token: Token) -> NoReturn:
        detail = "SERVICE asks another server, which this one does not do."
        self._refuse("service", token, detail, "Ask the other server yourself and bring its answer with VALUES.")

    def _name(self, token: Token, frame: _Frame) -> None:
        prefix, _, rest = token.text.partition(":")
        if self._word_before() == "PREFIX" and not rest and self.form is None:
            return
        if prefix not in self.prefixes:
            if self._before().text == "<":
                detail = "“<” begins an address that is not closed, or has a space or another sign that none may have."
                self._refuse("bad-character", self._before(), detail, "An address is <, its signs without spaces, >.")
            detail = f"The prefix “{prefix}:” is not declared."
            self._refuse("unknown-prefix", token, detail, mistakes.prefix(prefix, self.prefixes))
        self._term(token, frame)

    def _word(self, token: Token, frame: _Frame) -> None:
        word = token.text.upper()
        if self.form is None and word in UPDATES:
            reason, detail = "load" if word == "LOAD" else "update", f"{word} changes data, and this data is only read."
            self._refuse(reason, token, detail, "Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.")
        if token.text == "a":
            self._term(token, frame)
            return
        if word not in KEYWORDS:
            hint = mistakes.word(token.text, KEYWORDS, self._word_before(), self._joined_before(token))
            self._refuse("unknown-word", token, f"“{_short(token.text)}” is not a word of SPARQL.", hint)
        if word == "SERVICE":
            self._refuse_service(token)
        if word in FORMS and self.form is None:
            self.form = _FORM_OF[word]
            frame.place = "projection" if word == "SELECT" else "subject"
        elif word == "SELECT" and frame.kind == "group":
            frame.kind, frame.place = "rest", "projection"
        elif word in ("FROM", "WHERE") and frame.kind == "rest":
            frame.place = "subject"
        frame.named = frame.named or word == "AS"
        self._look_at_word(token, word, frame)
        self.volatile = self.volatile or word in VOLATILE
        self.own_dataset = self.own_dataset or word == "FROM"
        if word in _NESTING:
            self._operator(token)
        if word == "VALUES":
            self._pattern(token)
        if word in ("TRUE", "FALSE"):
            self._term(token, frame)
        elif frame.kind in _PATTERNS or word == "VALUES":
            frame.place = _PLACE_AFTER.get(word, frame.place)

    def _joined_before(self, token: Token) -> str:
        """The sign right before a token, without space; empty when there is none."""
        before = self._before()
        return before.text if before.kind == "sign" and before.start + len(before.text) == token.start else ""

    def _look_at_word(self, token: Token, word: str, frame: _Frame) -> None:
        """Mistakes that a word shows."""
        before = self._word_before()
        if word in _AFTER_PATTERNS and frame.kind == "group":
            hint = "Close the pattern with } before it."
            self._slip(token, f"{word} is inside the pattern and belongs after it.", hint)
        elif word == "AS" and frame.kind == "rest":
            hint = "Write it as (COUNT(?x) AS ?name)."
            self._slip(token, "A calculated column stands in brackets, with its name.", hint)
        elif before in ("ORDER", "GROUP") and word != "BY":
            self._slip(token, f"{before} is followed by BY.", f"Write {before} BY.")
        elif word == "WHERE" and before in ("SELECT", "DISTINCT", "REDUCED"):
            self._slip(token, "SELECT names no variables.", "Write SELECT * for all of them, or name some.")

    def _look_at_term(self, token: Token, frame: _Frame) -> None:
        """Mistakes that a term shows where it stands."""
        before, word = self._before(), self._word_before()
        shown = _short(token.text)
        if word in ("ORDER", "GROUP"):
            self._slip(token, f"{word} is followed by BY.", f"Write {word} BY {shown}.")
        elif word in _BEFORE_BRACKETS and (token.kind == "var" or word == "IN"):
            self._slip(token, f"What comes after {word} stands in brackets.", f"Write {word}( … ).")
        elif word in ("LIMIT", "OFFSET") and not token.text.isdigit():
            self._slip(token, f"{word} takes a whole number, and no sign.", f"Write {word} 10, for example.")
        elif frame.place == "projection" and token.text == "a":
            self._slip(token, "A variable begins with “?”.", "Write ?a.")
        elif frame.place == "values" and before.kind == "var":
            self._slip(token, "The rows of VALUES stand in braces.", f"Write VALUES {before.text} {{ … }}.")
        elif frame.kind == "expression":
            operand = before.kind in _TERMS or before.kind == "lang" or before.text == ")"
            if operand and token.text[0] not in "+-":
                detail = f"“{_short(before.text)}” and “{shown}” stand side by side, with nothing between them."
                self._slip(token, detail, "Write a comma between arguments, or an operator.")
        elif frame.kind not in _PATTERNS:
            return
        elif word in ("OPTIONAL", "UNION", "MINUS"):
            self._slip(token, f"{word} is followed by a pattern in braces.", f"Write {word} {{ … }}.")
        elif frame.place == "condition" and token.kind == "var":
            self._slip(token, f"What comes after {word} stands in brackets.", f"Write {word}( … ).")
        elif frame.place == "object-done":
            detail = f"A pattern is over before “{shown}”, and no sign says so."
            hint = "Write “.” between patterns, “;” before another property, “,” before another object."
            self._slip(token, detail, hint)
        elif frame.place == "verb" and token.kind in ("string", "number", "blank"):
            self._slip(token, f"“{shown}” stands where a property belongs.", "A pattern is: subject, property, object.")

    def _look_at_sign(self, token: Token, frame: _Frame) -> None:
        """Mistakes that a sign shows where it stands."""
        text, before, joined = token.text, self._before(), self._joined_before(token)
        if joined + text in ("==", "<>"):
            right = "=" if text == "=" else "!="
            self._slip(token, f"“{joined}{text}” is not a sign of SPARQL.", f"Write “{right}”.")
        elif text == "," and frame.kind == "rest":
            self._slip(token, "No comma stands here.", "Write the variables one after the other, with spaces.")
        elif text == "." and self.form is None:
            self._slip(token, "A PREFIX line ends without a dot.", "Take the dot away.")
        elif text == "^" and before.kind == "string":
            self._slip(token, "A datatype follows two of “^”.", "Write “^^” between the text and its datatype.")
        elif frame.kind not in _PATTERNS:
            return
        elif text == "-" and before.kind == "var" and joined == "" and before.start + len(before.text) == token.start:
            self._slip(token, "The name of a variable has no hyphen.", f"Write “_” instead: {before.text}_….")
        elif text in _COMPARISONS:
            self._slip(
                token, f"“{text}” compares, and stands outside FILTER.", "Write FILTER( … ) around the comparison."
            )
        elif text in (".", "}") and (
            frame.place in ("verb-done", "object") or (frame.place == "verb" and before.kind in _TERMS)
        ):
            detail = f"The pattern that ends with “{_short(before.text)}” has too few parts."
            self._slip(before, detail, "A pattern is: subject, property, object.")

    def _operator(self, token: Token) -> None:
        self.operators += 1
        if self.operators > OPERATORS:
            detail = f"The query has more than {OPERATORS:,} operators, path steps and clauses."
            hint = "Put long lists in VALUES or IN, or ask in several queries."
            self._refuse("too-many-operators", token, detail, hint)

    def _pattern(self, token: Token, count: int = 1) -> None:
        self.patterns += count
        if self.patterns > self.limits.patterns:
            detail = f"The query has more than {self.limits.patterns:,} triple patterns."
            self._refuse("too-many-patterns", token, detail, "Put long lists in VALUES, or ask in several queries.")

    def _term(self, token: Token, frame: _Frame) -> None:
        """A term or a bracket that stands for one. Each object is a pattern; each item of a list is two.

        Each further step of a path (/) is one more, and a VALUES is one, whatever rows it has: each is joined.
        """
        if self._before().text in ("^^", "~"):  # a datatype, or the name of a statement: part of what is before it
            return
        self._look_at_term(token, frame)
        if frame.kind == "list":
            self._pattern(token, 2)
        elif frame.kind in _PATTERNS:
            if frame.place in ("verb-done", "object"):
                self._pattern(token)
                frame.place = "object-done"
            elif frame.place in ("subject", "object-done"):
                frame.place = "verb"
            elif frame.place == "verb":
                frame.place = "verb-done"

    def _sign(self, token: Token, frame: _Frame) -> None:
        text = token.text
        self._look_at_sign(token, frame)
        if text in _CLOSED_BY:
            self._opened(token, frame)
        elif text in _CLOSERS:
            self._closed(token, frame)
        elif text in _OPERATOR_SIGNS:
            self._operator(token)
            on_a_path = frame.kind in _PATTERNS and frame.place == "verb-done"
            if on_a_path and text in "/|^!":
                frame.place = "verb"
            if text == "/" and (on_a_path or frame.kind == "path"):
                self._pattern(token)
        elif frame.kind in _PATTERNS and frame.place not in ("condition", "values", "graph"):
            frame.place = {".": "subject", ";": "verb", ",": "object"}.get(text, frame.place)

    def _opened(self, token: Token, frame: _Frame) -> None:
        text = token.text
        if text == "<<" and _AN_IRI.match(self.text, token.start + 1):
            self._ambiguous(token)
        kind = self._kind_of(token, frame)
        if kind == "expression" and frame.kind == "rest":  # HAVING and ORDER BY take one after the other
            self._operator(token)
        if kind in ("list", "quoted") or text == "[":
            self._term(token, frame)
        if text == "{" and self._word_before() == "GRAPH":
            self._slip(token, "GRAPH names no graph.", "Write GRAPH ?g { … }, or the address of a graph.")
        if (frame.place == "condition" and text in "({") or (frame.place in ("values", "graph") and text == "{"):
            frame.place = "subject"
        if kind == "group":
            self.has_pattern = True
            frame.place = "subject" if frame.kind == "rest" else frame.place
        self.frames.append(_Frame(kind, token, "verb" if kind == "node" else "subject", self._word_before()))
        if len(self.frames) - 1 > self.limits.depth:
            detail = f"The query has more than {self.limits.depth} brackets within one another."
            self._refuse("too-deep", token, detail, "Take some of them away, or ask in several queries.")

    def _kind_of(self, token: Token, frame: _Frame) -> str:
        """What is read between a bracket that opens here and its other half."""
        text = token.text
        if text in ("<<", "<<("):
            return "quoted"
        if text in ("[", "{|"):
            return "node"
        if frame.kind == "data" or frame.place == "values":
            return "data"
        if text == "{":
            if frame.kind in _PATTERNS and frame.place in ("verb", "verb-done", "object"):
                before = self._before()
                if before.kind in _TERMS or before.text == "a":
                    detail = "A pattern has a subject, a property and an object; this one ends too soon."
                    self._refuse("not-a-query", token, detail, f"Say what comes after “{_short(before.text)}”.")
            return "group"
        if frame.kind == "path" or (frame.kind in _PATTERNS and frame.place == "verb"):
            return "path"
        return "list" if frame.kind in _PATTERNS and frame.place != "condition" else "expression"

    def _closed(self, token: Token, frame: _Frame) -> None:
        opener = frame.opener
        if opener is None:
            self._refuse("closes-nothing", token, f"“{token.text}” closes nothing.", "Take it away, or open it before.")
        if all(one.opener is None or _CLOSED_BY[one.opener.text] != token.text for one in self.frames):
            self._refuse("closes-nothing", token, f"“{token.text}” closes nothing.", "Take it away, or open it before.")
        if _CLOSED_BY[opener.text] != token.text:
            line, column = place_of(self.text, opener.start)
            detail = f"“{token.text}” is here, but “{opener.text}” of line {line}, column {column} is not closed yet."
            self._refuse("unclosed-bracket", token, detail, f"Write “{_CLOSED_BY[opener.text]}” before it.")
        self.frames.pop()
        if frame.kind == "expression" and not frame.named:
            if frame.after == "BIND":
                self._slip(token, "BIND gives no name to its value.", "Write BIND( … AS ?name).")
            elif self.frames[-1].place == "projection":
                self._slip(opener, "A calculated column has no name.", "Write it as (COUNT(?x) AS ?name).")
        if frame.kind == "path" and self.frames[-1].kind in _PATTERNS:
            self.frames[-1].place = "verb-done"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _name_of(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()
