"""The record of a re-check paper (复核底稿), and how the paper keeps it in its hidden sheet."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal

from selfeval_xl.model.quantity import money
from selfeval_xl.model.sheet_names import IS_RECHECK, RECHECK
from selfeval_xl.model.text import seen, squeeze

SHEET = RECHECK
LIST_SHEET, LIST_NOTES, LIST_FILE = "抽查名单", "抽取说明", "抽查名单.xlsx"
NUMBER = "底稿编号"  # the column of the list, and the label on the paper
YEAR = "年度"  # the column of the list
# The columns of a paper, left to right: key, label.
COLUMNS = (
    ("level1", "一级指标"),
    ("level2", "二级指标"),
    ("name", "三级指标"),
    ("target", "年度指标值"),
    ("actual", "自评完成值"),
    ("self_score", "自评得分"),
    ("points", "分值"),
    ("second_actual", "复核完成值"),
    ("second_score", "复核得分"),
    ("difference", "差额"),
    ("evidence", "佐证材料"),
    ("remark", "备注"),
)
EXPECTED, KEY = "测算得分（参考）", "行码（勿改）"
MONEY, TOTAL, GRADE, SIGNED = "money", "total", "grade", "signed"  # keys of rows that are no indicator
MONEY_NAME = "预算执行率"
_MARK, _HEAD, _ROW = IS_RECHECK, "head", "row {}"
_LONGEST = 4000  # letters of a text in the hidden sheet: six times as many still fit into a cell


@dataclass(frozen=True, slots=True)
class PaperHead:
    """The project of a paper. score: the total of the self-evaluation; file, sheet, cell: its form.

    apart: what parts it from another project with the same identity; "" where there is none.
    """

    section: str = ""
    department_code: str = ""
    department: str = ""
    project_code: str = ""
    project: str = ""
    unit: str = ""
    year: str = ""
    annual_budget: Decimal | None = None
    score: Decimal | None = None
    grade: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    apart: str = ""

    @property
    def identity(self) -> tuple[str, ...]:
        """Year, department, project and unit, by their codes where they have one.

        The form's file is no part of it: a department that sends its project again names the file anew.
        """
        codes = (self.department_code or self.department, self.project_code or self.project)
        return tuple(map(squeeze, (self.year, *codes, self.unit)))

    @property
    def title(self) -> str:
        """The project's name in sentences, with the unit where one is known."""
        return f"{self.project}（{self.unit}）" if self.unit else self.project

    @property
    def number(self) -> str:
        """The number of the paper: ten digits and letters that belong to the project of this year."""
        text = "\x1f".join((*self.identity, squeeze(self.apart)))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row to re-check, as the paper was written. key: `MONEY` for the execution rate, else its number."""

    key: str
    level1: str = ""
    level2: str = ""
    name: str = ""
    target: str = ""
    actual: str = ""
    self_score: Decimal | None = None
    points: Decimal | None = None

    @property
    def is_scored(self) -> bool:
        """Whether the row needs a score: the form prints points or a score for it."""
        return self.points is not None or self.self_score is not None

    @property
    def title(self) -> str:
        """The row's name in sentences."""
        return self.name or self.level2 or self.level1 or f"第{self.key}行"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it was written: its project and the rows to re-check."""

    head: PaperHead
    rows: tuple[PaperRow, ...]

    @property
    def is_scored(self) -> bool:
        """Whether the project can get a score from its rows."""
        return any(row.is_scored for row in self.rows)


def parted(heads: Sequence[PaperHead]) -> list[PaperHead]:
    """The heads, of which those with the same identity are parted: by their names, else by their forms."""
    alike = Counter(head.identity for head in heads)
    named = Counter((head.identity, squeeze(head.project)) for head in heads)
    return [
        head
        if alike[head.identity] == 1
        else replace(head, apart=head.project)
        if named[head.identity, squeeze(head.project)] == 1
        else replace(head, apart="\x1f".join((head.project, head.file, head.sheet, head.cell)))
        for head in heads
    ]


def settings_of(paper: Paper) -> list[tuple[str, str]]:
    """The rows of the hidden sheet that keeps a paper: name and value."""
    rows = [(_ROW.format(number), _json(row)) for number, row in enumerate(paper.rows, 1)]
    return [(_MARK, "1"), (_HEAD, _json(paper.head)), *rows]


def paper_in(settings: Mapping[str, str]) -> Paper | None:
    """The paper that a hidden sheet keeps; None where it keeps none, or a damaged one."""
    if _MARK not in settings or _HEAD not in settings:
        return None
    try:
        rows: list[PaperRow] = []
        while (text := settings.get(_ROW.format(len(rows) + 1))) is not None:
            rows.append(PaperRow(**_values(PaperRow, text)))
        return Paper(PaperHead(**_values(PaperHead, settings[_HEAD])), tuple(rows))
    except (ValueError, TypeError, RecursionError):
        return None


def _json(record: PaperHead | PaperRow) -> str:
    """The record as JSON in ASCII, in which no reader changes a letter. Numbers are texts."""
    values = {
        key: str(value) if isinstance(value, Decimal) else value[:_LONGEST] if value else value
        for key, value in asdict(record).items()
    }
    return json.dumps(values)


def _values(kind: type[PaperHead | PaperRow], text: str) -> dict:
    """The fields of a record from its JSON; ValueError or TypeError where it is none."""
    values = json.loads(text)
    if not isinstance(values, dict):
        raise TypeError
    numbers = {field.name for field in fields(kind) if "Decimal" in str(field.type)}
    return {
        key: money(str(value))
        if key in numbers and value is not None
        else value
        if key in numbers
        else str(value)
        for key, value in values.items()
    }


def identity(row: PaperRow | Mapping[str, str]) -> tuple[str, ...]:
    """The texts by which a row is known, for comparison."""
    keys = ("level1", "level2", "name", "target")
    texts: Sequence[str] = [
        getattr(row, key) if isinstance(row, PaperRow) else row.get(key, "") for key in keys
    ]
    return tuple(squeeze(seen(text[:_LONGEST])) for text in texts)
