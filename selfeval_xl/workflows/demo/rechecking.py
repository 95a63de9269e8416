"""The re-check of the demonstration: a sample, filled papers, their summary, and the county once more."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from selfeval_xl.county.review.paper import SHEET, PaperRow
from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.quantity import parse
from selfeval_xl.workflows.review.paper_sheet import cell_of
from selfeval_xl.workflows.review.sample_list import Sampled
from selfeval_xl.workflows.review.sampling import Sample

DRAWN = 8
_TAKEN = Decimal(8)  # points that the re-check takes from an indicator
_WHY = "演示抽查"
_FOUND = "示例：抽查两处，验收资料不全"
_NOTHING = "示例：现场核实没有完成，不得分"
_EVIDENCE = "示例：验收单、付款凭证"


def play(county: Path, received: Path, folder: Path) -> Path:
    """Plays the re-check of a county workbook in a folder of its own; returns the folder.

    抽查 with list and papers, all filled in but the last, 复核汇总.xlsx, and 全县汇总.xlsx with the re-check.
    """
    from selfeval_xl.county import consolidate
    from selfeval_xl.workflows.review.reviewing import review
    from selfeval_xl.workflows.review.sampling import sample

    drawn = sample(county, folder / "抽查", count=DRAWN)
    fill_in(drawn)
    review(drawn.out, folder / "复核汇总.xlsx")
    consolidate(received, folder / "全县汇总.xlsx", reviewed=drawn.out)
    return folder


def fill_in(drawn: Sample) -> None:
    """Fills the papers in as a re-checker would; the last one stays as it is."""
    from selfeval_xl.workflows.demo.second_round import write_edited

    for number, each in enumerate(drawn.chosen[:-1]):
        paper = drawn.out / each.file
        write_edited(paper, _entries(each, number % 3), paper)


def _entries(sampled: Sampled, faulty: int) -> list[Edit]:
    """What a re-checker writes into a paper. faulty: the row, from 0, of which less is found."""
    edits = []
    for number, row in enumerate(sampled.project.paper.rows):
        second = _entry(row, number == faulty)
        edits += [
            Edit(SHEET, cell_of(number, key), None, value, Look.KEEP, _WHY)
            for key, value in second.items()
            if value not in (None, "")
        ]
    return edits


def _entry(row: PaperRow, faulty: bool) -> dict[str, str | Decimal | None]:
    """The cells that are filled in of a row, by key. What was not done at all has no points."""
    score, remark = row.self_score, _FOUND if faulty else None
    if score and _is_undone(row):
        score, remark = Decimal(0), _NOTHING
    elif score is not None and faulty:
        score = max(Decimal(0), score - _TAKEN)
    return {
        "second_actual": row.actual,
        "second_score": score,
        "evidence": _EVIDENCE if remark else None,
        "remark": remark,
    }


def _is_undone(row: PaperRow) -> bool:
    """Whether nothing at all was done of something that was to be done."""
    target = parse(row.target)
    return parse(row.actual).number == 0 and bool(target.number) and target.operator not in ("≤", "<")
