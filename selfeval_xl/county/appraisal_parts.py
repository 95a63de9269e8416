"""The five parts of 部门考核评分: what is deducted from a department, by which record; what is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import BLANK, MENDED, MISSING, NONE, STILL_OPEN
from selfeval_xl.county.sheets.appraisals import ACCURATE, COMPLETE, REVIEW, TIMELY, Part
from selfeval_xl.county.sheets.appraisals import MENDED as AFTER_RETURN
from selfeval_xl.county.sheets.submissions import RETURNED
from selfeval_xl.county.written_result import score_of
from selfeval_xl.model.dates import day_of
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import rounded

NO_DEADLINE = "名册没有写报送截止日期"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deduction:
    """A deduction. points: before the part is used up. record: columns that name the record."""

    reason: str
    standard: str
    points: Decimal
    record: Row


@dataclass(slots=True)
class Judgement:
    """How a part came out. judged: whether anything could be said; words: what was found, or why not."""

    words: str
    judged: bool = True
    deductions: list[Deduction] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """What is known of a department.

    submission: its row of 报送台账. projects: its rows of 项目汇总 that are missing, empty or re-checked.
    statuses: how many findings have each 状态, of those that have to be mended and that officers agree with.
    findings: the first rows of these that are not mended, as many as can cost points. receipts: its rows of
    收件核对. unlisted: why the roster says nothing on it, "" where it does; uncheckable: the same of its
    projects. cell: the record in a cell of this workbook, by sheet, row and column.
    """

    submission: Row
    policy: Policy
    today: date
    cell: Callable[[str, int, str], Row]
    unlisted: str = ""
    uncheckable: str = ""
    projects: list[Row] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    findings: list[Row] = field(default_factory=list)
    receipts: list[Row] = field(default_factory=list)

    @property
    def came(self) -> bool:
        """Whether anything was filled in and sent."""
        return self.submission["state"] != NONE

    @property
    def unreadable(self) -> int:
        """How many of its files nobody can open."""
        return sum(row["result"] == "无法读取" for row in self.receipts)

    @property
    def deadline(self) -> date | None:
        """The day until which it had to report."""
        return day_of(self.submission.get("deadline"))

    @property
    def may_still_come(self) -> str:
        """Why what is missing may still come: the time is not over, or nobody knows when; "" where it is."""
        if self.deadline is None:
            return f"{self.unlisted or NO_DEADLINE}，还能不能补报不知道"
        return f"截止日期{self.deadline}没有过，还可以补报" if self.today <= self.deadline else ""

    @property
    def absent(self) -> list[Row]:
        """The projects without a form, and those with an empty one."""
        return [row for row in self.projects if row["status"] in (MISSING, BLANK)]

    def ledger(self, key: str) -> Row:
        """The record in a cell of 报送台账."""
        return self.cell("submissions", self.submission["number"], key)

    def points(self, name: str) -> Decimal:
        """Points of a rule of the appraisal."""
        return self.policy.number(f"appraisal_{name}")


def _unknown(words: str) -> Judgement:
    return Judgement(words, judged=False)


def timely(facts: Facts) -> Judgement:
    """及时性: days after the deadline, as 报送台账 counts them; of what never came the days until today."""
    row, deadline = facts.submission, facts.deadline
    if deadline is None:
        return _unknown(facts.unlisted or NO_DEADLINE)
    really = day_of(row.get("really_received"), deadline)
    if not facts.came and really:  # on paper, as an officer noted
        days = (really - deadline).days
        record = facts.ledger("really_received") | {"day": really}
        return _late(facts, days, f"实际收到{really}", record) if days > 0 else Judgement("按时报送")
    if not facts.came:
        if facts.unreadable:
            return _unknown("收到的文件打不开，算不算报送不能定")
        days = (facts.today - deadline).days
        if days <= 0:
            return _unknown(f"还没有报送，截止日期{deadline}也没有过")
        return _late(
            facts, days, f"截至{facts.today}没有报送", facts.ledger("deadline") | {"day": facts.today}
        )
    if not row.get("late"):
        return _unknown("收到的时间不知道")
    if not row.get("days_late"):
        return Judgement("按时报送")
    day = really or day_of(row["first_received"])
    word = "实际收到" if really else "首次收到"
    return _late(facts, int(row["days_late"]), f"{word}{day}", _received(facts, bool(really)) | {"day": day})


def _late(facts: Facts, days: int, what: str, record: Row) -> Judgement:
    """The judgement of a department that is this many days late."""
    each = facts.points("late_day")
    reason = f"截止日期{facts.deadline}，{what}，逾期{days}天"
    standard = f"每逾期1天扣{plain_number(each)}分"
    return Judgement(f"逾期{days}天", deductions=[Deduction(reason, standard, each * days, record)])


def _received(facts: Facts, really: bool) -> Row:
    """The record of when the filing came: the officer's cell, else the file that came first."""
    if really:
        return facts.ledger("really_received")
    first = facts.submission["first_received"]
    file = next((row["path"] for row in facts.receipts if row["received"] == first), None)
    return {"file": file} if file else facts.ledger("first_received")


def complete(facts: Facts) -> Judgement:
    """完整性: projects and forms of the roster that are missing."""
    if facts.uncheckable:
        return _unknown(facts.uncheckable)
    found, names = [], []
    for status, rule in ((MISSING, "missing_project"), (BLANK, "blank_project")):
        rows, each = [row for row in facts.projects if row["status"] == status], facts.points(rule)
        names += [f"{status}{len(rows)}个项目"] if rows else []
        standard = f"{status}一个项目扣{plain_number(each)}分"
        found += [
            Deduction(f"{status}：{row['project']}", standard, each, _place(row, facts)) for row in rows
        ]
    for key, name, rule in (
        ("department_forms", "整体自评表", "no_department_form"),
        ("reports", "自评报告", "no_report"),
    ):
        each = facts.points(rule)
        if each and not facts.submission.get(key):
            names.append(f"缺{name}")
            standard = f"缺{name}扣{plain_number(each)}分"
            found.append(Deduction(f"没有报{name}", standard, each, facts.ledger(key)))
    if names and facts.unreadable:
        return _unknown(f"{'、'.join(names)}，但有{facts.unreadable}个文件打不开，缺不缺不能定")
    if names and facts.may_still_come:
        return _unknown(f"{'、'.join(names)}，{facts.may_still_come}")
    return Judgement("、".join(names) or "齐全", deductions=found)


def accurate(facts: Facts) -> Judgement:
    """准确性: findings that have to be mended; what is missing counts under 完整性 only."""
    if not facts.came:
        return _unknown("没有报送材料")
    if not facts.submission.get("assessed") and not facts.submission.get("department_forms"):
        return _unknown("没有填了的自评表可查")
    if facts.absent and facts.unreadable:
        return _unknown(f"有{facts.unreadable}个文件打不开，里面的表没有查")
    each = facts.points("error")
    standard = f"须修改一处扣{plain_number(each)}分"
    return Judgement(
        f"须修改{facts.statuses.total() - facts.statuses[MENDED]}处",
        deductions=[_of_finding(row, "", standard, each) for row in facts.findings],
    )


def _of_finding(row: Row, before: str, standard: str, each: Decimal) -> Deduction:
    """The deduction for a finding, which leads to the cell of the form."""
    return Deduction(f"{before}{row['rule']} {row['message']}", standard, each, _taken(row))


def review(facts: Facts) -> Judgement:
    """复核偏差: how far the projects' own scores are from the re-checked ones."""
    reviewed = [row for row in facts.projects if row.get("second_score") not in (None, "")]
    if not reviewed:
        return _unknown("没有复核得分")
    allowed, each = facts.points("review_allowed"), facts.points("review_point")
    standard = f"相差{plain_number(allowed)}分以内不扣，超过的每1分扣{plain_number(each)}分"
    found, uncounted = [], 0
    for row in reviewed:
        own, second = score_of(row.get("score")), score_of(row["second_score"])
        if own is None or second is None:
            uncounted += 1
            continue
        apart = abs(own - second)
        reason = f"自评得分{plain_number(own)}，复核得分{plain_number(second)}，相差{plain_number(apart)}分"
        if apart > allowed:
            found.append(Deduction(reason, standard, rounded((apart - allowed) * each), _place(row, facts)))
    lacking = f"{uncounted}个项目的自评得分或复核得分不是0到100的数，没有算" if uncounted else ""
    if uncounted == len(reviewed):
        return _unknown(lacking)
    words = f"复核{len(reviewed)}个项目，相差超过{plain_number(allowed)}分的{len(found)}个"
    return Judgement("，".join(filter(None, (words, lacking))), deductions=found)


def after_return(facts: Facts) -> Judgement:
    """退回后修改: whether the department sent again, and which findings it left as they were."""
    row = facts.submission
    if not row.get("returned"):
        return _unknown("没有退回过")
    if not facts.came:
        return _unknown("没有报送材料")
    if row["state"] == RETURNED and facts.may_still_come:
        return _unknown(f"退回后没有重报，{facts.may_still_come}")
    if row["state"] == RETURNED:
        each = facts.points("not_sent_again")
        standard = f"退回后没有重报扣{plain_number(each)}分"
        day = day_of(row.get("last_returned"), facts.deadline)
        record = facts.ledger("last_returned") | {"day": day}
        reason = f"{day}退回以后没有收到新的" if day else "退回以后没有收到新的"
        return Judgement("退回后没有重报", deductions=[Deduction(reason, standard, each, record)])
    still, mended = facts.statuses[STILL_OPEN], facts.statuses[MENDED]
    if facts.statuses.total() and not still and not mended:
        return _unknown("没有退回以前那次汇总的记录，看不出改没改")
    each = facts.points("unmended")
    standard = f"退回后一处没有改扣{plain_number(each)}分"
    return Judgement(
        f"退回后改了{mended}处，没有改{still}处",
        deductions=[
            _of_finding(finding, "没有改：", standard, each)
            for finding in facts.findings
            if finding["status"] == STILL_OPEN
        ],
    )


PART_JUDGES: tuple[tuple[Part, Callable[[Facts], Judgement]], ...] = (
    (TIMELY, timely),
    (COMPLETE, complete),
    (ACCURATE, accurate),
    (REVIEW, review),
    (AFTER_RETURN, after_return),
)


def _taken(row: Row) -> Row:
    """Project and place of a row of another sheet."""
    return {key: row.get(key) for key in ("project_code", "project", "file", "sheet", "cell")}


def _place(row: Row, facts: Facts) -> Row:
    """The record of a project: its form, else its row of 项目汇总."""
    here = {} if row.get("file") else facts.cell("projects", row["number"], "status")
    return _taken(row) | here


def most_findings(policy: Policy) -> int:
    """How many findings of one 状态 can cost a department points before a part is used up."""
    rules = ((ACCURATE, "error"), (AFTER_RETURN, "unmended"))
    points = ((policy.number(part.points), policy.number(f"appraisal_{name}")) for part, name in rules)
    return max((ceil(full / each) for full, each in points if each), default=0)


def used_up(
    deductions: Iterable[Deduction], full: Decimal
) -> tuple[list[tuple[Deduction, Decimal]], Decimal]:
    """The deductions with the points that each takes until none is left, and their sum."""
    taken: list[tuple[Deduction, Decimal]] = []
    left = full
    for deduction in deductions:
        points = min(left, rounded(deduction.points))
        if points > 0:
            taken.append((deduction, points))
            left -= points
    return taken, full - left


def sentence(part: Part, judgement: Judgement | None, full: Decimal, off: Decimal) -> str:
    """What 考核说明 says of a part. judgement: None where its points are 0."""
    if judgement is None:
        return f"{part.title}不考核（参数里满分为0）"
    if not judgement.judged:
        return f"{part.title}未考核（{judgement.words}）"
    end = f"，{plain_number(full)}分扣完为止" if off == full and full else ""
    return f"{part.title}：{judgement.words}，扣{plain_number(off)}分{end}"


def outcome(judged: Sequence[tuple[Part, Decimal, Decimal]]) -> str:
    """The beginning of 考核说明: which parts were judged, out of how many points, and the score.

    judged: parts with 满分 and 扣分. An officer's confirmation is for what this says.
    """
    if not judged:
        return "一项也没有考核"
    full = sum((full for _, full, _ in judged), Decimal(0))
    off = sum((off for _, _, off in judged), Decimal(0))
    names = "、".join(part.title for part, _, _ in judged)
    return f"考核了{names}，满分共{plain_number(full)}分，得{plain_number(full - off)}分"
