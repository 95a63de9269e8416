"""What the re-check found: a project's scores, its differences, and the sums of departments and county.

A difference is 复核 − 自评, so that a score that was too high gives a negative one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import UNSCORED
from selfeval_xl.county.review.entries import NOT_SCORED, read_score
from selfeval_xl.county.review.matching import SeenRow, match
from selfeval_xl.county.review.paper import MONEY, Paper, PaperHead, PaperRow
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import mean, rounded
from selfeval_xl.model.quantity import Kind, is_void, parse
from selfeval_xl.model.text import squeeze

DONE, PARTLY, BLANK, NOT_SENT = "已复核", "未复核完", "未复核", "未交底稿"
_MOST_CAUSES = 3


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row with what the re-checker wrote. score: None where nothing that counts was written."""

    row: PaperRow
    actual: str = ""
    score: Decimal | None = None
    evidence: str = ""
    remark: str = ""

    @property
    def difference(self) -> Decimal | None:
        """复核得分 − 自评得分; None where one of them is missing."""
        if self.score is None or self.row.self_score is None:
            return None
        return self.score - self.row.self_score

    @property
    def is_other_value(self) -> bool:
        """Whether 复核完成值 is written and is not the value of the self-evaluation."""
        return not is_void(self.actual) and not _equal_values(self.actual, self.row.actual)

    @property
    def explanation(self) -> str:
        """备注 and 佐证材料 in one text."""
        parts = (self.remark, f"佐证：{self.evidence}" if self.evidence else "")
        return "；".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class CheckedProject:
    """A project of the sample as its paper has it.

    state: 已复核, 未复核完, 未复核 or 未交底稿. score, grade: of the re-check, None until every row has one.
    faults: cell ("" for none) and sentence.
    """

    head: PaperHead
    rows: tuple[CheckedRow, ...] = ()
    state: str = NOT_SENT
    score: Decimal | None = None
    grade: str | None = None
    waiting: int = 0
    file: str = ""
    sheet: str = ""
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """复核得分 − 自评得分 of the project."""
        if self.score is None or self.head.score is None:
            return None
        return self.score - self.head.score

    @property
    def unexplained(self) -> Decimal | None:
        """自评总分 − the rows' 自评得分: the part of the difference that no row shows; else None."""
        scores = [row.row.self_score for row in self.rows if row.row.self_score is not None]
        if self.difference is None or self.head.score is None or not scores:
            return None
        return rounded(self.head.score) - rounded(sum(scores, Decimal(0)))

    @property
    def differing(self) -> tuple[CheckedRow, ...]:
        """The rows whose score or completed value is another one."""
        return tuple(row for row in self.rows if row.difference or row.is_other_value)

    @property
    def causes(self) -> str:
        """主要偏差原因: the rows with the largest differences of score, else with other values."""
        by_size = sorted(
            (row for row in self.rows if row.difference),
            key=lambda row: -abs(row.difference or Decimal(0)),
        )
        rest = [row for row in self.rows if row.is_other_value and not row.difference]
        return "；".join(map(_cause, [*by_size, *rest][:_MOST_CAUSES]))


def check_paper(
    paper: Paper,
    seen: Sequence[SeenRow],
    policy: Policy,
    score_cell: str = "",
    file: str = "",
    sheet: str = "",
) -> CheckedProject:
    """A project from its filled paper. score_cell: the column of 复核得分, by letters."""
    matches = match(paper.rows, seen)
    faults = [(f"A{line}" if line else "", text) for line, text in matches.faults]
    rows = []
    for row, filled in matches.rows:
        texts = filled.texts if filled else {}
        written = texts.get("second_score", "")
        score, fault = read_score(written, row.points, filled is None or filled.is_number)
        if score is not None and not row.is_scored:
            score, fault = None, NOT_SCORED.format(text=written)
        if fault and filled:
            faults.append((f"{score_cell}{filled.line}", f"“{row.title}”的{fault}"))
        rows.append(
            CheckedRow(
                row,
                texts.get("second_actual", ""),
                score,
                texts.get("evidence", ""),
                texts.get("remark", ""),
            )
        )
    waiting = sum(_is_open(row, paper.is_scored) for row in rows)
    # To 0.01 before the grade, as the paper's own formula has it.
    total = rounded(sum((row.score for row in rows if row.score is not None), Decimal(0)))
    done = not waiting and bool(rows)
    state = DONE if done else PARTLY if any(map(_is_touched, rows)) or faults else BLANK
    scored = done and paper.is_scored
    grade = policy.grade(total) if scored else UNSCORED if done else None
    return CheckedProject(
        paper.head, tuple(rows), state, total if scored else None, grade, waiting, file, sheet, tuple(faults)
    )


def is_lower(old: str | None, new: str | None, policy: Policy) -> bool:
    """Whether a grade is worse than another one; a word that is no grade is neither."""
    order = [name for name, _ in policy.bands("grades")]
    return old in order and new in order and order.index(new) > order.index(old)


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of some projects of the sample.

    checked: with a re-check that is done. scored: of them those with both scores, over which the averages
    go. lower, higher: re-checked below or above the self-evaluation. lowered: projects of a lower grade.
    """

    projects: int
    checked: int
    scored: int
    self_average: Decimal | None
    second_average: Decimal | None
    difference: Decimal | None
    lower: int
    higher: int
    lowered: tuple[CheckedProject, ...]


def sums(projects: Iterable[CheckedProject], policy: Policy) -> Sums:
    """The sums of projects; averages are of those with both scores, to 0.01."""
    projects = list(projects)
    scored = [each for each in projects if each.difference is not None]
    differences = [each.difference for each in scored if each.difference is not None]
    return Sums(
        len(projects),
        sum(each.state == DONE for each in projects),
        len(scored),
        mean([each.head.score for each in scored if each.head.score is not None]),
        mean([each.score for each in scored if each.score is not None]),
        mean(differences),
        sum(each < 0 for each in differences),
        sum(each > 0 for each in differences),
        tuple(each for each in projects if is_lower(each.head.grade, each.grade, policy)),
    )


def _is_open(row: CheckedRow, scored: bool) -> bool:
    """Whether the re-check of a row is still to be done. scored: whether the form has scores.

    Without scores each indicator needs its 复核完成值; the execution rate stands in the county's own figures.
    """
    if scored:
        return row.row.is_scored and row.score is None
    return row.row.key != MONEY and is_void(row.actual)


def _is_touched(row: CheckedRow) -> bool:
    return row.score is not None or bool(row.actual or row.evidence or row.remark)


def _cause(row: CheckedRow) -> str:
    """A row with a difference in words: 完成数量：自评10分，复核6分（无验收单）."""
    parts = []
    if row.is_other_value:
        parts.append(f"自评完成{row.row.actual or '（空）'}，复核完成{row.actual}")
    if row.difference:
        parts.append(f"自评{_number(row.row.self_score)}分，复核{_number(row.score)}分")
    why = f"（{row.remark}）" if row.remark else ""
    return f"{row.row.title}：{'，'.join(parts)}{why}"


def _number(number: Decimal | None) -> str:
    return "" if number is None else plain_number(number)


def _equal_values(text: str, other: str) -> bool:
    """Whether two completed values are the same: 95% and 95.00%, 1200人 and 1,200人."""
    if squeeze(text) == squeeze(other):
        return True
    one, two = parse(text), parse(other)
    return one.kind is two.kind is Kind.NUMBER and (one.number, one.unit) == (two.number, two.unit)
