"""A hundred names of workbooks that somebody could send: each is a name that Windows allows."""

from __future__ import annotations

import random

# What means something to cmd, to PowerShell, to a shell, to Excel or to a program's arguments.
PIECES = (
    "=", "==", "&", "&&", "^", "^&", "^^&", "%", "%%", "%PATH%", "%COMSPEC%", "%~f0", "!", "!PATH!",
    "!cmdcmdline!",
    "'", "''", "`", "$(calc)", "${PATH}", "(", ")", "(1)", "[1]", "{}", "+", "-", "--wb=x", "-c", "~", "@",
    "#", ",",
    ";", " ", "  ", ".", "..", "\u3000", "\u00a0", "“", "”", "‘", "’", "（", "）", "、", "，", "calc",
    "calc.exe", ".cmd",
    "教育局", "自评表", "执行率=执行数", "𠮷", "é", "ñ", "ß", "\u202e", "\u200b", "NUL", "py", "--hwnd=1",
    "end", "\\u0026",
)  # fmt: skip
FORBIDDEN = set('\\/:*?"<>|') | {chr(code) for code in range(32)}
REPORTED = (
    "自评^&calc .xlsx",
    "执行率=执行数.xlsx",
    "教育局&体育局.xlsx",
    "%USERNAME%.xlsx",
    "50%的表 100%.xlsx",
    "重要!.xlsx",
    "!cmdcmdline!.xlsx",
    "it's 'quoted'.xlsx",
    "自评表 (1).xlsx",
    "A+B.xlsx",
    "表" * 200 + ".xlsx",
    "a" * 200 + "&calc.xlsx",
    "--wb=x.xlsx",
    "-c import os.xlsx",
    " 前有空格.xlsx",
    "=1+1.xlsx",
    "@SUM(1).xlsx",
    "`calc`.xlsx",
    "$(calc).xlsx",
    "a;b,c.xlsx",
    "工作簿1",
)
COUNT = 100


def hostile_names() -> list[str]:
    """The names: those that were reported or thought of, and others drawn from the pieces, always the
    same.
    """
    dice, names = random.Random(21), list(REPORTED)
    while len(names) < COUNT:
        name = "".join(dice.choice(PIECES) for _ in range(dice.randint(1, 9)))
        name = "".join(sign for sign in name if sign not in FORBIDDEN).rstrip(". ")
        if name and f"{name}.xlsx" not in names:
            names.append(f"{name}.xlsx")
    return names
