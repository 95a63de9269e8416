"""Arguments and options that several commands have, their checks, and the reading of the files they name."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selfeval_xl.model.text import escaped_json
from selfeval_xl.readers.formats.kinds import READABLE

if TYPE_CHECKING:
    from selfeval_xl.cli.screen.screen import ProgressBars
    from selfeval_xl.filings.roster import Roster
    from selfeval_xl.model.forms import ReadFile


def xlsx(out: Path) -> Path:
    """The file name, unchanged. Raises UsageError where it does not end in .xlsx.

    Only xlsx is written, and Excel refuses a workbook whose name says something else.
    """
    from selfeval_xl.errors import UsageError

    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"输出文件名“{out.name}”请以.xlsx结尾。")
    return out


def docx(out: Path) -> Path:
    """The file name, unchanged. Raises UsageError where it does not end in .docx."""
    from selfeval_xl.errors import UsageError

    if out.suffix.lower() != ".docx":
        raise UsageError(f"输出文件名“{out.name}”请以.docx结尾。")
    return out


Files = Annotated[
    list[Path],
    typer.Argument(metavar="文件…", help=f"自评表或报告（{READABLE}），可以给多个。"),
]
Received = Annotated[Path, typer.Argument(metavar="文件夹", help="收到的全部材料，子文件夹也看。")]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="文件", help="本县的参数表（xlsx或TOML），只写与默认不同的参数。"),
]
RosterFile = Annotated[Path | None, typer.Option("--roster", metavar="文件", help="单位名册。")]
NewBook = Annotated[Path, typer.Option("-o", "--out", metavar="文件.xlsx", help="写到哪里。", callback=xlsx)]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace", help="同名的文件不是本程序写的，或写好以后有人改过，也覆盖；不写就照原样留着。"
    ),
]
Year = Annotated[int | None, typer.Option("--year", metavar="年度", min=1990, max=2099, help="自评哪一年。")]
Stage = Annotated[
    str,
    typer.Option(
        "--stage",
        metavar="环节",
        help="self 绩效自评表，monitoring 绩效运行监控表，declaration 绩效目标申报表。",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="在标准输出打印一份JSON，供其他程序使用。")]
Jobs = Annotated[int | None, typer.Option("--jobs", metavar="数", min=1, help="同时用几个进程。")]
ReadingJobs = Annotated[
    int | None, typer.Option("--jobs", metavar="数", min=1, help="同时用几个进程读文件。")
]


def read_all(files: list[Path], progress: ProgressBars) -> list[ReadFile]:
    """The files, read in worker processes; see `named_files`."""
    from selfeval_xl.readers import read_files

    return list(read_files(named_files(files), progress=progress.count))


def named_files(files: list[Path]) -> list[Path]:
    """The files without those that a program keeps beside an open table, of which a sentence is printed.

    Raises UsageError for a folder, for a file that is missing, and where nothing is left.
    """
    from selfeval_xl.errors import UsageError
    from selfeval_xl.readers.folder import is_left_behind

    for file in files:
        if file.is_dir():
            raise UsageError(
                f"“{file}”是一个文件夹，这里要写文件名。文件夹里的表逐个校验，用 selfeval watch {file} "
                f"--once；汇总成全县的工作簿，用 selfeval consolidate {file} -o 全县汇总.xlsx。"
            )
        if not file.is_file():
            raise UsageError(f"找不到文件“{file}”。请核对文件名和所在文件夹。")
    left_behind = [file for file in files if is_left_behind(file.name)]
    said = "".join(f"“{file.name}”是打开表时的临时文件，不是自评表，没有读它。" for file in left_behind)
    if said and len(left_behind) == len(files):
        raise UsageError(f"{said}请写自评表自己的文件名。")
    if said:
        print(said, file=sys.stderr)
    return [file for file in files if file not in left_behind]


def filled_folder(folder: Path, roster: Path | None = None) -> None:
    """Raises UsageError for a folder without a file; with a roster it is a county where none reported."""
    from selfeval_xl.errors import UsageError
    from selfeval_xl.readers.folder import collect

    if roster is None and not collect(folder):
        raise UsageError(f"文件夹“{folder}”里没有文件。请核对是不是这个文件夹。")


def day_of(text: str) -> date:
    """The day that a person typed: 2025-04-03, 2025/4/3, 2025.4.3, 2025年4月3日. Raises UsageError."""
    from selfeval_xl.errors import UsageError

    match = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text.strip())
    try:
        if match:
            return date(*map(int, match.groups()))
    except ValueError:
        pass
    raise UsageError(f"日期“{text}”看不懂。请写成 2025-04-03 这样（年-月-日）。")


def needs(options: Mapping[str, object], other: str, why: str) -> None:
    """Raises UsageError for given options, by name, that do nothing without another one."""
    from selfeval_xl.errors import UsageError

    given = [name for name, value in options.items() if value]
    if given:
        raise UsageError(f"{'、'.join(given)} 要和 {other} 一起写，{why}。")


def roster_of(path: Path | None) -> Roster | None:
    """The roster in the file; None where none is given. Raises UsageError where the file is missing."""
    from selfeval_xl.errors import UsageError
    from selfeval_xl.filings.roster import read_roster

    if path is not None and not path.is_file():
        raise UsageError(f"找不到单位名册“{path}”。请核对文件名和所在文件夹。")
    return None if path is None else read_roster(path)


def print_json(document: Mapping[str, object]) -> None:
    """Prints the document on standard output, Chinese letters unescaped."""
    sys.stdout.write(escaped_json(json.dumps(document, ensure_ascii=False, indent=1)) + "\n")


Workbook = Annotated[
    Path | None,
    typer.Option(
        "--workbook",
        metavar="全县汇总.xlsx",
        help="按这份汇总工作簿里的审核意见办；不写就用和收件文件夹相符的那一份，没有就不用。",
    ),
]
