"""The vocabulary of the reader: the fields that each label can name, by synonyms file and layouts."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from selfeval_xl.model.forms import DECLARATION, MONITORING
from selfeval_xl.model.text import core, squeeze

LONGEST_LABEL = 40
STAGES = (DECLARATION, MONITORING)
# The number of a goal or of its outcome: 年度目标1, 绩效目标二, 目标一完成情况, 完成情况2.
_GOAL_NUMBER = re.compile(r"(?<=目标|情况)(?:\d{1,2}|[一二三四五六七八九十])(?=$|实际|完成)")
# A line for a signature or a seal in words of its own: 单位领导审签, 法人代表（签名）, 单位（公章）.
_SIGNED = re.compile(
    r"\A[(（]?(?:单位|部门|项目|财务|分管|主管|主要|具体|经办|审核|复核|填[表报]|制表|联系|法定|法人|代表|领导|负责|"
    r"股室|科室|处室|人|人员|及|、|/)*[(（]?(?:签字|签名|盖章|公章|签章|审签|签发|审核)[)）]{0,2}$"
)
_FIRST, _LAST = "\u4e00", "\u9fff"  # Chinese letters, which have one form only
_SIGNED_ENDS = (*"字名章签发核", ")", "）")


@dataclass(frozen=True, slots=True)
class Role:
    """A field that a label can name.

    scope, key: as in the fields table, with the further scopes 资金合计, 资金来源, 目标栏, 指标栏, 资金栏,
    管理, 说明, 签字, 其他. rank: position among the field's labels, 0 the best. by: 标签 (printed so on an
    official form that ships), 同义词 (from the synonyms file), 近似 (one character off), 字样 (by its
    wording).
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
    """Adds the layouts' labels with the best rank, unless the synonyms file ranks them already.

    Those of the earlier stages are known on such forms only (`stage_labels`).
    """
    from selfeval_xl import layouts

    for layout in layouts.load_all():
        for scope, key, text in layout.labels() if layout.kind not in STAGES else ():
            label = core(text)
            if label and key != "source":
                synonym = by_label.setdefault(label, {}).get((scope, key))
                by_label[label][scope, key] = Role(scope, key, synonym.rank if synonym else 0, label)


@cache
def section_words() -> frozenset[str]:
    """What the layouts print beside their tables (年度主要任务), which is neither label nor value."""
    from selfeval_xl import layouts

    return frozenset(core(text) for layout in layouts.load_all() for text in layout.sections())


@cache
def _no_label() -> re.Pattern[str]:
    """A pattern of texts of plain letters and digits, one of which no label has: most names and values."""
    letters = {letter for label in vocabulary() for letter in label} | set(
        _SIGNED.pattern + _GOAL_NUMBER.pattern
    )
    known = "".join(sorted(letter for letter in letters if _FIRST <= letter <= _LAST))
    return re.compile(
        rf"[0-9A-Za-z{known}]*+[^\0-{chr(ord(_FIRST) - 1)}{chr(ord(_LAST) + 1)}-\U0010ffff{known}]"
        rf"[0-9A-Za-z{_FIRST}-{_LAST}]*\Z"
    )


@lru_cache(maxsize=20_000)
def roles(text: str) -> tuple[Role, ...]:
    """The roles that a cell's text can have as a label; none where it is no label."""
    if len(text) > LONGEST_LABEL or _no_label().match(text):
        return ()
    by_label, word = vocabulary(), core(text)
    plain = squeeze(text).strip(":")
    found = by_label.get(plain) or by_label.get(word)
    if plain.endswith(_SIGNED_ENDS) and _SIGNED.match(plain) and not _is_named(found):
        return (Role("签字", "signature", 0, plain, "字样"),)
    if found:
        return found
    if plain[:1] == "(" and not word:  # （项目名称） below the line with the name
        return tuple(role for role in by_label.get(plain.strip("()"), ()) if role.scope == "表")
    if "目标" not in word and "情况" not in word:
        return ()
    unnumbered = _GOAL_NUMBER.sub("", word)  # 年度目标1 (40分)
    if unnumbered == word:
        return ()
    return tuple(role for role in by_label.get(unnumbered, ()) if role.scope == "目标")


@lru_cache(maxsize=20_000)
def has_scope(text: str, *scopes: str) -> bool:
    """Whether the text, as a label, has a role in one of these scopes."""
    return any(role.scope in scopes for role in roles(text))


def _is_named(found: tuple[Role, ...] | None) -> bool:
    """Whether a label that ends in a seal is that of a field, a remark or a signature that is known."""
    return found is not None and any(role.scope in ("表", "说明", "签字") for role in found)


def is_numbered(text: str) -> bool:
    """Whether a label is that of one of several goals (目标1, 绩效目标二)."""
    return bool(_GOAL_NUMBER.search(core(text)))


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


@lru_cache(maxsize=20_000)
def split_inline(text: str) -> tuple[str, str] | None:
    """Label and value that share a cell ("部门:临沧市…"); None where no known label stands at the colon."""
    label, colon, _ = unicodedata.normalize("NFKC", text[:LONGEST_LABEL]).partition(":")
    if not colon or not roles(label):
        return None
    value = re.split(r"[:：]", text, maxsplit=1)[1].strip()
    return (label, value) if value else None
