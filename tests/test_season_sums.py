"""Every sheet of the county workbook of a played season says what was put in, added up here by itself.

Both rounds are compared. The scene is in support/season_scene, the sums in support/season_sums; which test
has which item of the officer's trial is listed in tests/officers_trial.md.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from support.season import rows_of
from support.season_play import OWN, RETURNED
from support.season_scene import DUE, EXCEEDED, MET, OPEN, UNMET, ZERO
from support.season_sums import (
    AMOUNTS,
    BANDS,
    CAME,
    CAUSES,
    COUNTS,
    NOBODY,
    advice,
    asked,
    band,
    by_level,
    cause,
    causes,
    completion,
    days_late,
    department_row,
    grade,
    missed,
    money,
    project_row,
    rates,
    ratio,
    reported,
    rounded,
    score,
    sources,
    total,
)
from support.sheet_blocks import block, differing, same, totals

pytestmark = pytest.mark.slow  # a season is played once
ROUNDS = ("第一轮", "第二轮")


@pytest.fixture(params=ROUNDS)
def after(season, request):
    """The county workbook after a round, what is true then, and whether it is the second round."""
    if request.param == ROUNDS[0]:
        return season.first, season.truth, False
    return season.second, season.truth_now, True


def names(truth) -> dict[str, str]:
    return {each.code: each.name for each in truth.departments}


# Findings to mend and to explain that the scene has, by department, project and rule.
PLANTED = {
    ("示例县教育局", "操场改造", "D03", "本次修改"): 1,
    ("示例县教育局", "操场改造", "F05", "本次说明"): 1,
    ("示例县民政局", "", "T01", "本次修改"): 1,  # the archive; nothing of its blank workbook is counted
    ("示例县卫生健康局", "", "N11", "本次修改"): 2,
    ("示例县卫生健康局", "", "T01", "本次修改"): 1,
    ("示例县卫生健康局", "", "F16", "本次修改"): 1,
    ("示例县东河镇人民政府", "村道亮化工程", "X11", "本次说明"): 1,
    (NOBODY, "", "T01", "本次修改"): 1,
}


def test_findings_to_mend_and_to_explain_are_those_of_the_scene(after):
    path, _, second = after
    expected = dict(PLANTED)
    if second:
        expected[("示例县水利局", "灌区维修", "补充", "本次修改")] = 1
    rows = rows_of(path, "审核问题")
    found = Counter(
        (row["部门名称"], row["项目名称"], row["规则编号"], row["处理方式"])
        for row in rows
        if row["处理方式"] in ("本次修改", "本次说明")
    )
    assert found == expected
    states = {row["规则编号"]: row["状态"] for row in rows if row["项目名称"] == "操场改造"}
    assert {states["D03"], states["F05"]} == ({"已修改"} if second else {"新发现"})
    assert {row["状态"] for row in rows if row["部门名称"] != "示例县教育局"} == {"新发现"}


def test_a_row_of_each_project(after):
    path, truth, _ = after
    rows = {(row["部门编码"], row["项目名称"]): row for row in rows_of(path, "项目汇总")}
    assert rows.keys() == {(each.department, each.name) for each in truth.projects}
    findings = rows_of(path, "审核问题")
    for each in truth.projects:
        row = rows[(each.department, each.name)]
        expected = project_row(each)
        if each.status in CAME:
            where = {"部门名称": names(truth)[each.department], "项目名称": each.name}
            counted = asked(findings, **where)
            expected |= {**counted, "校验建议": advice(counted, each.status != "未填报")}
        assert not differing(expected, row), each.name
    summed = {label: total(money(each)[label] for each in truth.projects) for label in AMOUNTS}
    counted = {label: sum(row[label] or 0 for row in map(project_row, truth.projects)) for label in COUNTS}
    known = [rates(money(each))["未执行金额（万元）"] for each in truth.projects]
    expected = summed | counted | {"未执行金额（万元）": total(known)}
    expected["执行率"] = ratio(summed[AMOUNTS[2]], summed[AMOUNTS[1]])
    assert not differing(expected, totals(path, "项目汇总"))


def test_a_row_of_each_department(after):
    path, truth, second = after
    rows = {row["部门编码"]: row for row in rows_of(path, "部门汇总")}
    findings = rows_of(path, "审核问题")
    assert list(rows) == [each.code for each in truth.departments]
    parts = []
    for each in truth.departments:
        counted = asked(findings, 部门名称=each.name)
        expected = department_row(each, truth) | counted
        parts.append(expected)
        expected["校验建议"] = advice(counted, reported(each, truth))
        expected["审核意见"] = "同意" if second and each.code == "105" else None
        expected["自评报告"] = 1 if each.code == "105" else 0
        expected["盖章件"] = 1 if each.code == "103" else 0
        if not any(
            money(project)[AMOUNTS[1]] for project in truth.projects if project.department == each.code
        ):
            expected |= dict.fromkeys((*AMOUNTS, "未执行金额（万元）"))  # nothing is known of its money
        assert not differing(expected, rows[each.code]), each.name
    sums = totals(path, "部门汇总")
    for label in (*AMOUNTS, "未执行金额（万元）", *COUNTS, "须修改数", "须说明数", "错误数", "应评项目数"):
        assert same(total(Decimal(part[label] or 0) for part in parts), sums[label]), label
    assert same(
        completion({label: sum(part[label] for part in parts) for label in COUNTS}), sums["指标完成率"]
    )


def test_a_row_of_each_source_of_money(after):
    path, truth, _ = after
    rows = [row for row in rows_of(path, "资金明细") if row["表别"] == "项目"]
    for each in truth.projects:
        own = [row for row in rows if row["项目名称"] == each.name]
        if each.status not in CAME or each.status == "未填报":
            assert own == []
            continue
        (whole,) = [row for row in own if row["行类型"] == "合计"]
        assert not differing(money(each), whole), each.name
        expected = {kind: (initial, annual or initial, done) for kind, _, initial, annual, done in each.money}
        kinds = {row["资金来源（归类）"]: row for row in own if row["行类型"] == "来源" and row[AMOUNTS[1]]}
        assert kinds.keys() == expected.keys()
        for kind, amounts in expected.items():
            wanted = dict(zip(AMOUNTS, map(Decimal, amounts), strict=True))
            assert not differing(wanted, kinds[kind]), (each.name, kind)
    for label in AMOUNTS:  # the totals row adds up the total rows of the project forms
        assert same(total(money(each)[label] for each in truth.projects), totals(path, "资金明细")[label])


def test_a_row_of_each_indicator(after):
    path, truth, _ = after
    rows = {
        (row["项目名称"], row["三级指标"]): row for row in rows_of(path, "指标明细") if row["表别"] == "项目"
    }
    wanted = {
        (each.name, row.name): row for each in truth.projects if each.status in CAME for row in each.rows
    }
    assert rows.keys() == wanted.keys()
    said = {ZERO: UNMET, "未填": None}
    for key, row in wanted.items():
        expected = {
            "一级指标": row.level1,
            "二级指标": row.level2,
            "年度指标值（原文）": row.target,
            "实际完成值（原文）": row.actual,
            "判定": said.get(row.verdict, row.verdict),
            "分值": row.points,
            "自评得分": None if row.score is None else Decimal(row.score),
            "偏差原因分析及改进措施": row.note,
        }
        assert not differing(expected, rows[key]), key


def test_a_row_of_each_deviation(after):
    path, truth, second = after
    rows = {
        (row["项目名称"], row["三级指标"]): row for row in rows_of(path, "偏差清单") if row["表别"] == "项目"
    }
    wanted = {
        (each.name, row.name): (each, row)
        for each in truth.projects
        if each.status in CAME
        for row in each.rows
        if row.verdict in (EXCEEDED, UNMET, ZERO, OPEN)
    }
    assert rows.keys() == wanted.keys()
    own = {row.name: cause(row, truth) for _, row in missed(truth)}
    for key, (project, row) in wanted.items():
        expected = {
            "项目全年预算数（万元）": money(project)[AMOUNTS[1]],
            "偏差类型": row.verdict,
            "有无原因": "有" if row.note else "无",
        }
        if row.name in own:
            expected["原因分类（自动，可改）"] = own[row.name]
        assert not differing(expected, rows[key]), key
    budgets = [row["项目全年预算数（万元）"] for row in rows_of(path, "偏差清单")]
    assert [each or 0 for each in budgets] == sorted((each or 0 for each in budgets), reverse=True)
    assert second == (rows[("灌区维修", "受益人口")]["原因分类（自动，可改）"] == "拆迁困难")


def test_a_row_of_each_submission(after):
    path, truth, second = after
    rows = {row["部门编码"]: row for row in rows_of(path, "报送台账")}
    states = {
        "101": "待审核",
        "102": "待审核",
        "103": "待审核",
        "104": "未报",
        "105": "部分报送",  # its own form is blank
        "106": "未报",
        "107": "部分报送",
        "502": "待审核",
    }
    if second:
        states |= {"101": "已重报", "102": "已退回", "105": "已通过"}
    for each in truth.departments:
        own = [project for project in truth.projects if project.department == each.code]
        late = days_late(each, truth)
        first = {"102": "2025-11-17 10:00:00", "106": None}.get(each.code, f"{each.came}:00")
        last = "2025-11-25 10:00:00" if second and each.code == "101" else f"{each.came}:00"
        expected = {
            "报送截止日期": DUE,
            "首次收到": first,
            "最近收到": last if each.came else None,
            "报送次数": {"102": 2, "106": 0, "101": 2 if second else 1}.get(each.code, 1),
            "是否逾期": None if late is None else "是" if late else "否",
            "逾期天数": late or None,
            "应评项目数": sum(project.status in ("已报", "未填报", "漏报") for project in own),
            "已报项目数": sum(project.status in ("已报", "名册外") for project in own),
            "当前状态": states[each.code],
            "退回次数": 1 if second and each.code in ("101", "102") else None,
        }
        assert not differing(expected, rows[each.code]), each.name


def test_a_row_of_each_received_file(after):
    path, _, second = after
    rows = {row["收件路径"]: row for row in rows_of(path, "收件核对")}
    expected = {
        "101.xlsx": ("采用", "101", 3, 3),
        "102.xlsx": ("采用", "102", 3, 3),
        "102旧.xlsx": ("被新版本替代", "102", 3, 0),
        "103公安局/103.xlsx": ("采用", "103", 3, 3),
        "103公安局/盖章件.pdf": ("附件", "103", 0, 0),
        "104.xlsx": ("采用", "104", 2, 2),
        "105.xlsx": ("采用", "105", 3, 3),
        "105报告.docx": ("采用", "105", 0, 0),
        "107文旅局.xlsx": ("采用", "107", 1, 1),
        "502.xlsx": ("采用", "502", 2, 2),
        "东河镇补报.xlsx": ("采用", "502", 1, 1),
        "备份/101.xlsx": ("重复", "101", 3, 0),
        "示例县民政局材料.rar": ("无法读取", "104", 0, 0),
        "会议通知.docx": ("非自评材料", None, 0, 0),
    }
    if second:
        expected |= {
            "101.xlsx": ("被新版本替代", "101", 3, 0),
            "备份/101.xlsx": ("被新版本替代", "101", 3, 0),
            "101改.xlsx": ("采用", "101", 3, 3),
        }
    labels = ("处理结果", "识别部门编码", "表数", "采用表数")
    assert rows.keys() == expected.keys()
    for name, values in expected.items():
        assert not differing(dict(zip(labels, values, strict=True)), rows[name]), name
    counted = Counter(result for result, *_ in expected.values())
    front = block(path, "十、")[0]
    assert front["收到文件"] == len(expected) and front["文件核对"] == front["表核对"] == "相符"
    for result in ("部分采用", "被新版本替代", "附件", "无法读取", "非自评材料"):
        assert front[result] == counted[result], result
    forms = [(result, forms, used) for result, _, forms, used in expected.values()]
    assert front["识别表数"] == sum(number for _, number, _ in forms)


def test_officers_own_findings_come_back(after):
    path, _, second = after
    rows = [row for row in rows_of(path, "补充意见") if row["问题说明"]]
    assert [(row["项目名称"], row["问题说明"]) for row in rows] == ([("灌区维修", OWN)] if second else [])
    days = {row["最近退回日期"] for row in rows_of(path, "报送台账") if row["最近退回日期"]}
    assert {f"{day:%Y-%m-%d}" for day in days} == ({RETURNED} if second else set())


# 总览, block by block.


def test_front_page_who_reported(after):
    path, truth, _ = after
    came = [each for each in truth.departments if reported(each, truth)]
    late = [each for each in came if days_late(each, truth)]
    states = Counter(each.status for each in truth.projects)
    due = states["已报"] + states["未填报"] + states["漏报"]
    (row,) = block(path, "一、")
    expected = {
        "应报部门": len(truth.departments),
        "已报部门": len(came),
        "其中按期": len(came) - len(late),
        "其中逾期": len(late),
        "未报部门": len(truth.departments) - len(came),
        "报送率": ratio(Decimal(len(came)), Decimal(len(truth.departments))),
        "应评项目": due,
        "已评项目": states["已报"] + states["名册外"],
        "漏报项目": states["漏报"],
        "名册外项目": states["名册外"],
        "免评项目": states["免评"],
        "自评覆盖率": ratio(Decimal(states["已报"]), Decimal(due)),
        "整体自评表份数": sum(bool(each.whole) for each in truth.departments),
        "自评报告份数": 1,
        "盖章件份数": 1,
    }
    assert not differing(expected, row)


def test_front_page_money(after):
    path, truth, _ = after
    rows = {row["资金来源"]: row for row in block(path, "二、")}
    whole = [total(money(each)[label] for each in truth.projects) for label in AMOUNTS]
    unspent = total(rates(money(each))["未执行金额（万元）"] for each in truth.projects)
    by_source = sources(truth)
    assert rows.keys() == {"合计", *by_source}
    for kind, (initial, annual, executed) in {"合计": whole, **by_source}.items():
        expected = {
            "年初预算数": initial,
            "全年预算数": annual,
            "全年执行数": executed,
            "执行率": ratio(executed, annual),
            "未执行金额": unspent if kind == "合计" else annual - executed,
            "较年初调整率": rounded((annual - initial) / initial),
            "按年初预算执行率": ratio(executed, initial),
        }
        assert not differing(expected, rows[kind]), kind
    assert [sum(sums) for sums in zip(*by_source.values(), strict=True)] == whole


def test_front_page_rates_grades_and_indicators(after):
    path, truth, _ = after
    rows = {row["执行率"]: row for row in block(path, "三、")}
    assert tuple(rows) == BANDS
    counted = [each for each in truth.projects if band(each)]
    for name in BANDS:
        inside = [each for each in counted if band(each) == name]
        expected = {
            "项目数": len(inside),
            "占比": ratio(Decimal(len(inside)), Decimal(len(counted))),
            "全年预算数": total(money(each)[AMOUNTS[1]] for each in inside),
            "未执行金额": total(rates(money(each))["未执行金额（万元）"] for each in inside),
        }
        assert not differing(expected, rows[name]), name
    grades = {row["等级"]: row for row in block(path, "五、")}
    for label, name in {**{each: each for each in "优良中差"}, "不评分表式": "不评分"}.items():
        inside = [each for each in truth.projects if grade(each) == name]
        scores = [points for each in inside if (points := score(each)) is not None]
        expected = {
            "项目数": len(inside),
            "全年预算数": total(money(each)[AMOUNTS[1]] for each in inside),
            "平均得分": rounded(total(scores) / len(scores), "0.01") if scores else None,
        }
        assert not differing(expected, grades[label]), label
    assert grades["满分（100分）项目数"]["项目数"] == sum(score(each) == 100 for each in truth.projects)
    levels = {row["一级指标"]: row for row in block(path, "四、")}
    assert levels.keys() == by_level(truth).keys()
    for label, numbers in by_level(truth).items():
        expected = {**numbers, "指标数": numbers["指标总数"], "完成率": completion(numbers)}
        del expected["指标总数"], expected["偏差未说明数"]
        assert not differing(expected, levels[label]), label
        assert numbers["指标总数"] == sum(numbers[key] for key in ("已完成", "未完成", "待核定", "未填"))


def test_front_page_causes_and_review(after):
    path, truth, second = after
    rows = {row["原因"]: row for row in block(path, "六、")}
    assert tuple(rows) == CAUSES
    for name, numbers in causes(truth).items():
        labels = ("指标数", "涉及项目", "涉及全年预算数")
        assert not differing(dict(zip(labels, numbers, strict=True)), rows[name]), name
    findings = rows_of(path, "审核问题")
    whole = [asked(findings, 部门名称=each.name) for each in truth.departments]
    proposals = Counter(
        advice(counted, reported(each, truth)) for each, counted in zip(truth.departments, whole, strict=True)
    )
    row = block(path, "七、")[0]
    expected = {
        "建议通过": proposals["通过"],
        "建议说明后通过": proposals["说明后通过"],
        "建议退回": proposals["退回修改"],
        "待财政核实": 0,
        "已退回": int(second),
        "退回后已重报": int(second),
        "须修改条数": sum(counted["须修改数"] for counted in whole),
        "须说明条数": sum(counted["须说明数"] for counted in whole),
        "单位已说明": 0,
    }
    assert not differing(expected, row)


def test_the_console_says_the_same_numbers(season):
    for number, path, truth in (
        (0, season.first, season.truth),
        (1, season.second, season.truth_now),
    ):
        result, findings = season.results[number], rows_of(path, "审核问题")
        whole = [asked(findings, 部门名称=each.name) for each in truth.departments]
        assert result.fix == sum(counted["须修改数"] for counted in whole)
        assert result.explain == sum(counted["须说明数"] for counted in whole)
        assert (result.due, result.listed) == (8, 6) and result.apart == 1


def test_front_page_whom_to_look_at(after):
    path, truth, _ = after
    rows = block(path, "八、")
    silent = [each.name for each in truth.departments if not reported(each, truth)]
    assert [row["未报部门"] for row in rows if row["未报部门"]] == silent
    unspent = [
        (left, each.name)
        for each in truth.projects
        if (left := rates(money(each))["未执行金额（万元）"]) is not None and left > 0
    ]
    most = [name for _, name in sorted(unspent, key=lambda pair: -pair[0])][:10]
    assert [row["未执行金额前十项目（万元）"] for row in rows if row["未执行金额前十项目（万元）"]] == most
    low = [
        (rate, each.name)
        for each in truth.departments
        if (rate := department_row(each, truth)["执行率"]) is not None and rate < Decimal("0.6")
    ]
    assert [row["执行率低于60%的部门"] for row in rows if row["执行率低于60%的部门"]] == [
        name for _, name in sorted(low)
    ]
    assert MET not in {row["零执行项目"] for row in rows}
