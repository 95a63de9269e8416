"""What the buttons are made of: runs of cells, colours and formulas in Excel's words, failures in Chinese."""

from __future__ import annotations

import pytest

from selfeval_xl.addin import patience, pressing
from selfeval_xl.writers.excel.runs import runs
from support.add_in import Busy


def test_runs_cover_the_cells_and_nothing_else():
    cells = {(row, column): "a" for row in (1, 2) for column in (0, 1)} | {
        (3, 0): "a",
        (1, 3): "b",
        (5, 0): "a",
    }
    found = runs(cells)
    assert {
        (row, column)
        for area, _ in found
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    } == set(cells)
    assert [(str(area), key) for area, key in found] == [
        ("A2:B3", "a"),
        ("D2:D2", "b"),
        ("A4:A4", "a"),
        ("A6:A6", "a"),
    ]


@pytest.mark.parametrize(
    "fill,words",
    [
        ("", [("Pattern", -4142)]),
        ("#FFEB9C", [("Color", 0x9CEBFF)]),
        (
            (
                '<fill><patternFill patternType="solid"><fgColor theme="4" tint="0.4"/><bgColor '
                'indexed="64"/></patternFill></fill>'
            ),
            [("Pattern", 1), ("ThemeColor", 5), ("TintAndShade", 0.4)],
        ),
        (
            '<fill><patternFill patternType="solid"><fgColor indexed="13"/></patternFill></fill>',
            [("Pattern", 1), ("ColorIndex", 6)],
        ),
        (
            (
                '<fill><patternFill patternType="lightUp"><fgColor rgb="FFFF0000"/><bgColor rgb="FF00FF00"/'
                "></patternFill></fill>"
            ),
            [("Pattern", 14), ("Color", 0x00FF00), ("PatternColor", 0x0000FF)],
        ),
    ],
)
def test_fills_come_back_in_excels_words(fill, words):
    from selfeval_xl.writers.excel import fills

    class Interior:
        def __init__(self):
            self.__dict__["said"] = []

        def __setattr__(self, word, value):
            self.said.append((word, value))

    cells = Interior()
    fills.put(cells, fill)
    assert cells.said == words and fills.can_restore(fill)
    assert not fills.can_restore(
        '<fill><gradientFill degree="90"><stop position="0"><color rgb="FFFFFFFF"/></stop></'
        "gradientFill></fill>"
    )


@pytest.mark.parametrize(
    "formula,longer",
    [
        ("=SUM(G12:G20)", "=SUM(G12:G21)"),
        ("=SUM($G$12:$G$20)+G30", "=SUM($G$12:$G$21)+G31"),
        ("=SUM(G12:G19)", "=SUM(G12:G19)"),
        ("=G20", "=G20"),
        ("=SUM('别的'!G12:G20)", "=SUM('别的'!G12:G20)"),
        ('=IF(G20>1,"G12:G20",LOG10(G25))', '=IF(G20>1,"G12:G20",LOG10(G26))'),
    ],
)
def test_a_sum_that_ends_with_the_row_takes_in_the_row_inserted_below(formula, longer):
    from selfeval_xl.addin.buttons.formula_references import shifted, with_row

    assert with_row(shifted(formula, "项目01", 19, True), "项目01", 19, True) == longer
    away = (
        formula.replace("G12:G20", "'项目01'!G12:G20") if "'" not in formula and '"' not in formula else None
    )
    if away and "SUM(G12:G20)" in formula:
        assert with_row(shifted(away, "项目01", 19, False), "项目01", 19, False) == away.replace("G20", "G21")


@pytest.mark.parametrize(
    "error,said",
    [
        (Busy(), "Excel正忙：可能正在编辑一个单元格"),
        (MemoryError(), "内存不够"),
        (PermissionError(13, "denied", "C:\\表.xlsx"), "读写文件时出错（C:\\表.xlsx）"),
        (ZeroDivisionError(), "程序出错了，没有做完。"),
    ],
)
def test_every_failure_is_a_chinese_sentence(home, error, said):
    try:
        raise error
    except Exception as raised:
        told = pressing.message_of(raised, "check_book")
    assert told.startswith(said)
    assert ("check_book.log" in told) == isinstance(error, ZeroDivisionError)


def test_a_busy_program_is_asked_again_and_then_given_up():
    answers = [Busy(), Busy(), "ready"]

    def ask():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert patience.patiently(ask, pause=0) == "ready"
    answers[:] = [Busy()] * 3
    with pytest.raises(pressing.UsageError, match="正在编辑一个单元格"):
        patience.patiently(ask, tries=3, pause=0)
