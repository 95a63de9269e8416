"""A made-up county for the demonstration: departments, projects and forms with planted faults.

Nothing in it is real; every name begins with 示例. Numbers come from a seeded generator, so that the county
is always the same.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources

from selfeval_xl.model.numbers import rounded

SEED, YEAR = 2024, 2024
SCORED = "mof-2020"
PLAIN = "jilin-2024"
_SHARE = {"产出指标": 50, "效益指标": 30, "满意度指标": 10}  # points of the 2020 frame
_DEPARTMENT_INDICATORS = (
    ("产出指标", "数量指标", "重点项目完成个数", "=5个", "5个"),
    ("产出指标", "质量指标", "重点项目验收合格率", "=100%", "100%"),
    ("效益指标", "社会效益指标", "公共服务覆盖村数", "≥30个", "32个"),
    ("满意度指标", "服务对象满意度指标", "服务对象满意度", "≥90%", "95%"),
)


@dataclass(slots=True)
class Fault:
    """A planted fault: the rule that has to find it, its department and project, and a description."""

    rule: str
    department: str
    project: str
    what: str


@dataclass(slots=True)
class MadeUpDepartment:
    """One department of the county, its forms as the templates take them: values by field key.

    whole: the department form.
    """

    code: str
    name: str
    layout: str
    projects: list[dict] = field(default_factory=list)
    whole: dict = field(default_factory=dict)


@cache
def _data() -> dict:
    """The names of departments and projects, and the pattern of each kind of project."""
    return tomllib.loads(resources.files(__package__).joinpath("county.toml").read_text(encoding="utf-8"))


def seed_filing() -> dict:
    """The forms of the real filing, with its figures: keys project and department."""
    return tomllib.loads(resources.files(__package__).joinpath("seed.toml").read_text(encoding="utf-8"))


def made_up() -> tuple[list[MadeUpDepartment], list[Fault]]:
    """Twelve departments with five projects each, and the faults planted among them."""
    source = random.Random(SEED)
    departments = [_department(number, row, source) for number, row in enumerate(_data()["departments"])]
    return departments, _plant(departments)


def _department(number: int, row: dict, source: random.Random) -> MadeUpDepartment:
    """A department of `county.toml` with its forms; layouts with and without scores take turns."""
    layout = SCORED if number % 2 else PLAIN
    department = MadeUpDepartment(row["code"], row["name"], layout)
    for index, (name, kind, thing) in enumerate(row["projects"], 1):
        department.projects.append(
            _project(department, f"22{row['code']}24R{index:06d}", name, kind, thing, source)
        )
    department.whole = _whole(department)
    return department


def _project(
    department: MadeUpDepartment, code: str, name: str, kind: str, thing: str, source: random.Random
) -> dict:
    """A project form. kind: its pattern. thing: what the project is about."""
    pattern = _data()[kind]
    people = source.randrange(120, 900, 10)
    words = {
        "thing": thing,
        "n": source.randrange(4, 30),
        "m": people,
        "m2": people + source.randrange(0, 20),
        "cost": source.randrange(8, 60),
        "unit_cost": source.randrange(200, 900, 50),
    }
    budget = Decimal(source.randrange(2000, 60000)) / 100
    initial = rounded(budget * Decimal(source.randrange(95, 108)) / 100)
    executed = rounded(budget * Decimal(source.randrange(930, 1000)) / 1000)
    return {
        "year": YEAR,
        "project": name,
        "project_code": code,
        "department": department.name,
        "unit": department.name,
        "goal": {"expected": pattern["goal"].format(**words), "actual": pattern["actual"].format(**words)},
        "funding": [
            _fund("当年财政拨款", initial, budget, executed),
            _fund("上年结转资金", 0, 0, 0),
            _fund("其他资金", 0, 0, 0),
        ],
        "indicators": [_indicator(row, words, department.layout) for row in pattern["indicators"]],
    }


def _fund(source: str, initial: Decimal | int, annual: Decimal | int, executed: Decimal | int) -> dict:
    """A row of the funding table."""
    return {
        "source": source,
        "initial_budget": str(initial),
        "annual_budget": str(annual),
        "executed": str(executed),
    }


def _indicator(row: list[str], words: dict, layout: str) -> dict:
    """A row of the indicator table: a pattern's row with these words put in."""
    level1, level2, name, target, actual = row
    if layout == SCORED and level1 == "成本指标":  # the 2020 frame has costs under 产出指标
        level1, level2 = "产出指标", "成本指标"
    return {
        "level1": level1,
        "level2": level2,
        "name": name.format(**words),
        "target": target.format(**words),
        "actual": actual.format(**words),
        "note": None,
    }


def _whole(department: MadeUpDepartment) -> dict:
    """The department form: its projects as tasks, their funds added up."""
    names = "、".join(project["project"] for project in department.projects)
    return {
        "year": YEAR,
        "department": department.name,
        "goal": {
            "expected": f"全年完成{names}等5个重点项目，年底前全部见效。",
            "actual": f"{names}等5个重点项目按计划实施，主要任务完成。",
        },
        "tasks": [
            {
                "number": str(i),
                "name": project["project"],
                "content": project["goal"]["expected"],
                "outcome": project["goal"]["actual"],
            }
            for i, project in enumerate(department.projects, 1)
        ],
        "funding": [_sum(department, 0), _fund("上年结转资金", 0, 0, 0), _fund("其他资金", 0, 0, 0)],
        "indicators": [
            {
                "level1": level1,
                "level2": level2,
                "name": name,
                "target": target,
                "actual": actual,
                "note": None,
            }
            for level1, level2, name, target, actual in _DEPARTMENT_INDICATORS
        ],
    }


def _sum(department: MadeUpDepartment, line: int) -> dict:
    """The sum of one row of the projects' funding tables."""
    total = {
        key: sum(Decimal(project["funding"][line][key]) for project in department.projects)
        for key in ("initial_budget", "annual_budget", "executed")
    }
    return {"source": "当年财政拨款"} | {key: str(value) for key, value in total.items()}


def scored(form: dict) -> dict:
    """The same form, changed in place: with the points of the 2020 frame and a full score where completed."""
    rows = form["indicators"]
    for level1, share in _SHARE.items():
        group = [row for row in rows if row["level1"] == level1]
        for index, row in enumerate(group):
            row["points"] = str(share // len(group) + (1 if index < share % len(group) else 0))
            row.setdefault("score", row["points"] if row.get("actual") else None)
    fund = form["funding"][0]
    budget, executed = Decimal(fund["annual_budget"]), Decimal(fund["executed"])
    rate = min(Decimal(1), executed / budget) if budget else Decimal(0)
    form["execution_points"], form["execution_score"] = "10", str(rounded(10 * rate))
    return form


# The changes that plant a fault, each in one form.


def _set(row: int, **values: str | None) -> Callable[[dict], None]:
    """A change of an indicator row."""

    def change(form: dict) -> None:
        form["indicators"][row].update(values)

    return change


def _money(line: int, **values: str) -> Callable[[dict], None]:
    """A change of a funding row."""

    def change(form: dict) -> None:
        form["funding"][line].update(values)

    return change


def _scaled(key: str, factor: str) -> Callable[[dict], None]:
    """A change of an amount of the first funding row to its annual budget times a factor."""

    def change(form: dict) -> None:
        fund = form["funding"][0]
        fund[key] = str(rounded(Decimal(fund["annual_budget"]) * Decimal(factor)))

    return change


def _goal(**values: str) -> Callable[[dict], None]:
    """A change of the goal."""

    def change(form: dict) -> None:
        form["goal"].update(values)

    return change


def _same_goal(form: dict) -> None:
    """Copies the goal into its outcome."""
    form["goal"]["actual"] = form["goal"]["expected"]


def _twice(form: dict) -> None:
    """Repeats an indicator."""
    form["indicators"].insert(2, dict(form["indicators"][1]))


# Numbers of department and project, rule, description, change.
_FAULTS: tuple[tuple[int, int, str, str, Callable[[dict], None]], ...] = (
    (0, 0, "D03", "完成值没达到目标，也没写原因", _set(1, actual="1处")),
    (0, 1, "D01", "漏填实际完成值", _set(2, actual=None)),
    (0, 2, "F03", "执行数大于预算数", _scaled("executed", "1.08")),
    (0, 3, "F01", "合计与分项之和不等", lambda form: form.update(total={"annual_budget": "1.00"})),
    (
        0,
        4,
        "N01",
        "目标里残留网页代码",
        lambda form: form["goal"].update(expected=f"<p>{form['goal']['expected']}</p>"),
    ),
    (1, 0, "F05", "执行率偏低没有说明", _scaled("executed", "0.71")),
    (1, 1, "I01", "指标名称太笼统", _set(1, name="数量")),
    (1, 2, "D02", "目标和完成值单位对不上", _set(1, actual="98%")),
    (1, 3, "D07", "数量目标填成了文字", _set(1, actual="完成")),
    (
        2,
        0,
        "I02",
        "成本指标用了≥",
        lambda form: form["indicators"][0].update(target=form["indicators"][0]["target"].replace("≤", "≥")),
    ),
    (2, 1, "N03", "实际完成情况照抄预期目标", _same_goal),
    (2, 2, "F02", "执行率填错", lambda form: form["funding"][0].update(execution_rate="52.10%")),
    (2, 3, "D04", "只有原因没有改进措施", _set(1, actual="1套", note="供应商未按时供货。")),
    (3, 0, "F04", "没有预算却有支出", _money(1, annual_budget="0", executed="3.50")),
    (3, 1, "I08", "同一指标填了两次", _twice),
    (3, 2, "I06", "漏填年度指标值", _set(2, target=None)),
    (4, 0, "F08", "金额填成了文字", _money(0, executed="约三十万")),
    (4, 1, "N06", "前后说法矛盾", _goal(actual="培训尚未开展，项目无进展。全部培训任务已经完成。")),
    (
        4,
        2,
        "F10",
        "年初预算大幅调减",
        lambda form: form["funding"][0].update(
            initial_budget=str(Decimal(form["funding"][0]["annual_budget"]) * 3)
        ),
    ),
    (5, 0, "I05", "数量指标的单位不对", _set(1, name="森林防火通道建设处数", target="≥99%", actual="99%")),
    (5, 2, "D03", "完成值为0没有说明", _set(1, actual="0个")),
    (6, 1, "D01", "漏填实际完成值", _set(3, actual=None)),
    (6, 4, "F12", "执行率很低而指标全部完成", _scaled("executed", "0.55")),
    (7, 3, "D03", "完成值没达到目标，也没写原因", _set(1, actual="1套")),
    (8, 0, "N03", "实际完成情况照抄预期目标", _same_goal),
    (9, 2, "D02", "目标和完成值单位对不上", _set(1, actual="100%")),
    (10, 1, "I01", "指标名称太笼统", _set(2, name="人数")),
    (11, 4, "F03", "执行数大于预算数", _scaled("executed", "1.02")),
)


def _plant(departments: list[MadeUpDepartment]) -> list[Fault]:
    """Changes the forms by the planted faults, and gives points and scores to those that have them."""
    faults = []
    for department_number, project_number, rule, what, change in _FAULTS:
        department = departments[department_number]
        form = department.projects[project_number]
        change(form)
        faults.append(Fault(rule, department.name, form["project"], what))
    for department in departments:
        if department.layout == SCORED:
            for form in (*department.projects, department.whole):
                scored(form)
    return faults
