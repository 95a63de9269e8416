"""One input costs itself only: whatever lies in a folder, all others are consolidated, and it is named."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.county import consolidate
from selfeval_xl.county.province import consolidate_province
from selfeval_xl.county.study import study
from selfeval_xl.readers import archives
from selfeval_xl.readers.folder import LINK, NO_FILE, collect, not_opened, real_path, shown_path
from selfeval_xl.rules.county_file import load
from selfeval_xl.workflows.publishing import publish
from selfeval_xl.workflows.returns import return_filings
from selfeval_xl.workflows.watching import watch

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="names in any bytes, pipes and rights of Linux"
)


def form(path, department="示例县教育局", project="校车"):
    """A filled-in project form."""
    path.parent.mkdir(parents=True, exist_ok=True)
    templates.fill_in(
        "mof-2020",
        path,
        projects=[
            {
                "project": project,
                "department": department,
                "unit": department,
                "indicators": [
                    {
                        "level1": "产出指标",
                        "level2": "数量指标",
                        "name": "校车数量",
                        "target": "≥10辆",
                        "actual": "5辆",
                    }
                ],
            }
        ],
        year=2024,
    )
    return path


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return form(tmp_path_factory.mktemp("good") / "自评表.xlsx")


@pytest.fixture
def folder(tmp_path, good):
    (tmp_path / "收到").mkdir()
    shutil.copy(good, tmp_path / "收到" / "自评表.xlsx")
    return tmp_path / "收到"


def receipts(folder):
    """Result and reason by the path of each file, and the number of projects."""
    county = consolidate(folder, folder.parent / "汇总.xlsx")
    sheet = openpyxl.load_workbook(county.out, read_only=True)["收件核对"]
    rows = list(sheet.iter_rows(values_only=True))
    heads = list(rows[0])
    columns = [heads.index(name) for name in ("收件路径", "处理结果", "原因")]
    return {row[columns[0]]: (row[columns[1]], row[columns[2]]) for row in rows[1:] if row[columns[0]]}, (
        county.project_forms
    )


def pipe(place):
    os.mkfifo(place)


def endless(place):
    place.symlink_to("/dev/zero")


def outside(place):
    (place.parent.parent / "别处.xlsx").write_bytes(b"PK")
    place.symlink_to(place.parent.parent / "别处.xlsx")


def listener(place):
    here = os.getcwd()
    os.chdir(place.parent)  # the name of a socket is short
    try:
        socket.socket(socket.AF_UNIX).bind(place.name)
    finally:
        os.chdir(here)


def round_about(place):
    place.symlink_to(place)


def linked_folder(place):
    place.symlink_to(place.parent.parent, target_is_directory=True)


@pytest.mark.parametrize("odd", [pipe, endless, outside, listener, round_about, linked_folder])
def test_what_is_no_file_of_the_folder_is_named_and_never_opened(folder, odd):
    odd(folder / "怪.xlsx")
    found, projects = receipts(folder)
    assert projects == 1
    assert found["自评表.xlsx"][0] == "采用"
    assert found["怪.xlsx"][0] == "无法读取"
    assert any(sentence in found["怪.xlsx"][1] for sentence in (LINK, NO_FILE))


@pytest.mark.parametrize("odd", [pipe, endless, outside])
def test_watch_names_what_is_no_file(folder, odd):
    odd(folder / "怪.xlsx")
    checked = {saved.file.name: saved for saved in watch(folder, None, once=True)}
    assert checked["自评表.xlsx"].out
    assert checked["怪.xlsx"].out is None and checked["怪.xlsx"].trouble


def test_a_link_within_the_folder_is_followed(folder):
    (folder / "甲").mkdir()
    (folder / "甲" / "又.xlsx").symlink_to("../自评表.xlsx")
    assert not_opened(folder / "甲" / "又.xlsx", folder) == ""


def gbk(text):
    return os.fsdecode(text.encode("gbk"))


def test_names_that_are_no_utf8_are_shown_as_meant(folder, good):
    (folder / gbk("水利局")).mkdir()
    form(folder / gbk("水利局") / gbk("自评表.xlsx"), "示例县水利局", "水库")
    found, projects = receipts(folder)
    assert projects == 2
    assert found["水利局/自评表.xlsx"][0] == "采用"


def test_two_names_are_never_shown_as_one(folder, good):
    shutil.copy(good, folder / gbk("自评表.xlsx"))
    for name in collect(folder):
        assert real_path(shown_path(name)) == name
    names = set(receipts(folder)[0])
    assert {"自评表.xlsx", "自评表（第2个）.xlsx"} <= names


def test_returns_and_public_copies_of_files_whose_names_are_no_utf8(folder, tmp_path):
    form(folder / gbk("水利局") / gbk("表.xlsx"), "示例县水利局", "水库")
    returned = return_filings(folder, tmp_path / "退回")
    assert sorted(file.name for file in (tmp_path / "退回" / "示例县水利局").glob("*.xlsx")) == [
        "表_退回修改.xlsx"
    ]
    assert not returned.problems
    public = publish(folder, tmp_path / "公开")
    assert sorted(name for name, _, _ in public.copies) == ["示例县教育局", "示例县水利局"]


def test_a_county_whose_folder_is_no_utf8(tmp_path, good):
    for name in (gbk("甲县"), "乙县"):
        place = tmp_path / "省" / name
        place.mkdir(parents=True)
        shutil.copy(good, place / gbk("表.xlsx"))
    consolidate_province(tmp_path / "省", tmp_path / "结果")
    assert {"甲县.xlsx", "乙县.xlsx"} < {file.name for file in (tmp_path / "结果").rglob("*.xlsx")}


@pytest.mark.parametrize("seconds", [253402473600, 2**40, -62201779200])
def test_times_that_no_calendar_has(folder, seconds):
    place = Path("/dev/shm")
    if not place.is_dir():
        pytest.skip("no file system with times of 64 bits")
    import tempfile

    with tempfile.TemporaryDirectory(dir=place) as own:
        received = Path(own) / "收到"
        shutil.copytree(folder, received)
        os.utime(received / "自评表.xlsx", (seconds, seconds))
        with zipfile.ZipFile(received / "包.zip", "w") as archive:
            archive.write(folder / "自评表.xlsx", "又.xlsx")
        os.utime(received / "包.zip", (seconds, seconds))
        assert receipts(received)[1] == 1


def test_a_closed_folder_and_one_without_end(folder):
    closed = folder / "关着"
    closed.mkdir()
    place = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    try:
        closed.chmod(0)
        found, projects = receipts(folder)
        assert projects == 1
        if os.getuid():
            assert found["关着"][0] == "无法读取" and "打不开" in found["关着"][1]
    finally:
        closed.chmod(0o700)
        subprocess.run(["rm", "-rf", folder], check=True)  # too deep for pytest's own clearing up


def test_a_path_that_the_system_refuses_is_named(folder):
    place = os.open(folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("很" * 80, dir_fd=place)
        inner = os.open("很" * 80, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    found, projects = receipts(folder)
    assert projects == 1
    assert [result for name, (result, _) in found.items() if name.startswith("很")] == ["无法读取"]


def damaged(path, kind, good):
    """A zip whose first member is damaged behind its header, and a good one."""
    with zipfile.ZipFile(path, "w", kind) as archive:
        archive.writestr("a.xlsx", good)
    data = bytearray(path.read_bytes())
    start = data.index(b"a.xlsx") + 6
    for place in range(start + 9, start + 600):
        data[place] ^= 0x5A
    path.write_bytes(data)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("好.xlsx", good)


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_costs_itself(tmp_path, good, kind):
    (tmp_path / "收到").mkdir()
    damaged(tmp_path / "收到" / "包.zip", kind, good.read_bytes())
    found, projects = receipts(tmp_path / "收到")
    assert projects == 1
    assert (found["包.zip/a.xlsx"][0], found["包.zip/好.xlsx"][0]) == ("无法读取", "采用")


def test_a_long_list_of_an_archive_is_not_read(folder, monkeypatch):
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 5000)
    monkeypatch.setattr(archives, "PIECE", 4096)
    with zipfile.ZipFile(folder / "长.zip", "w") as archive:
        for number in range(100):
            archive.writestr(f"{number}.txt", b"")
    with zipfile.ZipFile(folder / "外.zip", "w") as archive:
        archive.write(folder / "长.zip", "内.zip")
    found, projects = receipts(folder)
    assert projects == 1
    assert archives.TOO_MANY in found["长.zip"][1] and archives.TOO_MANY in found["外.zip/内.zip"][1]


def test_archives_of_a_run_are_bounded_together(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_RUN_BYTES", 1500)
    monkeypatch.setattr(archives, "MAX_RUN_MEMBERS", 3)
    paths = [tmp_path / f"{number}.zip" for number in range(3)]
    for path in paths:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.bin", b"0" * 1000)
            archive.writestr("b.bin", b"1")
    (tmp_path / "place").mkdir()
    found = [(file.shown.name, file.trouble) for file in archives.unpack(paths, tmp_path, tmp_path / "place")]
    assert found == [
        ("a.bin", ""),
        ("b.bin", ""),
        ("a.bin", archives.RUN_FULL),
        ("1.zip", archives.RUN_FULL),
        ("2.zip", archives.RUN_FULL),
    ]


def test_a_full_temporary_disk_costs_the_file(folder, monkeypatch):
    monkeypatch.setattr(archives, "ROOM_LEFT", 1 << 60)
    with zipfile.ZipFile(folder / "包.zip", "w") as archive:
        archive.write(folder / "自评表.xlsx", "又.xlsx")
    found, projects = receipts(folder)
    assert projects == 1 and archives.NO_ROOM in found["包.zip/又.xlsx"][1]


ALIKE = ["甲/乙局", "甲_乙局", "甲:乙局", "甲乙局.", "甲乙局"]
ODD = ["很长的部门名" * 15, "乙_x0000_局", "..", "../../x局", "CON"]


@pytest.mark.parametrize("names", [ALIKE, ODD], ids=["alike", "odd"])
def test_departments_with_odd_names_have_places_of_their_own(tmp_path, names):
    for number, name in enumerate(names):
        form(tmp_path / "收到" / str(number) / "表.xlsx", name, f"第{number}个")
    returned = return_filings(tmp_path / "收到", tmp_path / "退回")
    files = list((tmp_path / "退回").rglob("*_退回修改.xlsx"))
    assert not returned.problems and not returned.kept
    assert len(files) == len({one.folder for one in returned.returns}) == len(names)
    assert all(one.folder.parent == tmp_path / "退回" for one in returned.returns)
    public = publish(tmp_path / "收到", tmp_path / "公开")
    assert len({path.parent for _, path, _ in public.copies}) == len(names) and not public.kept


def test_two_runs_give_a_department_the_same_place(tmp_path):
    for number, name in enumerate(ALIKE):
        form(tmp_path / "收到" / str(number) / "表.xlsx", name, f"第{number}个")
    first = return_filings(tmp_path / "收到", tmp_path / "退回")
    shutil.rmtree(tmp_path / "收到" / "1")
    second = return_filings(tmp_path / "收到", tmp_path / "退回")
    places = {one.name: one.folder for one in first.returns}
    assert all(places[one.name] == one.folder for one in second.returns)


def test_study_leaves_odd_files_closed(folder):
    pipe(folder / "管道.xlsx")
    material = study(folder, None, load(None))
    assert {receipt.result for receipt in material.collected.receipts} == {"采用", "无法读取"}
