"""The samples of the contract snapshots: files that the project ships, or that are made anew each time.

They are made by public means: the command line in this process, and the functions of `selfeval_xl`.
"""

from __future__ import annotations

import contextlib
import functools
import io
import shlex
import shutil
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest import mock

import openpyxl
import typer.main
import xlsxwriter

from selfeval_xl import cli, layouts, templates
from support import bundles
from support.fillings import filling
from support.text_grid import grid_of

TESTS = Path(__file__).parents[1]
RECEIVED = "2_收到的材料"
MADE = datetime(2025, 3, 1)
WITH_SCORES = ("102", "柳河")  # a department whose forms have scores, and the real filing, whose have none
BLOCKED = "不是文件夹"  # a file that stands where an output folder should be


_tree = functools.cache(typer.main.get_command)  # building it takes 20 ms, and it is the same for every call


@dataclass(frozen=True, slots=True)
class Run:
    """The exit status and the output of a command."""

    status: int
    out: str
    err: str


def selfeval_here(folder: Path, *args: object) -> Run:
    """Runs `selfeval` with these arguments in this process, as if called in `folder`."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(folder),
        mock.patch.object(sys, "argv", ["selfeval", *map(str, args)]),
        mock.patch.object(typer.main, "get_command", _tree),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as stop:
            status = int(stop.code or 0)
    return Run(status, out.getvalue(), err.getvalue())


class Samples:
    """The samples below one folder, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runs: dict[tuple, Run] = {}

    def run(self, *args: str, at: Path | None = None) -> Run:
        """The run of a command in the folder of the samples, or at `at`; each command is run once.

        It runs in that folder so that the paths in its output are the same everywhere.
        """
        folder = at or self.folder
        if (args, folder) not in self._runs:
            self._runs[args, folder] = selfeval_here(folder, *args)
        return self._runs[args, folder]

    def at_desk(self, call: str) -> Run:
        """The run of a command as it is typed, in the folder `desk`."""
        return self.run(*shlex.split(call), at=self.desk)

    def in_demo(self, *args: str, only: tuple[str, ...] = ("",)) -> Run:
        """The run of a command on the demonstration's workbooks. only: the beginnings of their folders."""
        chosen = [name for name in self.received if name.startswith(only)]
        return self.run(*args, *chosen, at=self.folder / "演示" / RECEIVED)

    def checked(self) -> Run:
        """The run of check on the forms of tests/forms, each layout and the faulty files, with a roster."""
        files = (*self.forms, *self.layouts, *self.faulty)
        return self.run("check", "--json", *files, "--roster", "faulty/名册.xlsx")

    @functools.cached_property
    def forms(self) -> list[str]:
        """The forms of tests/forms, one workbook each."""
        return [
            drawn(
                self.folder / "forms" / f"{path.stem}.xlsx", path.read_text(encoding="utf-8").split("\n\n")[1]
            )
            for path in sorted((TESTS / "forms").glob("*.md"))
        ]

    @functools.cached_property
    def layouts(self) -> list[str]:
        """A workbook of each layout, with every field of its forms filled in."""
        return [_filled_layout(self.folder / "layouts", layout_id) for layout_id in layouts.ids()]

    @functools.cached_property
    def demo(self) -> Run:
        """The whole demonstration, in the folder 演示."""
        return self.run("demo", "演示")

    @functools.cached_property
    def received(self) -> list[str]:
        """The workbooks of the demonstration's county, as names below its folder of received material."""
        assert self.demo.status == 0, self.demo.err
        folder = self.folder / "演示" / RECEIVED
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.xlsx"))

    @functools.cached_property
    def faulty(self) -> list[str]:
        """Files with faults of whole files and filings, and a roster (名册.xlsx) that contradicts them."""
        files = _faulty(self.folder / "faulty")
        assert self.demo.status == 0, self.demo.err
        marked = next((self.folder / "演示").glob("3_*/示例县教育局*.xlsx"))
        return [*files, explained(marked, self.folder / "faulty" / "说明.xlsx")]

    @functools.cached_property
    def desk(self) -> Path:
        """A folder with one small input for every command."""
        return _desk(self.folder / "desk")


def lines_of(lines: Iterable[str]) -> str:
    """The lines as one text, each ended by a line feed."""
    return "".join(f"{line}\n" for line in lines)


def one_line(text: str) -> str:
    """The text on one line, line feeds as \\n."""
    return text.replace("\n", "\\n")


def made(path: Path) -> str:
    """A sample's name below the folder of all samples."""
    return f"{path.parent.name}/{path.name}"


def drawn(path: Path, table: str, *, hidden_rows: Sequence[int] = (), name: str = "表") -> str:
    """A text table (see text_grid.py) as a workbook; of two areas that overlap the smaller one is merged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    grid = grid_of(table)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": MADE})  # X07 asks which of two files was saved later
        sheet, formats = book.add_worksheet(name), grid.formats()
        looks = {code: book.add_format({"num_format": code}) for code in sorted(set(formats.values()))}
        kept: list = []
        for area in sorted(grid.merges, key=lambda area: (area.bottom - area.top, area.right - area.left)):
            if not any(_overlap(area, other) for other in kept):
                kept.append(area)
                sheet.merge_range(area.top, area.left, area.bottom, area.right, "")
        for row, values in enumerate(grid.rows):
            for column, value in enumerate(values):
                look = looks.get(formats.get((row, column)))
                if isinstance(value, str):
                    sheet.write_string(row, column, value, look)
                elif value is not None:
                    sheet.write_number(row, column, value, look)
        for row in hidden_rows:
            sheet.set_row(row, options={"hidden": True})
    return made(path)


def _overlap(one, other) -> bool:
    return (
        one.top <= other.bottom
        and other.top <= one.bottom
        and one.left <= other.right
        and other.left <= one.right
    )


def _filled_layout(folder: Path, layout_id: str) -> str:
    """Writes a workbook of the layout with every fifth of the generic indicators; returns its name.

    Among these are met and unmet ones, one in words and one with a date.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {layout.kind: filling(layout) for layout in layouts.sheets_of(layout_id)}
    for form in kinds.values():
        form["indicators"] = form["indicators"][::5]
    out = folder / f"{layout_id}.xlsx"
    projects = [kinds["project"]] if "project" in kinds else []
    templates.fill_in(layout_id, out, projects=projects, department=kinds.get("department"), year=2024)
    return made(out)


def indicator(level1: str, level2: str, name: str, target: str, actual: str | None, **more: str) -> dict:
    """The data of an indicator row."""
    return {"level1": level1, "level2": level2, "name": name, "target": target, "actual": actual, **more}


def fund(initial: str, annual: str, executed: str) -> dict:
    """The data of a funding row."""
    return {
        "source": "当年财政拨款",
        "initial_budget": initial,
        "annual_budget": annual,
        "executed": executed,
    }


INDICATORS = (
    indicator("成本指标", "经济成本指标", "堤防加固工程费用", "≤95万元", "95万元"),
    indicator("产出指标", "数量指标", "加固堤防长度", "≥12公里", "12.5公里"),
    indicator("产出指标", "时效指标", "完工时间", "2024年11月底前", "2024年10月"),
    indicator("效益指标", "社会效益指标", "保护农田面积", "≥3000亩", "3100亩"),
    indicator("满意度指标", "服务对象满意度指标", "受益群众满意度", "≥90%", "96%"),
)
ATTENDANCE = "| 会议签到表 | < |\n| 姓名 | 单位 |"
SIGNATURE = {"填表人": "张三", "负责人": "李四", "联系电话": "0435-7200000", "填报日期": "2025-03-20"}
CLEAN = {
    "project": "堤防加固",
    "unit": "示例县水利局",
    "goal": {"expected": "2024年11月底前加固堤防12公里。", "actual": "10月完成12.5公里，保护农田3100亩。"},
    "funding": [fund("100", "100", "95")],
    "indicators": INDICATORS,
    "signature": SIGNATURE,
}


def _faulty(folder: Path) -> list[str]:
    """Writes the faulty files and the roster; returns the names of the files."""
    folder.mkdir(parents=True)
    water = {"department_code": "102", "department": "示例县水利局"}
    forest = {"department_code": "106", "department": "示例县林业局"}
    goal = {"expected": "全年完成堤防加固和水闸维修，汛前投入使用，保护农田3000亩。", "actual": "已经完成。"}
    gates = CLEAN | {"project": "水闸维修", "funding": [fund("60", "60", "50")]}
    later = CLEAN | {"funding": [fund("100", "100", "90")]}
    guard = CLEAN | {"project": "护林", "unit": "示例县林业局", "goal": goal}
    late = indicator(
        "产出指标", "数量指标", "巡护里程", "≥500公里", "300公里", note="雨季停工，2025年6月前完成。"
    )
    whole = {"goal": goal, "indicators": [*INDICATORS[1:], late], "signature": SIGNATURE}
    books = (
        ("水利局", "jilin-2024", [CLEAN, gates], whole | {"department": "示例县水利局"}, water),
        ("水利局再报", "jilin-2024", [later], None, water),
        ("林业局", "mof-2020", [guard], whole | forest | {"funding": [fund("100", "100", "95")]}, forest),
    )
    for name, layout, projects, department, settings in books:
        out = folder / f"{name}.xlsx"
        templates.fill_in(layout, out, projects=projects, department=department, year=2024, settings=settings)
    table = (TESTS / "forms" / "head-of-two-rows.md").read_text(encoding="utf-8").split("\n\n")[1]
    drawn(folder / "藏了一行.xlsx", table, hidden_rows=(8,))
    drawn(folder / "带宏.xlsx", table)
    with zipfile.ZipFile(folder / "带宏.xlsx", "a") as package:
        package.writestr("xl/vbaProject.bin", b"")
    drawn(folder / "不是自评表.xlsx", ATTENDANCE)
    drawn(folder / "公式坏了.xlsx", "\n".join(_with_broken_formula(table)))
    (folder / "坏了.xlsx").write_bytes((folder / "水利局.xlsx").read_bytes()[:4000])
    shutil.copy(TESTS / "old_templates" / "1" / "jilin-2024.xlsx", folder / "旧模板.xlsx")
    _report(folder / "林业局报告.docx")
    files = sorted(made(path) for path in folder.iterdir())
    roster(
        folder / "名册.xlsx",
        单位名册=[
            {"部门编码": "102", "部门名称": "示例县水利局"},
            {"部门编码": "106", "部门名称": "示例县林业局"},
        ],
        项目=[
            {"部门编码": "102", "项目名称": "堤防加固", "年初预算数": "80", "全年预算数": "120"},
            {"部门编码": "102", "项目名称": "防汛物资采购", "年初预算数": "20"},
        ],
        绩效目标=[{"项目编码": "堤防加固", "三级指标": "加固堤防长度", "年度指标值": "≥15公里"}],
    )
    return files


def explained(marked: Path, out: Path) -> str:
    """Writes a marked copy with a reason of the unit beside every finding; returns its name."""
    book = openpyxl.load_workbook(marked)
    sheet = book["校验结果"]
    column = next(cell.column for cell in sheet[1] if cell.value == "单位说明")
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, column, "财政未下达指标，2025年补上。")
    book.save(out)
    return made(out)


def _with_broken_formula(table: str) -> list[str]:
    """The table with #REF! in place of the first percentage, as a broken rate shows."""
    lines = table.splitlines()
    number = next(number for number, line in enumerate(lines) if "%" in line)
    cells = lines[number].split("|")
    column = next(column for column, cell in enumerate(cells) if "%" in cell)
    lines[number] = "|".join([*cells[:column], " #REF! ", *cells[column + 1 :]])
    return lines


def _report(path: Path) -> None:
    """Writes a report whose figures are not those of the forms and which mentions no unmet indicator."""
    import docx

    report = docx.Document()
    for text in (
        "示例县林业局2024年度部门整体支出绩效自评报告",
        "一、部门概况",
        "（三）收支情况",
        "全年预算110万元，执行95万元，预算执行率86.36%。",
        "三、部分指标情况说明",
        "各项指标全部完成。",
    ):
        report.add_paragraph(text)
    report.save(path)


def roster(path: Path, **sheets: Sequence[Mapping[str, str]]) -> None:
    """Writes a roster from rows of texts by column label."""
    assert selfeval_here(path.parent, "issue", "--blank", "-o", path.name).status == 0
    book = openpyxl.load_workbook(path)
    for title, rows in sheets.items():
        columns = {cell.value: cell.column for cell in book[title][1]}
        for number, row in enumerate(rows, 2):
            for label, text in row.items():
                book[title].cell(number, columns[label], text)
    book.save(path)


def _desk(folder: Path) -> Path:
    """Writes one small input for every command; returns the folder.

    自评表 has something to mend, 须说明 something to explain, 干净 nothing.
    """
    folder.mkdir(parents=True)
    (folder / BLOCKED).write_text("x", encoding="utf-8")
    unmet = indicator("产出指标", "数量指标", "卫星电话数量", "=25部", "0部")
    templates.fill_in(
        "jilin-2024",
        folder / "自评表.xlsx",
        projects=[CLEAN | {"indicators": [*INDICATORS, unmet]}],
        department={"department": "示例县水利局", "indicators": INDICATORS[1:]},
        year=2024,
    )
    slow = CLEAN | {"funding": [fund("100", "100", "70")]}
    for name, project in (("干净", CLEAN), ("须说明", slow), ("没填", {})):
        templates.fill_in("jilin-2024", folder / f"{name}.xlsx", projects=[project], year=2024)
    (folder / "坏了.xlsx").write_bytes((folder / "干净.xlsx").read_bytes()[:4000])
    drawn(folder / "不是自评表.xlsx", ATTENDANCE)
    for name in ("收到/示例局", "各县/甲县", "看着"):
        (folder / name).mkdir(parents=True)
        shutil.copy(folder / "自评表.xlsx", folder / name)
    roster(
        folder / "名册.xlsx",
        单位名册=[{"部门编码": "102", "部门名称": "示例县水利局"}],
        项目=[{"部门编码": "102", "项目编码": "1", "项目名称": "堤防加固"}],
    )
    for args in (("policy", "template", "-o", "参数表.xlsx"), ("split", "自评表.xlsx", "-o", "分表")):
        assert selfeval_here(folder, *args).status == 0
    _stand_ins(folder)
    return folder


def _stand_ins(folder: Path) -> None:
    """Writes a stand-in for the embeddable Python, and one for each wheel that `addin bundle` needs."""
    bundles.embeddable(folder / "python.zip")
    bundles.stand_in_wheels(folder / "wheels", ("xlwings", "pywin32"))
