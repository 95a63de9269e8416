"""Which projects are re-checked: the proposed ones by the weight of their reasons, then others by a seed.

Pure: the same projects and the same seed give the same choice, in every run and on every machine.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.errors import UsageError
from selfeval_xl.model.quantity import percent, tidy

PROPOSED, RANDOM = "建议抽查", "随机"
_BETWEEN = "；"  # parts the reasons in 抽查理由


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project that may be chosen. number: of its paper. reason: 抽查理由 of a proposed one.

    place: by which equally weighty projects are ordered.
    """

    number: str
    proposed: bool
    reason: str = ""
    budget: Decimal = Decimal(0)
    place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A project that was chosen. way: 建议抽查 or 随机. weight: points of its reasons."""

    candidate: Candidate
    way: str
    weight: Decimal


def choose(
    candidates: Iterable[Candidate], quota: int | None, seed: str, points: Mapping[str, Decimal]
) -> list[Choice]:
    """The chosen projects in the order in which they were chosen.

    quota: how many; None: all proposed ones. points: of each reason. Of equally weighty projects the larger
    budget goes first.
    """
    candidates = list(candidates)
    weights = {each.number: weight(each.reason, points) for each in candidates}
    proposed = sorted(
        (each for each in candidates if each.proposed),
        key=lambda each: (-weights[each.number], -each.budget, each.place, each.number),
    )
    others = sorted(
        (each for each in candidates if not each.proposed), key=lambda each: (_drawn(each, seed), each.number)
    )
    ordered = [
        *(Choice(each, PROPOSED, weights[each.number]) for each in proposed),
        *(Choice(each, RANDOM, Decimal(0)) for each in others),
    ]
    return ordered[: len(proposed) if quota is None else quota]


def weight(reason: str, points: Mapping[str, Decimal]) -> Decimal:
    """The points of all reasons that a text names; a reason that the policy does not know has none."""
    return sum((points.get(part.strip(), Decimal(0)) for part in reason.split(_BETWEEN)), Decimal(0))


def _drawn(candidate: Candidate, seed: str) -> bytes:
    """The lot of a project under a seed. A hash, because `random` may draw otherwise in another Python."""
    text = f"{seed}\x1f{candidate.number}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def share_of(text: str) -> Decimal:
    """The share that a person wrote: 10% or 10 is 0.1. Raises UsageError for anything else."""
    plain = tidy(text)
    share = percent(plain if plain.endswith("%") else f"{plain}%")
    if share is None or not 0 < share <= 1 or (not plain.endswith("%") and share < Decimal("0.01")):
        raise UsageError(f"抽查比例“{text}”看不懂。请写成 10% 这样，大于0、不超过100%。")
    return share


def asked_for(text: str) -> tuple[int | None, Decimal | None]:
    """The number or the share that a person wrote: 10 is a number, 10% a share. Raises UsageError."""
    plain = tidy(text)
    if plain.isascii() and plain.isdigit() and 0 < int(plain) < 10**6:
        return int(plain), None
    if plain.endswith("%"):
        return None, share_of(plain)
    raise UsageError(f"“{text}”看不懂。请写抽几个（例如 10），或者比例（例如 10%）。")


def quota_of(count: int | None, share: Decimal | None, projects: int) -> int | None:
    """The number of projects to choose; a share is rounded up. None where neither is given."""
    if share is not None:
        return math.ceil(share * projects)
    return count


def names_of(texts: Sequence[tuple[str, str, str]]) -> list[str]:
    """A file name, without ending, for each department, project and number; no two of them are alike."""
    from selfeval_xl.files import distinct_names

    often = Counter(text[:2] for text in texts)
    plain = [
        f"{department}_{project}" + (f"_{number}" if often[department, project] > 1 else "")
        for department, project, number in texts
    ]
    names = distinct_names(plain, "未命名项目")
    return [names[text] for text in plain]
