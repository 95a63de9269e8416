"""A county workbook that anybody may have changed: calamine aborts in a process of its own, not in ours."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from selfeval_xl.county.last_year_sheet import read_last
from selfeval_xl.county.officer_workbook import read_written
from selfeval_xl.county.province.write_workbook import usable
from selfeval_xl.county.tables import SHEETS
from selfeval_xl.errors import OutputError, UnreadableFile, UsageError
from selfeval_xl.readers.own_workbook import values_of
from selfeval_xl.workflows.issuing.index import known_files
from selfeval_xl.workflows.issuing.last_year import read_last_year
from support.county_files import form, received, written


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return written(tmp_path_factory.mktemp("county"), received("甲.xlsx", form("甲.xlsx"))).out.read_bytes()


def changed(data, part, change):
    """The workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def in_projects(county, cell):
    """The workbook with one more row in 项目汇总."""
    book = zipfile.ZipFile(io.BytesIO(county)).read("xl/workbook.xml").decode()
    number = re.search(r'name="项目汇总" sheetId="(\d+)"', book)[1]
    row = b'<row r="1048576"><c r="%s"><v>1</v></c></row></sheetData>' % cell
    return changed(
        county, f"xl/worksheets/sheet{number}.xml", lambda part: part.replace(b"</sheetData>", row)
    )


HOSTILE = {
    "a false count of texts": lambda county: changed(
        county, "xl/sharedStrings.xml", lambda part: re.sub(rb'ount="\d+"', b'ount="4294967295"', part)
    ),
    "the last cell of a sheet": lambda county: in_projects(county, b"XFD1048576"),
    "a cell that no sheet has": lambda county: in_projects(county, b"ZZZZZZZ999999999999"),
    "no workbook": lambda county: b"PK\3\4" + b"x" * 1000,
}


@pytest.fixture(params=HOSTILE)
def hostile(request, tmp_path, county):
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(HOSTILE[request.param](county))
    return path


def test_a_hostile_county_workbook_is_one_sentence(hostile):
    with pytest.raises(UsageError, match="读不出来"):
        read_last(hostile)
    with pytest.raises(OutputError, match="没有改动它"):
        read_written(hostile, SHEETS)
    with pytest.raises(UsageError, match="打不开"):
        read_last_year(hostile, lambda name, code: None)


def test_a_hostile_list_of_issued_files_is_none(tmp_path):
    (tmp_path / "清单.xlsx").write_bytes(b"PK\3\4" + b"x" * 1000)
    assert known_files(tmp_path / "清单.xlsx") == {}
    with pytest.raises(OutputError, match="没有改动它"):
        usable(tmp_path / "清单.xlsx")


def test_the_values_of_a_whole_one_are_all_there(tmp_path, county):
    (tmp_path / "汇总.xlsx").write_bytes(county)
    values = values_of(tmp_path / "汇总.xlsx", "项目汇总")
    assert list(values.rows) == ["项目汇总"] and "总览" in values.names
    assert "校舍维修" in values.rows["项目汇总"][1]


def test_a_missing_file_is_an_error_of_its_own(tmp_path):
    with pytest.raises(UnreadableFile):
        values_of(tmp_path / "没有.xlsx")
