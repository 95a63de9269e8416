"""The demonstration: the whole cycle from blank forms to the county's bulletin on made-up forms, offline."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from selfeval_xl.errors import OutputError, UsageError, cause_of
from selfeval_xl.model.findings import Findings
from selfeval_xl.workflows.demo import rechecking, stages
from selfeval_xl.workflows.demo.county import YEAR, Fault, MadeUpDepartment, made_up, seed_filing
from selfeval_xl.workflows.demo.second_round import play

__all__ = ["Result", "run"]

BLANK, RECEIVED, CHECKED, FILLED, COUNTY, RETURNS, PAPERS, SECOND, RECHECK, STAGES = (
    "1_空白表",
    "2_收到的材料",
    "3_校验标注",
    "4_填写偏差",
    "5_全县汇总",
    "6_退回件和通知",
    "7_报告和通报",
    "8_第二轮",
    "9_抽查复核",
    "10_申报监控自评",
)
SEED_NAME = "柳河县应急管理局_2024_自评表（公开数据示例）"
_MARKER = "演示材料.txt"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of the demonstration.

    faults: each planted fault and whether its rule found it there. paths: files and folders to open, each
    with its name on screen. seconds: how long it took.
    """

    faults: tuple[tuple[Fault, bool], ...]
    paths: tuple[tuple[str, Path], ...]
    seconds: float


def run(folder: str | Path, say: Callable[[str], None] = print) -> Result:
    """Writes the demonstration into `folder` (made if need be, an earlier demonstration is replaced).

    say: called with a line for each step. Raises UsageError where the folder holds anything else or the
    machine cannot consolidate (32 bits), OutputError where it cannot be written.
    """
    from selfeval_xl.county.intake import records

    records.usable()
    begun = time.perf_counter()
    root = _clear(Path(folder))
    say("一、生成空白表……")
    blanks = _write_blanks(root / BLANK)
    say("二、写出收到的材料：一份公开自评材料的数字，和虚构的12个部门、60张项目表……")
    departments, faults = made_up()
    seed, workbooks = _write_received(root / RECEIVED, departments)
    say("三、逐份校验，把问题标在副本上……")
    findings = _check([seed, *workbooks])
    marked = _mark([seed, workbooks[0]], findings, root / CHECKED)
    say("四、计算执行率，填写完成率、偏差率、判定……")
    filled = _fill(seed, root / FILLED)
    say("五、汇总全县……")
    county = _consolidate(root / RECEIVED, root / COUNTY)
    say("六、生成退回件和退回通知……")
    _send_back(root / RECEIVED, root / RETURNS)
    say("七、起草自评报告和全县情况通报……")
    _write_papers(seed, root / RECEIVED, root / PAPERS)
    say("八、第二轮：财政补充意见，部门只写说明寄回来，再退一次……")
    second = play(workbooks[4:6], root / SECOND)
    say("九、抽查：抽8个项目，填好复核底稿，复核汇总，复核得分带进全县汇总……")
    recheck = rechecking.play(county, root / RECEIVED, root / RECHECK)
    say("十、一年三个阶段：一个部门的目标申报表、运行监控表和自评表放在一起比……")
    year = stages.play(departments[2], workbooks[2], root / STAGES)
    found = {(finding.rule, finding.department, finding.project) for finding in findings}
    return Result(
        tuple((fault, (fault.rule, fault.department, fault.project) in found) for fault in faults),
        (
            ("空白表", blanks[0]),
            ("收到的材料", root / RECEIVED),
            ("标注了问题的副本", marked),
            ("填好偏差的表", filled),
            ("全县汇总工作簿", county),
            ("退回件和通知", root / RETURNS),
            ("自评报告和情况通报", root / PAPERS),
            ("第二轮（意见、说明、再退回）", second),
            ("抽查复核（名单、底稿、复核汇总）", recheck),
            ("申报、监控、自评（监控汇总、自评对比）", year),
        ),
        time.perf_counter() - begun,
    )


def _write_received(folder: Path, departments: Sequence[MadeUpDepartment]) -> tuple[Path, list[Path]]:
    """Writes what the bureau received; returns the real filing and the departments' workbooks."""
    seed = _write_seed(folder)
    workbooks = [_write_department(folder, department) for department in departments]
    _write_oddities(folder, workbooks)
    return seed, workbooks


def _write_blanks(folder: Path) -> list[Path]:
    """Writes a blank workbook of each layout; returns their paths."""
    from selfeval_xl import layouts, templates

    paths = [folder / f"{layout_id}_空白表.xlsx" for layout_id in layouts.ids()]
    for layout_id, path in zip(layouts.ids(), paths, strict=True):
        templates.write(layout_id, path, YEAR)
    return paths


def _mark(paths: list[Path], findings: Findings, folder: Path) -> Path:
    """Writes marked copies of these files; returns the first one."""
    from selfeval_xl.workflows.marking.marks import mark_all

    copy = mark_all(paths, findings, folder)[0][1]
    assert copy is not None  # only scans and damaged files get no copy
    return copy


def _fill(seed: Path, folder: Path) -> Path:
    """Writes a copy of the file with its deviation columns filled in; returns its path."""
    from selfeval_xl.workflows.filling.fill import fill

    out = folder / f"{SEED_NAME}.xlsx"
    folder.mkdir(parents=True, exist_ok=True)
    fill(seed, out)
    return out


def _consolidate(received: Path, folder: Path) -> Path:
    """Writes the county workbook; returns its path."""
    from selfeval_xl.county import consolidate

    out = folder / f"示例县{YEAR}年度预算绩效自评汇总.xlsx"
    folder.mkdir(parents=True, exist_ok=True)
    consolidate(received, out)
    return out


def _send_back(received: Path, folder: Path) -> None:
    """Writes the marked files and the notices for the departments."""
    from selfeval_xl.workflows.returns.send_back import send_back

    send_back(received, folder)


def _write_papers(seed: Path, received: Path, folder: Path) -> None:
    """Writes a draft of a self-evaluation report and the county's bulletin."""
    from selfeval_xl.workflows.reports.bulletin import county_bulletin
    from selfeval_xl.workflows.reports.self_report import draft_report

    folder.mkdir(parents=True, exist_ok=True)
    draft_report([seed], folder / "自评报告（示例）.docx")
    county_bulletin(received, folder / f"示例县{YEAR}年度预算绩效自评情况通报.docx")


def _check(paths: list[Path]) -> Findings:
    """All findings on these files, read in worker processes."""
    from selfeval_xl.filings.grouping import gather
    from selfeval_xl.readers import read_files
    from selfeval_xl.rules.runner import check

    files = list(read_files(paths))
    return check(gather(files), None, files)


def _clear(root: Path) -> Path:
    """An empty folder for the demonstration; only an earlier demonstration is ever deleted."""
    import shutil

    try:
        if root.exists():
            if not (root / _MARKER).is_file() and any(root.iterdir()):
                raise UsageError(
                    f"文件夹“{root}”里已有别的东西，演示不会动它。请换一个文件夹：selfeval demo 新文件夹"
                )
            for name in (BLANK, RECEIVED, CHECKED, FILLED, COUNTY, RETURNS, PAPERS, SECOND, RECHECK, STAGES):
                shutil.rmtree(root / name, ignore_errors=True)
        (root / RECEIVED).mkdir(parents=True, exist_ok=True)
        (root / _MARKER).write_text(
            "这个文件夹由 selfeval demo 生成，除公开材料的数字外都是虚构的示例，可以整个删除。\n",
            encoding="utf-8",
        )
    except OSError as error:
        raise OutputError(f"写不了文件夹“{root}”：{cause_of(error)}。请换一个文件夹。") from error
    return root


def _write_seed(folder: Path) -> Path:
    """Writes the workbook with the figures of the real filing; returns its path."""
    from selfeval_xl import templates

    data = seed_filing()
    out = folder / "柳河县应急管理局" / f"{SEED_NAME}.xlsx"
    templates.fill_in("jilin-2024", out, projects=[data["project"]], department=data["department"], year=YEAR)
    return out


def _write_department(folder: Path, department: MadeUpDepartment) -> Path:
    """Writes the workbook of one department; returns its path."""
    from selfeval_xl import templates

    out = folder / f"{department.code}{department.name}" / f"{department.name}_{YEAR}_自评表（示例）.xlsx"
    templates.fill_in(
        department.layout,
        out,
        projects=department.projects,
        department=department.whole,
        year=YEAR,
        settings={"department_code": department.code, "department": department.name},
    )
    return out


def _write_oddities(folder: Path, workbooks: list[Path]) -> None:
    """Writes other files as a bureau gets them: a copy, a damaged file, a scan, a file that is no form."""
    data = workbooks[0].read_bytes()
    forwarded = folder / "微信转发"
    forwarded.mkdir(parents=True, exist_ok=True)
    (forwarded / f"{workbooks[0].stem}(1).xlsx").write_bytes(data)
    (forwarded / "示例县残联_自评表（损坏）.xlsx").write_bytes(data[: len(data) // 2])
    (folder / workbooks[1].parent.name / "盖章扫描件（示例）.pdf").write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
    (forwarded / "通知（示例）.txt").write_text("请各部门3月31日前报送。\n", encoding="utf-8")
