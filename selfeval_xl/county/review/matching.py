"""Which row of a filled paper belongs to which row that was written: people insert, delete and sort rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from selfeval_xl.county.review.paper import PaperRow, identity
from selfeval_xl.model.text import squeeze

NO_INDICATOR = "这一行“{title}”不是底稿里的指标，没有计入；要复核它，请写在原有指标的行里或备注里。"
TWICE = "“{title}”有两行（另一行是第{other}行），填的不一样，都没有计入；请只留一行。"
DELETED = "“{title}”的行不见了，这个指标按未复核算；请用原来的底稿补上。"
_FILLED = ("second_actual", "second_score", "evidence", "remark")


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row of a filled paper below its head. line: as a spreadsheet counts. texts: what its cells show.

    is_number: whether the cell of 复核得分 holds a number, not digits as a text.
    """

    line: int
    key: str
    texts: Mapping[str, str]
    is_number: bool = True

    @property
    def is_filled(self) -> bool:
        """Whether somebody has written into it."""
        return any(self.texts.get(key) for key in _FILLED)

    @property
    def title(self) -> str:
        """The row's name in sentences."""
        return self.texts.get("name") or self.texts.get("level2") or self.texts.get("level1") or "（空）"


@dataclass(slots=True)
class Matches:
    """Each written row with the row of the filled paper that is its, or None; and what could not be matched.

    faults: line (None for none) and sentence.
    """

    rows: list[tuple[PaperRow, SeenRow | None]] = field(default_factory=list)
    faults: list[tuple[int | None, str]] = field(default_factory=list)


def match(written: Sequence[PaperRow], seen: Sequence[SeenRow]) -> Matches:
    """Matches rows by key and text together, then by text alone, then by key where most of the text is there.

    The text goes before the key: who sorts the visible columns only, leaves the keys where they were.
    """
    found: dict[str, list[SeenRow]] = {row.key: [] for row in written}
    left = list(seen)
    for fits, again in ((_same_row, True), (_same_text, True), (_same_key, False)):
        left = [row for row in left if not _placed(row, written, found, fits, again)]
    result = Matches()
    for row in written:
        rows = found[row.key]
        best = _one_of(rows)
        if len(rows) > 1 and best is None:
            lines = [each.line for each in rows]
            result.faults += [
                (line, TWICE.format(title=row.title, other=next(each for each in lines if each != line)))
                for line in lines
            ]
        elif not rows:
            result.faults.append((None, DELETED.format(title=row.title)))
        result.rows.append((row, best))
    result.faults += [
        (row.line, NO_INDICATOR.format(title=row.title))
        for row in left
        if row.is_filled or row.texts.get("name")
    ]
    return result


def _placed(
    row: SeenRow,
    written: Sequence[PaperRow],
    found: dict[str, list[SeenRow]],
    fits: Callable[[PaperRow, SeenRow], bool],
    again: bool,
) -> bool:
    """Whether the row is one of those that were written, in whose list it then stands.

    Of several alike that is the one that has no row yet: a form may have an indicator twice. again: whether
    one that has a row may get a second one, which is a copy.
    """
    fitting = [each for each in written if fits(each, row)]
    free = [each for each in fitting if not found[each.key]]
    best = next(iter(free or (fitting if again else ())), None)
    if best is not None:
        found[best.key].append(row)
    return best is not None


def _same_row(written: PaperRow, row: SeenRow) -> bool:
    return written.key == row.key and identity(written) == identity(row.texts)


def _same_text(written: PaperRow, row: SeenRow) -> bool:
    return identity(written) == identity(row.texts) and any(identity(written))


def _same_key(written: PaperRow, row: SeenRow) -> bool:
    """The same key, and a name, or target and completed value, that nobody has changed."""
    if written.key != row.key:
        return False
    texts = {key: squeeze(row.texts.get(key, "")) for key in ("name", "target", "actual")}
    return (
        bool(texts["name"])
        and texts["name"] == squeeze(written.name)
        or (
            bool(texts["target"] and texts["actual"])
            and (texts["target"], texts["actual"]) == (squeeze(written.target), squeeze(written.actual))
        )
    )


def _one_of(rows: Sequence[SeenRow]) -> SeenRow | None:
    """The row that counts: the only one, or the only one with something in it; None where they differ."""
    if len(rows) < 2:
        return rows[0] if rows else None
    entries = {tuple(row.texts.get(key, "") for key in _FILLED) for row in rows if row.is_filled}
    if len(entries) > 1:
        return None
    return next((row for row in rows if row.is_filled), rows[0])
