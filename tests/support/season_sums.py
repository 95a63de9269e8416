"""What every sheet of the season's county workbook has to say, added up from what was put in.

Plain code of its own: nothing of the program is called. Rates are rounded half up to 0.01%.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from support.season_scene import (
    CARRIED,
    DUE,
    EMPTY,
    EXCEEDED,
    FISCAL,
    MET,
    OPEN,
    OTHER,
    UNMET,
    ZERO,
    Department,
    Project,
    Row,
    Truth,
)

AMOUNTS = ("年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）")
COUNTS = (
    "指标总数",
    "已完成",
    "其中超额完成",
    "未完成",
    "其中完成值为0",
    "待核定",
    "未填",
    "偏差未说明数",
)
CAME = ("已报", "未填报", "名册外")  # the states of projects with a form
FILLED = ("已报", "名册外")  # of which something was filled in: a blank form reports no money
CAUSES = (
    "资金未下达或拨付不及时",
    "政策或上级任务调整",
    "招标采购等前期工作滞后",
    "实施管理原因",
    "年初指标设置不合理",
    "不可抗力",
    "其他",
    "未说明",
)
NOBODY = "（未归入部门）"


def rounded(number: Decimal, digits: str = "0.0001") -> Decimal:
    return number.quantize(Decimal(digits), ROUND_HALF_UP)


def ratio(above: Decimal | None, below: Decimal | None) -> Decimal | None:
    """above ÷ below to 0.01%; None where one of them is unknown, or below is 0."""
    return None if above is None or not below else rounded(above / below)


def total(parts: Iterable[Decimal | None]) -> Decimal:
    return sum((part for part in parts if part is not None), Decimal(0))


def _sum(parts: Iterable[str | None]) -> Decimal | None:
    known = [Decimal(part) for part in parts if part is not None]
    return sum(known, Decimal(0)) if known else None


def money(project: Project) -> dict[str, Decimal | None]:
    """年初, 全年, 执行 of a form; the initial budget counts where it has no other."""
    if project.status not in FILLED:
        return dict.fromkeys(AMOUNTS)
    initial, annual, executed = (_sum(fund[place] for fund in project.money) for place in (2, 3, 4))
    return dict(zip(AMOUNTS, (initial, initial if annual is None else annual, executed), strict=True))


def rates(row: dict[str, Decimal | None]) -> dict[str, Decimal | None]:
    """What follows from the three amounts."""
    initial, annual, executed = (row[label] for label in AMOUNTS)
    return {
        "执行率": ratio(executed, annual),
        "未执行金额（万元）": None if None in (annual, executed) else annual - executed,
        "预算调整率": None
        if None in (annual, initial) or not initial
        else rounded((annual - initial) / initial),
    }


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """The indicators by verdict."""
    rows = list(rows)
    verdicts = [row.verdict for row in rows]
    missed = [row for row in rows if row.verdict in (UNMET, ZERO)]
    numbers = (
        len(rows),
        verdicts.count(MET) + verdicts.count(EXCEEDED),
        verdicts.count(EXCEEDED),
        len(missed),
        verdicts.count(ZERO),
        verdicts.count(OPEN),
        verdicts.count(EMPTY),
        sum(row.note is None for row in missed),
    )
    return dict(zip(COUNTS, numbers, strict=True))


def completion(counted: dict[str, int]) -> Decimal | None:
    """已完成 ÷ (指标总数 − 待核定 − 未填)."""
    judged = counted["指标总数"] - counted["待核定"] - counted["未填"]
    return ratio(Decimal(counted["已完成"]), Decimal(judged))


def score(project: Project) -> Decimal | None:
    """The total of a form with scores."""
    if project.execution_score is None:
        return None
    return Decimal(project.execution_score) + total(Decimal(row.score) for row in project.rows)


def grade(project: Project) -> str | None:
    points = score(project)
    if project.status not in FILLED:
        return None
    if points is None:
        return "不评分"
    return "优" if points >= 90 else "良" if points >= 80 else "中" if points >= 60 else "差"


def project_row(project: Project) -> dict[str, object]:
    """A row of 项目汇总."""
    row: dict[str, object] = {"报送状态": project.status, **money(project)}
    ledger = project.status != "名册外" and not project.initial_only
    row |= {
        **rates(money(project)),
        "按年初预算执行率": ratio(money(project)[AMOUNTS[2]], money(project)[AMOUNTS[0]]),
        "台账全年预算数（万元）": _sum(fund[3] for fund in project.money) if ledger else None,
        "台账支付数（万元）": None,
        **(counts(project.rows) if project.status in CAME else dict.fromkeys(COUNTS)),
        "自评得分": score(project),
        "自评等级": grade(project),
    }
    return row


def department_row(department: Department, truth: Truth) -> dict[str, object]:
    """A row of 部门汇总, without what is counted from findings."""
    own = [each for each in truth.projects if each.department == department.code]
    states = [each.status for each in own]
    amounts = {label: total(money(each)[label] for each in own) for label in AMOUNTS}
    counted = {
        label: sum(counts(each.rows)[label] for each in own if each.status in CAME) for label in COUNTS
    }
    scores = [points for each in own if (points := score(each)) is not None]
    annual = amounts[AMOUNTS[1]]
    return {
        "所属单位数": len(department.units),
        "应评项目数": sum(map(states.count, ("已报", "未填报", "漏报"))),
        "已评项目数": states.count("已报") + states.count("名册外"),
        "漏报项目数": states.count("漏报"),
        "整体自评表": int(bool(department.whole)),
        **amounts,
        **rates(amounts),
        "执行率": ratio(amounts[AMOUNTS[2]], annual),
        **counted,
        "指标完成率": completion(counted),
        "项目自评平均分": rounded(total(scores) / len(scores), "0.01") if scores else None,
        **{name: [grade(each) for each in own].count(name) for name in "优良中差"},
    }


def reported(department: Department, truth: Truth) -> bool:
    """Whether anything that somebody filled in has come of a department."""
    return any(
        each.department == department.code and each.status in ("已报", "名册外") for each in truth.projects
    )


def days_late(department: Department, truth: Truth) -> int | None:
    """Days after the deadline; None for one that has not reported."""
    if not reported(department, truth):
        return None
    came = truth.really.get(department.code, department.came[:10])
    return max(0, (date.fromisoformat(came) - date.fromisoformat(DUE)).days)


def sources(truth: Truth) -> dict[str, list[Decimal]]:
    """The three amounts by kind of money, of all forms."""
    sums = {kind: [Decimal(0)] * 3 for kind in (FISCAL, CARRIED, OTHER)}
    for each in truth.projects:
        if each.status in FILLED:
            for kind, _, initial, annual, executed in each.money:
                parts = (initial, initial if annual is None else annual, executed)
                sums[kind] = [
                    before + Decimal(part or 0) for before, part in zip(sums[kind], parts, strict=True)
                ]
    return sums


BANDS = (
    "超过100%",
    "100%",
    "90%（含）-100%",
    "80%（含）-90%",
    "60%（含）-80%",
    "0-60%",
    "零执行",
    "全年预算为0",
)


def band(project: Project) -> str | None:
    """The band of the execution rate; None where none is known."""
    _, annual, executed = money(project).values()
    if annual == 0:
        return BANDS[7]
    rate = ratio(executed, annual)
    if rate is None:
        return None
    if rate == 0:
        return BANDS[6]
    if rate >= 1:
        return BANDS[0] if rate > 1 else BANDS[1]
    floors = zip(BANDS[2:5], (Decimal("0.9"), Decimal("0.8"), Decimal("0.6")), strict=True)
    return next((name for name, floor in floors if rate >= floor), BANDS[5])


def missed(truth: Truth) -> list[tuple[Project, Row]]:
    """The unmet indicators of all project forms."""
    return [
        (each, row)
        for each in truth.projects
        if each.status in CAME
        for row in each.rows
        if row.verdict in (UNMET, ZERO)
    ]


WORDS = {  # the words in the reasons of the scene, and the cause that they name
    "雨季": "不可抗力",
    "招标": "招标采购等前期工作滞后",
    "资金未下达": "资金未下达或拨付不及时",
    "施工": "实施管理原因",
}


def cause(row: Row, truth: Truth) -> str:
    """The cause of a missed indicator: an officer's own word, else by its reason."""
    if row.name in truth.causes:
        return truth.causes[row.name]
    if row.note is None:
        return "未说明"
    return next((named for word, named in WORDS.items() if word in row.note), "其他")


def causes(truth: Truth) -> dict[str, tuple[int, int, Decimal]]:
    """Of each cause the missed indicators, their projects and the budget of these; own words are 其他."""
    found: dict[str, list[Project]] = {name: [] for name in CAUSES}
    for project, row in missed(truth):
        named = cause(row, truth)
        found[named if named in CAUSES else "其他"].append(project)
    return {
        name: (
            len(projects),
            len({each.name for each in projects}),
            total({each.name: money(each)[AMOUNTS[1]] for each in projects}.values()),
        )
        for name, projects in found.items()
    }


LEVELS = {"成本": "成本", "产出": "产出", "效益": "效益", "满意度": "满意度", "合计": ""}


def by_level(truth: Truth) -> dict[str, dict[str, int]]:
    """The indicators of all project forms by 一级指标."""
    every = [row for each in truth.projects if each.status in CAME for row in each.rows]
    return {
        label: counts(row for row in every if row.level1.startswith(word)) for label, word in LEVELS.items()
    }


def asked(findings: Iterable[dict], **where: object) -> dict[str, int]:
    """Counts of rows of 审核问题 that count: not mended, not 不认可."""
    rows = [
        row
        for row in findings
        if row["状态"] != "已修改"
        and not str(row["审核意见"]).startswith("不认可")
        and all(row[label] == value for label, value in where.items())
    ]
    return {
        "须修改数": sum(row["处理方式"] == "本次修改" for row in rows),
        "须说明数": sum(row["处理方式"] == "本次说明" and row["状态"] != "已说明" for row in rows),
        "错误数": sum(row["级别"] == "错误" for row in rows),
        "核实数": sum(row["级别"] == "核实" for row in rows),
        "提示数": sum(row["级别"] == "提示" for row in rows),
    }


def advice(counted: dict[str, int], has_come: bool) -> str:
    """校验建议 where nothing is left to the bureau."""
    if not has_come:
        return "未报"
    return "退回修改" if counted["须修改数"] else "说明后通过" if counted["须说明数"] else "通过"
