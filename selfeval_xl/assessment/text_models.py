"""Judgements on short texts that no list of phrases carries: linear models over pieces of letters.

The weights are data (weights/*.bin), made by `make judgements` from the labelled texts in training/. Each
model gives the chance that a statement holds; whoever asks decides how sure is sure (policy text_sure).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import repeat
from math import tanh

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.assessment.text_claims import claim_features
from selfeval_xl.assessment.text_features import features_of, name_features

_STEPS = 64  # a weight of 1 is stored as this number
_CODE = "utf-16-le"  # two bytes a letter: no larger than UTF-8 when compressed, and quickly decoded


@dataclass(frozen=True, slots=True)
class Judgement:
    """A statement about a text.

    label: its Chinese name. raised: whether a finding is raised where the statement holds, or where it does
    not. features: the function that takes a text apart.
    """

    label: str
    raised: bool
    features: Callable[[str], set[str]] = features_of


JUDGEMENTS: Mapping[str, Judgement] = {
    "measure": Judgement("原因里没有改进措施", False),
    "money": Judgement("没有说到资金或进度", False),
    "hollow": Judgement("空泛的效益指标", True),
    "payment": Judgement("把支付当作数量", True),
    "smaller": Judgement("越小越好的指标", True, name_features),
    "vague": Judgement("目标没有可核对的内容", True),
    "done_denied": Judgement("已完成，说明却说没有做", True, claim_features),
    "miss_denied": Judgement("未完成，说明却说都做了", True, claim_features),
}


def features(judgement: str, text: str) -> set[str]:
    """The features of a text for this judgement."""
    return JUDGEMENTS[judgement].features(text)


@lru_cache(maxsize=20_000)
def log_odds(judgement: str, text: str) -> float:
    """The log odds that the statement holds for the text."""
    weights, intercept = _weights(judgement)
    return intercept + sum(map(weights.get, features(judgement, text), repeat(0))) / _STEPS


def chance(judgement: str, text: str) -> float:
    """The chance, between 0 and 1, that the statement holds for the text."""
    return (1 + tanh(log_odds(judgement, text) / 2)) / 2  # the logistic function, without its overflow


def raises(judgement: str, text: str, policy: Policy) -> bool:
    """Whether a finding is due for the text: the policy's text_sure says how sure that has to be.

    What is less sure is not raised.
    """
    found = chance(judgement, text)
    return (found if JUDGEMENTS[judgement].raised else 1 - found) >= float(policy.number("text_sure"))


@cache
def _weights(judgement: str) -> tuple[Mapping[str, int], float]:
    """The weights of a judgement, in steps, and its intercept."""
    data = resources.files(__package__).joinpath("weights", f"{judgement}.bin").read_bytes()
    head, *lines = zlib.decompress(data).decode(_CODE).split("\n")
    weights: dict[str, int] = {}
    for line in lines:
        number, *names = line.split("\t")
        weights.update(dict.fromkeys(names, int(number)))
    return weights, float(head)


def packed(weights: Mapping[str, float], intercept: float) -> bytes:
    """The weights as they are stored: the intercept, then a line for each weight with its features.

    Features of no weight are left out.
    """
    lines: dict[int, list[str]] = {}
    for feature in sorted(weights):
        lines.setdefault(round(weights[feature] * _STEPS), []).append(feature)
    lines.pop(0, None)
    text = "\n".join(
        [repr(intercept), *("\t".join([str(number), *lines[number]]) for number in sorted(lines))]
    )
    return zlib.compress(text.encode(_CODE), 9)
