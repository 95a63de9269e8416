"""The self-evaluation report: every figure from the forms, every miss explained, what only the department
knows left visible; and it reads back.
"""

from __future__ import annotations

import re
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH

from selfeval_xl import templates
from selfeval_xl.assessment.policy import default
from selfeval_xl.errors import UsageError
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.edits import Edit
from selfeval_xl.model.forms import Indicator, Report, Section
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.demo.county import YEAR, made_up, seed_filing
from selfeval_xl.workflows.reports.figures import by_category, category, counts, figures
from selfeval_xl.workflows.reports.outline import typed_texts
from selfeval_xl.workflows.reports.self_report import draft_report
from selfeval_xl.writers.word import document as word
from selfeval_xl.writers.word.blocks import Chart
from selfeval_xl.writers.word.charts import chart_xml
from selfeval_xl.writers.xlsx.apply import apply
from support.command import selfeval

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
REPORT = """一、部门概况
（一）机构职能及组成
本局负责示例工作，内设3个股室。
（三）收支情况
本年年初预算1999.00万元，预算执行率50.00%。
四、存在的问题和建议
（请写明存在的问题，100字以内）
五、其他需说明的问题
【待补充】
"""


@pytest.fixture(scope="module")
def forms(tmp_path_factory) -> Path:
    """The workbook with the figures of the published filing."""
    data, path = seed_filing(), tmp_path_factory.mktemp("report") / "自评表.xlsx"
    templates.fill_in(
        "jilin-2024", path, projects=[data["project"]], department=data["department"], year=YEAR
    )
    return path


@pytest.fixture(scope="module")
def drafted(forms) -> Path:
    draft_report([forms], forms.with_name("报告.docx"))
    return forms.with_name("报告.docx")


@pytest.fixture(scope="module")
def county_files(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("departments")
    paths = []
    for department in made_up()[0]:
        paths.append(folder / f"{department.code}.xlsx")
        templates.fill_in(
            department.layout, paths[-1], projects=department.projects, department=department.whole, year=YEAR
        )
    return paths


def lines(path: Path) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs if paragraph.text.strip()]


def findings_on(*paths: Path):
    files = [read_file(path) for path in paths]
    return list(check(gather(files), None, files)), files


def test_the_outline_is_the_official_one(drafted):
    headings = [
        paragraph.text
        for paragraph in docx.Document(str(drafted)).paragraphs
        if paragraph.style.name.startswith("Heading")
    ]
    assert headings == [
        "一、部门概况",
        "（一）机构职能及组成",
        "（二）人员情况",
        "（三）收支情况",
        "二、部门绩效情况",
        "（一）绩效目标、指标设定及完成情况",
        "（二）重点工作任务完成情况",
        "三、部分指标情况说明",
        "四、存在的问题和建议",
        "五、其他需说明的问题",
    ]
    assert lines(drafted)[:2] == ["柳河县应急管理局", "2024年部门整体支出绩效自评报告"]


def test_page_fonts_sizes_and_lines_are_those_of_official_papers(drafted):
    document = docx.Document(str(drafted))
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    fonts = {
        name: (
            document.styles[name].element.rPr.rFonts.get(f"{W}eastAsia"),
            document.styles[name].font.size.pt,
        )
        for name in ("Title", "Heading 1", "Heading 2", "Normal")
    }
    assert fonts == {
        "Title": ("方正小标宋简体", 22),
        "Heading 1": ("黑体", 16),
        "Heading 2": ("楷体_GB2312", 16),
        "Normal": ("仿宋_GB2312", 16),
    }
    assert document.styles["Normal"].paragraph_format.line_spacing.pt == 28
    assert "PAGE" in section.footer._element.xml


def test_every_figure_is_the_forms(drafted, forms):
    text = "\n".join(lines(drafted))
    assert (
        "2024年本部门年初预算132.71万元，全年预算（调整后）57.04万元，全年执行56.96万元，预算执行率99.86%"
        in text
    )
    about = figures(gather([read_file(forms)])[0], default())
    told = counts(row for form in about.projects for row in form.indicators)
    assert (
        f"1个项目共设绩效指标{told.total}个，已完成{told.met}个，未完成{told.unmet}个" in text
        and told.unmet == 4
    )
    tables = docx.Document(str(drafted)).tables
    money = [[cell.text for cell in row.cells] for row in tables[0].rows]
    assert ["合计", "132.71", "57.04", "56.96", "99.86%"] in money
    total = [int(cell.text) for cell in tables[-2].rows[-1].cells[1:7]]
    assert total == [
        told.total,
        told.met,
        told.exceeded,
        told.unmet,
        told.undetermined,
        told.empty,
    ] and total[0] == sum(total[i] for i in (1, 3, 4, 5))


def test_each_unmet_indicator_is_explained_and_a_missing_measure_asked_for(drafted):
    text = lines(drafted)
    part = text[text.index("三、部分指标情况说明") + 1 : text.index("四、存在的问题和建议")]
    assert part[0] == "未完成的指标共4个，逐个说明如下。" and len(part) == 5
    assert part[1] == (
        "1.项目“应急管理类综合管理项目”的“视频互联互通年租金”：年度指标值>=149040元，实际完成0元，"
        "未完成，偏差率-100.00%。"
        "原因：由于财政未下达相关指标，资金未进行支付。改进措施：【待填写：下一步怎么做、什么时候完成】。"
    )


def test_what_only_the_department_knows_stays_visible(drafted):
    document = docx.Document(str(drafted))
    marked = [
        run.text
        for paragraph in document.paragraphs
        for run in paragraph.runs
        if run.font.highlight_color is not None
    ]
    assert (
        "【待填写：机构职能、内设机构和所属单位】" in marked
        and "【待填写：编制数和实有人数】" in marked
        and all(text.startswith("【") for text in marked)
    )


def test_the_report_read_back_agrees_with_the_forms(drafted, forms):
    findings, files = findings_on(forms, drafted)
    assert files[1].forms == () and len(files[1].reports) == 1 and files[1].problems == ()
    assert files[1].reports[0].department == "柳河县应急管理局" and files[1].reports[0].year == 2024
    assert [finding.message for finding in findings if finding.rule in ("X04", "X09", "N07", "N09")] == []


@pytest.mark.slow
def test_the_reports_of_a_whole_county_agree_with_their_forms(county_files, tmp_path):
    for path in county_files:
        out = tmp_path / f"{path.stem}.docx"
        draft_report([path], out)
        findings, files = findings_on(path, out)
        assert [finding.message for finding in findings if finding.rule in ("X04", "X09")] == [] and files[
            1
        ].forms == ()


def test_what_the_department_wrote_is_taken_over_and_a_differing_figure_marked(forms, tmp_path):
    written = docx.Document()
    written.add_paragraph("柳河县应急管理局2024年部门整体支出绩效自评报告")
    for line in REPORT.splitlines():
        written.add_paragraph(line)
    written.save(tmp_path / "草稿.docx")
    drafted = draft_report([forms, tmp_path / "草稿.docx"], tmp_path / "报告.docx")
    text = "\n".join(lines(tmp_path / "报告.docx"))
    assert "本局负责示例工作，内设3个股室。" in text and "机构职能、内设机构" not in text
    assert (
        drafted.differing == 2
        and re.search(r"年初预算1999\.00万元【表中为132\.71", text)
        and "50.00%【表中为99.86%】" in text
    )
    assert "100字以内" not in text and "五、其他需说明的问题\n无。" in text


def test_the_sheet_of_the_workbook_goes_before_a_word_file_and_guidance_is_no_answer():
    def report(sheet, text):
        return Report(
            file="a", sheet=sheet, sections=(Section("一、部门概况", ""), Section("（二）人员情况", text))
        )

    assert typed_texts([report(None, "编制10名。"), report("自评报告", "编制12名。")]) == {
        "staff": "编制12名。"
    }
    assert typed_texts([report("自评报告", "（请填写编制数）"), report(None, "编制10名。")]) == {
        "staff": "编制10名。"
    }
    assert typed_texts([report("自评报告", "【待填写：编制】")]) == {}


def test_what_is_typed_on_the_sheet_of_our_workbook_goes_in_under_its_heading(tmp_path):
    department = made_up()[0][0]
    templates.fill_in(
        department.layout,
        tmp_path / "空.xlsx",
        projects=department.projects,
        department=department.whole,
        year=YEAR,
        cover={},
    )
    grid = next(grid for grid in open_source(tmp_path / "空.xlsx").grids if grid.name == "自评报告")
    row = next(row for row in range(grid.height) if "人员情况" in grid.text(row, 0))
    apply(
        tmp_path / "空.xlsx",
        [Edit("自评报告", f"B{row + 1}", None, "编制12名，年末实有11名。")],
        tmp_path / "填.xlsx",
    )
    draft_report([tmp_path / "填.xlsx"], tmp_path / "报告.docx")
    text = lines(tmp_path / "报告.docx")
    assert (
        text[text.index("（二）人员情况") + 1] == "编制12名，年末实有11名。"
        and "【待填写：机构职能、内设机构和所属单位】" in text
    )


@pytest.mark.parametrize(
    "level1,level2,name",
    [
        ("产出指标", "成本指标", "产出指标"),
        ("成本指标", "经济成本指标", "成本指标"),
        ("效果指标", None, "效益指标"),
        (None, "服务对象满意度", "满意度指标"),
        ("数量指标", "质量指标", "产出指标"),
        (None, None, "其他"),
    ],
)
def test_indicators_are_counted_by_the_category_that_their_levels_tell(level1, level2, name):
    assert category(Indicator(level1=level1, level2=level2)) == name


@pytest.mark.slow
def test_counts_add_up_by_category(county_files):
    for path in county_files[:3]:
        about = figures(gather([read_file(path)])[0], default())
        whole = counts(row for form in about.forms for row in form.indicators)
        parts = [told for _, told in by_category(about.forms)]
        assert all(
            getattr(whole, key) == sum(getattr(told, key) for told in parts)
            for key in ("total", "met", "exceeded", "unmet", "undetermined", "empty")
        )


def test_a_form_that_the_report_repeats_counts_once(shared):
    files = [read_file(path) for path in sorted((shared / "seed").glob("*.[dx][ol][cs]x"))]
    about = figures(gather(files)[0], default())
    assert len(about.projects) == 1 and len(about.wholes) == 1 and about.projects[0].file.endswith(".xlsx")


def test_charts_are_native_and_carry_their_figures_in_a_workbook(drafted):
    with zipfile.ZipFile(drafted) as archive:
        charts = sorted(name for name in archive.namelist() if name.startswith("word/charts/chart"))
        books = sorted(name for name in archive.namelist() if name.startswith("word/embeddings/"))
        sheet = openpyxl.load_workbook(BytesIO(archive.read(books[0]))).active
    assert len(charts) == len(books) == 2
    assert [[cell.value for cell in row] for row in sheet] == [
        [None, "年初预算数", "全年预算数", "全年执行数"],
        ["本部门", 132.71, 57.04, 56.96],
    ]


def test_a_chart_says_its_names_as_xml_and_leaves_gaps_where_nothing_is_known():
    xml = chart_xml(Chart("“收入”<与>支出&", ["甲&乙"], [("预算", [None]), ("执行", [Decimal("1.50")])]))
    assert "甲&amp;乙" in xml and "&lt;与&gt;" in xml and xml.count('<c:pt idx="0"><c:v>1.50</c:v>') == 1


def test_the_report_is_a_valid_word_file(drafted, assert_valid_ooxml):
    assert_valid_ooxml(drafted)


def test_guidance_that_was_left_on_a_form_is_no_result_and_a_folder_is_no_department(tmp_path):
    project = made_up()[0][0].projects[0] | {"department": None, "unit": None}
    project["goal"] = {"expected": "完成9处。", "actual": "对照年度目标，说明完成情况（100字以内）"}
    templates.fill_in("jilin-2024", tmp_path / "某文件夹" / "自评表.xlsx", projects=[project])
    draft_report([tmp_path / "某文件夹" / "自评表.xlsx"], tmp_path / "报告.docx")
    text = lines(tmp_path / "报告.docx")
    assert (
        text[0] == "【待填写：部门名称】"
        and "【待填写：重点工作任务完成情况】" in text
        and not any("100字以内" in line for line in text)
    )


@pytest.fixture
def template(tmp_path) -> Path:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for piece in ("{{部门", "名称}}", "{{ 年度 }}年自评报告"):  # as Word cuts it
        paragraph.add_run(piece)
    document.add_paragraph("全年预算{{全年预算数}}万元，执行率{{执行率}}，{{领导}}。")
    document.add_paragraph("{{指标情况说明}}")
    document.add_paragraph("此页无正文")
    document.add_table(1, 1).cell(0, 0).text = "未完成{{未完成}}个"
    document.sections[0].footer.paragraphs[0].text = "{{部门名称}}"
    document.save(tmp_path / "模板.docx")
    return tmp_path / "模板.docx"


def test_a_countys_own_template_is_filled_in(forms, template, tmp_path, assert_valid_ooxml):
    drafted = draft_report([forms], tmp_path / "报告.docx", template=template)
    document = docx.Document(str(tmp_path / "报告.docx"))
    text = lines(tmp_path / "报告.docx")
    assert (
        text[0] == "柳河县应急管理局2024年自评报告"
        and text[1] == "全年预算57.04万元，执行率99.86%，{{领导}}。"
        and drafted.unknown == ("领导",)
    )
    assert text[2] == "未完成的指标共4个，逐个说明如下。" and text[-1] == "此页无正文"
    assert (
        document.tables[0].cell(0, 0).text == "未完成4个"
        and document.sections[0].footer.paragraphs[0].text == "柳河县应急管理局"
    )
    assert_valid_ooxml(tmp_path / "报告.docx")


@pytest.mark.slow
def test_a_template_that_is_none_several_departments_and_no_forms_are_told(forms, county_files, tmp_path):
    (tmp_path / "坏.docx").write_bytes(b"x")
    for paths, template, told in (
        ([forms], tmp_path / "坏.docx", "打不开"),
        (county_files[:2], None, "2个部门"),
        ([tmp_path / "坏.docx"], None, "没有自评表"),
    ):
        with pytest.raises(UsageError, match=told):
            draft_report(paths, tmp_path / "报告.docx", template=template)
    assert not (tmp_path / "报告.docx").exists()


def test_the_command_says_what_is_left_to_do(forms, tmp_path):
    run = selfeval("report", forms, "-o", tmp_path / "报告.docx")
    assert run.returncode == 0 and "还有7处待填写" in run.stdout and (tmp_path / "报告.docx").exists()
    assert selfeval("report", forms, "-o", tmp_path / "报告.doc").returncode == 2


def test_name_and_date_close_the_report_and_the_file_is_of_today(forms, tmp_path):
    draft_report([forms], tmp_path / "报告.docx", today=date(2025, 4, 3))
    document = docx.Document(str(tmp_path / "报告.docx"))
    assert lines(tmp_path / "报告.docx")[-2:] == ["柳河县应急管理局", "2025年4月3日"]
    assert [paragraph.alignment for paragraph in document.paragraphs[-2:]] == [WD_ALIGN_PARAGRAPH.RIGHT] * 2
    assert {document.core_properties.created.date(), document.core_properties.modified.date()} == {
        date(2025, 4, 3)
    }


def test_name_and_date_are_no_text_of_the_department(forms, tmp_path):
    """A draft that is drafted again has them once."""
    draft_report([forms], tmp_path / "一稿.docx", today=date(2025, 4, 3))
    draft_report([forms, tmp_path / "一稿.docx"], tmp_path / "二稿.docx", today=date(2025, 4, 10))
    text = lines(tmp_path / "二稿.docx")
    assert text.count("柳河县应急管理局") == 2 and text[-4:] == [
        "五、其他需说明的问题",
        "无。",
        "柳河县应急管理局",
        "2025年4月10日",
    ]


def test_a_year_that_no_form_names_is_asked_for(tmp_path):
    data = seed_filing()
    path = tmp_path / "自评表.xlsx"
    templates.fill_in("jilin-2024", path, projects=[data["project"]], department=data["department"])
    drafted = draft_report([path], tmp_path / "报告.docx")
    assert lines(tmp_path / "报告.docx")[1] == "【待填写：哪一年】年部门整体支出绩效自评报告"
    text = "\n".join(lines(tmp_path / "报告.docx"))
    assert drafted.waiting == text.count("【待填写")


def test_a_minus_sign_stays_with_its_number():
    document = word.new_document()
    word.body(document, "未完成，偏差率-4.00%。2024-2025年，F-16，上升-1.5和-2个点。")
    (paragraph,) = document.paragraphs[-1:]
    assert paragraph.text == "未完成，偏差率-4.00%。2024-2025年，F-16，上升-1.5和-2个点。"
    assert paragraph._element.xml.count("noBreakHyphen") == 3  # of -4.00%, -1.5 and -2


def test_a_cut_budget_is_no_slow_execution(forms, tmp_path):
    """Spent 99.86% of the adjusted budget (F10): the budget was changed, the execution was not slow."""
    draft_report([forms], tmp_path / "报告.docx")
    text = "\n".join(lines(tmp_path / "报告.docx"))
    assert "预算执行进度偏慢" not in text and "年初预算编制不够准确，年中调整较大" in text
