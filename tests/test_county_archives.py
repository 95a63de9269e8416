"""Archives among what was received: opened, bounded, named as they were meant, each file listed once."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval_xl import templates
from selfeval_xl.county import consolidate
from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers import archives, read_file
from selfeval_xl.readers.archives import SHARED, TOO_MANY_ALIKE, at_hand, is_archive, unpack
from selfeval_xl.workflows.publishing import publish
from selfeval_xl.workflows.returns import return_filings
from support.season import rows_of
from support.tinted import tints


def archive(*members):
    """A zip of (name, bytes)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def gbk_archive(name, data):
    """A zip as Windows makes it in China: the name in GBK, no UTF-8 mark."""
    raw = name.encode("gb18030")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x" * len(raw), data)
    return packed.getvalue().replace(b"x" * len(raw), raw)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    templates.fill_in(
        "jilin-2024",
        path,
        projects=[
            {
                "project": "校车",
                "unit": "示例县教育局",
                "indicators": [
                    {
                        "level1": "产出指标",
                        "level2": "数量指标",
                        "name": "校车数量",
                        "target": "≥10辆",
                        "actual": "10辆",
                    }
                ],
            }
        ],
        year=2024,
    )
    return path.read_bytes()


def opened(tmp_path, **files):
    """What becomes of these archives: names as received, archive, trouble."""
    folder, place = tmp_path / "收到", tmp_path / "place"
    folder.mkdir()
    place.mkdir()
    paths = []
    for name, data in files.items():
        paths.append(folder / f"{name}.zip")
        paths[-1].write_bytes(data)
    return [
        (one.shown.relative_to(folder).as_posix(), one.archive, one.trouble)
        for one in unpack(paths, folder, place)
    ]


def test_names_in_gbk_and_in_utf8_are_read_as_meant(tmp_path):
    assert opened(
        tmp_path, 甲=gbk_archive("教育局/自评表.xlsx", b"1"), 乙=archive(("水利局/自评表.xlsx", b"2"))
    ) == [("甲.zip/教育局/自评表.xlsx", "甲.zip", ""), ("乙.zip/水利局/自评表.xlsx", "乙.zip", "")]


def test_archives_within_archives_are_opened_to_a_depth(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_DEPTH", 2)
    inner = archive(("c.xlsx", b"3"))
    assert opened(tmp_path, 外=archive(("b.txt", b"2"), ("内.zip", archive(("最内.zip", inner))))) == [
        ("外.zip/b.txt", "外.zip", ""),
        ("外.zip/内.zip/最内.zip", "外.zip/内.zip", archives.TOO_DEEP),
    ]


def test_bombs_stop_at_the_bounds(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_MEMBER", 1000)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    found = opened(
        tmp_path,
        大=archive(("a.bin", b"0" * 2000), ("b.bin", b"1")),
        多=archive(*((f"{number}.txt", b"1") for number in range(5))),
    )
    assert found == [
        ("大.zip/a.bin", "大.zip", archives.TOO_BIG),
        ("大.zip/b.bin", "大.zip", ""),
        ("多.zip/0.txt", "多.zip", ""),
        ("多.zip/1.txt", "多.zip", ""),
        ("多.zip/2.txt", "多.zip", ""),
        ("多.zip", "", archives.TOO_MANY),
    ]


def test_the_sizes_of_all_files_together_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 1500)
    assert [
        trouble for *_, trouble in opened(tmp_path, 大=archive(("a", b"0" * 1000), ("b", b"1" * 1000)))
    ] == ["", archives.TOO_BIG]


def test_a_lying_size_writes_no_more_than_it_says(tmp_path):
    data = archive(("a.txt", b"0" * 5000)).replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert [trouble for *_, trouble in opened(tmp_path, 谎=data)] == [archives.DAMAGED]


def test_names_never_become_paths(tmp_path):
    found = opened(
        tmp_path, 坏=archive(("../../../etc/passwd", b"1"), ("C:\\Windows\\a.txt", b"2"), ("/根/b.txt", b"3"))
    )
    assert sorted(name for name, *_ in found) == [
        "坏.zip/C:/Windows/a.txt",
        "坏.zip/etc/passwd",
        "坏.zip/根/b.txt",
    ]
    assert not (tmp_path.parent / "etc").exists() and sorted(
        path.name for path in (tmp_path / "place").iterdir()
    ) == ["0"]


@pytest.mark.parametrize("name", ["xxxxx", "/////", "././/", "../.."])
def test_a_member_without_a_name_is_a_file_all_the_same(tmp_path, name):
    """The name xxxxx begins with a NUL in the zip, which ends it: nothing is left of it."""
    data = archive((name, b"%PDF-1.4"), ("a.pdf", b"%PDF-1.4")).replace(b"xxxxx", b"\0xxxx")
    path = tmp_path / "甲.zip"
    path.write_bytes(data)
    names = {file.shown.name for file in unpack([path], tmp_path, tmp_path / "out") if not file.trouble}
    assert names == ({"a.pdf"} if name.endswith("/") else {"a.pdf", "未命名"})


def test_the_same_name_twice_is_two_files(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        data = archive(("a.txt", b"1"), ("a.txt", b"2"))
    assert [name for name, *_ in opened(tmp_path, 双=data)] == ["双.zip/a.txt", "双.zip/a（第2个）.txt"]


def test_what_cannot_be_opened_stays_as_itself(tmp_path):
    whole = archive(("a.txt", b"1" * 500))
    locked = bytearray(whole)
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[whole.index(magic) + place] |= 1
    found = opened(tmp_path, 断=whole[:40], 空=archive(), 锁=bytes(locked))
    assert found == [
        ("断.zip", "", archives.DAMAGED),
        ("空.zip", "", archives.EMPTY),
        ("锁.zip/a.txt", "锁.zip", archives.ENCRYPTED),
    ]


def test_a_workbook_is_no_archive(tmp_path, workbook):
    (tmp_path / "a.zip").write_bytes(workbook)
    (tmp_path / "b.xlsx").write_bytes(archive(("a.txt", b"1")))
    (tmp_path / "c.xlsb").write_bytes(archive(("xl/workbook.bin", b"1")))
    assert (
        not is_archive(tmp_path / "a.zip")
        and not is_archive(tmp_path / "c.xlsb")
        and is_archive(tmp_path / "b.xlsx")
        and not is_archive(tmp_path / "没有.zip")
    )


def test_files_in_archives_count_like_all_others(
    tmp_path, workbook, assert_formulas_agree, assert_valid_ooxml
):
    folder = tmp_path / "收到"
    folder.mkdir()
    (folder / "教育局.zip").write_bytes(
        archive(
            ("教育局/校车.xlsx", workbook),
            ("教育局/盖章.pdf", b"%PDF-1.4"),
            ("__MACOSX/._a", b"1"),
            ("~$a.xlsx", b"1"),
        )
    )
    (folder / "又一份.xlsx").write_bytes(workbook)
    (folder / "另外.rar").write_bytes(b"Rar!\x1a\x07\x00" + b"0" * 50)
    (folder / "另外.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + b"0" * 50)
    county = consolidate(folder, tmp_path / "全县.xlsx")
    sheet = openpyxl.load_workbook(county.out)["收件核对"]
    rows = [
        [cell.value for cell in row] for row in sheet.iter_rows(min_row=2) if isinstance(row[0].value, int)
    ]
    assert sorted((row[1], row[2], row[14], row[17]) for row in rows) == [
        ("又一份.xlsx", None, "采用", "无需处理"),
        ("另外.7z", None, "无法读取", "请解压"),
        ("另外.rar", None, "无法读取", "请解压"),
        ("教育局.zip/教育局/校车.xlsx", "教育局.zip", "重复", "无需处理"),
        ("教育局.zip/教育局/盖章.pdf", "教育局.zip", "附件", "无需处理"),
    ]
    assert "文件：收到5 = 采用1 + 重复1 + 附件1 + 无法读取2，相符" in county.balances and all(
        row[7] for row in rows
    )
    assert_formulas_agree(county.out)
    assert_valid_ooxml(county.out)


def test_nothing_links_into_an_archive(tmp_path, workbook):
    folder = tmp_path / "收到"
    folder.mkdir()
    (folder / "教育局.zip").write_bytes(archive(("校车.xlsx", workbook)))
    county = consolidate(folder, tmp_path / "全县.xlsx")
    row = rows_of(county.out, "指标明细")[0]
    assert row["文件"] == "教育局.zip/校车.xlsx" and row["单元格"] and row["原表"] == ""


class NamedInGbk(zipfile.ZipInfo):
    """A directory entry whose name is in GBK, without the UTF-8 mark."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def package(*members):
    """A zip of (name, bytes or the members of an archive in it), names in GBK as Windows writes them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            data = content if isinstance(content, bytes) else package(*content)
            file.writestr(NamedInGbk(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def received_and_found_again(root, data):
    """The files of an archive by name, as taken out all together and as found again one by one."""
    folder, place, again, kept = root / "收到", root / "place", root / "again", root / "kept"
    for each in (folder, place, again, kept):
        each.mkdir(parents=True)
    path = folder / "送来.zip"
    path.write_bytes(data)
    whole = [file for file in unpack([path], folder, place) if not file.trouble]
    return (
        {file.shown.relative_to(path).as_posix(): file.path.read_bytes() for file in whole},
        {
            file.shown.relative_to(path).as_posix(): at_hand(file.shown, again, kept).read_bytes()
            for file in whole
        },
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "members,expected",
    [
        ([("a.txt", b"1"), ("a.txt", b"2")], {"a.txt": b"1", "a（第2个）.txt": b"2"}),
        (
            [("a.txt", b"1"), ("./a.txt", b"2"), ("a（第2个）.txt", b"3"), ("..\\a.txt", b"4")],
            {
                "a.txt": b"4",
                "a（第2个）.txt": b"2",
                "a（第3个）.txt": b"1",
                "a（第2个）（第2个）.txt": b"3",
            },
        ),
        (
            [("/根/a.txt", b"1"), ("根\\a.txt", b"2"), ("C:\\a.txt", b"3"), ("~$a.txt", b"4")],
            {"根/a.txt": b"1", "根/a（第2个）.txt": b"2", "C:/a.txt": b"3"},
        ),
        (
            [("内.zip", [("a.txt", b"1"), ("里.zip", [("a.txt", b"2")])]), ("内.zip/a.txt", b"3")],
            {"内.zip/a.txt": b"1", "内.zip/里.zip/a.txt": b"2", "内.zip/a（第2个）.txt": b"3"},
        ),
        (
            [("内.zip", [("a.txt", b"1")]), ("内.zip", [("a.txt", b"2"), ("b.txt", b"3")]), ("内.zip", b"4")],
            {"内.zip/a.txt": b"1", "内.zip/a（第2个）.txt": b"2", "内.zip/b.txt": b"3", "内.zip": b"4"},
        ),
        # an archive takes no name of its own, whatever its ending; an empty one keeps its name
        ([("a.xls", [("b.txt", b"1")]), ("a.xls", b"2")], {"a.xls/b.txt": b"1", "a.xls": b"2"}),
        ([("a.xls", []), ("a.xls", b"2")], {"a（第2个）.xls": b"2"}),
        ([("长" * 100 + ".txt", b"1")], {"长" * 100 + ".txt": b"1"}),
    ],
)
def test_a_file_that_was_taken_out_is_found_again_by_its_name(tmp_path, members, expected):
    assert received_and_found_again(tmp_path, package(*members)) == (expected, expected)


NAMES = st.sampled_from(
    ["a.txt", "./a.txt", "..\\a.txt", "a（第2个）.txt", "a（第3个）.txt", "内.zip", "内.zip/a.txt", "/内.zip"]
)
CONTENTS = st.sampled_from([b"1", b"2", b"PK", package(("xl/workbook.xml", b"<a/>")), package()])


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.lists(st.tuples(NAMES, CONTENTS), max_size=5),
        lambda inner: st.lists(st.tuples(NAMES, CONTENTS | inner), max_size=5),
        max_leaves=12,
    )
)
def test_every_file_of_any_archive_is_found_again(tmp_path_factory, members):
    whole, again = received_and_found_again(tmp_path_factory.mktemp("zip"), package(*members))
    assert again == whole


def test_only_what_leads_to_the_file_is_taken_out(tmp_path):
    path, inner = tmp_path / "送来.zip", [("表.xlsx", b"1"), ("别的.xlsx", b"2" * 1000)]
    path.write_bytes(package(("甲.zip", inner), ("乙.zip", inner), ("表.xlsx", b"3" * 1000)))
    for name in ("again", "kept"):
        (tmp_path / name).mkdir()
    found = at_hand(path / "乙.zip" / "表.xlsx", tmp_path / "again", tmp_path / "kept")
    assert [file for file in (tmp_path / "again").rglob("*") if file.is_file()] == [found]
    (kept,) = (file for file in (tmp_path / "kept").rglob("*") if file.is_file())
    taken_out_at = kept.stat().st_mtime_ns
    assert (
        at_hand(path / "乙.zip" / "别的.xlsx", tmp_path / "again", tmp_path / "kept").read_bytes()[:1] == b"2"
    )
    assert kept.stat().st_mtime_ns == taken_out_at and list(kept.parent.iterdir()) == [kept]


def test_what_was_not_taken_out_is_not_found_either(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_DEPTH", 2)
    monkeypatch.setattr(archives, "MAX_MEMBER", 1000)
    path = tmp_path / "送来.zip"
    path.write_bytes(
        package(("大.txt", b"0" * 2000), ("内.zip", [("深.zip", [("a.txt", b"1")]), ("b.txt", b"2")]))
    )
    for name in ("大.txt", "内.zip/深.zip/a.txt", "内.zip/深.zip", "没有.txt", "内.zip/c.txt"):
        with pytest.raises(UnreadableFile, match="取不出来"):
            at_hand(path / name, tmp_path)
    assert at_hand(path / "内.zip" / "b.txt", tmp_path).read_bytes() == b"2"


def of_department(path, department):
    """A workbook of a department with an unmet indicator that gives no reason; its bytes."""
    indicator = {"level1": "产出指标", "level2": "数量指标", "name": "校车数量", "target": "≥10辆"}
    templates.fill_in(
        "jilin-2024",
        path,
        projects=[
            {"project": "校车", "unit": department, "indicators": [{**indicator, "actual": "3辆"}]},
        ],
        year=2024,
        settings={"department": department},
    )
    return path.read_bytes()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_files_of_nested_archives_and_of_one_name_are_returned_and_published(tmp_path):
    books = [of_department(tmp_path / f"{number}.xlsx", f"示例县{number}局") for number in "甲乙丙丁"]
    folder = tmp_path / "收到"
    folder.mkdir()
    (folder / "送来.zip").write_bytes(
        package(
            ("内.zip", [("自评表.xlsx", books[0]), ("自评表.xlsx", books[1])]),
            ("自评表.xlsx", books[2]),
            ("自评表.xlsx", books[3]),
        )
    )
    result = return_filings(folder, tmp_path / "退回", jobs=2)
    assert result.problems == ()
    returned = [(each.name, file) for each in result.returns for file in each.files]
    assert {Path(file.path).relative_to(folder).as_posix(): name for name, file in returned} == {
        "送来.zip/内.zip/自评表.xlsx": "示例县甲局",
        "送来.zip/内.zip/自评表（第2个）.xlsx": "示例县乙局",
        "送来.zip/自评表.xlsx": "示例县丙局",
        "送来.zip/自评表（第2个）.xlsx": "示例县丁局",
    }
    for name, file in returned:
        (form,) = read_file(file.out).forms
        assert form.unit == name and tints(file.out, form.sheet)
    published = publish(folder, tmp_path / "公开")
    assert published.refused == ()
    assert {name: read_file(path).forms[0].unit for name, path, _ in published.copies} == {
        name: name for name, _ in returned
    }


def test_four_thousand_members_of_one_name_are_quick(tmp_path):
    """Fifty are taken, and the next says that the rest is not (4,000 once took 67 seconds)."""
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        warnings.simplefilter("ignore")
        for number in range(4_000):
            archive.writestr("甲/a.txt", b"%d" % number)
        archive.writestr("乙/a.txt", b"good")
    (tmp_path / "out").mkdir()
    found = unpack([tmp_path / "a.zip"], tmp_path, tmp_path / "out")
    assert [file.trouble for file in found] == [""] * 51 + [TOO_MANY_ALIKE]
    assert found[0].path.read_bytes() == b"good" and found[-1].shown.name == "a（第51个）.txt"


def test_members_over_one_stream_are_taken_once(tmp_path):
    """Seventeen times 2 MB in a small file: the first is there, the others are named with the reason."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * (2 << 20))
        archive.writestr("b.txt", b"good")
    data = buffer.getvalue()
    start, end = data.index(b"PK\1\2"), data.rindex(b"PK\5\6")
    second = data.index(b"PK\1\2", start + 4)
    listed = data[start:second] * 17 + data[second:end]
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 18, 18, len(listed), start, 0)
    (tmp_path / "a.zip").write_bytes(data[:start] + listed + tail)
    (tmp_path / "out").mkdir()
    found = unpack([tmp_path / "a.zip"], tmp_path, tmp_path / "out")
    assert [file.trouble for file in found] == ["", *[SHARED] * 16, ""]
    assert sum(path.stat().st_size for path in (tmp_path / "out").rglob("*.txt")) == (2 << 20) + 4
    assert len({file.shown for file in found}) == 18
