"""The features of a short text by which `text_models` judges it: pieces of letters and where they stand.

Training (training/train.py) and judging use this one module, so that both see a text alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CLAUSES = re.compile(r"[,;。.!?:、]+")
LONGEST = 300  # characters that are looked at
_MOST_CLAUSES = 4


def features_of(text: str) -> set[str]:
    """The features of a sentence, or of an indicator's name and target (`名称 | 指标值`).

    Pieces of one to four letters; beginnings and ends of clauses; pieces of the last clause; the number of
    clauses. Figures are alike but for 0 and 100.
    """
    plain = _plain(text)
    found = set(_pieces(f"^{plain}$", 4))
    clauses = [clause for clause in _CLAUSES.split(plain) if clause]
    for clause in clauses:
        found.update(f"<{clause[:size]}" for size in (1, 2, 3))
        found.update(f">{clause[-size:]}" for size in (1, 2, 3))
    if clauses:
        found.update(f"~{piece}" for piece in _pieces(f"^{clauses[-1]}$", 3))
    found.add(f"#{min(len(clauses), _MOST_CLAUSES)}")
    return found


def name_features(name: str) -> set[str]:
    """The features of an indicator's name.

    Pieces of one to four letters; short pieces with their distance from the end, since the end says what is
    measured (隐患整改数); longer beginnings and ends.
    """
    plain = _plain(name)
    found = set(_pieces(f"^{plain}$", 4))
    for size in (1, 2, 3):
        for at in range(len(plain) - size + 1):
            rest = len(plain) - at - size
            found.add(
                f"@{0 if rest == 0 else 1 if rest <= 2 else 2 if rest <= 4 else 3}{plain[at : at + size]}"
            )
    found.update(f">{plain[-size:]}" for size in (3, 4, 5, 6))
    found.update(f"<{plain[:size]}" for size in (2, 3, 4))
    return found


def _plain(text: str) -> str:
    """The text in half width, without spaces; figures as 0, but a nought as Z and a hundred as H."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    return _NUMBER.sub(_figure, re.sub(r"\s", "", plain))


def _figure(match: re.Match[str]) -> str:
    number = float(match[0])
    return "Z" if number == 0 else "H" if number == 100 else "0"


def _pieces(text: str, most: int) -> Iterator[str]:
    """The pieces of one to `most` letters."""
    for size in range(1, most + 1):
        for at in range(len(text) - size + 1):
            yield text[at : at + size]
