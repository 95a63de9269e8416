"""Archives among what was received: opened, bounded, named as they were meant, each file listed once."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.county import consolidate
from selfeval_xl.readers import archives
from selfeval_xl.readers.archives import is_archive, unpack


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
    assert (
        not is_archive(tmp_path / "a.zip")
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
    row = [cell.value for cell in openpyxl.load_workbook(county.out)["指标明细"][2]]
    assert row[27] == "教育局.zip/校车.xlsx" and row[29] and row[30] is None
