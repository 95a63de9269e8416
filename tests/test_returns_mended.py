"""What was mended, explained or changed since a return is known again."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.edits import Edit, Formula
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.listed import ListedFinding
from selfeval_xl.model.sheet_names import RETURNED
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.rules.narrative import clean
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.marking.progress import EXPLAINED, MENDED, NEW, STILL_OPEN, compare
from selfeval_xl.workflows.returns import return_filings
from selfeval_xl.workflows.returns.finding_list import GONE
from selfeval_xl.workflows.returns.mark_file import mark_return
from selfeval_xl.writers.xlsx.apply import apply
from support.command import selfeval
from support.returned import findings_in, folder_of, form_of, rows_of
from support.tinted import tints


@pytest.fixture(scope="module")
def county(returned_county):
    """Received files, returns, and what came of them; nobody changes them."""
    return returned_county


def _number_in(text: str) -> str:
    return re.search(r"-?\d+(?:\.\d+)?%?", text)[0]


REASON = "原因：财政资金12月才下达，来不及实施。改进措施：明年3月前完成招标，6月底前完成。"


MEND = {
    "D03": lambda row, text: REASON,
    "D04": lambda row, text: REASON,
    "S03": lambda row, text: REASON,
    "D05": lambda row, text: f"{row['对象']}：{REASON}",
    "D01": lambda row, text: re.search(r"指标值是“[≥≤=]*([^”]+)”", row["修改建议"])[1],
    "D02": lambda row, text: re.search(r"“[≥≤=]+([^”]+)”", row["应为或参考"])[1],
    "D07": lambda row, text: re.search(r"像“([^”]+)”", row["应为或参考"])[1],
    "F01": lambda row, text: _number_in(row["应为或参考"]),
    "F02": lambda row, text: row["应为或参考"],
    "F03": lambda row, text: _number_in(row["应为或参考"]),
    "F04": lambda row, text: "0",
    "F08": lambda row, text: "300",
    "I06": lambda row, text: "≥90%",
    "N01": lambda row, text: clean(text),
    "N03": lambda row, text: f"{text}其中3项于11月底前完成，验收合格。",
    "S04": lambda row, text: row["应为或参考"],
    "S05": lambda row, text: row["应为或参考"],
    "S07": lambda row, text: row["应为或参考"],
    "S08": lambda row, text: row["应为或参考"],
    "X01": lambda row, text: row["应为或参考"],
    "X02": lambda row, text: row["应为或参考"],
}


ONLY_FIRST = {"F01", "D05", "F02"}


LAST = {"N03"}


def mend_as_told(path: Path, out: Path) -> None:
    """Types what each row of the list asks for into its cell, and an explanation where one is asked for."""
    grids = {grid.name: grid for grid in open_source(path).grids}
    edits: dict[tuple[str, str], Edit] = {}
    for line, row in enumerate(rows_of(path), 2):
        if row["处理方式"] == "本次说明":
            edits[RETURNED, f"L{line}"] = Edit(
                RETURNED, f"L{line}", row["单位说明"] or None, "经核实属实，年中按文件调整。"
            )
        if row["处理方式"] != "本次修改" or row["状态"] == MENDED or row["规则编号"] not in MEND:
            continue
        cells = row["单元格"].split(",")
        cells = (
            cells[:1] if row["规则编号"] in ONLY_FIRST else cells[-1:] if row["规则编号"] in LAST else cells
        )
        for cell in cells:
            letters = re.match(r"([A-Z]+)(\d+)", cell)
            column = sum((ord(char) - 64) * 26**power for power, char in enumerate(reversed(letters[1]))) - 1
            old = grids[row["工作表"]].text(int(letters[2]) - 1, column).strip() or None
            new = MEND[row["规则编号"]](row, old)
            typed = Decimal(new) if re.fullmatch(r"-?\d+(?:\.\d+)?", new) else new
            edits.setdefault((row["工作表"], cell), Edit(row["工作表"], cell, old, typed))
    applied = apply(path, edits.values(), out)
    assert applied.refused == ()


def rounds_until_mended(path: Path, folder: Path, most: int = 5) -> tuple[Path, int]:
    """Return, mend, check, until no error is left; the last return and how many rounds it took."""
    for number in range(most):
        findings = findings_in(path)
        if not any(
            finding.severity is Severity.ERROR and finding.treatment is Treatment.FIX for finding in findings
        ):
            return path, number
        back, mended = folder / f"{number}退.xlsx", folder / f"{number}改.xlsx"
        mark_return(path, back, findings)
        mend_as_told(back, mended)
        path = mended
    raise AssertionError(
        [
            (finding.rule, finding.cell, finding.message)
            for finding in findings_in(path)
            if finding.severity is Severity.ERROR
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", range(12))
def test_a_return_mended_as_it_says_has_no_errors_left(county, number, tmp_path):
    received, _, (_, departments) = county
    _, rounds = rounds_until_mended(received / f"{departments[number].name}.xlsx", tmp_path)
    assert rounds <= 3


def test_a_mended_tint_is_gone_before_any_program_of_ours_looks(county, tmp_path, libreoffice):
    """The tint's own condition, computed by a spreadsheet program on the return and on the mended copy."""
    from support.tinted import tint_rules

    path, form = form_of(county, 0, 0)
    cell = form.indicators[1].cells["note"]
    condition = tint_rules(path, form.sheet)[cell][1]
    seen = []
    for name, text in (("原样", ""), ("已写", REASON)):
        copy = tmp_path / f"{name}.xlsx"
        apply(
            path,
            [
                Edit(form.sheet, cell, None, text or None),
                Edit(form.sheet, "Z99", None, Formula(f"IF({condition},1,0)", Decimal(9))),
            ],
            copy,
        )
        seen.append(libreoffice.recalculate(copy)[form.sheet, "Z99"])
    assert seen == [1, 0]


def test_checking_a_mended_return_tells_what_was_mended_what_was_not_and_what_is_new(county, tmp_path):
    path, form = form_of(county, 0, 0)
    cells = [form.indicators[1].cells["note"], form.indicators[2].cells["actual"]]
    mended = tmp_path / "改.xlsx"
    apply(
        path,
        [
            Edit(form.sheet, cells[0], None, REASON),
            Edit(form.sheet, cells[1], form.indicators[2].actual, None),
        ],
        mended,
    )
    file = read_file(mended)
    findings = [
        finding for finding in findings_in(mended) if finding.treatment in (Treatment.FIX, Treatment.EXPLAIN)
    ]
    progress = compare(findings, file.listed)
    states = {
        (finding.rule, finding.sheet, finding.cell): state
        for finding, state in zip(findings, progress.states)
    }
    assert states["D01", form.sheet, cells[1]] == NEW and (form.sheet, cells[0]) in {
        (row.sheet, row.cell) for row in progress.mended if row.rule == "D03"
    }
    assert STILL_OPEN in states.values()
    told = selfeval("check", mended).stdout
    assert (
        "【新发现】" in told
        and "【未修改】" in told
        and "已修改 项目01" in told
        and "与上次的清单相比" in told
    )


def test_the_next_return_keeps_what_was_explained_and_lists_what_was_mended(county, tmp_path):
    path, form = form_of(county, 4, 2)
    explained, back = tmp_path / "改.xlsx", tmp_path / "再退.xlsx"
    line = next(number for number, row in enumerate(rows_of(path), 2) if row["规则编号"] == "F10")
    wrong = next(row for row in rows_of(path) if row["规则编号"] == "F08")
    apply(
        path,
        [
            Edit(RETURNED, f"L{line}", None, "年中按示例文件调减。"),
            Edit(wrong["工作表"], wrong["单元格"], "约三十万", Decimal("30")),
        ],
        explained,
    )
    mark_return(explained, back, findings_in(explained))
    rows = rows_of(back)
    (f10,) = [row for row in rows if row["规则编号"] == "F10"]
    assert (f10["单位说明"], f10["状态"]) == ("年中按示例文件调减。", EXPLAINED)
    assert form.total_funding.cells["annual_budget"] not in tints(back, form.sheet)
    gone = next(place for place, row in enumerate(rows) if row["问题说明"] == GONE)
    assert [row["状态"] for row in rows[gone + 1 :] if row["规则编号"] == "F08"] == [MENDED]
    note = openpyxl.load_workbook(back)[wrong["工作表"]][wrong["单元格"]].comment
    assert note is None or "约三十万" not in note.text
    again = tmp_path / "三退.xlsx"
    mark_return(back, again, findings_in(back))
    assert [row["状态"] for row in rows_of(again) if row["规则编号"] == "F08"] == [MENDED]
    assert openpyxl.load_workbook(again).sheetnames == openpyxl.load_workbook(back).sheetnames


def test_a_value_that_was_changed_and_is_still_faulty_was_not_mended():
    def found(value: str, cell: str = "F12") -> Finding:
        return Finding(
            message="",
            rule="D03",
            sheet="表",
            subject="租金",
            value=value,
            cell=cell,
            treatment=Treatment.FIX,
        )

    row = ListedFinding("D03", "表", "F12", "租金", "0元", state=NEW)
    assert compare([found("5元")], [row]).states == (STILL_OPEN,) and compare(
        [found("5元", "F13")], [row]
    ).states == (NEW,)
    mended = ListedFinding("D03", "表", "F12", "租金", "0元", state=MENDED)
    assert (
        compare([found("0元")], [mended]).states == (NEW,) and compare([found("0元")], [mended]).mended == ()
    )


def test_what_the_report_lacks_is_listed_in_the_workbook_and_explained_there(tmp_path, shared):
    folder = folder_of(tmp_path / "收", *(shared / "seed").glob("*.xlsx"), *(shared / "seed").glob("*.docx"))
    result = return_filings(folder, tmp_path / "退")
    (file,) = [file for file in result.returns[0].files if Path(file.path).suffix == ".xlsx"]
    line, row = next(
        (number, row)
        for number, row in enumerate(rows_of(Path(file.out)), 2)
        if row["工作表"] == "自评报告" and row["规则编号"] == "X09"
    )
    back = tmp_path / "重报"
    folder_of(back, *(shared / "seed").glob("*.docx"))
    apply(file.out, [Edit(RETURNED, f"L{line}", None, "报告第三部分将另行补充。")], back / "自评表.xlsx")
    files = [read_file(path) for path in sorted(back.iterdir())]
    again = [
        finding
        for finding in check(gather(files), None, files)
        if finding.form == "report" and finding.treatment is Treatment.EXPLAIN
    ]
    assert {finding.rule: finding.status for finding in again} == {
        "N09": "open",
        "X04": "open",
        "X09": "explained",
    }
