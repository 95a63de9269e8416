"""The vocabulary of the reader: the fields that each label can name, by synonyms file and layouts."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from selfeval_xl.model.text import core, squeeze

LONGEST_LABEL = 40
_GOAL_NUMBER = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十])$")


@dataclass(frozen=True, slots=True)
class Role:
    """A field that a label can name.

    scope, key: as in the fields table, with the further scopes 资金合计, 资金来源, 目标栏, 指标栏, 资金栏,
    说明, 签字, 其他. rank: position among the field's labels, 0 the best. by: 标签 (printed so on an official
    form that ships), 同义词 (from the synonyms file), 近似 (one character off), 字样 (by its wording).
    """

    scope: str
    key: str
    rank: int
    label: str
    by: str = "标签"


@cache
def vocabulary() -> dict[str, tuple[Role, ...]]:
    """The known labels, each with the roles that it can have."""
    data = tomllib.loads(resources.files(__package__).joinpath("synonyms.toml").read_text(encoding="utf-8"))
    by_label: dict[str, dict[tuple[str, str], Role]] = {}
    for scope, fields in data.items():
        for key, labels in fields.items():
            for rank, label in enumerate(labels):
                by_label.setdefault(label, {})[scope, key] = Role(scope, key, rank, label, "同义词")
    _add_layouts(by_label)
    return {label: tuple(label_roles.values()) for label, label_roles in by_label.items()}


def _add_layouts(by_label: dict[str, dict[tuple[str, str], Role]]) -> None:
    """Adds the layouts' labels with the best rank, unless the synonyms file ranks them already."""
    from selfeval_xl import layouts

    for layout in layouts.load_all():
        for scope, key, text in layout.labels():
            label = core(text)
            if label and key != "source":
                synonym = by_label.setdefault(label, {}).get((scope, key))
                by_label[label][scope, key] = Role(scope, key, synonym.rank if synonym else 0, label)


@lru_cache(maxsize=20_000)
def roles(text: str) -> tuple[Role, ...]:
    """The roles that a cell's text can have as a label; none where it is no label."""
    if len(text) > LONGEST_LABEL:
        return ()
    by_label, word = vocabulary(), core(text)
    found = by_label.get(squeeze(text).strip(":")) or by_label.get(word)
    if found or not word.startswith(("年度", "绩效目标")) or "目标" not in word:
        return found or ()
    unnumbered = _GOAL_NUMBER.sub("", word)  # 年度目标1 (40分)
    return tuple(role for role in by_label.get(unnumbered, ()) if role.scope == "目标")


@lru_cache(maxsize=4096)
def likely(text: str, scope: str) -> Role | None:
    """The role of a label that is misspelt by one character; None where none or more than one fits."""
    word = core(text)
    if len(word) < 4 or len(word) > LONGEST_LABEL:
        return None
    from rapidfuzz.distance import Levenshtein

    near = {
        (role.scope, role.key): role
        for label, label_roles in vocabulary().items()
        if abs(len(label) - len(word)) <= 1 and len(label) >= 4
        for role in label_roles
        if role.scope == scope and Levenshtein.distance(label, word, score_cutoff=1) <= 1
    }
    if len(near) != 1:
        return None
    role = next(iter(near.values()))
    return Role(role.scope, role.key, role.rank, role.label, "近似")


def split_inline(text: str) -> tuple[str, str] | None:
    """Label and value that share a cell ("部门:临沧市…"); None where no known label stands at the colon."""
    label, colon, _ = unicodedata.normalize("NFKC", text[:LONGEST_LABEL]).partition(":")
    if not colon or not roles(label):
        return None
    value = re.split(r"[:：]", text, maxsplit=1)[1].strip()
    return (label, value) if value else None
