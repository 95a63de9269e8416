"""What stands in a workbook beside its cells: in a changed copy dead signatures go, all else is kept."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from selfeval_xl.model.edits import Edit, Look
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.readers.formats.active_content import active_content
from selfeval_xl.readers.formats.source import open_source
from selfeval_xl.workflows.marking.marks import mark
from selfeval_xl.workflows.returns.mark_file import mark_return
from selfeval_xl.writers.xlsx.apply import apply
from selfeval_xl.writers.xlsx.opened import UNSIGNED
from support.command import selfeval

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SIGNATURE = f"{RELATIONS}/digital-signature"
FORMS = Path(__file__).parent / "files"
EDITS = [
    Edit("表", "A1", "项目名称", "项目名称", Look.ERROR, remark="错误（须修改）：请改。"),
    Edit("表", "C1", None, "完成率", Look.HEAD),
]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, content: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def plain(folder: Path) -> dict[str, bytes]:
    """The parts of a workbook with one sheet 表."""
    path = folder / "~plain.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write_string("A1", "项目名称")
        sheet.write_string("B1", "示例项目")
    return parts(path)


def related(content: dict[str, bytes], part: str, *relations: str) -> None:
    """Adds relationships to a part of relationships, which may be new."""
    old = content.get(part, f'<Relationships xmlns="{RELATIONS}"></Relationships>'.encode())
    content[part] = old.replace(b"</Relationships>", "".join(relations).encode() + b"</Relationships>")


def typed(content: dict[str, bytes], *types: str) -> None:
    name = "[Content_Types].xml"
    content[name] = content[name].replace(b"</Types>", "".join(types).encode() + b"</Types>")


def signed(content: dict[str, bytes]) -> dict[str, bytes]:
    """The package with two signatures, as Office lays them out."""
    content["_xmlsignatures/origin.sigs"] = b""
    for number in (1, 2):
        content[f"_xmlsignatures/sig{number}.xml"] = (
            b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignatureValue>AA==</SignatureValue>'
            b"</Signature>"
        )
        related(
            content,
            "_xmlsignatures/_rels/origin.sigs.rels",
            f'<Relationship Id="rId{number}" Type="{SIGNATURE}/signature" Target="sig{number}.xml"/>',
        )
        typed(
            content,
            f'<Override PartName="/_xmlsignatures/sig{number}.xml" ContentType='
            '"application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"/>',
        )
    related(
        content,
        "_rels/.rels",
        f'<Relationship Id="rId70" Type="{SIGNATURE}/origin" Target="_xmlsignatures/origin.sigs"/>',
    )
    typed(
        content,
        '<Default Extension="sigs" '
        'ContentType="application/vnd.openxmlformats-package.digital-signature-origin"/>',
    )
    return content


def without_signatures(path: Path) -> bool:
    """Whether nothing in a package speaks of a signature."""
    content = parts(path)
    return not any("signature" in name for name in content) and not any(
        b"signature" in data or b"sigs" in data
        for name, data in content.items()
        if name.endswith(".rels") or name == "[Content_Types].xml"
    )


def finding(path: Path) -> Finding:
    return Finding(
        message="没有说明原因。",
        rule="D03",
        title="未说明",
        severity=Severity.ERROR,
        treatment=Treatment.FIX,
        file=str(path),
        sheet="表",
        cell="B1",
        value="示例项目",
    )


def test_a_changed_copy_has_no_signature_and_says_so(tmp_path, assert_valid_ooxml):
    source = written(tmp_path / "签.xlsx", signed(plain(tmp_path)))
    assert apply(source, EDITS, tmp_path / "改.xlsx").unsigned
    assert without_signatures(tmp_path / "改.xlsx")
    assert_valid_ooxml(tmp_path / "改.xlsx")
    kept = set(parts(source)) - {name for name in parts(source) if "signature" in name}
    assert kept <= set(parts(tmp_path / "改.xlsx"))


def test_an_unchanged_copy_keeps_its_signature(tmp_path):
    source = written(tmp_path / "签.xlsx", signed(plain(tmp_path)))
    assert not apply(source, [], tmp_path / "同.xlsx").unsigned
    assert (tmp_path / "同.xlsx").read_bytes() == source.read_bytes()


def test_a_copy_of_an_unsigned_file_says_nothing(tmp_path):
    source = written(tmp_path / "普通.xlsx", plain(tmp_path))
    assert not apply(source, EDITS, tmp_path / "改.xlsx").unsigned
    mark(source, [finding(source)], tmp_path / "标.xlsx")
    assert UNSIGNED not in " ".join(texts(tmp_path / "标.xlsx", "校验结果"))


def texts(path: Path, sheet: str) -> list[str]:
    grid = next(grid for grid in open_source(path).grids if grid.name == sheet)
    return [grid.text(row, column) for row in range(grid.height) for column in range(grid.width)]


def test_the_list_of_a_marked_copy_says_so_once_however_often_it_is_marked(tmp_path):
    source = written(tmp_path / "签.xlsx", signed(plain(tmp_path)))
    assert mark(source, [finding(source)], tmp_path / "标.xlsx").unsigned
    assert without_signatures(tmp_path / "标.xlsx")
    assert texts(tmp_path / "标.xlsx", "校验结果").count(UNSIGNED) == 1
    again = mark(tmp_path / "标.xlsx", [finding(tmp_path / "标.xlsx")], tmp_path / "再标.xlsx")
    assert not again.unsigned  # that file had none any more


def test_a_return_says_so_on_its_list(tmp_path):
    source = written(tmp_path / "签.xlsx", signed(plain(tmp_path)))
    assert mark_return(source, tmp_path / "退.xlsx", [finding(source)]).unsigned
    assert without_signatures(tmp_path / "退.xlsx")
    assert texts(tmp_path / "退.xlsx", "问题清单").count(UNSIGNED) == 1


@pytest.mark.parametrize("command", ["fill {form} -o {out}", "check {form} --mark {folder}"])
def test_the_commands_say_so(tmp_path, command):
    form = next(FORMS.glob("*.xlsx"))
    source = written(tmp_path / "签.xlsx", signed(parts(form)))
    call = command.format(form=source, out=tmp_path / "填.xlsx", folder=tmp_path / "标注")
    assert "".join(selfeval(*call.split()).stdout.split()).count(UNSIGNED) == 1


LABEL = (
    b'<?xml version="1.0" encoding="utf-8" standalone="yes"?><clbl:labelList '
    b'xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata"><clbl:label '
    b'id="{f42aa342-8706-4288-bd11-ebb85995028c}" enabled="1" method="Privileged" '
    b'siteId="{72f988bf-86f1-41af-91ab-2d7cd011db47}" removed="0"/></clbl:labelList>'
)
THREADS = (
    b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
    b'<threadedComment ref="B1" dT="2025-03-01T08:00:00.00" '
    b'personId="{11111111-1111-1111-1111-111111111111}" '
    b'id="{22222222-2222-2222-2222-222222222222}"><text>\xe6\xa0\xb8\xe5\xae\x9e</text></threadedComment>'
    b"</ThreadedComments>"
)
PERSONS = (
    b'<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
    b'<person displayName="A" id="{11111111-1111-1111-1111-111111111111}" userId="a" providerId="None"/>'
    b"</personList>"
)
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NOTES = (
    b'<comments xmlns="%s"><authors><author>tc={22222222-2222-2222-2222-222222222222}</author></authors>'
    b'<commentList><comment ref="B1" authorId="0"><text><t>[Threaded comment]</t></text></comment>'
    b"</commentList></comments>" % MAIN
)
LISTS = (
    b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    b'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    b'<x14:dataValidations count="1" '
    b'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list" '
    b'allowBlank="1"><x14:formula1><xm:f>\xe5\xba\x93!$A$1:$A$3</xm:f></x14:formula1>'
    b"<xm:sqref>B2:B9</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)
OBJECT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
SHEET, SHEET_RELATIONS = "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"


def full(folder: Path) -> dict[str, bytes]:
    """The parts of a signed workbook with a label, a conversation, a list of Excel 2010 and an object."""
    path = folder / "~full.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write_string("A1", "项目名称")
        sheet.write_string("B1", "示例项目")
        book.add_worksheet("库").write_column("A1", ["是", "否", "不适用"])
    content = parts(path)
    content |= {
        "docMetadata/LabelInfo.xml": LABEL,
        "xl/threadedComments/threadedComment1.xml": THREADS,
        "xl/persons/person.xml": PERSONS,
        "xl/comments1.xml": NOTES,
        "xl/embeddings/oleObject1.bin": OBJECT,
    }
    microsoft = "http://schemas.microsoft.com/office"
    for part, kind, target in (
        (
            "_rels/.rels",
            f"{microsoft}/2020/02/relationships/classificationlabels",
            "docMetadata/LabelInfo.xml",
        ),
        ("xl/_rels/workbook.xml.rels", f"{microsoft}/2017/10/relationships/person", "persons/person.xml"),
        (
            SHEET_RELATIONS,
            f"{microsoft}/2017/10/relationships/threadedComment",
            "../threadedComments/threadedComment1.xml",
        ),
        (SHEET_RELATIONS, f"{OFFICE}/comments", "../comments1.xml"),
        (SHEET_RELATIONS, f"{OFFICE}/oleObject", "../embeddings/oleObject1.bin"),
    ):
        number = 80 + content.get(part, b"").count(b"<Relationship ")
        related(content, part, f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>')
    for part, kind in (
        ("docMetadata/LabelInfo.xml", "application/vnd.ms-office.classificationlabels+xml"),
        ("xl/threadedComments/threadedComment1.xml", "application/vnd.ms-excel.threadedcomments+xml"),
        ("xl/persons/person.xml", "application/vnd.ms-excel.person+xml"),
        ("xl/comments1.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"),
    ):
        typed(content, f'<Override PartName="/{part}" ContentType="{kind}"/>')
    typed(
        content,
        '<Default Extension="bin" ContentType="application/vnd.openxmlformats-officedocument.oleObject"/>',
    )
    object_xml = b'<oleObjects><oleObject progId="Package" shapeId="1025" r:id="rId82"/></oleObjects>'
    content[SHEET] = content[SHEET].replace(b"</worksheet>", object_xml + LISTS + b"</worksheet>")
    return signed(content)


def test_labels_conversations_lists_and_objects_are_kept(tmp_path):
    source = written(tmp_path / "全.xlsx", full(tmp_path))
    mark(source, [finding(source)], tmp_path / "标.xlsx")
    apply(source, EDITS, tmp_path / "改.xlsx")
    for copy in (tmp_path / "标.xlsx", tmp_path / "改.xlsx"):
        before, after = parts(source), parts(copy)
        assert without_signatures(copy)
        for name in (
            "docMetadata/LabelInfo.xml",
            "xl/threadedComments/threadedComment1.xml",
            "xl/persons/person.xml",
            "xl/embeddings/oleObject1.bin",
        ):
            assert after[name] == before[name]
        assert (
            b"classificationlabels" in after["_rels/.rels"]
            and b"/person" in after["xl/_rels/workbook.xml.rels"]
        )
        relations = after[SHEET_RELATIONS]
        assert b"threadedComment1.xml" in relations and b"oleObject1.bin" in relations
        sheet = after[SHEET]
        assert b"$A$1:$A$3</xm:f>" in sheet and b"<xm:sqref>B2:B9</xm:sqref>" in sheet
        assert b'<oleObject progId="Package" shapeId="1025" r:id="rId82"/>' in sheet
        assert b"tc={22222222-2222-2222-2222-222222222222}" in after["xl/comments1.xml"]


def test_a_label_is_no_active_content(tmp_path):
    content = plain(tmp_path)
    content["docMetadata/LabelInfo.xml"] = LABEL
    kind = "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"
    related(
        content, "_rels/.rels", f'<Relationship Id="rId90" Type="{kind}" Target="docMetadata/LabelInfo.xml"/>'
    )
    assert active_content(written(tmp_path / "标签.xlsx", signed(content))) == ()
