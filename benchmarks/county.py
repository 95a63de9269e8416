"""The speed of consolidating a county, beside a loop that a user would write.

Run `python benchmarks/county.py [--forms 1600] [--rounds 3] [--office]`; it writes benchmarks/results.md.

(a) the floor: unzip and parse the XML of all files; (b) a loop of pandas.read_excel (openpyxl), concatenated,
to_excel; (c) the same with calamine; (d) this program: read, all rules, store, workbook with formulas and
links. Each part runs in a process of its own, one after the other in each round; medians of the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
RESULTS = ROOT / "benchmarks" / "results.md"
DEPARTMENTS = 80
# With more files the bare loop, in which each cell is an object, and LibreOffice are left out.
MOST_FOR_CELLS = 2000
_ROWS = (  # level 1, level 2, name, target, completed, in the frame of 2021
    ("成本指标", "经济成本指标", "{thing}总成本", "≤{n}万元", "{n}万元"),
    ("成本指标", "经济成本指标", "{thing}单位成本", "≤{m}元/处", "{m}元/处"),
    ("成本指标", "社会成本指标", "{thing}施工扰民投诉数", "≤{k}件", "0件"),
    ("产出指标", "数量指标", "{thing}建设处数", "≥{n}处", "{n}处"),
    ("产出指标", "数量指标", "{thing}改造面积", "≥{m}平方米", "{m2}平方米"),
    ("产出指标", "数量指标", "{thing}设备购置数", "={n}台", "{n}台"),
    ("产出指标", "数量指标", "{thing}培训人数", "≥{m}人次", "{m2}人次"),
    ("产出指标", "质量指标", "{thing}验收合格率", "=100%", "100%"),
    ("产出指标", "质量指标", "{thing}设备完好率", "≥95%", "97.5%"),
    ("产出指标", "质量指标", "{thing}培训合格率", "≥90%", "93%"),
    ("产出指标", "时效指标", "{thing}完工时间", "2024年11月底前", "2024年10月"),
    ("产出指标", "时效指标", "{thing}资金支付及时率", "≥90%", "95%"),
    ("效益指标", "经济效益指标", "{thing}带动增收", "≥{n}万元", "{n}万元"),
    ("效益指标", "社会效益指标", "{thing}受益人数", "≥{m}人", "{m2}人"),
    ("效益指标", "社会效益指标", "{thing}覆盖率", "≥98%", "99%"),
    ("效益指标", "生态效益指标", "{thing}周边环境", "明显改善", "明显改善"),
    ("效益指标", "可持续影响指标", "{thing}管护制度", "健全", "健全"),
    ("效益指标", "可持续影响指标", "{thing}使用年限", "≥{k}年", "{k}年"),
    ("满意度指标", "服务对象满意度指标", "{thing}受益群众满意度", "≥90%", "94%"),
    ("满意度指标", "服务对象满意度指标", "{thing}管理单位满意度", "≥90%", "92%"),
)
_THINGS = (
    "农村公路",
    "校舍",
    "小型水库",
    "饮水安全",
    "卫生室",
    "文化站",
    "高标准农田",
    "视频监控",
    "消防栓",
    "污水管网",
    "护林站",
    "养老床位",
)
_SIGNATURE = {
    "填表人": "张三",
    "负责人": "李四",
    "联系电话": "0439-5550000",
    "填报日期": "2025年3月1日",
}
_REASONS = (
    "因财政资金未及时下达，工程未能按期完工；下一步加快拨付进度，确保明年6月底前完成。",
    "受汛期影响施工延误；今后提前安排工期。",
    None,
)


def generate(folder: Path, count: int) -> None:
    """Writes project forms as departments send them, with a few faults in every tenth."""
    from selfeval_xl import templates

    for number in range(count):
        form = _form(number)
        out = folder / form["department"] / f"{number:05}.xlsx"
        templates.fill_in("mof-2021", out, projects=[form], year=2024)


def _form(number: int) -> dict[str, Any]:
    """The data of one form: 20 indicators and three sources of money."""
    source = random.Random(number)
    thing = f"{_THINGS[number % len(_THINGS)]}{number // len(_THINGS) + 1}期"
    words = {
        "thing": thing,
        "n": source.randrange(4, 90),
        "m": source.randrange(120, 9000, 10),
        "k": source.randrange(2, 12),
    }
    words["m2"] = words["m"] + source.randrange(0, 25)
    rows = _indicators(words)
    if number % 10 == 0:
        row = rows[source.randrange(3, 10)]
        row |= {
            "actual": "0" + row["target"].lstrip("≥=0123456789"),
            "score": "0",
            "note": source.choice(_REASONS),
        }
    budget = source.randrange(20_00, 900_00) / 100
    executed = budget * source.randrange(85, 101) / 100
    department = f"示例县第{number % DEPARTMENTS + 1:02}局"
    return {
        "project": f"{thing}建设项目",
        "project_code": f"2205{number % DEPARTMENTS:02}24R{number:09}",
        "department": department,
        "unit": department,
        "goal": {
            "expected": f"完成{thing}建设{words['n']}处，受益{words['m']}人，年底前投入使用。",
            "actual": f"完成{thing}建设{words['n']}处，受益{words['m2']}人。",
        },
        "funding": [
            _funding("当年财政拨款", f"{budget:.2f}", f"{executed:.2f}"),
            _funding("上年结转资金", "0", "0"),
            _funding("其他资金", "0", "0"),
        ],
        "indicators": rows,
        "signature": _SIGNATURE,
    }


def _indicators(words: Mapping[str, object]) -> list[dict[str, Any]]:
    return [
        {
            "level1": level1,
            "level2": level2,
            "name": name.format(**words),
            "target": target.format(**words),
            "actual": actual.format(**words),
            "points": "4.5",
            "score": "4.5",
        }
        for level1, level2, name, target, actual in _ROWS
    ]


def _funding(source: str, budget: str, executed: str) -> dict[str, str]:
    return {"source": source, "initial_budget": budget, "annual_budget": budget, "executed": executed}


def files(folder: Path) -> list[Path]:
    """The workbooks in the folder, sorted."""
    return sorted(path for path in folder.rglob("*.xlsx") if not path.name.startswith("."))


# The parts: each does its work once and may return further figures.


def floor(folder: Path, out: Path) -> None:
    """Unzips and parses the XML of all files."""
    for path in files(folder):
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.endswith((".xml", ".rels")):
                    ElementTree.fromstring(package.read(name))


def _pandas(engine: str) -> Callable[[Path, Path], dict]:
    """The part that reads all files with pandas and this engine, and writes one workbook."""

    def loop(folder: Path, out: Path) -> dict:
        import pandas

        begun = time.process_time()
        tables = [
            pandas.read_excel(path, header=None, engine=engine).assign(file=path.name)
            for path in files(folder)
        ]
        read = time.process_time() - begun
        pandas.concat(tables).to_excel(out, index=False)
        return {"reading": read}

    return loop


def one_core(folder: Path, out: Path) -> dict:
    """This program without the workbook, in one process: read, assess, all rules, store.

    The figure `reading` leaves out the start of the program, as that of pandas does.
    """
    from selfeval_xl.assessment.policy import default
    from selfeval_xl.county.departments.data import laid_out
    from selfeval_xl.county.departments.streaming import StreamedDepartments
    from selfeval_xl.county.intake import receipts, received_files
    from selfeval_xl.county.intake.records import work  # noqa: F401 - imported before the clock starts

    begun = time.process_time()
    with received_files.receiving(folder, out, default(), read=_in_process) as received:
        collected = laid_out(receipts.sort_out(received.root, received.files), None, default())
        for step in StreamedDepartments(received, collected):
            step.fill(step)
    return {"reading": time.process_time() - begun}


def _in_process(paths: list[str], context=None, **options: object) -> Iterator[tuple[str, bytes]]:
    """The workers' answers on these files, made in this process."""
    from selfeval_xl.county.intake.records import work

    return (work(path, context) for path in paths)


def ours(folder: Path, out: Path) -> None:
    """The whole run, on all cores."""
    from selfeval_xl.county import consolidate

    consolidate(folder, out)


def again(folder: Path, out: Path) -> dict:
    """The whole run, then once more after one file has changed."""
    from selfeval_xl import templates
    from selfeval_xl.county import consolidate

    first = _timed(lambda: consolidate(folder, out))
    changed = files(folder)[0]
    original = changed.read_bytes()
    templates.fill_in(
        "mof-2021", changed, projects=[{"project": "改过的项目", "department": "示例县第01局"}], year=2024
    )
    second = _timed(lambda: consolidate(folder, out))
    changed.write_bytes(original)
    return {"first": first, "second": second}


def _timed(work: Callable[[], object]) -> list[float]:
    """The seconds by the clock, and those of all processors."""
    clock, used = time.perf_counter(), _cpu()
    work()
    return [time.perf_counter() - clock, _cpu() - used]


def workbook(folder: Path, out: Path) -> dict:
    """Writes the workbook, and its cells once more in a bare XlsxWriter loop."""
    import xlsxwriter

    from selfeval_xl.county import consolidate, output

    seen: dict = {}
    real = output.write

    def listening(target: Path, book, *rest: object) -> None:
        rows = {key: list(table.rows()) for key, table in book.tables.items()}
        begun = time.process_time()
        real(target, book, *rest)
        seen["workbook"], seen["book"], seen["rows"] = time.process_time() - begun, book, rows

    output.write = listening
    consolidate(folder, out)
    book, rows = seen.pop("book"), seen.pop("rows")
    begun = time.process_time()
    bare = xlsxwriter.Workbook(
        str(out.with_suffix(".bare.xlsx")), {"strings_to_formulas": False, "strings_to_urls": False}
    )
    cells = sum(
        _write_bare(bare.add_worksheet(sheet.title), sheet.columns, rows[sheet.key])
        for sheet in book.sheets.values()
    )
    bare.close()
    return {**seen, "bare": time.process_time() - begun, "cells": cells, "bytes": out.stat().st_size}


def _write_bare(page, columns, rows: list[dict]) -> int:
    """Writes the rows without formats; returns the number of cells."""
    for line, row in enumerate(rows, 1):
        for number, column in enumerate(columns):
            value = row.get(column.key)
            if column.live or column.kind == "链":
                cached = value if isinstance(value, str) or value is None else float(value)
                page.write_formula(line, number, "=A1+B1", None, cached)
            elif isinstance(value, str):
                page.write_string(line, number, value)
            elif value is not None:
                page.write_number(line, number, float(value))
    return len(rows) * len(columns)


def office(folder: Path, out: Path) -> dict:
    """Lets LibreOffice open the workbook and recalculate every formula."""
    from selfeval_xl.county import consolidate
    from support.office import SYSTEM_PYTHON

    consolidate(folder, out)
    run = subprocess.run(
        [SYSTEM_PYTHON, "-c", _OFFICE, str(ROOT / "tests" / "support"), str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    opening, recalculation = json.loads(run.stdout.strip().splitlines()[-1])
    return {"opening": opening, "recalculation": recalculation}


_OFFICE = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import office_server
process, profile, desktop = office_server.start()
begun = time.perf_counter()
document = office_server.opened(desktop, sys.argv[2])
opened = time.perf_counter()
document.calculateAll()
print(json.dumps([opened - begun, time.perf_counter() - opened]), flush=True)
document.close(True)
process.kill()
"""


PARTS: dict[str, tuple[str, Callable]] = {
    "floor": ("(a) 解压并解析XML（下限）", floor),
    "pandas": ("(b) pandas＋openpyxl循环", _pandas("openpyxl")),
    "calamine": ("(c) pandas＋calamine循环", _pandas("calamine")),
    "one_core": ("(d) 本程序：读、校验、入库，一个进程", one_core),
    "ours": ("(d) 本程序：全部（含工作簿），多进程", ours),
    "again": ("再次汇总（改了一个文件）", again),
    "workbook": ("写工作簿", workbook),
    "office": ("LibreOffice重算", office),
}


def _cpu() -> float:
    """The seconds of all processors that this process and its children have used."""
    parent, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return parent.ru_utime + parent.ru_stime + children.ru_utime + children.ru_stime


def run_part(part: str, folder: Path) -> None:
    """Does one part and prints its figures as JSON.

    clock and cpu: seconds by the clock and of the processors. memory: the peak of this process in MB.
    """
    with tempfile.TemporaryDirectory() as temporary:
        begun = time.perf_counter()
        more = PARTS[part][1](folder, Path(temporary) / "全县.xlsx") or {}
        print(
            json.dumps(
                {
                    "clock": time.perf_counter() - begun,
                    "cpu": _cpu(),
                    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                    **more,
                }
            )
        )


def measured(folder: Path, parts: list[str], rounds: int) -> Iterator[dict[str, dict]]:
    """Yields, after each round, the medians so far of every figure of every part."""
    seen: dict[str, list[dict]] = {part: [] for part in parts}
    for number in range(rounds):
        for part in parts:
            run = subprocess.run(
                [sys.executable, __file__, "--part", part, "--folder", str(folder)],
                capture_output=True,
                text=True,
                check=True,
            )
            seen[part].append(json.loads(run.stdout.strip().splitlines()[-1]))
            print(f"round {number + 1} {part}: {seen[part][-1]}", file=sys.stderr)
        yield {
            part: {key: _median([figures[key] for figures in found]) for key in found[0]}
            for part, found in seen.items()
        }


def _median(values: list) -> float | list[float]:
    return (
        [statistics.median(figures) for figures in zip(*values, strict=True)]
        if isinstance(values[0], list)
        else statistics.median(values)
    )


def table(count: int, found: dict[str, dict], rounds: int) -> str:
    """The figures of one number of forms as Markdown."""
    lines = [
        f"### {count} 个文件，每个一张项目表、20个指标（{rounds}次的中位数）",
        "",
        "| 做法 | 用时（秒） | 处理器时间（秒） | 每张表（毫秒） | 是(a)的几倍 | 峰值内存（MB） |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    bare = found["floor"]["cpu"]
    for part in ("floor", "pandas", "calamine", "one_core", "ours"):
        if part in found:
            figures = found[part]
            lines.append(
                f"| {PARTS[part][0]} | {figures['clock']:.1f} | {figures['cpu']:.1f} | "
                f"{figures['cpu'] / count * 1000:.2f} | {figures['cpu'] / bare:.1f} | "
                f"{figures['memory']:.0f} |"
            )
    return "\n".join([*lines, "", *_remarks(found), ""])


def _remarks(found: dict[str, dict]) -> list[str]:
    """The lines below the table: how the parts compare."""
    lines = []
    if "pandas" in found and "one_core" in found:
        lines.append(
            "- 读、校验、入库（一个进程）（不算程序启动）是(b)光读表的 1/"
            f"{found['pandas']['reading'] / found['one_core']['reading']:.1f}；全部做完（多进程）"
            f"的用时是(b)的 1/{found['pandas']['clock'] / found['ours']['clock']:.1f}。"
        )
    if "workbook" in found:
        written = found["workbook"]
        lines.append(
            f"- 写工作簿 {written['workbook']:.2f} 秒，空的XlsxWriter循环写同样的{written['cells']:.0f}格 "
            f"{written['bare']:.2f} 秒，是它的 {written['workbook'] / written['bare']:.2f} 倍；文件 "
            f"{written['bytes'] / 1e6:.1f} MB。"
        )
    if "again" in found:
        first, second = found["again"]["first"], found["again"]["second"]
        lines.append(
            f"- 改了一个文件后再次汇总：{second[0]:.1f} 秒（处理器{second[1]:.1f}秒），第一次 "
            f"{first[0]:.1f} 秒（处理器{first[1]:.1f}秒），用时是它的 1/{first[0] / second[0]:.1f}，"
            f"处理器时间是 1/{first[1] / second[1]:.1f}。"
        )
    if "office" in found:
        opened = found["office"]
        lines.append(
            f"- LibreOffice打开 {opened['opening']:.1f} 秒，全部重算 {opened['recalculation']:.1f} 秒。"
        )
    return lines


_HEAD = (
    f"# 汇总的速度\n\n由 `python benchmarks/county.py` 生成。机器：{os.cpu_count()}核，"
    f"{platform.system()}，Python {platform.python_version()}。"
    "用时受机器上别的程序影响，比较时看处理器时间。\n"
)


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--forms", type=int, nargs="+", default=[1600])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument(
        "--office", action="store_true", help="also let LibreOffice recalculate the workbook"
    )
    options.add_argument(
        "--made",
        type=Path,
        help="the forms made before (by `generate`), instead of making them; for one number of forms",
    )
    options.add_argument("--only", nargs="+", choices=list(PARTS), help="only these parts")
    options.add_argument("--part", choices=list(PARTS), help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return options.parse_args()


def _wanted(options: argparse.Namespace, count: int) -> list[str]:
    """The parts to run with this number of forms."""
    if options.only:
        return options.only
    heavy = {"workbook": True, "office": options.office}
    return [part for part in PARTS if part not in heavy or (count <= MOST_FOR_CELLS and heavy[part])]


def _save(count: int, texts: list[str], keep: bool) -> None:
    """Writes the results; keep: those of other numbers of forms stay in the file."""
    before = RESULTS.read_text(encoding="utf-8").split("\n\n### ")[1:] if keep and RESULTS.exists() else []
    others = [f"### {part}" for part in before if not part.startswith(f"{count} ")]
    parts = [_HEAD.strip(), *(part.strip() for part in others), *(text.strip() for text in texts)]
    RESULTS.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def main() -> None:
    """Runs the parts and writes the results after each round."""
    options = _options()
    if options.part:
        run_part(options.part, options.folder)
        return
    texts: list[str] = []
    for count in options.forms:
        with tempfile.TemporaryDirectory() as temporary:
            folder = options.made or Path(temporary)
            if not options.made:
                generate(folder, count)
            texts.append("")
            found = measured(folder, _wanted(options, count), options.rounds)
            for done, medians in enumerate(found, 1):
                texts[-1] = table(count, medians, done)
                if options.made or not options.only:
                    _save(count, texts, bool(options.made))
            print(texts[-1])


if __name__ == "__main__":
    main()
