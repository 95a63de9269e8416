"""A Word file's tables become Grids with merged areas, its headings and paragraphs the blocks of a report."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from selfeval_xl.model.grid import Area
from selfeval_xl.readers.formats.source import open_source
from support.hostile import zipped

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def paragraph(text: str, style: str = "") -> str:
    marked = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{marked}<w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(text: str, span: int = 1, merge: str = "") -> str:
    more = (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "") + (
        f'<w:vMerge w:val="{merge}"/>' if merge else ""
    )
    return f"<w:tc><w:tcPr>{more}</w:tcPr>{paragraph(text)}</w:tc>"


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def document(folder: Path, body: str, styles: str = "", **parts: str):
    content = {"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"}
    content |= {name.replace("_", "/", 1): part for name, part in parts.items()}
    if styles:
        content["word/styles.xml"] = f"<w:styles {W}>{styles}</w:styles>"
    path = folder / "自评.docx"
    path.write_bytes(zipped(content))
    return open_source(path)


def test_a_table_is_a_grid_with_its_merged_areas(tmp_path):
    source = document(
        tmp_path,
        paragraph("附件一")
        + table(
            cell("项目支出绩效自评表", 4),
            cell("产出指标", 1, "restart") + cell("数量指标") + cell("电话数量") + cell("=25部"),
            cell("", 1, "continue") + cell("质量指标") + cell("合格率", 2),
        ),
    )
    grid = source.grids[0]
    assert (source.kind, source.problems, grid.name, grid.caption) == ("docx", [], "表1", "附件一")
    assert grid.rows == [
        ["项目支出绩效自评表", None, None, None],
        ["产出指标", "数量指标", "电话数量", "=25部"],
        [None, "质量指标", "合格率", None],
    ]
    assert grid.merges == [Area(0, 0, 0, 3), Area(1, 0, 2, 0), Area(2, 2, 2, 3)]


def test_a_merge_without_value_continues_and_two_columns_merge_together(tmp_path):
    source = document(
        tmp_path,
        table(
            cell("资金情况", 2, "restart") + cell("甲"),
            '<w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge/></w:tcPr><w:p/></w:tc>' + cell("乙"),
            cell("目标", 1, "restart") + cell("丙") + cell("丁"),
        ),
    )
    assert source.grids[0].merges == [Area(0, 0, 1, 1)]
    assert source.grids[0].rows == [["资金情况", None, "甲"], [None, None, "乙"], ["目标", "丙", "丁"]]


def test_rows_that_begin_further_right_keep_their_columns(tmp_path):
    shifted = '<w:trPr><w:gridBefore w:val="2"/></w:trPr>' + cell("丙")
    assert document(tmp_path, table(cell("甲") + cell("乙") + cell("一"), shifted)).grids[0].rows == [
        ["甲", "乙", "一"],
        [None, None, "丙"],
    ]


def test_paragraphs_carry_their_heading_level_and_tables_their_place(tmp_path):
    styles = (
        '<w:style w:styleId="1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="a"><w:name '
        'w:val="Title"/></w:style>'
        '<w:style w:styleId="x"><w:name w:val="章"/><w:basedOn w:val="1"/></w:style>'
        '<w:style w:styleId="o"><w:name w:val="节"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    )
    source = document(
        tmp_path,
        paragraph("自评报告", "a")
        + paragraph("一、部门概况", "x")
        + paragraph(" ")
        + paragraph("(一)职能", "o")
        + table(cell("甲"))
        + paragraph("正文")
        + table(cell("乙")),
        styles,
    )
    assert source.blocks == [(1, "自评报告"), (1, "一、部门概况"), (2, "(一)职能"), (0, "正文")]
    assert source.table_after == [3, 4]


def test_only_what_the_paper_shows_is_text(tmp_path):
    body = (
        "<w:p><w:r><w:t>实际</w:t><w:br/><w:t>完成</w:t></w:r><w:ins><w:r><w:t>新增</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>删去</w:delText></w:r></w:del>"
        "<w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink><w:r><w:instrText> PAGE </w:instrText></"
        "w:r></w:p>"
        f"<w:sdt><w:sdtContent>{paragraph('控件里')}</w:sdtContent></w:sdt>"
    )
    assert document(tmp_path, body).blocks == [(0, "实际\n完成新增链接"), (0, "控件里")]


def test_a_table_inside_a_cell_is_a_grid_of_its_own(tmp_path):
    inner = table(cell("内"))
    source = document(tmp_path, table(f"<w:tc>{paragraph('外')}{inner}</w:tc>"))
    assert [(grid.name, grid.rows) for grid in source.grids] == [("表1", [["外"]]), ("表2", [["内"]])]


def test_dde_fields_and_macros_are_told(tmp_path):
    source = document(tmp_path, '<w:p><w:r><w:instrText> DDEAUTO c:\\x "y" </w:instrText></w:r></w:p>')
    assert [problem.rule for problem in source.problems] == ["T07"]
    source = document(tmp_path, paragraph("文"), **{"word_vbaProject.bin": "x"})
    assert [("宏" in problem.text, problem.rule) for problem in source.problems] == [(True, "T07")]


@pytest.mark.parametrize("broken", ["<w:document><w:body>", "", "不是XML"])
def test_a_broken_document_is_a_problem(tmp_path, broken):
    path = tmp_path / "断.docx"
    path.write_bytes(zipped({"word/document.xml": broken}))
    assert [problem.rule for problem in open_source(path).problems] == ["T08"]


def test_what_python_docx_writes_is_read(tmp_path):
    import docx

    made = docx.Document()
    made.add_heading("2024年部门整体支出绩效自评报告", 0)
    made.add_heading("一、部门概况", 1)
    made.add_paragraph("编制12人。")
    grid = made.add_table(3, 3)
    grid.cell(0, 0).merge(grid.cell(1, 1)).text = "合并"
    grid.cell(2, 2).text = "末格"
    file = BytesIO()
    made.save(file)
    path = tmp_path / "报告.wps"
    path.write_bytes(file.getvalue())
    source = open_source(path)
    assert source.blocks == [(1, "2024年部门整体支出绩效自评报告"), (1, "一、部门概况"), (0, "编制12人。")]
    assert source.grids[0].rows == [["合并", None, None], [None, None, None], [None, None, "末格"]]
    assert source.grids[0].merges == [Area(0, 0, 1, 1)]


@pytest.mark.skipif(
    not (Path(__file__).parents[2] / "shared" / "seed").exists(),
    reason="the real filing is not beside the repository",
)
def test_the_real_filing_says_in_word_what_it_says_in_excel():
    folder = Path(__file__).parents[2] / "shared" / "seed"
    word, excel = (open_source(next(folder.glob(pattern))) for pattern in ("*.docx", "*.xlsx"))
    assert [grid.caption for grid in word.grids] == [grid.name for grid in excel.grids]
    for one, two in zip(word.grids, excel.grids, strict=True):
        mine = {one.text(row, column) for row in range(one.height) for column in range(one.width)}
        theirs = {two.text(row, column) for row in range(two.height) for column in range(two.width)}
        assert len(theirs - mine) <= 10, theirs - mine
    assert [text for level, text in word.blocks if text.startswith(("一、", "二、", "三、", "四、", "五、"))][
        0
    ] == "一、部门概况"
