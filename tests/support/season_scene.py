"""The county of the season's test: who has to report what, and what each department fills in, as plain data.

Verdicts, amounts and states are written down here by hand, by the rules of the field; nothing of them is read
from the program. Names begin with 示例 or are those of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

YEAR = 2025
MET, EXCEEDED, UNMET, ZERO, OPEN, EMPTY = "已完成", "超额完成", "未完成", "完成值为0", "待核定", "未填"
FISCAL, CARRIED, OTHER = "当年财政拨款", "上年结转资金", "其他资金"
DUE = "2025-11-20"


@dataclass(frozen=True)
class Row:
    """An indicator as filled in. verdict: what is right. points, score: on forms with scores."""

    level1: str
    level2: str
    name: str
    target: str
    actual: str | None
    verdict: str
    note: str | None = None
    points: int | None = None
    score: str | None = None


@dataclass(frozen=True)
class Project:
    """A project of the roster or a form. money: kind, source as written, 年初, 全年, 执行 in 万元."""

    code: str
    name: str
    department: str
    unit: str
    money: tuple[tuple[str, str, str, str | None, str | None], ...]
    rows: tuple[Row, ...] = ()
    status: str = "已报"
    execution_score: str | None = None
    secret: bool = False
    initial_only: bool = False


@dataclass(frozen=True)
class Department:
    """A department. came: day and time of its first filing; layout: of what is issued to it."""

    code: str
    name: str
    section: str
    came: str = ""
    layout: str = "jilin-2024"
    whole: tuple[Row, ...] = ()
    units: tuple[tuple[str, str], ...] = ()


def rows(*lines: tuple) -> tuple[Row, ...]:
    """Indicators; the levels are written without 指标."""
    return tuple(Row(f"{first}指标", f"{second}指标", *rest) for first, second, *rest in lines)


WHOLE = (
    ("产出", "数量", "重点工作完成项数", "=5项", "5项", MET),
    ("效益", "社会效益", "服务覆盖村数", "≥30个", "32个", MET),
)
DEPARTMENTS = (
    Department(
        "101",
        "示例县教育局",
        "教科文股",
        "2025-11-18 09:00",
        whole=rows(*WHOLE),
        units=(("101002", "示例县第一小学"),),
    ),
    Department("102", "示例县水利局", "农业股", "2025-11-19 10:00", whole=rows(*WHOLE)),
    Department("103", "示例县公安局", "行政政法股", "2025-11-20 16:00", whole=rows(*WHOLE)),
    Department("104", "示例县民政局", "社保股", "2025-11-19 08:00"),
    Department("105", "示例县卫生健康局", "社保股", "2025-11-12 08:30", "mof-2020"),
    Department("106", "示例县林业局", "农业股"),
    Department("107", "示例县文化和旅游局", "教科文股", "2025-11-21 11:00"),
    Department("502", "示例县东河镇人民政府", "农业股", "2025-11-23 15:00", whole=rows(*WHOLE)),
)
RAIN = "受雨季影响推迟；2026年提前谋划，一季度下达任务。"
PROJECTS = (
    Project(
        "E1",
        "校舍维修",
        "101",
        "示例县教育局",
        ((FISCAL, FISCAL, "20", "20", "20"),),
        rows(
            ("成本", "经济成本", "校舍维修费用", "≤20万元", "20万元", MET),
            ("产出", "数量", "维修校舍面积", "≥1200平方米", "1260平方米", MET),
            ("产出", "时效", "校舍完工时间", "11月底前", "10月", MET),
            (
                "效益",
                "社会效益",
                "受益学生人数",
                "≥800人",
                "1100人",
                EXCEEDED,
                "秋季转入学生多；下年按实有学生数核定目标，改进测算。",
            ),
            ("满意度", "服务对象满意度", "师生满意度", "≥95%", "96%", MET),
        ),
    ),
    Project(
        "E2",
        "操场改造",
        "101",
        "示例县第一小学",
        ((FISCAL, FISCAL, "57.04", "57.04", "51.20"),),
        rows(
            ("产出", "数量", "改造操场个数", "=2个", "1个", UNMET),  # without a reason: D03
            ("产出", "质量", "操场验收合格率", "≥95%", "100%", MET),
            ("满意度", "服务对象满意度", "学生家长满意度", "≥90%", "92%", MET),
        ),
    ),
    Project("E3", "教师工资", "101", "", ((FISCAL, FISCAL, "900", "900", None),), status="免评"),
    Project(
        "W1",
        "灌区维修",
        "102",
        "示例县水利局",
        ((FISCAL, FISCAL, "80", "84.59", "80"), (CARRIED, "上年结转资金", "36", "36.25", "36")),
        rows(
            ("产出", "数量", "维修渠道长度", "≥10公里", "12公里", MET),
            ("产出", "质量", "渠道验收合格率", "≥95%", "96%", MET),
            ("效益", "社会效益", "受益人口", "≥1000人", "800人", UNMET, RAIN),
            ("满意度", "服务对象满意度", "受益群众满意度", "≥90%", "92%", MET),
        ),
    ),
    Project(
        "W2",
        "河道清淤",
        "102",
        "示例县水利局",
        ((OTHER, "其他资金（含结转)", "10", "10", "5.5"),),
        rows(
            (
                "产出",
                "数量",
                "清淤河段数",
                "=3段",
                "0段",
                ZERO,
                "招标流标两次，施工合同11月才签订；已约定2026年3月复工，6月底前完成。",
            ),
            ("产出", "质量", "清淤验收合格率", "≥95%", "95%", MET),
            ("满意度", "服务对象满意度", "沿河居民满意度", "≥90%", "91%", MET),
        ),
    ),
    Project(
        "P1",
        "天网视频租赁",
        "103",
        "示例县公安局",
        ((FISCAL, FISCAL, "50", "50", "10"),),
        rows(
            (
                "产出",
                "数量",
                "租用视频路数",
                "≥200路",
                "150路",
                UNMET,
                "资金未下达，供应商缓建50路；已报请财政拨付，2026年6月底前建成。",
            ),
            ("产出", "质量", "视频在线率", "≥98%", "99%", MET),
        ),
        secret=True,
    ),
    Project(
        "P2",
        "警用装备采购",
        "103",
        "示例县公安局",
        ((FISCAL, FISCAL, "30", "30", "30"),),
        rows(
            ("产出", "数量", "采购警用装备套数", "=60套", "60套", MET),
            ("产出", "质量", "装备验收合格率", "=100%", "100%", MET),
            ("效益", "社会效益", "警情处置情况", "明显改善", "基本改善", OPEN),
        ),
    ),
    Project(
        "C1",
        "敬老院运行",
        "104",
        "示例县民政局",
        ((FISCAL, FISCAL, "15", "15", None),),
        rows(
            ("产出", "数量", "集中供养人数", "≥60人", None, EMPTY),
            ("满意度", "服务对象满意度", "供养老人满意度", "≥90%", None, EMPTY),
        ),
        status="未填报",
    ),
    Project(
        "H1",
        "卫生院设备购置",
        "105",
        "示例县卫生健康局",
        ((FISCAL, FISCAL, "100", "120", "114"),),
        rows(
            ("产出", "数量", "购置设备台数", "=10台", "10台", MET, None, 30, "30"),
            ("产出", "质量", "设备合格率", "=100%", "100%", MET, None, 20, "20"),
            (
                "效益",
                "社会效益",
                "诊疗人次",
                "≥20000人次",
                "18000人次",
                UNMET,
                "两个乡镇卫生院搬迁停诊；2026年恢复门诊并增加巡诊。",
                30,
                "27",
            ),
            ("满意度", "服务对象满意度", "就诊群众满意度", "≥90%", "93%", MET, None, 10, "10"),
        ),
        execution_score="9.5",
    ),
    Project(
        "H2",
        "疫苗冷链建设",
        "105",
        "示例县卫生健康局",
        ((FISCAL, FISCAL, "40", "40", "40"),),
        rows(
            ("产出", "数量", "建设冷库座数", "=2座", "2座", MET, None, 50, "50"),
            ("效益", "社会效益", "疫苗配送覆盖乡镇数", "≥12个", "12个", MET, None, 30, "30"),
            ("满意度", "服务对象满意度", "接种群众满意度", "≥90%", "95%", MET, None, 10, "10"),
        ),
        execution_score="10",
    ),
    Project(
        "F1",
        "退耕还林补植",
        "106",
        "",
        ((FISCAL, FISCAL, "12", "12", None),),
        status="漏报",
    ),
    Project("F2", "森防值守系统", "106", "", ((FISCAL, FISCAL, "8", "8", None),), status="漏报", secret=True),
    Project(
        "L1",
        "文化馆免费开放",
        "107",
        "示例县文化和旅游局",
        ((FISCAL, FISCAL, "60", None, "54"),),
        rows(
            ("产出", "数量", "开放天数", "≥300天", "320天", MET),
            ("效益", "社会效益", "服务群众人次", "≥20000人次", "21000人次", MET),
        ),
        initial_only=True,
    ),
    Project(
        "T1",
        "综治中心运行",
        "502",
        "示例县东河镇人民政府",
        ((FISCAL, FISCAL, "5", "5", "5"),),
        rows(
            ("产出", "数量", "调解纠纷件数", "≥40件", "44件", MET),
            ("满意度", "服务对象满意度", "村民满意度", "≥90%", "95%", MET),
        ),
    ),
    Project(
        "",
        "村道亮化工程",
        "502",
        "示例县东河镇人民政府",
        ((FISCAL, FISCAL, "7", "7", "6.3"),),
        rows(
            ("产出", "数量", "安装路灯盏数", "≥70盏", "72盏", MET),
            ("满意度", "服务对象满意度", "沿路村民满意度", "≥90%", "94%", MET),
        ),
        status="名册外",
    ),
)


@dataclass
class Truth:
    """What stands in the received files that count, and what the officers have decided.

    causes: 原因分类 of an indicator as an officer changed it. really: days of receipt that officers wrote.
    passed: departments that have passed. private: projects that officers do not publish.
    """

    projects: list[Project] = field(default_factory=lambda: list(PROJECTS))
    departments: tuple[Department, ...] = DEPARTMENTS
    causes: dict[str, str] = field(default_factory=dict)
    really: dict[str, str] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)

    def change(self, name: str, **values: object) -> None:
        """Changes the project of this name; `indicator` with `values` of one of its rows, else its own."""
        indicator = values.pop("indicator", None)
        for number, each in enumerate(self.projects):
            if each.name != name:
                continue
            if indicator is None:
                self.projects[number] = replace(each, **values)
            else:
                changed = tuple(replace(row, **values) if row.name == indicator else row for row in each.rows)
                self.projects[number] = replace(each, rows=changed)


def next_year(truth: Truth) -> Truth:
    """The year after: one project goes on with an easier target, one has a new name, one is new, others end.

    Of the two departments that have reported so far the first has three projects, the second one.
    """
    kept = {each.code: each for each in truth.projects if each.code in ("E1", "E2", "E3", "H1", "L1")}
    area = "维修校舍面积"
    first = replace(
        kept["E1"],
        money=((FISCAL, FISCAL, "22", "22", "21.5"),),
        rows=tuple(
            replace(row, target="≥1000平方米", actual="1010平方米") if row.name == area else row
            for row in kept["E1"].rows
        ),
    )
    renamed = replace(
        kept["E2"],
        name="学校操场改造工程",
        money=((FISCAL, FISCAL, "60", "60", "60"),),
        rows=tuple(
            replace(row, actual="2个", verdict=MET, note=None) if row.verdict == UNMET else row
            for row in kept["E2"].rows
        ),
    )
    new = Project(
        "E9",
        "课桌椅更新",
        "101",
        "示例县教育局",
        ((FISCAL, FISCAL, "9", "9", "9"),),
        rows(
            ("产出", "数量", "更新课桌椅套数", "=300套", "300套", MET),
            ("满意度", "服务对象满意度", "使用师生满意度", "≥95%", "97%", MET),
        ),
    )
    health = replace(kept["H1"], money=((FISCAL, FISCAL, "50", "50", "50"),), execution_score="10")
    absent = replace(kept["L1"], status="漏报")
    departments = tuple(each for each in truth.departments if each.code in ("101", "105", "107"))
    return Truth([first, renamed, kept["E3"], new, health, absent], departments)
