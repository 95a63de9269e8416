"""The year after a played season beside it (--against): every row and figure, added up here by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from support.season import rows_of
from support.season_sums import (
    AMOUNTS,
    asked,
    by_level,
    completion,
    counts,
    money,
    ratio,
    rounded,
    score,
    total,
)
from support.sheet_blocks import block, differing, same, totals

pytestmark = pytest.mark.slow  # a season is played once
STATES = {  # this year's name: last year's, and what became of it
    "校舍维修": ("校舍维修", "续做"),
    "学校操场改造工程": ("操场改造", "变动"),
    "课桌椅更新": (None, "新增"),
    "卫生院设备购置": ("卫生院设备购置", "续做"),
    "文化馆免费开放": ("文化馆免费开放", "未报"),
}
ENDED = (
    "灌区维修",
    "河道清淤",
    "天网视频租赁",
    "警用装备采购",
    "敬老院运行",  # nobody had filled it in
    "疫苗冷链建设",
    "综治中心运行",
    "村道亮化工程",
)


def found(path, name) -> int | None:
    """How many findings 审核问题 of a workbook has on a project's form."""
    counted = asked([row for row in rows_of(path, "审核问题") if row["表别"] == "项目"], 项目名称=name)
    return counted["错误数"] + counted["核实数"] + counted["提示数"]


def test_every_project_of_both_years_has_its_row(season):
    now = {each.name: each for each in season.truth_after.projects if each.status != "免评"}
    last = {
        each.name: each for each in season.truth_now.projects if each.status in ("已报", "名册外", "未填报")
    }
    rows = {row["项目名称"]: row for row in rows_of(season.after, "与上年对比")}
    assert tuple(rows) == (*STATES, *ENDED)
    for name in rows:
        old_name, state = STATES.get(name, (name, "已结束"))
        this, old = now.get(name), last.get(old_name)
        new = money(this) if this else dict.fromkeys(AMOUNTS)
        before = money(old) if old else dict.fromkeys(AMOUNTS)
        annual, last_annual = new[AMOUNTS[1]], before[AMOUNTS[1]]
        filled = old is not None and old.status != "未填报"
        numbers = counts(old.rows) if filled else {}
        expected = {
            "对比结果": state,
            "上年项目名称": old_name,
            "上年全年预算数（万元）": last_annual,
            "本年全年预算数（万元）": annual,
            "预算增减（万元）": None
            if annual is None and last_annual is None
            else (annual or Decimal(0)) - (last_annual or Decimal(0)),
            "预算增减率": ratio(annual - last_annual, last_annual)
            if annual is not None and last_annual
            else None,
            "上年执行率": ratio(before[AMOUNTS[2]], last_annual),
            "本年执行率": ratio(new[AMOUNTS[2]], annual),
            "上年指标数": numbers.get("指标总数"),
            "上年已完成": numbers.get("已完成"),
            "上年待核定": numbers.get("待核定"),
            "上年未填": numbers.get("未填"),
            "本年指标数": len(this.rows) if this and this.status == "已报" else None,
            "上年自评得分": score(old) if old else None,
            "本年自评得分": score(this) if this and this.status == "已报" else None,
            "上年问题条数": found(season.second, old_name) if old else None,
            "本年问题条数": found(season.after, name) if this and this.status == "已报" else None,
        }
        assert not differing(expected, rows[name]), name
    (eased,) = [row for row in rows.values() if row["降低指标值的指标数"]]
    assert eased["降低了指标值的指标"] == "维修校舍面积（≥1200平方米→≥1000平方米）"


def test_differences_of_projects_add_up_to_the_difference_of_the_years(season):
    sums = totals(season.after, "与上年对比")
    this, last = (
        total(money(each)[AMOUNTS[1]] for each in truth.projects)
        for truth in (season.truth_after, season.truth_now)
    )
    assert same(this, sums["本年全年预算数（万元）"]) and same(last, sums["上年全年预算数（万元）"])
    assert same(this - last, sums["预算增减（万元）"])


def test_the_front_page_compares_like_with_like(season):
    rows = {row[""]: row for row in block_by_first(season.after)}
    figures = {}
    for label, path, truth in (
        ("上年", season.second, season.truth_now),
        ("本年", season.after, season.truth_after),
    ):
        annual, executed = (total(money(each)[key] for each in truth.projects) for key in AMOUNTS[1:])
        scores = [points for each in truth.projects if each.status == "已报" and (points := score(each))]
        states = [each.status for each in truth.projects]
        came = [each for each in truth.projects if each.status in ("已报", "名册外", "未填报")]
        figures[label] = {
            "项目数": states.count("已报") + states.count("名册外"),
            "全年预算": annual,
            "执行率": ratio(executed, annual),
            "指标完成率": completion(by_level(truth)["合计"]),
            "平均得分": rounded(total(scores) / len(scores), "0.01"),
            "问题条数": sum(found(path, each.name) for each in came),
        }
        assert not differing(figures[label], rows[label]), label
    rise = {key: figures["本年"][key] - figures["上年"][key] for key in figures["本年"]}
    assert not differing(rise, rows["增减"])
    own = block_by_first(season.second)  # last year's own page said the same of its year
    assert not differing(figures["上年"], next(row for row in own if row[""] == "本年"))


def block_by_first(path) -> list[dict]:
    """九、与上年对比, whose first head is empty."""
    rows = block(path, "九、")
    return [row | {"": row.get("", label)} for row, label in zip(rows, ("上年", "本年", "增减"), strict=True)]


def test_last_years_values_stand_beside_this_years(season):
    rows = {
        row["三级指标"]: row for row in rows_of(season.after, "指标明细") if row["项目名称"] == "校舍维修"
    }
    row = rows["维修校舍面积"]
    assert (row["上年指标值"], row["上年完成值"]) == ("≥1200平方米", "1260平方米")
