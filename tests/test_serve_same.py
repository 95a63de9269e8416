"""The desk adds nothing that the commands do not have: the same findings, the same county workbook."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.addin import state
from selfeval_xl.model.sheet_names import RESULTS
from support.add_in import results
from support.command import selfeval
from support.desk_client import Page
from support.desk_server import Server, desk, spoilt, workbook
from support.season_files import report

TREATMENTS = {"fix": "本次修改", "explain": "本次说明", "next_year": "下年完善", "bureau": "财政核实"}
SEVERITIES = {"error": "错误", "warning": "核实", "note": "提示"}
WHEN = "2026-03-20 10:00"
# Where both county workbooks may differ: a file's place, and its bytes, with number and code in them.
OF_FILES = {"收件路径", "文件", "采用文件", "大小（KB）", "文件指纹"}


@pytest.fixture(scope="module")
def served(prepared_county, tmp_path_factory):
    with desk(prepared_county, tmp_path_factory.mktemp("same") / "县") as server:
        yield server


def squeezed(text: object) -> str:
    """A text without blanks and line breaks."""
    return "".join(str(text or "").split())


def on_page(page: Page) -> list[tuple[str, ...]]:
    """The findings of a page: treatment and severity, file and place, value, message and hint."""
    rows = page.tree.xpath('//table[contains(@class, "findings")]/tbody/tr')
    return [tuple(squeezed(cell.text_content()) for cell in row.xpath("./td")[:4]) for row in rows]


def of_command(*files: Path, roster: Path, cwd: Path) -> list[tuple[str, ...]]:
    """The findings of the command, as a page words them."""
    done = selfeval("check", *files, "--roster", roster, "--json", cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    found = []
    for each in json.loads(done.stdout)["findings"]:
        expected = f"应为或参考：{each['expected']}" if each["expected"] else ""
        place = f"{each['sheet'] or ''}{each['cell'] or ''}" or "整份材料"
        found.append(
            (
                TREATMENTS[each["treatment"]] + SEVERITIES[each["severity"]],
                squeezed(f"{Path(each['file'] or '').name}{place}"),
                squeezed(f"{each['subject'] or ''}{each['value'] or '（空）'}{expected}"),
                squeezed(f"{each['message']}{each['hint'] or ''}"),
            )
        )
    return found


@pytest.mark.parametrize("code", ["104", "105"])
def test_the_page_and_the_command_find_the_same(served, tmp_path, code):
    """One workbook of each layout with faults, in the same order, counted alike."""
    path = workbook(tmp_path / f"{code}.xlsx", code, projects=spoilt(code))
    page = served.client(code).checked([(path.name, path.read_bytes())])
    found = on_page(page)
    assert len(found) > 4
    assert found == of_command(path, roster=served.roster, cwd=tmp_path)
    fix = sum(row[0].startswith("本次修改") for row in found)
    assert f"须修改{fix}处" in squeezed(page.words)


def test_several_files_are_checked_together(served, tmp_path):
    """Two workbooks of one department that contradict each other, and a report, as one filing."""
    folder = tmp_path / "106"
    folder.mkdir()
    one = workbook(folder / "一.xlsx", "106")
    two = workbook(folder / "二.xlsx", "106", projects=spoilt("106"))
    paper = report(folder / "自评报告.docx", "示例县林业局", "全年预算执行率为12.34%。", WHEN)
    files = sorted((one, two, paper))
    page = served.client("106").checked([(path.name, path.read_bytes()) for path in files])
    found = on_page(page)
    assert len({row[1].split(".")[0] for row in found}) >= 2
    assert found == of_command(*files, roster=served.roster, cwd=folder)


def test_the_page_and_the_button_find_the_same(served, tmp_path, home, excel, press_on):
    """The list that 校验整本 writes into the open book has the rows of the page."""
    path = workbook(tmp_path / "104.xlsx", "104", projects=spoilt("104"))
    found = on_page(served.client("104").checked([(path.name, path.read_bytes())]))
    state.change_settings(roster=str(served.roster))
    rows = results(press_on(path))
    listed = [
        (
            squeezed(f"{row['处理方式']}{row['级别']}"),
            squeezed(f"{row['工作表']}{row['单元格']}"),
            squeezed(f"{row['问题说明']}{row['修改建议'] or ''}"),
        )
        for row in rows
    ]
    assert listed == [(row[0], row[1].removeprefix("104.xlsx"), row[3]) for row in found]


@pytest.fixture
def press_on(home, excel):
    """A function that opens a workbook and presses 校验整本; the open book."""
    from contextlib import ExitStack

    from selfeval_xl import addin
    from support import excel_engine

    with ExitStack() as opened:

        def pressed(path: Path):
            calling = opened.enter_context(excel_engine.open_book(excel, path))
            excel.person.messages.clear()
            addin.press("check_book")
            return calling.api

        yield pressed


def zipped(*files: tuple[str, bytes]) -> bytes:
    """An archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def submitted(server: Server, code: str, *files: tuple[str, bytes]) -> None:
    """A submission of a department, confirmed where it has a 负责人."""
    person = server.client(code)
    draft = person.checked(files)
    answer = person.post(f"{draft.path}/submit")
    if (code, "lead") in server.codes:
        lead = server.client(code, "lead")
        answer = lead.post(f"{draft.path}/confirm")
    assert answer.status == 303 and "/receipts/" in answer.location, answer.location


def table(path: Path) -> dict[str, list[dict[str, object]]]:
    """The rows of each sheet by the labels of its first row; of 总览 by column."""
    book, found = openpyxl.load_workbook(path, data_only=True), {}
    for sheet in book:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        head = [str(label or number) for number, label in enumerate(rows[0] if rows else [])]
        if sheet.title == "总览":
            head = [str(number) for number in range(len(head))]
        found[sheet.title] = [dict(zip(head, row)) for row in rows]
    return found


def test_the_folder_gives_the_county_workbook_of_files_put_there_by_hand(prepared_county, tmp_path):
    """Value by value, but for the path and the size of each file."""
    with desk(prepared_county, tmp_path / "县") as server:
        sent: dict[str, list[tuple[str, bytes]]] = {}
        for code in ("101", "103", "104", "105"):
            data = {"projects": spoilt(code)} if code in ("104", "105") else {}
            path = workbook(tmp_path / "表" / f"{code}.xlsx", code, **data)
            sent[code] = [("自评表.xlsx", path.read_bytes())]
        paper = report(tmp_path / "报告.docx", "示例县教育局", "预算执行率为98.76%。", WHEN).read_bytes()
        sent["101"].append(("自评报告.docx", paper))
        submitted(server, "101", *sent["101"])
        submitted(server, "103", ("材料.zip", zipped(*sent["103"])))
        submitted(server, "104", *sent["104"])
        submitted(server, "105", *sent["105"], ("盖章.pdf", b"%PDF-1.4 no form"))
        sent["105"].append(("盖章.pdf", b"%PDF-1.4 no form"))
        by_hand = server.root / "手工"
        folders = {path.name[:3]: path for path in server.received.iterdir()}
        for code, files in sent.items():
            target = by_hand / folders[code].name
            target.mkdir(parents=True)
            stored = max(path.stat().st_mtime for path in folders[code].rglob("*.xlsx"))
            for name, data in files:
                (target / name).write_bytes(data)
                os.utime(target / name, (stored, stored))
        for folder in (server.received, by_hand):
            done = selfeval(
                "consolidate", folder, "-o", server.root / f"{folder.name}.xlsx", "--roster", server.roster
            )
            assert done.returncode == 0, done.stderr
        desks, hands = table(server.root / "收到.xlsx"), table(server.root / "手工.xlsx")
        assert list(desks) == list(hands)
        different = {}
        for title, rows in hands.items():
            assert len(rows) == len(desks[title]), title
            for number, (one, other) in enumerate(zip(desks[title], rows, strict=True), 1):
                assert list(one) == list(other), title
                for label, value in other.items():
                    if one[label] != value and label not in OF_FILES:
                        different[title, number, label] = (one[label], value)
        assert not different
        assert RESULTS not in desks
        shutil.rmtree(by_hand)
