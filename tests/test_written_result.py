"""One cell with a score says the same everywhere: proposal, re-check, appraisal, bulletin, next year."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.county.last_year_sheet import read_last
from selfeval_xl.county.officer_workbook import read_written
from selfeval_xl.county.review.taking_in import take_in
from selfeval_xl.county.sheets.projects import PROJECTS
from selfeval_xl.county.store.rows import ListedRows
from selfeval_xl.county.tables import READ_BACK
from selfeval_xl.county.written_result import REVIEWED, result_of, score_of
from selfeval_xl.workflows.reports.rechecks import annex_row, rechecks_of, sentence, told
from support.county_files import form, published, received, written
from support.season import rows_of, write_hand


@pytest.mark.parametrize(
    ("value", "score"),
    [
        *((value, 85) for value in (85, 85.0, Decimal("85.00"), "85", "８５", "85分", " 85 分", "85%")),
        (0, 0),
        ("0分", 0),
        ("100", 100),
        ("100.01", None),
        (915, None),
        ("-1", None),
        ("八十", None),
        ("8 5分左右", None),
        ("", None),
        (None, None),
    ],
)
def test_a_score_is_a_number_from_0_to_100_with_or_without_its_unit(value, score):
    assert score_of(value) == score


@pytest.mark.parametrize(
    ("score", "grade", "expected"),
    [
        (70, None, (70, "中", "")),
        ("59.99分", "", (Decimal("59.99"), "差", "")),
        (70, "中等", (70, "中", "")),
        (None, "良", (None, "良", "")),
        (None, "不评分", (None, None, "")),
        (None, None, (None, None, "")),
        (95, "中", (95, None, "复核等级中和复核得分95（优）对不上，请先核实")),
        (915, "优", (None, None, "复核得分915不在0到100分之间")),
        ("九十", "优", (None, None, "复核得分“九十”不是数字")),
        (70, "合格", (70, None, "复核等级“合格”不是优、良、中、差之一")),
    ],
)
def test_the_grade_is_that_of_the_score(score, grade, expected):
    result = result_of(REVIEWED, score, grade, default())
    assert (result.score, result.grade, result.fault) == expected


def project(name, score, grade, second=None, second_grade=None):
    return {
        "department": "示例局",
        "project": name,
        "score": None if score is None else Decimal(score),
        "grade": grade,
        "second_score": second,
        "second_grade": second_grade,
    }


def test_a_typed_score_without_a_grade_lowers_the_grade_in_the_bulletin():
    found = rechecks_of([project("水库", "99.81", "优", 70.0)], default(), frozenset())
    assert sentence(found) == (
        "财政已复核项目1个，其中自评、复核都有得分的1个，自评平均99.81分，复核平均70分，"
        "平均偏差（复核减自评）-29.81分；复核低于自评的1个，高于自评的0个，等级降低的1个，名单见附件。"
    )
    assert [annex_row(row) for row in found.named] == [
        ("示例局", "水库", "99.81", "优", "70", "中"),
    ]


def test_only_scores_from_0_to_100_are_averaged_and_the_others_are_said():
    rows = [
        project("一", "99", "优", 915, None),
        project("二", "95", "优", "85分", None),
        project("三", "85", "良", "-5", "差"),
        project("四", "92", "优", Decimal(91), "优"),
    ]
    found = rechecks_of(rows, default(), frozenset())
    # 二 95 → 85, 四 92 → 91: averages 93.5 and 88, −5.5; 二 falls from 优 to 良
    assert sentence(found) == (
        "财政已复核项目4个，其中自评、复核都有得分的2个，自评平均93.5分，复核平均88分，"
        "平均偏差（复核减自评）-5.5分；复核低于自评的2个，高于自评的0个，等级降低的1个，名单见附件；"
        "得分不是0到100的数、没有算进平均的2个；没有等级或等级未知、没有比等级的2个。"
    )
    assert told(found) == (
        "项目汇总里的复核结果有没有算进去的：示例局“一”（复核得分915不在0到100分之间）、"
        "示例局“三”（复核得分-5不在0到100分之间），请核对。"
    )


def test_what_cannot_be_compared_is_not_called_equal():
    contradictory = [project("一", "95", "优", 55, "良")]
    text = sentence(rechecks_of(contradictory, default(), frozenset()))
    assert "没有等级降低的" not in text and text.endswith("；没有等级或等级未知、没有比等级的1个。")
    unscored = [project("一", None, "不评分", 55), project("二", "95", "优", 96, "优")]
    text = sentence(rechecks_of(unscored, default(), frozenset()))
    assert text.endswith("，没有等级降低的；没有等级或等级未知、没有比等级的1个。")
    assert told(rechecks_of(unscored, default(), frozenset())) == ""


def taken(**row):
    rows = ListedRows(PROJECTS, [project("水库", "99.81", "优") | row])
    (listed,) = take_in({"projects": rows}, None, default(), {}).rows
    return [listed[key] for key in ("second_score", "second_grade", "difference", "lowered", "note")]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"second_score": 70}, [70, "中", Decimal("-29.81"), "是", ""]),
        ({"second_score": "85分"}, [85, "良", Decimal("-14.81"), "是", ""]),
        ({"second_score": 95.0}, [95, "优", Decimal("-4.81"), "", ""]),
        (
            {"second_score": 70, "second_grade": "优"},
            [70, "优", Decimal("-29.81"), "", "复核等级优和复核得分70（中）对不上，请先核实"],
        ),
        ({"second_score": 915}, [None, None, None, "", "复核得分915不在0到100分之间"]),
        ({"second_score": "八十"}, [None, None, None, "", "复核得分“八十”不是数字"]),
        ({"second_grade": "良"}, [None, "良", None, "是", ""]),
    ],
)
def test_the_sheet_of_the_differences_reads_the_same(typed, expected):
    assert taken(**typed) == expected


@pytest.mark.parametrize(
    ("typed", "before"),
    [("55分", "上年复核等级差，复核得分55"), ("五十五", "上年等级未知（复核得分“五十五”不是数字）")],
)
def test_last_years_score_is_never_the_departments_own_where_officers_wrote_one(tmp_path, typed, before):
    """Last year 95 优, re-checked 55: the second low year in a row."""
    good = form("", "校车", executed="90", total_score="95")
    old = written(tmp_path, received("一.xlsx", good), name="2023.xlsx").out
    write_hand(old, "项目汇总", {"项目名称": "校车"}, 复核得分=typed)
    out = tmp_path / "2024.xlsx"
    published(out, received("一.xlsx", good), last=read_last(old))
    write_hand(out, "项目汇总", {"项目名称": "校车"}, 复核得分=40)
    published(out, received("一.xlsx", good), old=read_written(out, READ_BACK), last=read_last(old))
    (row,) = rows_of(out, "项目汇总")
    assert before in row["结果应用建议（程序）"]
    (compared,) = rows_of(out, "与上年对比")
    assert compared["上年复核得分"] == (55 if typed == "55分" else "五十五")


def test_projects_without_scores_that_were_rechecked_are_counted_too():
    """Seven re-checked: four with scores, three without, as 复核汇总 says."""
    rows = [project(str(number), "95", "优", 94) for number in range(4)]
    rows += [project(name, None, "不评分") for name in ("甲", "乙", "丙", "丁")]
    unscored = Counter(("", "示例局", "", name, "") for name in ("甲", "乙", "丙"))
    found = rechecks_of(rows, default(), frozenset(), unscored)
    assert sentence(found) == (
        "财政已复核项目7个（其中不评分3个），其中自评、复核都有得分的4个，自评平均95分，复核平均94分，"
        "平均偏差（复核减自评）-1分；复核低于自评的4个，高于自评的0个，没有等级降低的。"
    )
    alone = rechecks_of(rows[4:], default(), frozenset(), unscored)
    assert sentence(alone) == "财政已复核项目3个（其中不评分3个）。"


def test_a_project_without_scores_counts_once():
    """甲: 不评分 typed too; 乙: an officer typed a score since; 丙: typed only."""
    rows = [
        project("甲", None, "不评分", None, "不评分"),
        project("乙", None, "不评分", 66.5),
        project("丙", None, "不评分", None, " 不评分"),
    ]
    unscored = Counter(("", "示例局", "", name, "") for name in ("甲", "乙"))
    found = rechecks_of(rows, default(), frozenset(), unscored)
    assert (found.checked, found.unscored, found.scored, found.uncompared) == (3, 2, 0, 1)
    assert sentence(found) == ("财政已复核项目3个（其中不评分2个）；没有等级或等级未知、没有比等级的1个。")
