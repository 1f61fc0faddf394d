"""Which of many names are most like this one: a shortlist for a person or for a rule, never a verdict.

Names are compared by their parts of three letters, each weighted by how rare it is (TF-IDF, Salton & Buckley 1988,
"Term-weighting approaches in automatic text retrieval"), which finds *calibrating equipment* for *calibrate
equipment* and sets little store by *the*, *Level 3* or *college*.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

import numpy as np

METHOD: Final = "cosine of three-letter parts weighted by rarity"
_WIDE: Final = 25
"""Names looked at for each thing wanted, since one thing may have many names."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing whose name is like the one looked up: its key, that name, and from 0 to 1 how alike they are."""

    key: str
    name: str
    score: float


def _parts(name: str) -> list[str]:
    words = re.findall(r"[^\W_]+", name.casefold())
    padded = (f" {word} " for word in words)
    return [word[place : place + 3] for word in padded for place in range(len(word) - 2)]


_DECIDING: Final = re.compile(r"level ([0-9])|\b(award|certificate|diploma|extended|foundation|access)\b")


def _deciding(name: str) -> tuple[set[str], set[str]]:
    """The levels and the sizes of award that a name speaks of: `{"4"}, {"diploma"}` for *Level 4 Diploma in …*."""
    found = _DECIDING.findall(name.casefold())
    return {level for level, _ in found if level}, {size for _, size in found if size}


def _may_be_one(said: tuple[set[str], set[str]], other: tuple[set[str], set[str]]) -> bool:
    """Whether two names speak of the same level and size of award, as far as both speak of any."""
    return all(not one or not two or one == two for one, two in zip(said, other, strict=True))


class Names:
    """Things by their names, to be looked up by others. A thing may have several names; its best one counts."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        pairs = [(key, name) for key, several in names.items() for name in dict.fromkeys(several)]
        self.keys = [key for key, _ in pairs]
        self.names = [name for _, name in pairs]
        counted = [Counter(_parts(name)) for name in self.names]
        found = Counter(part for parts in counted for part in parts)
        self._place = {part: place for place, part in enumerate(found)}
        self._rarity = {part: log((1 + len(pairs)) / (1 + times)) + 1 for part, times in found.items()}
        self._strange = log(1 + len(pairs)) + 1
        self._start = np.concatenate([[0], np.cumsum([*found.values()])]).astype(np.int64)
        free = self._start[:-1].copy()
        self._name, self._amount = np.empty(self._start[-1], np.int32), np.empty(self._start[-1], np.float32)
        for number, parts in enumerate(counted):
            length = self._length(parts)
            for part, times in parts.items():
                place = self._place[part]
                self._name[free[place]], self._amount[free[place]] = number, times * self._rarity[part] / length
                free[place] += 1

    def _length(self, parts: Counter[str]) -> float:
        """Of a name as a vector. A part that no thing has counts as much as the rarest can."""
        return sqrt(sum((times * self._rarity.get(part, self._strange)) ** 2 for part, times in parts.items()))

    def like(self, name: str, most: int = 3) -> list[Candidate]:
        """The things most like a name, best first, each thing once; of equals the first by key.

        A name that speaks of another level or size of award (*Level 4* against *Level 5*, *Award* against *Diploma*) is
        not like it at all.
        """
        parts = Counter(_parts(name))
        known = [part for part in parts if part in self._place]
        if not known:
            return []
        spans = [slice(*self._start[self._place[part] : self._place[part] + 2]) for part in known]
        amounts = [
            self._amount[span] * (parts[part] * self._rarity[part]) for part, span in zip(known, spans, strict=True)
        ]
        scores = np.bincount(
            np.concatenate([self._name[span] for span in spans]), np.concatenate(amounts), minlength=len(self.names)
        ) / self._length(parts)
        wide = min(len(scores), most * _WIDE)
        near = np.argpartition(-scores, wide - 1)[:wide].tolist()
        said, best = _deciding(name), dict[str, Candidate]()
        for score, key, place in sorted((-round(float(scores[at]), 4), self.keys[at], at) for at in near):
            if score >= 0 or len(best) == most:
                break
            if key not in best and _may_be_one(said, _deciding(self.names[place])):
                best[key] = Candidate(key, self.names[place], min(-score, 1.0))
        return [*best.values()]
