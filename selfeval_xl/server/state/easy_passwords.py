"""Passwords that others guess: made of what everybody takes, of rows of keys, counting and repeating.

Of a list of the most common passwords nearly all with 12 characters and more are put together like that, so
they are taken apart instead of being listed.
"""

from __future__ import annotations

import re

LEAST_DIFFERENT = 5  # different characters that have to be left when the pieces are taken out
_ROWS = r"""
1234567890-= 0123456789 qwertyuiop[] asdfghjkl;' zxcvbnm,./ !@#$%^&*()_+ 147258369 741852963 159753
1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/ qazwsxedcrfvtgbyhnujmikolp zaq1xsw2cde3vfr4bgt5nhy6mju7
zaq12wsxcde3 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 qweasdzxc abcdefghijklmnopqrstuvwxyz
""".split()
_WORDS = """
administrator admin password passwd passw0rd p@ssw0rd welcome letmein changeme default iloveyou woaini 5201314
1314520 love root user test guest login master dragon monkey shadow sunshine princess football baseball
basketball superman batman trustno1 whatever unbelievable computer internet michael jordan liverpool chelsea
caizhengju caizheng jixiao ziping shoujiantai zhongguo china 财政局 财政 绩效 自评 收件台
口令 密码 我爱你 中国
""".split()
_SHORTEST = 3  # keys of a row in their order
_YEAR = re.compile(r"(?:19|20)\d\d(?:[01]?\d[0-3]?\d)?")


def is_easy(password: str, *names: str) -> bool:
    """Whether a password is one that others guess. names: of its owner, which do not count either."""
    rest = password.casefold()
    for word in sorted({*_WORDS, *(name.casefold() for name in names if name)}, key=len, reverse=True):
        rest = rest.replace(word, " ")
    rest = _YEAR.sub(" ", _without_rows(rest))
    return len(set(re.sub(r"(.{1,6}?)\1+", r"\1", rest)) - {" "}) < LEAST_DIFFERENT


def _without_rows(text: str) -> str:
    """The text without keys in the order of a row, forwards or backwards."""
    rows = [way for row in _ROWS for way in (row, row[::-1])]
    left, at = [], 0
    while at < len(text):
        size = 0
        while at + size < len(text) and any(text[at : at + size + 1] in row for row in rows):
            size += 1
        left.append(" " if size >= _SHORTEST else text[at])
        at += size if size >= _SHORTEST else 1
    return "".join(left)
