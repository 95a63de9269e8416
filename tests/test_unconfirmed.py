"""Neither bulletin nor public copies nor letters print a proposal or a score that is not confirmed."""

from __future__ import annotations

import zipfile

import docx
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.publishing import publish
from selfeval_xl.workflows.reports.bulletin import county_bulletin
from selfeval_xl.workflows.returns.send_back import send_back
from support.counties import send
from support.season import rows_of, write_hand

pytestmark = pytest.mark.slow  # a county is consolidated, published and returned

# What the departments wrote themselves may have 考核 and 压减.
WORDS = ("部门考核", "考核了", "优先保障", "正常安排", "压减10%", "压减30%", "等级未知", "不提建议")


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    root = tmp_path_factory.mktemp("unconfirmed")
    departments = made_up()[0][:2]
    for number, department in enumerate(departments):
        send(root / "收到" / f"{number}.xlsx", department)
    consolidate(root / "收到", root / "县.xlsx")
    return root, departments


def bulletin(root, out):
    county_bulletin(root / "收到", out, workbook=root / "县.xlsx")
    document = docx.Document(out)
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    return "\n".join(part.text for part in document.paragraphs), cells


def everything_sent(root, out) -> str:
    """The texts of all that goes to departments and to the public."""
    publish(root / "收到", out / "公开", workbook=root / "县.xlsx")
    send_back(root / "收到", out / "退", workbook=root / "县.xlsx")
    texts = []
    for path in out.rglob("*"):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                texts += [package.read(name).decode("utf-8", "replace") for name in package.namelist()]
        elif path.suffix == ".txt":
            texts.append(path.read_text("utf-8-sig"))
    return "\n".join(texts)


def test_what_the_program_proposes_is_in_the_workbook_alone(county, tmp_path):
    root, _ = county
    assert any(row["结果应用建议（程序）"] for row in rows_of(root / "县.xlsx", "项目汇总"))
    assert any(isinstance(row["考核得分"], (int, float)) for row in rows_of(root / "县.xlsx", "部门考核评分"))
    text, cells = bulletin(root, tmp_path / "通报.docx")
    printed = "\n".join([text, *(cell for row in cells for cell in row)])
    assert not [word for word in WORDS if word in printed]
    sent = everything_sent(root, tmp_path / "发出")
    assert sent and not [word for word in WORDS if word in sent]


def test_what_officers_confirmed_is_in_the_bulletin_and_nothing_else(county, tmp_path):
    root, (first, second) = county
    book = root / "县.xlsx"
    score = {row["部门名称"]: row["考核得分"] for row in rows_of(book, "部门考核评分")}[first.name]
    write_hand(book, "部门考核评分", {"部门名称": first.name}, 是否确认="是")
    write_hand(book, "部门考核评分", {"部门名称": second.name}, 是否确认="否", 人工得分=11.25)
    projects = [each["project"] for each in first.projects]
    write_hand(book, "项目汇总", {"项目名称": projects[0]}, 结果应用建议="压减20%")
    write_hand(book, "项目汇总", {"项目名称": projects[1]}, 结果应用建议="压减")
    write_hand(book, "项目汇总", {"项目名称": projects[2]}, 结果应用建议="暂缓")
    text, cells = bulletin(root, tmp_path / "通报.docx")
    assert "财政审定的安排：压减2个、其他1个。" in text
    assert [row[1:] for row in cells if row[-1:] == ["30"]] == [[first.name, f"{score:g}", "30"]]
    assert "部门考核得分" in text and not any("11.25" in row for row in cells)
    write_hand(book, "部门考核评分", {"部门名称": second.name}, 是否确认="是")
    cells = bulletin(root, tmp_path / "又一份.docx")[1]
    assert [row[1:] for row in cells if row[-1:] == ["30"]][1:] == [[second.name, "11.25", "30"]]
    sent = everything_sent(root, tmp_path / "发出")
    assert not [word for word in WORDS if word in sent]
