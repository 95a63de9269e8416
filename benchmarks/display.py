"""The share of cells that are shown as Excel shows them.

Run `python benchmarks/display.py [folder]`. The folder has workbooks and beside each NAME.n.csv: what Excel
displays in sheet n, counted from 0. It is not part of the project; without one, `displayed` among the shared
files of others is taken.

Compared are the displayed cells, and in workbooks that list formats, values and results (those that Excel
computed by TEXT) the formats applied to the values. Rows that only the workbook or only the csv has, because
that was saved from another version of it, are left out and counted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from selfeval_xl.model.display.cell import displayed  # noqa: E402
from selfeval_xl.model.grid import Grid, Value, serial  # noqa: E402
from selfeval_xl.readers.formats.source import open_source  # noqa: E402

FOLDER = ROOT.parent / "shared" / "others" / "displayed"
_HEADS = ("Result (expected)", "Format", "Value")


@dataclass(slots=True)
class Tally:
    """The number of cells compared, the rows left out, and what differs: sheet, format, wanted, shown."""

    cells: int = 0
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)
    rows_left_out: int = 0

    @property
    def share(self) -> float:
        """The share of cells that are the same."""
        return 1 - len(self.wrong) / self.cells if self.cells else 0.0


def same(wanted: str, shown: str) -> bool:
    """Whether two displayed texts are the same, or the same number at the decimals of the wanted one."""
    if wanted == shown:
        return True
    try:
        number = Decimal(wanted.replace(",", ""))
        return number == Decimal(shown.replace(",", "")).quantize(number)
    except InvalidOperation:
        return False


def compare_cells(grid: Grid, csv: Path, tally: Tally) -> None:
    """Compares the displayed cells of a sheet with its csv, row by row.

    A row is compared as one line where its csv was written without quotes around commas.
    """
    wanted = csv.read_text(encoding="utf-8-sig").splitlines()
    shown = [[grid.displayed(row, column) for column in range(grid.width)] for row in range(grid.height)]
    lines = [",".join(cells) for cells in shown]
    plain = [line.replace('""', "\0").replace('"', "").replace("\0", '"') for line in wanted]
    matcher = SequenceMatcher(None, plain, lines, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind != "equal" and last - first != end - start:
            alone = plain[first:last] + lines[start:end]
            tally.rows_left_out += sum(bool(line.strip(",")) for line in alone)
            continue
        for want, line, cells in zip(plain[first:last], lines[start:end], shown[start:end], strict=True):
            filled = [cell for cell in cells if cell]
            tally.cells += len(filled)
            if want != line:
                parts = want.split(",")
                if len(parts) != len(cells):
                    tally.wrong.append((grid.name, "", want, line))
                else:
                    tally.wrong += [
                        (grid.name, "", *pair) for pair in zip(parts, cells, strict=True) if not same(*pair)
                    ]


def compare_formats(grid: Grid, tally: Tally) -> None:
    """Applies the formats that a sheet lists to the values beside them."""
    if tuple(grid.displayed(0, column) for column in range(3)) != _HEADS or grid.formulas is None:
        return
    computed = grid.formulas()
    for row in range(1, grid.height):
        value = _raw(grid.value(row, 2))
        if value is not None and computed.get((row, 0), "").startswith("=TEXT("):
            wanted, code = grid.displayed(row, 0), grid.displayed(row, 1)
            tally.cells += 1
            shown = displayed(value, code)
            if not same(wanted, shown):
                tally.wrong.append((grid.name, f"{code} {value}", wanted, shown))


def _raw(value: Value) -> float | str | None:
    """A value as a format takes it."""
    if isinstance(value, bool):
        return str(value).upper()
    if value is None or isinstance(value, (str, float, int)):
        return value
    return serial(value)


def sheets(folder: Path) -> Iterator[tuple[Grid, Path]]:
    """Yields each sheet that has a csv, with that."""
    for path in sorted(folder.iterdir()):
        if path.suffix != ".csv":
            for number, grid in enumerate(open_source(path).grids):
                csv = path.with_name(f"{path.name}.{number}.csv")
                if csv.exists():
                    yield grid, csv


def measure(folder: Path) -> tuple[Tally, Tally]:
    """The tallies of displayed cells and of formats applied."""
    cells, formats = Tally(), Tally()
    for grid, csv in sheets(folder):
        compare_cells(grid, csv, cells)
        compare_formats(grid, formats)
    return cells, formats


def main(folder: Path) -> None:
    """Prints the shares."""
    if not folder.is_dir():
        print(f"no folder {folder}: nothing to compare with")
        return
    cells, formats = measure(folder)
    for name, tally in (("cells displayed", cells), ("formats applied", formats)):
        print(
            f"{name}: {tally.share:.2%} of {tally.cells} as Excel shows them, "
            f"{tally.rows_left_out} rows left out"
        )
        for wrong in tally.wrong[:20]:
            print("  ", *map(repr, wrong))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
