"""Arguments and options that several commands have, and what is checked of them at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def xlsx(out: Path) -> Path:
    """Only xlsx is written, whatever the name says; Excel refuses a workbook whose name says something else."""
    from .errors import UsageError

    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"输出文件名“{out.name}”请以.xlsx结尾。")
    return out


def docx(out: Path) -> Path:
    """Only docx is written, whatever the name says."""
    from .errors import UsageError

    if out.suffix.lower() != ".docx":
        raise UsageError(f"输出文件名“{out.name}”请以.docx结尾。")
    return out


Files = Annotated[
    list[Path],
    typer.Argument(metavar="文件…", help="自评表或报告（xlsx、xls、xlsb、ods、docx），可以给多个。"),
]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", metavar="文件", help="本县的参数表（xlsx或TOML），只写与默认不同的参数。"),
]
NewBook = Annotated[Path, typer.Option("-o", "--out", metavar="文件.xlsx", help="写到哪里。", callback=xlsx)]
AsJson = Annotated[bool, typer.Option("--json", help="在标准输出打印一份JSON，供其他程序使用。")]


def read_all(files: list[Path], progress) -> list:
    """The files, read in worker processes; UsageError for a folder and for what is not there."""
    from .errors import UsageError
    from .reading import read_files

    for file in files:
        if file.is_dir():
            raise UsageError(f"“{file}”是一个文件夹，这里要写文件名。整个文件夹用 selfeval consolidate。")
        if not file.is_file():
            raise UsageError(f"找不到文件“{file}”。请核对文件名和所在文件夹。")
    return list(read_files(files, progress=progress.count))
