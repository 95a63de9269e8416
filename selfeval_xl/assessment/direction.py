"""Whether less of an indicator is better, where its target has no sign: 差错率, 审批时限, 漏损率."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from selfeval_xl.assessment.text_models import chance

SURELY, PERHAPS = 0.9, 0.35  # chances from which less is better, and from which it may be
# 租金时间, 服务期限, 质保年限: a time for which something is to last.
_LASTS = re.compile(
    r"(?:租|服务|使用|开放|保修|质保|续航|播出|播放|培训|学习|值守|供[水电气暖热]|存续|有效|持续|驻|营业|延保|保障)"
)
_A_TIME = re.compile(r"(?:时间|时长|期限|年限|月数|天数|期)(?:[(（].*)?$", re.DOTALL)
_SOON = re.compile(r"等|响应|超|延|逾|办|审|受理|处理|处置|停|断|修复|恢复|到达")
_NUMBERING = re.compile(r"^\s*指标\d+\s*[:：、.]?\s*")


@cache
def bad_words() -> tuple[str, ...]:
    """The words for something bad, slow or costly, one of which such a name has."""
    text = resources.files(__package__).joinpath("smaller.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["words"])


@cache
def _bad() -> re.Pattern[str]:
    """The same words as one pattern, which is quicker to look for."""
    return re.compile("|".join(map(re.escape, bad_words())))


@lru_cache(maxsize=20_000)
def smaller_is_better(name: str) -> bool | None:
    """Whether less is better for an indicator of this name; None where that is not certain."""
    plain = _NUMBERING.sub("", name)
    if not _bad().search(plain):
        return False
    if (lasting := _LASTS.search(plain)) and _A_TIME.search(plain, lasting.end()) and not _SOON.search(plain):
        return False
    found = chance("smaller", plain)
    return True if found >= SURELY else None if found > PERHAPS else False
