"""结果应用建议（程序）: each rule fires at its own figures and not beside; unknown stays unknown."""

from __future__ import annotations

from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.assessment.policy import default, shown_value
from selfeval_xl.county.last_year_sheet import read_last
from selfeval_xl.county.officer_workbook import read_written
from selfeval_xl.county.proposed_use import proposal
from selfeval_xl.county.tables import READ_BACK
from selfeval_xl.errors import PolicyError
from selfeval_xl.rules.county_file import load
from selfeval_xl.rules.county_file_template import write_policy_template
from support.county_files import form, published, received, written
from support.season import rows_of, write_hand

NO_LAST_YEAR = "没有给上年汇总表，连续两年没有判断"


def row(score=None, grade=None, rate="1", status="已报", second=None, second_grade=None):
    """A row of 项目汇总; scores as texts."""
    return {
        "status": status,
        "score": None if score is None else Decimal(score),
        "grade": grade if grade or score else "不评分",
        "execution_rate": None if rate is None else Decimal(rate),
        "second_score": second,
        "second_grade": second_grade,
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (row("90", "优"), "优先保障：自评等级优，自评得分90"),
        (row("89.99", "良"), "正常安排：自评等级良，自评得分89.99"),
        (row("80", "良"), "正常安排：自评等级良，自评得分80"),
        (row("79.99", "中"), f"压减10%：自评等级中，自评得分79.99；{NO_LAST_YEAR}"),
        (row("59.5", "差"), f"取消：自评等级差，自评得分59.5；{NO_LAST_YEAR}"),
        (row("0", "差"), f"取消：自评等级差，自评得分0；{NO_LAST_YEAR}"),
        (row(None, "优"), "优先保障：自评等级优，没有得分"),
        # the re-checked one counts, whichever of its two columns is filled
        (row("95", "优", second="72"), f"压减10%：复核等级中，复核得分72；{NO_LAST_YEAR}"),
        (row("95", "优", second_grade="良"), "正常安排：复核等级良，没有得分"),
        (row("50", "差", second=Decimal(91), second_grade="优秀"), "优先保障：复核等级优，复核得分91"),
        (row("95", "优", second=0.0), f"取消：复核等级差，复核得分0；{NO_LAST_YEAR}"),
        (row(None, None, status="漏报", rate="1", second="85分"), "正常安排：复核等级良，复核得分85"),
    ],
)
def test_the_grade_that_counts_has_its_use(given, expected):
    assert proposal(given, default(), None) == expected


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (row(), "没有自评得分和等级"),
        (row(rate="0.1"), "没有自评得分和等级"),
        (row(status="漏报"), "漏报，没有自评结果"),
        (row("0", status="未填报"), "未填报，没有自评结果"),
        (row("95", "优", second="八十"), "复核得分“八十”不是数字"),
        (row("95", "优", second="850"), "复核得分850不在0到100分之间"),
        (row("120", "优"), "自评得分120不在0到100分之间"),
        (row("95", "优", second_grade="合格"), "复核等级“合格”不是优、良、中、差之一"),
        (row("55", "优"), "自评等级优和自评得分55（差）对不上，请先核实"),
        (row("95", "优", second="85", second_grade="差"), "复核等级差和复核得分85（良）对不上，请先核实"),
    ],
)
def test_an_unknown_grade_has_no_use_and_says_why(given, why):
    assert proposal(given, default(), None) == f"等级未知：{why}，不提建议"


def test_an_exempt_project_has_no_use():
    assert proposal(row(status="免评"), default(), None) == "免评项目，不提建议"


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("0.6", "正常安排：自评等级良，自评得分85"),
        ("0.5999", "压减10%：自评等级良，自评得分85→正常安排；执行率59.99%低于60%→压减10%"),
        ("0", "压减10%：自评等级良，自评得分85→正常安排；执行率0.00%低于60%→压减10%"),
        # as many digits as show that it is below
        ("0.59996", "压减10%：自评等级良，自评得分85→正常安排；执行率59.996%低于60%→压减10%"),
        ("0.5999999", "压减10%：自评等级良，自评得分85→正常安排；执行率59.99999%低于60%→压减10%"),
        ("0.599996667", "压减10%：自评等级良，自评得分85→正常安排；执行率59.9997%低于60%→压减10%"),
        ("0.59994", "压减10%：自评等级良，自评得分85→正常安排；执行率59.99%低于60%→压减10%"),
        (None, "正常安排：自评等级良，自评得分85；执行率未知，没有按执行率判断"),
    ],
)
def test_a_low_execution_rate_cuts(rate, expected):
    assert proposal(row("85", "良", rate), default(), None) == expected


def test_a_line_of_many_digits_is_shown_whole(tmp_path):
    policy = policy_of(tmp_path, 'use_low_rate = "66.664%：压减10%"')
    assert proposal(row("85", "良", "0.6666"), policy, None).endswith("执行率66.66%低于66.664%→压减10%")
    assert proposal(row("85", "良", "0.6667"), policy, None) == "正常安排：自评等级良，自评得分85"


def test_the_gravest_of_several_rules_counts(tmp_path):
    policy = policy_of(tmp_path, 'use_low_rate = "80%：压减10%、50%：压减30%"')
    both = proposal(row("70", "中", "0.45"), policy, {})
    assert both == "压减30%：自评等级中，自评得分70→压减10%；执行率45.00%低于50%→压减30%"
    assert proposal(row("70", "中", "0.5"), policy, {}).endswith("执行率50.00%低于80%")  # both cut by 10%
    assert proposal(row("50", "差", "0.45"), policy, {}).startswith("取消：")


@pytest.mark.parametrize(
    ("this", "last", "expected"),
    [
        (
            ("70", "中"),
            ("65", "中"),
            "压减30%：自评等级中，自评得分70→压减10%；连续两年中及以下（上年自评等级中，自评得分65）→压减30%",
        ),
        (
            ("70", "中"),
            ("50", "差"),
            "压减30%：自评等级中，自评得分70→压减10%；连续两年中及以下（上年自评等级差，自评得分50）→压减30%",
        ),
        (
            ("50", "差"),
            ("50", "差"),
            "取消：自评等级差，自评得分50；连续两年差（上年自评等级差，自评得分50）",
        ),
        (("70", "中"), ("80", "良"), "压减10%：自评等级中，自评得分70"),
        (("85", "良"), ("50", "差"), "正常安排：自评等级良，自评得分85"),
    ],
)
def test_two_low_years(this, last, expected):
    assert proposal(row(*this), default(), row(*last)) == expected


def test_last_years_recheck_counts_too_and_an_unknown_one_is_said():
    low = row("70", "中")
    assert "上年复核等级差，复核得分40" in proposal(low, default(), row("95", "优", second="40"))
    assert proposal(low, default(), row()) == (
        "压减10%：自评等级中，自评得分70；上年等级未知（没有自评得分和等级），连续两年没有判断"
    )
    assert proposal(low, default(), {}) == "压减10%：自评等级中，自评得分70"  # a new project


def test_rules_that_a_county_does_not_want_are_switched_off(tmp_path):
    policy = policy_of(tmp_path, 'use_low_rate = "无"\nuse_two_years = []')
    assert proposal(row("70", "中", "0.1"), policy, None) == "压减10%：自评等级中，自评得分70"
    assert shown_value(policy.parameters["use_two_years"]) == "无"


def test_a_grade_of_the_countys_own_without_a_use_is_said(tmp_path):
    policy = policy_of(tmp_path, 'grades = [["一等", 90], ["二等", 0]]')
    assert proposal(row("95"), policy, None) == (
        "自评等级一等，自评得分95：参数“结果应用：等级对应”里没有这个等级，不提建议"
    )


def policy_of(tmp_path, text):
    path = tmp_path / "本县.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def excel(tmp_path, **values):
    """A policy workbook with these values; the row of each by name."""
    path = tmp_path / "参数表.xlsx"
    write_policy_template(default(), path)
    book = openpyxl.load_workbook(path)
    rows = {}
    for line in book["参数"].iter_rows(min_row=2):
        if line[0].value in values:
            rows[line[0].value], line[2].value = line[0].row, values[line[0].value]
    book.save(path)
    return path, rows


def test_the_same_rules_in_excel_and_in_toml(tmp_path):
    path, rows = excel(
        tmp_path,
        use_of_grade="优:优先保障，良：正常安排\n中：压减 15％;差：压减50%",
        use_two_years="差：取消",
        use_low_rate="0.5：压减5%",
        appraisal_late_day=2,
        appraisal_error="0.25",
    )
    assert len(rows) == 5
    same = policy_of(
        tmp_path,
        'use_of_grade = [["优", "优先保障"], ["良", "正常安排"], ["中", "压减15%"], ["差", "压减50%"]]\n'
        'use_two_years = [["差", "取消"]]\nuse_low_rate = [["50%", "压减5%"]]\n'
        "appraisal_late_day = 2\nappraisal_error = 0.25\n",
    )
    book = load(path)
    for name in rows:
        assert book[name] == same[name] != default()[name], name
    assert book["use_of_grade"] == "优：优先保障、良：正常安排、中：压减15%、差：压减50%"


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("use_of_grade", "优先保障", "应写成“优：优先保障、良：正常安排、中：压减10%、差：取消”"),
        ("use_of_grade", "无", "不能写“无”"),
        (
            "use_of_grade",
            "优：重点保障",
            "怎样安排只能写优先保障、正常安排、压减百分之几（如“压减10%”）、取消",
        ),
        ("use_of_grade", "优：压减100%", "怎样安排只能写"),
        ("use_of_grade", "优：优先保障、优：取消", "“优”写了两次"),
        ("use_of_grade", "优秀：优先保障", "没有“优秀”这个等级，参数“等级”里有的是优、良、中、差"),
        ("use_two_years", "及格：取消", "没有“及格”这个等级"),
        ("use_low_rate", "60：压减10%", "执行率应写大于0、不超过100%的数"),
        ("appraisal_late_day", "-1", "分数应写0到100的数，例如2或0.5，现在写的是“-1”"),
        ("appraisal_late_day", "2%", "分数应写0到100的数"),
        ("appraisal_timely_points", "二十", "分数应写0到100的数"),
        # ten of 0.125 are 1.25 and not 1.3, a hundred of 0.004 are 0.4 and not 0: the workbook has 0.01
        ("appraisal_error", 0.125, "分数最多写到小数点后两位，例如0.13，现在写的是“0.125”"),
        ("appraisal_error", "0.004", "分数最多写到小数点后两位，例如0.01，现在写的是“0.004”"),
        ("appraisal_review_point", "0.333", "分数最多写到小数点后两位，例如0.33"),
        ("appraisal_accurate_points", 29.999, "分数最多写到小数点后两位，例如30，"),
    ],
)
def test_a_rule_that_cannot_be_right_is_told_with_its_row_and_what_to_write(tmp_path, name, value, part):
    path, rows = excel(tmp_path, **{name: value})
    with pytest.raises(PolicyError) as told:
        load(path)
    assert str(told.value).startswith(f"“参数”第{rows[name]}行：") and part in str(told.value)


@pytest.mark.parametrize(
    ("typed", "points"),
    [(0.3, "0.3"), (0.1 + 0.2, "0.3"), ("0.50", "0.5"), ("0.01", "0.01"), (100, "100"), ("１.25", "1.25")],
)
def test_points_of_up_to_two_decimals_are_taken(tmp_path, typed, points):
    path, _ = excel(tmp_path, appraisal_error=typed)
    assert load(path)["appraisal_error"] == Decimal(points)


def test_points_in_toml_have_two_decimals_too(tmp_path):
    with pytest.raises(PolicyError, match="分数最多写到小数点后两位，例如0.13"):
        policy_of(tmp_path, "appraisal_error = 0.125")


def test_every_rule_is_a_row_of_the_policy_workbook_with_an_example(tmp_path):
    path, rows = excel(tmp_path, **dict.fromkeys(default().parameters))
    names = [name for name in rows if name.startswith(("use_", "appraisal_"))]
    assert len(names) == 18
    sheet = openpyxl.load_workbook(path)["参数"]
    for name in names:
        assert "例：写" in sheet.cell(rows[name], 7).value, name


def two_years(tmp_path):
    """Last year's workbook and this year's of three projects: low twice, re-checked, unscored."""
    low = form("", "校舍维修", executed="90", total_score="70")
    good = form("", "校车", executed="90", total_score="95")
    unscored = form("", "操场", executed="90")
    files = [received(f"{number}.xlsx", each) for number, each in enumerate((low, good, unscored))]
    old = written(tmp_path, *files, name="2023.xlsx").out
    return files, old


def test_the_column_stands_beside_the_officers_own_and_is_theirs_no_more(tmp_path):
    files, old = two_years(tmp_path)
    out = tmp_path / "2024.xlsx"
    published(out, *files, last=read_last(old))
    assert write_hand(out, "项目汇总", {"项目名称": "校车"}, 复核得分=55, 结果应用建议="正常安排") == 1
    published(out, *files, old=read_written(out, READ_BACK), last=read_last(old))
    rows = {each["项目名称"]: each for each in rows_of(out, "项目汇总")}
    heads = list(rows["校车"])
    assert heads.index("结果应用建议") == heads.index("结果应用建议（程序）") + 1
    assert {name: each["结果应用建议（程序）"] for name, each in rows.items()} == {
        "校舍维修": "压减30%：自评等级中，自评得分70→压减10%；"
        "连续两年中及以下（上年自评等级中，自评得分70）→压减30%",
        "校车": "取消：复核等级差，复核得分55",
        "操场": "等级未知：没有自评得分和等级，不提建议",
    }
    assert {name: each["结果应用建议"] for name, each in rows.items()} == {
        "校舍维修": "",
        "校车": "正常安排",
        "操场": "",
    }


def test_last_years_recheck_is_read_from_its_workbook(tmp_path):
    files, old = two_years(tmp_path)
    write_hand(old, "项目汇总", {"项目名称": "校车"}, 复核得分=50)
    write_hand(old, "项目汇总", {"项目名称": "校舍维修"}, 复核等级="良")
    out = tmp_path / "2024.xlsx"
    published(out, *files, last=read_last(old))
    write_hand(out, "项目汇总", {"项目名称": "校车"}, 复核得分=40)
    published(out, *files, old=read_written(out, READ_BACK), last=read_last(old))
    found = {each["项目名称"]: each["结果应用建议（程序）"] for each in rows_of(out, "项目汇总")}
    assert found["校车"] == "取消：复核等级差，复核得分40；连续两年差（上年复核等级差，复核得分50）"
    assert found["校舍维修"] == "压减10%：自评等级中，自评得分70"  # last year's re-check was 良
