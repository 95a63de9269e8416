"""A file that may hold a form and cannot be read is 无法读取, with what to do, never 非自评材料."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.readers.formats.compound_file import packed
from support.season import rows_of


def zipped(*names: str) -> bytes:
    """A zip of parts with these names."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, "<a/>")
    return data.getvalue()


FILES = {  # content, result, a word of the reason
    "旧表.slk": (b'ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K"a"\r\nE\r\n', "无法读取", "另存为xlsx"),
    "旧表.dif": (b'TABLE\r\n0,1\r\n"EXCEL"\r\nVECTORS\r\n0,3\r\n""\r\n', "无法读取", "另存为xlsx"),
    "二版.xls": (bytes.fromhex("0900040002001000") + b"\0" * 60, "无法读取", "另存为xlsx"),
    "三版.xls": (bytes.fromhex("0902060000001000") + b"\0" * 60, "无法读取", "另存为xlsx"),
    "四版.xls": (bytes.fromhex("0904060000001000") + b"\0" * 60, "无法读取", "另存为xlsx"),
    "苹果.numbers": (zipped("Index/Document.iwa", "Index/Tables/DataList.iwa"), "无法读取", "另存为xlsx"),
    "版式.ofd": (zipped("OFD.xml", "Doc_0/Document.xml"), "附件", "盖章件"),
    "压缩.gz": (b"\x1f\x8b\x08\0" + b"\0" * 40, "无法读取", "解压"),
    "邮件.eml": (b"Received: from a\r\nSubject: b\r\nMIME-Version: 1.0\r\n", "无法读取", "附件"),
    "邮件.msg": (packed("__properties_version1.0", b"\0" * 5000), "无法读取", "附件"),
    "网页.mht": (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n", "无法读取", "另存为xlsx"),
    "出错.xlsx": ('{"code":401,"msg":"登录超时"}'.encode(), "无法读取", "不是自评表的文件"),
    "出错.xls": ("请重新登录\r\n".encode("gbk"), "无法读取", "不是自评表的文件"),
    "乱.xls": (b"\x00\x00\x1a\x00\x00\x10\x04\x00" + b"\0" * 60, "无法读取", "读不出来"),
    "乱.csv": (b"\x01\x02\x03" * 90, "无法读取", "读不出来"),
    "宽.csv": ("a,b,c\n1,2,3\n4,5,6\n".encode("utf-32"), "无法读取", "读不出来"),
    "数据.xml": ('<?xml version="1.0"?><项目>养路</项目>'.encode(), "非自评材料", "XML文本"),
    "说明.txt": ("请查收。".encode(), "非自评材料", "纯文本"),
    "程序.exe": (b"MZ\x90\0" + b"\0" * 90, "非自评材料", "读不出来"),
}


@pytest.fixture(scope="module")
def received(tmp_path_factory) -> dict[str, dict]:
    """The rows of 收件核对 by file."""
    folder = tmp_path_factory.mktemp("unread")
    (folder / "收到").mkdir()
    for number, (name, (data, *_)) in enumerate(FILES.items()):
        # the same bytes twice would count once
        (folder / "收到" / name).write_bytes(
            data if data.startswith((b"PK", b"\xd0")) else data + b" " * number
        )
    consolidate(folder / "收到", folder / "全县.xlsx")
    return {row["文件名"]: row for row in rows_of(folder / "全县.xlsx", "收件核对")}


@pytest.mark.parametrize("name", FILES)
def test_its_result_and_what_to_do(name, received):
    _, result, word = FILES[name]
    row = received[name]
    assert (row["处理结果"], word in row["原因"]) == (result, True), row["原因"]
    assert bool(row["需要做什么"]) or result != "无法读取"


def test_each_file_has_one_row(received):
    assert set(FILES) <= set(received) and len(received) <= len(FILES) + 1  # and the line of the balance
