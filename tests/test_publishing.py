"""Public copies: what was not meant for the public is in none of their parts, and what must stay back stays
back.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from selfeval_xl import templates
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.edits import Edit
from selfeval_xl.model.findings import Treatment
from selfeval_xl.model.grid import position
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.rules.public import without_personal
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.publishing import publish
from selfeval_xl.workflows.reports.self_report import draft_report
from selfeval_xl.workflows.returns import return_filings
from selfeval_xl.writers.xlsx.apply import apply
from support.command import selfeval
from support.counties import send
from support.rosters import department as unit
from support.rosters import project, write_roster

PHONE, IDENTITY, ACCOUNT = "13800001234", "220524199001011234", "6222000000000000000"
SECRET = 2  # the number of the project that is not public


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A marked and explained return with everything in it that must not come out, a report with traces of its
    authors, and the roster.
    """
    root = tmp_path_factory.mktemp("publish")
    department = made_up()[0][0]
    department.whole["tasks"] = [
        task for task in department.whole["tasks"] if task["number"] != str(SECRET + 1)
    ]
    department.whole["goal"] = {
        "expected": "<p>全年完成重点项目。</p>",
        "actual": f"联系人电话{PHONE}，账号：{ACCOUNT}。",
    }
    received = root / "收"
    received.mkdir()
    _explained_return(root, department, received / "自评表.xlsx")
    _report(received / "自评报告.docx", department)
    kept_back = {"是否公开": "否", "不公开理由": "涉及未公开事项"}
    roster = write_roster(
        root / "名册.xlsx",
        单位名册=[unit(department.code, department.name)],
        项目=[
            project(
                *(each["project_code"], department.code, each["project"]),
                金额单位="万元",
                **(kept_back if number == SECRET else {"是否公开": "是"}),
            )
            for number, each in enumerate(department.projects)
        ],
    )
    return root, department, publish(received, root / "公开", roster=roster)


def _explained_return(root: Path, department, out: Path) -> None:
    """A returned workbook with an explanation, notes, a draft beside the form, and hidden rows and sheets."""
    first = root / "一" / "自评表.xlsx"
    send(first, department)
    returned = return_filings(root / "一", root / "退").returns[0].files[0].out
    line = next(
        number
        for number, row in enumerate(
            openpyxl.load_workbook(returned)["问题清单"].iter_rows(values_only=True), 1
        )
        if row[2] in ("本次说明", "下年完善")
    )
    apply(returned, [Edit("问题清单", f"L{line}", None, "内部说明：请勿外传")], root / "说明.xlsx")
    book = openpyxl.load_workbook(root / "说明.xlsx")
    sheet = book["项目01"]
    sheet["B2"].comment = openpyxl.comments.Comment("张三的私下意见", "张三")
    sheet["R3"] = "旁边的草稿"
    sheet.row_dimensions[6].hidden = True
    sheet["B6"] = "隐藏行里的话"
    book.create_sheet("底稿")["A1"] = "隐藏表里的话"
    book["底稿"].sheet_state = "hidden"
    book.properties.creator = book.properties.lastModifiedBy = "李作者"
    book.save(out)


def _report(path: Path, department) -> None:
    document = docx.Document()
    document.core_properties.author, document.core_properties.last_modified_by = "李作者", "王修改"
    document.add_heading(f"{department.name}2024年部门整体支出绩效自评报告", 1)
    for text in (
        "一、部门概况",
        "（二）人员情况",
        f"联系人身份证号{IDENTITY}。",
        "二、部门绩效情况",
        "三、部分指标情况说明",
        "没有未完成的指标。",
    ):
        document.add_paragraph(text)
    cut = document.add_paragraph("联系电话：138")
    cut.add_run("0000")
    cut.add_run("1234。")
    cut.add_run("隐藏的字").font.hidden = True
    deleted = OxmlElement("w:del")
    deleted.set(qn("w:author"), "王修改")
    run, text = OxmlElement("w:r"), OxmlElement("w:delText")
    text.text = "删掉的话"
    run.append(text)
    deleted.append(run)
    cut._element.append(deleted)
    document.add_comment(cut.runs[0], "批注里的话", author="王修改")
    document.save(path)


def everything_in(path: Path) -> str:
    """All parts of a package as one text."""
    with zipfile.ZipFile(path) as archive:
        parts = [
            archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
            if name.endswith((".xml", ".rels", ".vml"))
        ]
    return "\n".join(re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), part) for part in parts)


def copies(published) -> tuple[Path, Path]:
    return tuple(path for _, path, _ in published[2].copies)


def test_there_is_one_clean_workbook_and_one_report(published):
    root, department, result = published
    assert [path.name for path in copies(published)] == [
        f"{department.name}2024年度绩效自评表.xlsx",
        f"{department.name}2024年度自评报告.docx",
    ]
    book = openpyxl.load_workbook(copies(published)[0])
    assert book.sheetnames == [
        "部门整体支出绩效自评表",
        *(project["project"] for number, project in enumerate(department.projects) if number != SECRET),
    ]
    assert all(sheet.sheet_state == "visible" for sheet in book)


@pytest.mark.parametrize(
    "words",
    [
        "内部说明",
        "私下意见",
        "旁边的草稿",
        "隐藏行里的话",
        "隐藏表里的话",
        "李作者",
        "王修改",
        "隐藏的字",
        "删掉的话",
        "批注里的话",
        "校验标注",
        "怎么改",
        "回问题清单",
        "_selfeval",
        PHONE,
        IDENTITY,
        ACCOUNT,
        "&lt;p&gt;",
    ],
)
def test_nothing_of_what_must_not_come_out_is_in_any_part(published, words):
    root, _, _ = published
    assert words == PHONE or any(
        words in everything_in(path) for path in (root / "收").iterdir()
    )  # it was there; Word had cut the phone number
    for path in copies(published):
        assert words not in everything_in(path)


def test_what_is_published_is_what_the_form_shows(published):
    root, department, _ = published
    forms = {form.project: form for form in read_file(copies(published)[0]).forms}
    for form in read_file(root / "收" / "自评表.xlsx").forms:
        if form.project in forms:
            public = forms[form.project]
            assert [(row.name, row.target, row.actual, row.note) for row in public.indicators] == [
                (row.name, row.target, row.actual, row.note) for row in form.indicators
            ]
            if form.project != department.projects[0]["project"]:  # the first has a row hidden
                assert [
                    (line.source, line.annual_budget, line.executed, line.execution_rate)
                    for line in public.funding
                ] == [
                    (line.source, line.annual_budget, line.executed, line.execution_rate)
                    for line in form.funding
                ]


def test_numbers_of_persons_are_masked_and_counted(published):
    _, _, result = published
    whole = next(form for form in read_file(copies(published)[0]).forms if form.project is None)
    assert (
        whole.goal.expected == "全年完成重点项目。"
        and whole.goal.actual == "联系人电话138********，账号：622****************。"
    )
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(copies(published)[1])).paragraphs)
    assert "身份证号220***************。" in text and "联系电话：138********。" in text
    assert [masked for _, _, masked in result.copies] == [2, 2]


def test_a_project_that_is_not_public_is_refused_by_name(published):
    _, department, result = published
    assert result.refused == (
        (department.name, department.projects[SECRET]["project"], "名册写明不公开（涉及未公开事项）"),
    )
    for path in copies(published):
        assert department.projects[SECRET]["project"] not in everything_in(path)


def test_the_copies_pass_the_rule_for_public_copies_and_are_valid(published, assert_valid_ooxml):
    files = [read_file(path) for path in copies(published)]
    assert [
        finding.message for finding in check(gather(files), None, files, public=True) if finding.rule == "P01"
    ] == []
    for path in copies(published):
        assert_valid_ooxml(path)


def test_what_names_a_project_that_is_not_public_is_refused_too(published, tmp_path):
    root, department, _ = published
    received = tmp_path / "收"
    shutil.copytree(root / "收", received)
    document = docx.Document(str(received / "自评报告.docx"))
    document.add_paragraph(f"“{department.projects[SECRET]['project']}”项目进展顺利。")
    document.save(received / "自评报告.docx")
    result = publish(received, tmp_path / "公开", roster=root / "名册.xlsx")
    assert [name for _, name, _ in result.refused] == [department.projects[SECRET]["project"], "自评报告"]
    assert [path.suffix for _, path, _ in result.copies] == [".xlsx"]


def test_what_was_never_completed_is_told(tmp_path):
    data = made_up()[0][0].projects[0] | {}
    data["indicators"] = [
        row | {"note": "原因：【待补充】；改进措施：【待补充】"} for row in data["indicators"]
    ]
    templates.fill_in("jilin-2024", tmp_path / "收" / "自评表.xlsx", projects=[data])
    assert publish(tmp_path / "收", tmp_path / "公开").unfinished == (("示例县教育局", data["project"]),)


def test_workbooks_behind_charts_and_notes_at_the_foot_are_no_way_out(tmp_path, assert_valid_ooxml):
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    source = tmp_path / "收" / "自评表.xlsx"
    templates.fill_in("jilin-2024", source, projects=[made_up()[0][0].projects[0]])
    draft_report([source], tmp_path / "收" / "自评报告.docx")
    document = docx.Document(str(tmp_path / "收" / "自评报告.docx"))
    xml = (
        f'<w:footnotes xmlns:w="{qn("w:p")[1:].partition("}")[0]}"><w:footnote '
        f'w:id="1"><w:p><w:r><w:t>电话{PHONE}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), document.part.package)
    document.part.relate_to(
        part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    )
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), "1")
    document.add_paragraph("见脚注").add_run()._r.append(reference)
    document.save(tmp_path / "收" / "自评报告.docx")
    result = publish(tmp_path / "收", tmp_path / "公开")
    report = next(path for _, path, _ in result.copies if path.suffix == ".docx")
    names = zipfile.ZipFile(report).namelist()
    assert (
        not [name for name in names if "embeddings" in name]
        and len([name for name in names if "charts/chart" in name]) == 2
    )
    assert (
        PHONE not in everything_in(report)
        and "电话138********" in everything_in(report)
        and next(masked for _, path, masked in result.copies if path == report) == 1
    )
    assert_valid_ooxml(report)


@pytest.mark.parametrize(
    "text,shown",
    [
        ("电话13800001234", "电话138********"),
        ("预算13800001234567元", "预算13800001234567元"),
        ("身份证22052419900101123X号", "身份证220***************号"),
        ("合同金额149040元", "合同金额149040元"),
        ("0435-7654321", "043*-*******"),
        ("项目编码22101240R000001", "项目编码22101240R000001"),
        ("１３９１２３４５６７８", "１３９********"),
        ("139 1234 5677", "139 **** ****"),
        ("139-1234-5676。", "139-****-****。"),
        ("+8613912345675", "+861**********"),
        ("0086 139 1234 5675", "008* *** **** ****"),
        ("1 3 9 1 2 3 4 5 6 7 8", "1 3 9 * * * * * * * *"),
        ("(0435)7654321", "(043*)*******"),
        ("（0435）765 4321", "（043*）*** ****"),
        ("04357654321", "043********"),
        ("010-12345678", "010-********"),
        ("+86 10 1234 5678", "+86 1* **** ****"),
        ("电话：7654321", "电话：765****"),
        ("220524 19900101 123X", "220*** ******** ****"),
        ("2205 2419 9001 0112 3x", "220* **** **** **** **"),
        ("２２０５２４１９９００１０１１２３Ｘ", "２２０***************"),
        ("220524900101123", "220************"),
        ("4111 1111 1111 1111", "411* **** **** ****"),
        ("6222021234567890123", "622****************"),
        ("6222 0212 3456 7890 123", "622* **** **** **** ***"),
        ("账号：0710 2000 1234 5678", "账号：071* **** **** ****"),
        ("帐号 22001234567890123456", "帐号 220*****************"),
        ("信箱zhang.san@example.gov.cn", "信箱zha**.***@*******.***.**"),
        ("ｌｉ＠163．com", "ｌｉ＠***．***"),
        ("2024-12-31至2025-01-31", "2024-12-31至2025-01-31"),
        ("13亿元、1390.12万元", "13亿元、1390.12万元"),
        ("0.13912345678", "0.13912345678"),
        ("4111111111111112", "4111111111111112"),
        ("5000 4000 3000 2000万元", "5000 4000 3000 2000万元"),
        ("22052400000000012301", "22052400000000012301"),
        ("文号（2023）12345678号", "文号（2023）12345678号"),
    ],
)
def test_only_numbers_of_persons_are_masked(text, shown):
    assert without_personal(text)[0] == shown


def test_a_number_beside_its_label_is_masked(tmp_path):
    source = tmp_path / "收" / "自评表.xlsx"
    templates.fill_in("jilin-2024", source, projects=[made_up()[0][0].projects[0]])
    book = openpyxl.load_workbook(source)
    sheet = next(sheet for sheet in book if sheet.title.startswith("项目"))
    row = next(cell.row for line in sheet.iter_rows() for cell in line if cell.value == "年度总体目标")
    label = next(cell for cell in sheet[row] if cell.value == "预期目标")
    assert label is not None and position(label.coordinate)
    sheet.insert_rows(3)
    sheet["A3"], sheet["B3"] = "联系电话", 87654321
    book.save(source)
    publish(tmp_path / "收", tmp_path / "公开")
    shown = [
        str(value)
        for path in (tmp_path / "公开").rglob("*.xlsx")
        for grid in open_source(path).grids
        for line in grid.rows
        for value in line
        if value is not None
    ]
    assert not any("87654321" in value for value in shown)


def test_the_command_makes_pdfs_where_libreoffice_is_and_says_what_stayed_back(
    published, tmp_path, libreoffice
):
    root, department, _ = published
    run = selfeval(
        *("publish", root / "收", "-o", tmp_path / "公开", "--roster", root / "名册.xlsx"), "--pdf", "--yes"
    )
    assert run.returncode == 0 and run.stderr == "" and department.projects[SECRET]["project"] in run.stdout
    assert len(list((tmp_path / "公开").rglob("*.pdf"))) == 2
    assert not any(
        department.projects[SECRET]["project"] in path.name for path in (tmp_path / "公开").rglob("*")
    )
    assert selfeval("publish", root / "收", "-o", root / "收" / "公开").returncode == 2


def test_what_is_still_to_be_mended_is_said_before_it_is_published(tmp_path):
    """P02: by the command, and by a check of what is to be published."""
    department = made_up()[0][0]
    send(tmp_path / "收" / "自评表.xlsx", department)
    result = publish(tmp_path / "收", tmp_path / "公开")
    files = [read_file(tmp_path / "收" / "自评表.xlsx")]
    found = check(gather(files), None, files, public=True)
    asked = {finding.project: finding.message for finding in found if finding.rule == "P02"}
    fixes = [finding for finding in check(gather(files), None, files) if finding.treatment is Treatment.FIX]
    assert {finding.project for finding in fixes if finding.form} == asked.keys() and asked
    assert {(name, message) for _, name, message in result.faulty} == {
        (project or "部门整体支出绩效自评表", message) for project, message in asked.items()
    }
    assert "P02" not in {finding.rule for finding in check(gather(files), None, files)}


def test_where_nobody_can_be_asked_only_what_is_in_order_is_published(tmp_path):
    department = made_up()[0][0]
    send(tmp_path / "收" / "自评表.xlsx", department)
    faulty = {name for _, name, _ in publish(tmp_path / "收", tmp_path / "都公开").faulty}
    forms = {form.project for form in read_file(tmp_path / "收" / "自评表.xlsx").forms}
    assert faulty < {name or "部门整体支出绩效自评表" for name in forms}
    for more, out in (((), "公开"), (("--yes",), "照样公开")):
        run = selfeval("publish", tmp_path / "收", "-o", tmp_path / out, *more)
        assert run.returncode == 0, run.stderr
        (book,) = (tmp_path / out).rglob("*.xlsx")
        shown = {form.project for form in read_file(book).forms}
        assert shown == (forms if more else {name for name in forms if name not in faulty})
        assert more or all(name in run.stdout for name in faulty) and "--yes" in run.stdout


def test_a_form_that_nobody_has_filled_in_is_not_published(tmp_path):
    department = made_up()[0][0]
    filled, empty = department.projects[:2]
    rows = [row | {"actual": None, "note": None} for row in empty["indicators"]]
    empty = empty | {"goal": {"expected": "年底前完成。", "actual": None}, "indicators": rows}
    send(tmp_path / "收" / "自评表.xlsx", department, projects=[filled, empty])
    result = publish(tmp_path / "收", tmp_path / "公开")
    assert [(name, why) for _, name, why in result.refused] == [(empty["project"], "还没有填")]
    (book,) = (tmp_path / "公开").rglob("*.xlsx")
    assert {form.project for form in read_file(book).forms} == {None, filled["project"]}
