"""The speed of reading forms, and the share of damaged ones that is read right.

Run `make bench`, or `python benchmarks/reading.py [files]`.

Speed: one form of about 20 indicators per file, one core, CPU time; beside it the floor (unzip and parse the
sheet), openpyxl, and pandas.
Accuracy: every layout, filled, under every damage of tests/support/damage.py: fields with the right value,
cells in the right place, and cells that look like data and were not read.
Published forms (tests/published), whose right values were written before the program ran: fields.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from selfeval_xl import layouts, templates  # noqa: E402
from selfeval_xl.assessment import policy  # noqa: E402
from selfeval_xl.cli.json_documents import read_document  # noqa: E402
from selfeval_xl.filings.grouping import gather  # noqa: E402
from selfeval_xl.model.grid import position  # noqa: E402
from selfeval_xl.readers import read_file  # noqa: E402
from selfeval_xl.readers.formats.source import open_source  # noqa: E402
from selfeval_xl.readers.recognition.form_finder import forms_in  # noqa: E402
from selfeval_xl.rules.runner import check  # noqa: E402
from selfeval_xl.templates.frame import draw  # noqa: E402
from selfeval_xl.templates.workbook import Page, write_book  # noqa: E402
from support.damage import DAMAGES, plain, values  # noqa: E402
from support.fillings import filling  # noqa: E402
from support.published_forms import compare_fields  # noqa: E402

PUBLISHED = ROOT / "tests" / "published"


def floor(path: Path) -> None:
    """Unzips and parses the sheet and the shared strings."""
    with zipfile.ZipFile(path) as package:
        for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
            ElementTree.fromstring(package.read(name))


def with_openpyxl(path: Path) -> None:
    """Reads the values with openpyxl."""
    import openpyxl

    for sheet in openpyxl.load_workbook(path, data_only=True):
        for _ in sheet.iter_rows(values_only=True):
            pass


def with_pandas(path: Path) -> None:
    """Reads the first sheet with pandas."""
    import pandas

    pandas.read_excel(path, sheet_name=0, header=None, engine="openpyxl")


def cost(work: Callable[[Path], object], paths: Sequence[Path]) -> float:
    """The milliseconds of CPU time per file."""
    work(paths[0])
    begun = time.process_time()
    for path in paths:
        work(path)
    return (time.process_time() - begun) / len(paths) * 1000


def speed(count: int) -> None:
    """Prints the costs of reading so many files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        data = filling(layouts.load("mof-2020"))
        for number in range(count):
            paths.append(Path(folder) / f"{number:05}.xlsx")
            form = {
                **data,
                "project": f"农村公路养护{number}",
                "indicators": _renamed(data["indicators"], number),
            }
            write_book(paths[-1], [Page("项目01", draw(layouts.load("mof-2020"), form))], {})
        issued = Path(folder) / "issued"
        issued.mkdir()
        for number in range(20):
            templates.fill_in(
                "mof-2020", issued / f"{number}.xlsx", projects=[{**data, "project": f"农村公路养护{number}"}]
            )
        few = paths[: max(20, count // 20)]
        bare = cost(floor, paths)
        print(f"{count} files, {len(data['indicators'])} indicators each, ms of CPU a file (times the floor)")
        for name, work, sample in (
            ("unzip and parse (floor)", floor, paths),
            ("opened: guard, hash, values, merges", open_source, paths),
            ("read and understood", read_file, paths),
            ("openpyxl, values only", with_openpyxl, few),
            ("pandas.read_excel", with_pandas, few),
        ):
            took = cost(work, sample)
            print(f"  {name:<38} {took:7.2f}  ({took / bare:.1f})")
        templates_filled = sorted(issued.glob("*.xlsx"))
        took, bare = cost(read_file, templates_filled), cost(floor, templates_filled)
        print(
            f"  {'a form of our template, its formulas too':<38} {took:7.2f}  "
            f"({took / bare:.1f} times its own floor)"
        )
        filings = [gather([read_file(path)]) for path in few]
        check(filings[0])
        begun = time.process_time()
        for filing in filings[1:]:
            check(filing)
        print(
            f"  {'assessed, all rules':<38} {(time.process_time() - begun) / (len(filings) - 1) * 1000:7.2f}"
        )


def _renamed(indicators: Sequence[dict], number: int) -> list[dict]:
    """The indicators under other names, so that no cache knows them from the form before."""
    return [{**row, "name": f"{row['name']}第{number}段"} for row in indicators]


def accuracy() -> None:
    """Prints the shares of fields and cells read right, by layout and by damage."""
    print("fields and cells read right, % per layout, all damages; then per damage, all layouts")
    by_layout: dict[str, list[int]] = {}
    by_damage: dict[str, list[int]] = {}
    for layout in layouts.load_all():
        whole = draw(layout, filling(layout)).grid("表")
        want = list(values(forms_in(whole, "a").forms[0]))
        for name, damage in DAMAGES.items():
            damaged, moved, _ = damage(draw(layout, filling(layout)).grid("表"))
            found = forms_in(damaged, "a").forms
            missed = sum(len(each.names) for form in found for each in form.account.unread if each.data)
            for tally in (
                by_layout.setdefault(f"{layout.id}.{layout.kind}", [0, 0, 0, 0]),
                by_damage.setdefault(name, [0, 0, 0, 0]),
            ):
                tally[3] += missed
            read = {plain(what): (value, cell) for what, value, cell in values(found[0])} if found else {}
            for what, value, cell in want:
                if value is None:
                    continue
                if "-v" in sys.argv and plain(read.get(plain(what), (None,))[0]) != plain(value):
                    print(layout.id, name, what, value, read.get(plain(what)))
                got, at = read.get(plain(what), (None, None))
                in_place = bool(cell and at) and [moved(*position(part)) for part in cell.split(",")] == [
                    position(part) for part in at.split(",")
                ]
                for tally in (by_layout[f"{layout.id}.{layout.kind}"], by_damage[name]):
                    tally[0] += 1
                    tally[1] += plain(got) == plain(value)
                    tally[2] += in_place or what.endswith(("level1", "level2"))
    for tallies in (by_layout, by_damage):
        for name, tally in tallies.items():
            print(_line(name, tally))
    print(_line("over all", [sum(tally[number] for tally in by_layout.values()) for number in range(4)]))


def _line(name: str, tally: Sequence[int]) -> str:
    """A line with the shares of one tally: fields in all, right ones, cells in place, unread data cells."""
    count, fields, cells, missed = tally
    return (
        f"  {name:<28} fields {fields / count:7.2%}  cells {cells / count:7.2%}  of {count}, "
        f"{missed} cells unread"
    )


def published() -> None:
    """Prints the share of fields of published forms that are read right."""
    print("published forms")
    for path in sorted(path for path in PUBLISHED.iterdir() if path.suffix != ".json"):
        document = read_document([read_file(path)], policy.default())
        forms = [form for form in document["files"][0]["forms"] if form["kind"] != "report"]
        told = compare_fields(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")), forms)
        print(f"  {path.name:<44} {told.asked - len(told.wrong)} of {told.asked} fields")


if __name__ == "__main__":
    speed(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    accuracy()
    published()
