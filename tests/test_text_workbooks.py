# ruff: noqa: E501 (pages and files as they stand)
"""Workbooks that are text: web pages that call themselves .xls, XML Spreadsheet 2003, CSV."""

from __future__ import annotations

import re
from datetime import date

import pytest

from selfeval_xl import layouts
from selfeval_xl.model.grid import Area, Grid
from selfeval_xl.readers import read_file
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.templates.frame import draw
from selfeval_xl.templates.workbook import Page, write_book
from support.fillings import assert_read, filling
from support.text_workbooks import separated, table_tags, xml_workbook

LAYOUTS = layouts.load_all()
IDS = [f"{layout.id}.{layout.kind}" for layout in LAYOUTS]
MOF = layouts.load("mof-2020", "project")
META = '<meta http-equiv="Content-Type" content="text/html; charset={}">'
PAGES = {  # of office systems: wrapping, encoding
    "gbk": ("<html><head>" + META.format("gb2312") + "</head><body>{}</body></html>", "gbk"),
    "utf8": ("\ufeff<table><tr><td>{}</td></tr></table>", "utf-8"),
    "says gbk, is utf8": ("<html><head>" + META.format("gbk") + "</head>{}</html>", "utf-8"),
    "says nothing": ("<HTML><BODY>\n{}\n</BODY></HTML>", "gb18030"),
    "utf16": ("<html><body>{}</body></html>", "utf-16"),
}


def saved(path, data: str | bytes, encoding: str = "utf-8"):
    """The path, with this content."""
    path.write_bytes(data.encode(encoding) if isinstance(data, str) else data)
    return path


def grid(path) -> Grid:
    """The only sheet of a file without problems."""
    source = open_source(path)
    assert (len(source.grids), source.problems) == (1, [])
    return source.grids[0]


def read_whole(path, layout, kind: str) -> None:
    """Reads a form back and compares it field by field."""
    file = read_file(path)
    assert (file.kind, len(file.forms), file.problems) == (kind, 1, ())
    assert_read(layout, filling(layout), file.forms[0])
    assert not file.forms[0].account.unread


@pytest.mark.parametrize("layout", LAYOUTS, ids=IDS)
def test_every_layout_as_a_web_page(layout, tmp_path):
    page, encoding = PAGES["gbk"]
    table = table_tags(draw(layout, filling(layout), 2024))
    read_whole(saved(tmp_path / "导出.xls", page.format(table), encoding), layout, "html")


@pytest.mark.parametrize("layout", LAYOUTS, ids=IDS)
def test_every_layout_as_an_xml_workbook(layout, tmp_path):
    text = xml_workbook(draw(layout, filling(layout), 2024), "自评表")
    read_whole(saved(tmp_path / "导出.xls", text), layout, "xml2003")


@pytest.mark.parametrize("layout", LAYOUTS, ids=IDS)
def test_every_layout_as_text(layout, tmp_path):
    text = separated(draw(layout, filling(layout), 2024))
    read_whole(saved(tmp_path / "导出.csv", text, "gbk"), layout, "csv")


@pytest.mark.parametrize(("page", "encoding"), PAGES.values(), ids=list(PAGES))
def test_wrappings_and_encodings_of_web_pages(page, encoding, tmp_path):
    table = table_tags(draw(MOF, filling(MOF), 2024), "TD", " x:str style='mso-number-format:\"\\@\"' nowrap")
    read_whole(saved(tmp_path / "表.xls", page.format(table), encoding), MOF, "html")


@pytest.mark.parametrize(
    ("sign", "encoding"),
    [(",", "utf-8-sig"), ("\t", "utf-16"), (";", "utf-8"), ("\t", "gb18030"), ("|", "gbk")],
)
def test_signs_and_encodings_of_text(sign, encoding, tmp_path):
    text = separated(draw(MOF, filling(MOF), 2024), sign)
    read_whole(saved(tmp_path / "表.xls", text, encoding), MOF, "csv")


@pytest.mark.parametrize(("prefix", "encoding"), [("", "gbk"), ("ss:", "utf-8"), ("x:", "utf-16")])
def test_prefixes_and_encodings_of_xml_workbooks(prefix, encoding, tmp_path):
    text = xml_workbook(draw(MOF, filling(MOF), 2024), "自评表", prefix)
    text = text.replace('"1.0"', f'"1.0" encoding="{encoding}"', 1)
    read_whole(saved(tmp_path / "表.xml", text, encoding), MOF, "xml2003")


@pytest.mark.parametrize(("kind", "known"), [("html", "html"), ("csv", "csv")])
def test_what_libreoffice_saves(kind, known, libreoffice, tmp_path):
    for number, layout in enumerate(
        (MOF, layouts.load("yunnan", "project"), layouts.load("mof-2020", "department"))
    ):
        write_book(tmp_path / f"{number}.xlsx", [Page("自评表", draw(layout, filling(layout), 2024))], {})
        path = libreoffice.convert(tmp_path / f"{number}.xlsx", kind, tmp_path)
        file = read_file(path)
        assert (file.kind, len(file.forms)) == (known, 1)
        assert_read(layout, filling(layout), file.forms[0])


def test_what_pandas_saves(tmp_path):
    import pandas as pd

    write_book(tmp_path / "表.xlsx", [Page("自评表", draw(MOF, filling(MOF), 2024))], {})
    table = pd.read_excel(tmp_path / "表.xlsx", header=None, dtype=str, engine="openpyxl").fillna("")
    table = table.replace(r"0\.(\d\d)(\d\d)", r"\1.\2%", regex=True)  # rates as the workbook shows them
    table.to_html(tmp_path / "表.xls", header=False, index=False)
    table.to_csv(tmp_path / "表.csv", header=False, index=False)
    for name in ("表.xls", "表.csv"):
        (form,) = read_file(tmp_path / name).forms
        assert_read(MOF, filling(MOF), form)


@pytest.mark.parametrize("layout", LAYOUTS, ids=IDS)
@pytest.mark.parametrize(("sign", "encoding"), [(",", "gbk"), ("\t", "utf-8"), (";", "utf-16")])
def test_rows_that_end_with_their_last_value(sign, encoding, layout, tmp_path):
    """Scripts and platforms write no signs behind the last value of a row; Excel does."""
    text = separated(draw(layout, filling(layout), 2024), sign)
    text = "".join(line.rstrip(sign) + "\r\n" for line in text.split("\r\n"))
    read_whole(saved(tmp_path / "表.csv", text, encoding), layout, "csv")


def test_amounts_with_commas_are_no_columns_of_a_table_with_semicolons(tmp_path):
    text = "项目;年初预算数;全年执行数\n甲;1,205.50;1,000.00\n乙;2,205.50;2,000.00\n丙;3,205.50;3,000.00\n"
    assert grid(saved(tmp_path / "表.csv", text)).rows[1] == ["甲", "1,205.50", "1,000.00"]
    text = "表\n项目;年初;执行\n甲;1,205,000.50;1,000.00\n乙;2,205.50\n丙;3,205,000.50;3,000.00;1\n"
    assert grid(saved(tmp_path / "表2.csv", text)).rows[2][:3] == ["甲", "1,205,000.50", "1,000.00"]


@pytest.mark.parametrize(
    "before", ["\r\n" * 3000, " \t\n", "<!-- 导出时间 2025-01-10 -->\n", "\ufeff\r\n<!--a-->\r\n"]
)
def test_what_a_page_script_leaves_before_the_file(before, tmp_path):
    """Each directive of a JSP leaves an empty line before the export."""
    drawing = draw(MOF, filling(MOF), 2024)
    page = before + "<table>" + table_tags(drawing) + "</table>"
    read_whole(saved(tmp_path / "页.xls", page), MOF, "html")
    read_whole(saved(tmp_path / "书.xls", before + xml_workbook(drawing, "自评表")), MOF, "xml2003")


def test_an_xml_workbook_that_names_a_wrong_encoding(tmp_path):
    text = xml_workbook(draw(MOF, filling(MOF), 2024), "自评表")
    for said in ("UTF-8", "ISO-8859-1", "gb2312", "UTF-16"):
        declared = text.replace('"1.0"', f'"1.0" encoding="{said}"', 1)
        read_whole(saved(tmp_path / "甲.xls", declared, "gbk"), MOF, "xml2003")
        read_whole(saved(tmp_path / "乙.xls", declared, "utf-8"), MOF, "xml2003")


@pytest.mark.parametrize("said", ["utf-8", "gb2312", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_damaged_letter_does_not_turn_all_others_into_other_ones(said, encoding, tmp_path):
    page = f"<html><head>{META.format(said) if said else ''}</head>"
    page += table_tags(draw(MOF, filling(MOF), 2024)) + "</html>"
    data = page.encode(encoding)
    at = data.index("农村公路养护".encode(encoding))
    file = read_file(saved(tmp_path / "a.xls", data[:at] + b"\xff" + data[at:]))
    (form,) = file.forms
    assert "农村公路养护" in form.project and any("个字读不出来" in problem.text for problem in file.problems)


def test_rows_without_a_table_around_them(tmp_path):
    rows = table_tags(draw(MOF, filling(MOF), 2024)).removeprefix("<table border=1>").removesuffix("</table>")
    for number, page in enumerate((rows, f"<html><body>{rows}</body></html>", f"<TBODY>{rows}</TBODY>")):
        read_whole(saved(tmp_path / f"{number}.xls", page, "gbk"), MOF, "html")


def test_values_in_the_boxes_of_a_page_are_read(tmp_path):
    """A page on which a form was typed in, saved as it stands."""
    page = """<html><body><form><input type=hidden name=id value=77><table>
    <tr><td>项目名称<td><input name=a value="农村&amp;饮水"><td><input type="text" value='≥25处' readonly>
    <tr><td>是否<td><select><option>是<option selected>否<option>无</select><td><SELECT><option value=1>首项</select>
    <tr><td>原因<td><textarea rows=3>第一行
第二行</textarea><td><input type=button value=保存><input type=submit value=上报><input type=password value=x>
    <tr><td>性质<td><input type=radio name=r>新增<input type="radio" name=r checked="checked">延续<td><INPUT TYPE=checkbox CHECKED>是
    <tr><td>长<td><input value="LONG"><td><input type=number value=120.50 disabled>
    </table></form></body></html>""".replace("LONG", "长" * 5000)
    assert grid(saved(tmp_path / "页.xls", page)).rows == [
        ["项目名称", "农村&饮水", "≥25处"],
        ["是否", "否", "首项"],
        ["原因", "第一行\n第二行", None],
        ["性质", "□新增☑延续", "☑是"],
        ["长", "长" * 5000, "120.50"],
    ]


def test_a_page_is_one_sheet_in_the_order_of_its_text(tmp_path):
    page = """<html><head><title>不读</title><style>.a{display:none} td.w{color:white}</style></head><body>
    <script>document.write("<table><tr><td>不读</td></tr></table>")</script>
    附件2<p>某县  绩效
    自评表</p><!-- <table><tr><td>不读</td></tr></table> -->
    <TABLE><caption>单位：元</caption><thead><tr><th rowspan=2>甲<th colspan="2">乙</tr></thead>
    <tbody><tr><td>1<br>2<td><b>3</b>&nbsp;&lt;4&gt;</tr>
    <tr><td>外<table><tr><td>内1<td>内2</table><td><p>一</p><p>二</p></tr></tbody></TABLE>
    填表人：张三</body></html>"""
    sheet = grid(saved(tmp_path / "某县:导出[1].xls", page))
    assert sheet.name == "某县_导出_1_"
    assert sheet.rows == [
        ["附件2", None, None],
        ["某县 绩效 自评表", None, None],
        ["单位：元", None, None],
        ["甲", "乙", None],
        [None, "1\n2", "3 <4>"],
        ["外", "一\n二", None],
        ["内1", "内2", None],
        ["填表人：张三", None, None],
    ]
    assert sheet.merges == [Area(3, 0, 4, 0), Area(3, 1, 3, 2)]


def test_what_a_page_does_not_show_is_said(tmp_path):
    page = """<html><style>.h { display : none } .w{color:#FFFFFF}</style><table>
    <tr><td>甲<span style="display:none">藏一</span></td><td class="x h">藏二</td><td>乙</td></tr>
    <tr style="height:0pt"><td>丙</td></tr><tr height=0><td></td></tr>
    <tr><td class=w>白</td><td><font color="white">白</font></td><td style="color:white;background:red">红底</td></tr>
    </table><div style="visibility:hidden">藏三</div></html>"""
    source = open_source(saved(tmp_path / "a.xls", page))
    (sheet,) = source.grids
    assert sheet.rows == [["甲", None, "乙"], ["丙", None, None], [None] * 3, ["白", "白", "红底"]]
    assert sheet.hidden()[0] >= {1} and sheet.unseen() == {(3, 0), (3, 1)}
    (problem,) = source.problems
    assert problem.rule == "T05" and all(text in problem.text for text in ("藏一", "藏二", "藏三"))


def test_what_excel_writes_around_its_pages(tmp_path):
    page = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">
    <head><!--[if gte mso 9]><xml><o:DocumentProperties><o:LastSaved>2025-01-10T02:03:04Z</o:LastSaved>
    </o:DocumentProperties><x:ExcelWorkbook><x:ExcelWorksheets><x:ExcelWorksheet><x:Name>项目01</x:Name>
    </x:ExcelWorksheet></x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]--></head><body>
    <table><tr><td x:num="0.95" x:fmla="=IF(A1>0,1,2)">95.00%</td><td>外<span style='mso-spacerun:yes'>&nbsp; </span></td></tr>
    <![if supportMisalignedColumns]><tr height=0 style='display:none'><td width=72></td></tr><![endif]></table></body></html>"""
    source = open_source(saved(tmp_path / "a.xls", page))
    (sheet,) = source.grids
    assert (sheet.name, sheet.rows, source.saved) == ("项目01", [["95.00%", "外"]], "2025-01-10T02:03:04Z")
    assert source.problems == []


def test_what_an_xml_workbook_says_of_its_cells(tmp_path):
    text = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
    xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel"
    xmlns:html="http://www.w3.org/TR/REC-html40">
    <DocumentProperties xmlns="urn:schemas-microsoft-com:office:office"><LastSaved>2025-02-03T04:05:06Z</LastSaved></DocumentProperties>
    <Styles><Style ss:ID="Default"><NumberFormat/></Style><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style>
    <Style ss:ID="q" ss:Parent="p"/><Style ss:ID="w"><Font ss:Color="#FFFFFF"/></Style>
    <Style ss:ID="g"><NumberFormat ss:Format="&quot;≥&quot;0&quot;处&quot;"/></Style></Styles>
    <Worksheet ss:Name="一"><Table><Column ss:Index="2" ss:Hidden="1"/><Column ss:Index="7" ss:StyleID="p"/>
    <Row><Cell><Data ss:Type="String">甲&#10;乙</Data></Cell><Cell ss:Index="3" ss:StyleID="q"><Data ss:Type="Number">0.95</Data></Cell>
    <Cell ss:StyleID="g"><Data ss:Type="Number">25</Data></Cell><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>粗</B>细</ss:Data></Cell></Row>
    <Row ss:Index="4" ss:Height="0"><Cell><Data ss:Type="DateTime">2024-11-30T00:00:00.000</Data></Cell>
    <Cell ss:Formula="=SUM(R[-3]C[1],R1C4)"><Data ss:Type="Number">25.95</Data></Cell>
    <Cell ss:Formula="=1/0"><Data ss:Type="Error">#DIV/0!</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell>
    <Cell ss:StyleID="w"><Data ss:Type="String">白</Data><Comment ss:Author="a"><ss:Data>批注话</ss:Data></Comment></Cell>
    <Cell ss:MergeAcross="1" ss:MergeDown="1"><Data ss:Type="String">并</Data></Cell><Cell><Data ss:Type="String">后</Data></Cell></Row></Table></Worksheet>
    <Worksheet ss:Name="二"><Table><Row><Cell><Data ss:Type="Number">1</Data></Cell></Row></Table>
    <WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>"""
    source = open_source(saved(tmp_path / "a.xls", text))
    first, second = source.grids
    assert (first.name, first.visible, second.name, second.visible) == ("一", True, "二", False)
    assert first.rows[0] == ["甲\n乙", None, 0.95, 25.0, "粗细", None, None, None]
    assert first.rows[3] == [date(2024, 11, 30), 25.95, "#DIV/0!", True, "白", "并", None, "后"]
    assert [first.text(0, column) for column in (2, 3)] == ["95.00%", "≥25处"]
    assert first.merges == [Area(3, 5, 4, 6)]
    assert first.hidden() == (frozenset({3}), frozenset({1}))
    assert dict(first.formulas()) == {(3, 1): "=SUM(C1,D1)", (3, 2): "=1/0"}
    assert dict(first.errors()) == {(3, 2): "#DIV/0!"}
    assert first.unseen() == {(3, 4)}
    assert [(each.text, each.area) for each in first.overlays()] == [("批注话", Area(3, 4, 3, 4))]
    assert source.saved == "2025-02-03T04:05:06Z"


def test_values_of_text_are_as_typed(tmp_path):
    text = '项目,编码,金额\n"甲\n乙","=""0012345678901234567890""","1,205.50"\n丙,\t22052400001\t,-3\n"说""好""",x,y\n'
    assert grid(saved(tmp_path / "清单.csv", text)).rows == [
        ["项目", "编码", "金额"],
        ["甲\n乙", "0012345678901234567890", "1,205.50"],
        ["丙", "22052400001", "-3"],
        ['说"好"', "x", "y"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "附件说明：请于3月底前报送。\n联系人：张三\n电话：0431-0000000\n",
        "a,b\nc,d\n",
        "一句话",
        "a,b,c\n",
        "日期, 时间\n\n完\n",
    ],
)
def test_a_letter_is_no_table(text, tmp_path):
    file = read_file(saved(tmp_path / "说明.txt", text))
    assert (file.kind, file.forms) == ("text", ())


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("entities.xls", b'<!DOCTYPE html [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><html><table><tr><td>&b;</table>', "html"),
        ("file.xls", b'<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd">]><html><td>&f;</td>', "html"),
        ("deep.xls", b"<html><table><tr><td>" * 40_000, "html"),
        ("attributes.xls", b"<html><table><tr><td " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">x", "html"),
        ("quotes.xls", b"<html><table><tr><td " + b"'\"a=" * 100_000 + b">x", "html"),
        ("spans.xls", b"<html><table>" + b"<tr><td colspan=1000 rowspan=1000>x" * 90_000, "html"),
        ("numbers.xls", b"<html><table><tr><td colspan=99999999999 rowspan=-1>x<td colspan=\xc2\xb2>y", "html"),
        ("tags.xls", b"<html>" + b"<b>" * 700_000, "html"),
        ("cut.xls", PAGES["gbk"][0].format("<table><tr><td>项目名称").encode("gbk")[:-40], "html"),
        ("noise.xls", b"<html><body>" + bytes(range(128, 256)) * 40, "html"),
        ("lol.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aa">]><a xmlns="urn:schemas-microsoft-com:office:spreadsheet">&a;</a>', "xml2003"),
        ("cut.xml", xml_workbook(draw(MOF, filling(MOF), 2024), "表").encode()[:3000], "xml2003"),
        ("deep.xml", b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">' + b"<a>" * 100_000, "xml2003"),
        ("index.xml", b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row ss:Index="999999999" ss:Span="99999999"><Cell ss:Index="0" ss:MergeAcross="99999999"><Data ss:Type="Number">1e999</Data></Cell></Row></Table></Worksheet></Workbook>', "xml2003"),
        ("spaces.xml", b"\n" * 12_000_000 + b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><a', "xml2003"),
        ("boxes.xls", b"<html><table><tr><td>" + b"<select><option>" * 100_000 + b"<input value='", "html"),
        ("tables.xls", b"<html>" + b"<table><tr>" * 100_000, "html"),
        ("quote.csv", '项目,金额,说明\n1,2,3\n4,5,6\n7,8,"没有完'.encode() + b"x" * 200_000, "csv"),
        ("wide.csv", b"a,b,c\n" * 5 + b"," * 2_000_000, "csv"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_hostile_text_costs_itself_only(name, data, kind, tmp_path):
    file = read_file(saved(tmp_path / name, data))
    assert (file.kind, file.forms) == (kind, ())
    assert file.problems and "Traceback" not in str(file.problems)
    assert not re.search(r"root:|aaaa", str(open_source(tmp_path / name).grids))


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "mhtml", "另存为xlsx"),
        (b'<?xml version="1.0"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"/>', "doc", "另存为.docx"),
        (b'<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.spreadsheet"/>', "flat-ods", "另存为xlsx"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_to_do(data, kind, words, tmp_path):
    file = read_file(saved(tmp_path / "自评表.xls", data))
    assert (file.kind, file.forms) == (kind, ()) and words in file.problems[0].text


@pytest.mark.parametrize(
    "page",
    [
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><link id="shLink" href="表.files/sheet001.htm"></head><frameset rows="*,39"><frame src="表.files/sheet001.htm" name="frSheet"></frameset></html>',
        "<html><body><div id=app></div><script>render('自评表')</script></body></html>",
        "<html><body>项目支出绩效自评表<IFRAME src='x.htm'></IFRAME></body></html>",
    ],
)
def test_a_page_whose_table_is_elsewhere_cannot_be_read_and_says_so(page, tmp_path):
    file = read_file(saved(tmp_path / "自评表.xls", page))
    (problem,) = file.problems
    assert (file.forms, problem.rule) == ((), "T08") and "另存为xlsx" in problem.text


def test_letters_that_were_lost_are_said(tmp_path):
    page, _ = PAGES["gbk"]
    data = page.format(table_tags(draw(MOF, filling(MOF), 2024))).encode("gbk")
    at = data.index("农村公路养护".encode("gbk"))
    file = read_file(saved(tmp_path / "a.xls", data[:at] + b"\xff" + data[at:]))
    assert len(file.forms) == 1 and any("个字读不出来" in problem.text for problem in file.problems)


@pytest.mark.parametrize(
    "head",
    [
        b"<html><table>",
        b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>",
        b"a,b,c\n",
    ],
)
def test_two_gigabytes_are_refused_by_their_size(head, tmp_path):
    with open(tmp_path / "a.xls", "wb") as file:
        file.write(head)
        file.truncate(2 << 30)
    file = read_file(tmp_path / "a.xls")
    assert file.forms == () and [problem.rule for problem in file.problems] == ["T08"]
