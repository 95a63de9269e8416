"""The list of sheets: the same from the quick reading of usual lists as from a parser's."""

import pytest

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.listed_sheets import ListedSheet, _plain, listed_sheets

RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="t" Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="t" Target="/xl/worksheets/Sheet2.xml"/>'
    '<Relationship Target="styles.xml" Type="t" Id="rId3"/></Relationships>'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
PARTS = ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml")


def workbook(sheets, names=LINKED):
    return f"<workbook {MAIN} {names}><sheets>{sheets}</sheets><definedNames/></workbook>"


ONE = '<sheet name="自评表" sheetId="1" r:id="rId1"/>'
# What the lists say, whether they are of the usual kind, and the sheets: name, number of the part, seen.
CASES = [
    (workbook(ONE), True, [("自评表", 1, True)]),
    (
        workbook(ONE + '<sheet name="_x" sheetId="2" state="veryHidden" r:id="rId2" />'),
        True,
        [("自评表", 1, True), ("_x", 2, False)],
    ),
    (
        workbook('<sheet name="a" state="visible" r:id="rId3"/>' + ONE),
        True,
        [("自评表", 1, True)],
    ),  # no sheet
    (workbook('<sheet name="a" r:id="rId9"/>' + ONE), True, [("自评表", 1, True)]),  # no such relation
    (workbook('<sheet name="a"/>' + ONE), True, [("自评表", 1, True)]),  # no relation named
    (workbook(ONE.replace("自评表", "甲&amp;乙")), False, [("甲&乙", 1, True)]),
    (workbook(ONE.replace('"自评表"', "'甲\"乙'")), False, [('甲"乙', 1, True)]),
    (workbook(ONE.replace("/>", "></sheet>")), False, [("自评表", 1, True)]),
    (workbook(f"<!-- {ONE} -->" + ONE.replace("rId1", "rId2")), False, [("自评表", 2, True)]),
    (workbook(f"{ONE}\n"), False, [("自评表", 1, True)]),
    (workbook(ONE.replace("r:id", "k:id"), LINKED.replace(":r=", ":k=")), False, [("自评表", 1, True)]),
    (
        workbook(
            ONE.replace("rId1", "rId2"),
            'xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships"',
        ),
        False,
        [("自评表", 2, True)],
    ),
]


@pytest.mark.parametrize("xml, usual, expected", CASES)
def test_sheets_of_a_workbook(xml, usual, expected):
    found = listed_sheets(xml.encode(), RELATIONS.encode(), PARTS)
    assert (_plain(xml.encode(), RELATIONS.encode()) is not None) is usual
    assert list(found.values()) == [
        ListedSheet(name, f"xl/worksheets/sheet{number}.xml", seen) for name, number, seen in expected
    ]
    assert list(found) == [name for name, _, _ in expected]


def test_a_list_outside_the_usual_place_is_not_overlooked():
    """A second list, as no program writes it: every sheet is listed."""
    xml = workbook(ONE).replace("<definedNames/>", '<ext><sheet name="乙" r:id="rId2"/></ext>')
    assert list(listed_sheets(xml.encode(), RELATIONS.encode(), PARTS)) == ["自评表", "乙"]


def test_a_list_in_other_bytes_or_no_xml_is_said():
    broken = workbook(ONE).encode().replace("自评表".encode(), b"\xd7\xd4")
    for xml in (broken, b"<workbook><sheets>"):
        with pytest.raises(UnreadableFile):
            listed_sheets(xml, RELATIONS.encode(), PARTS)
