"""What a label means: the vocabulary of the reader, taken from the synonyms file and from the layouts.

Data, not code.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

LONGEST_LABEL = 40
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|〔[^〔〕]*〕|【[^【】]*】")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.、]|[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]+\))")
_GOAL_NUMBER = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十])$")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Role:
    """scope and key as in the fields table (and 资金合计, 资金来源, 目标栏, 指标栏, 资金栏, 说明, 签字,
    其他).

    rank: place among the field's labels, 0 the best. by: 标签 (printed so on an official form that ships),
    同义词 (from the
    synonyms file), 近似 (one character off).
    """

    scope: str
    key: str
    rank: int
    label: str
    by: str = "标签"


@lru_cache(maxsize=20_000)
def squeeze(text: str) -> str:
    """The text in half-width characters without any white space."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=20_000)
def core(text: str) -> str:
    """A label without what forms add to it: spaces, numbering, brackets, a closing colon."""
    plain = _BRACKETS.sub("", squeeze(text))
    return _NUMBERING.sub("", plain).strip(":：*；;。. ")


@cache
def vocabulary() -> dict[str, tuple[Role, ...]]:
    """Every known label with the roles that it can play."""
    data = tomllib.loads(resources.files(__package__).joinpath("synonyms.toml").read_text(encoding="utf-8"))
    found: dict[str, dict[tuple[str, str], Role]] = {}
    for scope, fields in data.items():
        for key, labels in fields.items():
            for rank, label in enumerate(labels):
                found.setdefault(label, {})[scope, key] = Role(scope, key, rank, label, "同义词")
    _add_layouts(found)
    return {label: tuple(roles.values()) for label, roles in found.items()}


def _add_layouts(found: dict[str, dict[tuple[str, str], Role]]) -> None:
    """The layouts' own labels come first for their field, unless the synonyms file knows them already."""
    from .. import layouts

    for layout in layouts.load_all():
        for scope, key, text in layout.labels():
            label = core(text)
            if label and key != "source":
                known = found.setdefault(label, {}).get((scope, key))
                found[label][scope, key] = Role(scope, key, known.rank if known else 0, label)


@lru_cache(maxsize=20_000)
def roles(text: str) -> tuple[Role, ...]:
    """The roles that this cell's text can play as a label; none for anything that is no label."""
    if len(text) > LONGEST_LABEL:
        return ()
    known, word = vocabulary(), core(text)
    found = known.get(squeeze(text).strip(":")) or known.get(word)
    if found or not word.startswith(("年度", "绩效目标")) or "目标" not in word:
        return found or ()
    return tuple(
        role for role in known.get(_GOAL_NUMBER.sub("", word), ()) if role.scope == "目标"
    )  # 年度目标1 (40分)


@lru_cache(maxsize=4096)
def likely(text: str, scope: str) -> Role | None:
    """The role of a label that is misspelt by one character; None where nothing or more than one fits."""
    word = core(text)
    if len(word) < 4 or len(word) > LONGEST_LABEL:
        return None
    from rapidfuzz.distance import Levenshtein

    near = {
        (role.scope, role.key): role
        for label, known in vocabulary().items()
        if abs(len(label) - len(word)) <= 1 and len(label) >= 4
        for role in known
        if role.scope == scope and Levenshtein.distance(label, word, score_cutoff=1) <= 1
    }
    if len(near) != 1:
        return None
    role = next(iter(near.values()))
    return Role(role.scope, role.key, role.rank, role.label, "近似")


def split_inline(text: str) -> tuple[str, str] | None:
    """Label and value that share a cell ("部门:临沧市…"), where the part before the colon is a known label."""
    head, colon, tail = unicodedata.normalize("NFKC", text[:LONGEST_LABEL]).partition(":")
    if not colon or not roles(head):
        return None
    value = re.split(r"[:：]", text, maxsplit=1)[1].strip()
    return (head, value) if value else None
