"""What people do wrong at the command line is answered in Chinese: no English, no words of a library.

Each mistake is run as `selfeval` runs it; all that is printed is searched for Latin words other than names
of files, options, commands, programs and rules.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from selfeval_xl import layouts, templates
from selfeval_xl.cli import error_messages
from selfeval_xl.cli.app import app
from selfeval_xl.errors import cause_of
from selfeval_xl.workflows import watching
from selfeval_xl.workflows.splitting import keys, merge

# What a person may read in Latin letters: programs, formats, commands, and how they are written.
KNOWN = """
selfeval Excel WPS Word LibreOffice Python PDF TOML JSON UTF XLSTART Windows Dask dask worker Parquet DuckDB
python exe auto com plain xlsx xlsm xls xlsb ods docx zip toml rar csv txt pdf html
demo template issue read check fill split merge submit consolidate province return report publish diff rules
policy watch serve PEM addin install uninstall status bundle show try
execution floor nope abc embed amd
""".split()
_WORD = re.compile(r"[A-Za-z]{2,}")
_CODE = re.compile(r"\[?[A-Z]\d\d\]?")  # of a rule


def run(*args: object, folder: Path, monkeypatch, capfd) -> tuple[int, str]:
    """The exit status and all that is printed."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["selfeval", *map(str, args)])
    monkeypatch.setenv("COLUMNS", "160")
    status = error_messages.run(app)
    told = capfd.readouterr()
    return status, told.out + told.err


def foreign(told: str, args: tuple[object, ...], folder: Path) -> list[str]:
    """The Latin words in a message that are not known and that the person did not type."""
    typed = sorted(map(str, args), key=len, reverse=True)
    for text in filter(None, (str(folder), *typed)):
        told = re.sub(rf"(?<![A-Za-z]){re.escape(text)}(?![A-Za-z])", "", told)
    told = re.sub(r"(?<!\w)--?[a-z][a-z-]*", "", told)  # options
    told = _CODE.sub("", told)
    shipped = {word for layout_id in layouts.ids() for word in _WORD.findall(layout_id)}
    return [word for word in _WORD.findall(told) if word not in KNOWN and word not in shipped]


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder with what lies on a desk: a workbook, things that are none, an empty folder."""
    folder = tmp_path_factory.mktemp("桌面")
    templates.write("mof-2021", folder / "自评表.xlsx", 2024)
    (folder / "文件夹").mkdir()
    (folder / "空").mkdir()
    shutil.copy(folder / "自评表.xlsx", folder / "文件夹" / "自评表.xlsx")
    (folder / "~$自评表.xlsx").write_bytes(b"\x05owner")
    (folder / "文字.xlsx").write_text("hello", encoding="utf-8")
    (folder / "空的.xlsx").write_bytes(b"")
    (folder / "截断.xlsx").write_bytes((folder / "自评表.xlsx").read_bytes()[:3000])
    (folder / "写错.toml").write_text("x = [", encoding="utf-8")
    (folder / "写错2.toml").write_text('execution_floor = "abc"\nnope = 1\n', encoding="utf-8")
    (folder / "坏字节.toml").write_bytes(b"\xff\xfe\x00\xd8")
    (folder / "挡路").write_text("x", encoding="utf-8")
    return folder


# (arguments, status, a part of what is said)
MISTAKES = [
    ("check", 2, "缺少参数“文件…”。这样写：selfeval check 文件…"),
    ("chekc 自评表.xlsx", 2, "是不是 check"),
    ("check --mrak 标注 自评表.xlsx", 2, "是不是 --mark"),
    ("check 没有.xlsx", 2, "找不到文件“没有.xlsx”"),
    ("check 文件夹", 2, "用 selfeval watch 文件夹 --once"),
    ("read 文件夹", 2, "是一个文件夹"),
    ("check 文字.xlsx", 1, "里面是纯文本"),
    ("check 空的.xlsx", 1, "是空文件"),
    ("check 截断.xlsx", 1, "文件损坏"),
    ("check ~$自评表.xlsx", 2, "是打开表时的临时文件"),
    ("check 自评表.xlsx -o 改.xlsx", 2, "-o 要和 --fix 一起写"),
    ("check 自评表.xlsx --ascii", 2, "--ascii 要和 --tsv 一起写"),
    ("check 自评表.xlsx --json --tsv", 2, "只能写一个"),
    ("check 自评表.xlsx --fix", 2, "要用 -o 写明副本的文件名"),
    ("check 自评表.xlsx --fix -o 改.txt", 2, "请以.xlsx结尾"),
    ("check 自评表.xlsx --fix -o 自评表.xlsx", 2, "是同一个"),
    ("check 自评表.xlsx --fix -o 挡路/改.xlsx", 2, "写不了"),
    ("check 自评表.xlsx --mark 挡路", 2, "建不了文件夹"),
    ("check 自评表.xlsx --roster 没有.xlsx", 2, "找不到单位名册"),
    ("check 自评表.xlsx --roster 自评表.xlsx", 2, "没有工作表“单位名册”"),
    ("check 自评表.xlsx --policy 写错.toml", 2, "末尾写法有误"),
    ("check 自评表.xlsx --policy 写错2.toml", 2, "应写数字"),
    ("check 自评表.xlsx --policy 坏字节.toml", 2, "打不开"),
    ("check 自评表.xlsx --policy 没有.toml", 2, "找不到参数表"),
    ("policy check 写错2.toml", 2, "有2处要改"),
    ("policy check 文字.xlsx", 2, "打不开"),
    ("policy shw", 2, "没有命令“shw”"),
    ("template", 2, "缺少选项 -o。这样写：selfeval template -o 文件.xlsx"),
    ("template -o", 2, "后面要写值"),
    ("template -o 表.docx", 2, "请以.xlsx结尾"),
    ("template -o 表.xlsx --layout yunan", 2, "是不是 云南（yunnan）"),
    ("template -o 表.xlsx --layout 贵州", 2, "没有表式“贵州”。现有表式：安徽（anhui）"),
    ("template -o 表.xlsx --year 今年", 2, "--year 应写整数"),
    ("template -o 表.xlsx --year 24", 2, "--year 最小写1990"),
    ("template -o 挡路/表.xlsx", 2, "挡路"),
    ("template 多余 -o 表.xlsx", 2, "多写了参数“多余”"),
    ("fill 自评表.xlsx", 2, "这样写：selfeval fill 文件 -o 文件.xlsx"),
    ("fill 文件夹 -o 表.xlsx", 2, "“文件夹”是一个文件夹，这里要写文件名"),
    ("fill 文字.xlsx -o 表.xlsx", 2, "里面是纯文本"),
    ("fill 自评表.xlsx -o 自评表.xlsx", 2, "是同一个"),
    ("split 文字.xlsx -o 拆开", 2, "里面是纯文本"),
    ("split 自评表.xlsx -o 挡路", 2, "建不了文件夹"),
    ("merge 空 -o 合并.xlsx", 2, "不知道合并到哪一份"),
    ("merge 自评表.xlsx -o 合并.xlsx", 2, "是一个文件，这里要写"),
    ("merge 文件夹 -o 合并.xlsx --into 没有.xlsx", 2, "找不到部门工作簿"),
    ("merge 文件夹 -o 合并.xlsx --jobs 二", 2, "--jobs 应写整数"),
    ("submit 文件夹", 2, "是一个文件夹"),
    ("submit 自评表.xlsx", 2, "没有生成报送件"),
    ("submit 文字.xlsx", 2, "不能生成报送件"),
    ("consolidate 空 -o 全县.xlsx", 2, "文件夹“空”里没有文件"),
    ("consolidate 没有 -o 全县.xlsx", 2, "找不到文件夹“没有”"),
    ("consolidate 文件夹 -o 全县.txt", 2, "结尾"),
    ("consolidate 文件夹 -o 全县.xlsx --against 自评表.xlsx", 2, "不是本程序生成的汇总工作簿"),
    ("return 空 -o 退回", 2, "里没有文件"),
    ("return 文件夹 -o 退回 --today 十一月", 2, "日期“十一月”看不懂"),
    ("return 文件夹 -o 退回 --today 2026/13/12", 2, "日期“2026/13/12”看不懂"),
    ("report 自评表.xlsx -o 报告.xlsx", 2, "请以.docx结尾"),
    ("report 没有.xlsx -o 报告.docx", 2, "找不到文件“没有.xlsx”"),
    ("report 自评表.xlsx -o 报告.docx --roster 自评表.xlsx", 2, "--roster 要和 --county 一起写"),
    ("report 文件夹 --county --template 自评表.xlsx -o 通报.docx", 2, "不能和 --county 一起写"),
    ("report 自评表.xlsx --template 自评表.xlsx -o 报告.docx", 2, "打不开"),
    ("publish 空 -o 公开", 2, "里没有文件"),
    ("publish 文件夹 -o 自评表.xlsx", 2, "是一个文件"),
    ("diff 自评表.xlsx", 2, "缺少参数“新版”。这样写：selfeval diff 旧版 新版"),
    ("diff 自评表.xlsx 文字.xlsx", 2, "里面是纯文本"),
    ("rules d03x", 2, "是不是 D03"),
    ("rules Z99", 2, "没有规则“Z99”"),
    ("watch 没有 --once", 2, "找不到文件夹"),
    ("watch 空 --once", 0, "没有要校验的自评表"),
    ("serve 空", 2, "--roster 名册.xlsx"),
    ("serve 空 --roster 没有.xlsx --state 台", 2, "没有.xlsx"),
    ("serve 空 --roster 名册.xlsx --host 0.0.0.0", 2, "--insecure"),
    ("serve 空 --roster 名册.xlsx --cert 证书", 2, "要一起写"),
    ("serve 空 --roster 名册.xlsx --port 70000", 2, "最大写65535"),
    ("issue 没有.xlsx -o 下发", 2, "找不到"),
    ("issue 自评表.xlsx -o 下发", 2, "没有工作表“单位名册”"),
    ("issue --blank -o 名册.xlsx --protect", 2, "用不着 --protect"),
    ("issue 自评表.xlsx -o 下发 --layout 云楠", 2, "没有表式“云楠”"),
    ("province 文件夹 -o 全省", 2, "里没有县区"),
    ("addin instal", 2, "是不是 install"),
    ("addin install --mode x", 2, "--mode 写 auto、com 或 plain"),
    ("addin bundle -o 包 --python 没有.zip", 2, "没有.zip"),
    ("demo 自评表.xlsx", 2, "文件夹"),
]


@pytest.mark.parametrize(("line", "status", "said"), MISTAKES, ids=[line for line, _, _ in MISTAKES])
def test_a_mistake_is_answered_in_chinese(line, status, said, desk, monkeypatch, capfd):
    args = tuple(line.split())
    before = sorted(desk.rglob("*"))
    got, told = run(*args, folder=desk, monkeypatch=monkeypatch, capfd=capfd)
    assert (got, said in told) == (status, True), told
    assert foreign(told, args, desk) == [], told
    assert sorted(desk.rglob("*")) == before, "nothing is written"


@pytest.mark.parametrize(
    "message",
    [
        "Invalid value for '文件…': Path 'ro/a.xlsx' is not readable.",
        "Invalid value for '文件…': path 'ro/a.xlsx' is not readable.",
        "Invalid value for '-o' / '--out': Path 'x' is a directory.",
        "Invalid value for '--today': Value error, '2026/11/12' does not match the formats '%Y-%m-%d'.",
        "Invalid value for '--year': something new",
        "Something that a later version of the library says.",
    ],
)
def test_words_of_the_library_underneath_do_not_come_through(message):
    told = error_messages._usage(message)
    assert foreign(told, ("ro/a.xlsx", "--out"), Path("/nowhere")) == [] and told.endswith("。")


def test_errors_of_the_system_have_chinese_words():
    assert cause_of(PermissionError(13, "Permission denied")).startswith("没有权限")
    assert cause_of(OSError(99, "Cannot assign requested address")) == "系统报错，编号99"
    assert cause_of(OSError(1999, "另一个程序正在使用此文件")) == "另一个程序正在使用此文件"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="a superuser may write everywhere")
def test_a_folder_without_the_right_to_write(desk, tmp_path, monkeypatch, capfd):
    (tmp_path / "锁住").mkdir(mode=0o555)
    args = ("template", "-o", tmp_path / "锁住" / "表.xlsx")
    status, told = run(*args, folder=desk, monkeypatch=monkeypatch, capfd=capfd)
    assert status == 2 and "没有写入权限" in told and foreign(told, args, tmp_path) == []


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system")]
)
def test_a_folder_that_refuses_is_said_in_chinese(error, desk, monkeypatch, capfd):
    """The same for whoever runs the tests: the system refuses to make the file."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    args = ("template", "-o", "新表.xlsx")
    status, told = run(*args, folder=desk, monkeypatch=monkeypatch, capfd=capfd)
    assert status == 2 and "写不了“新表.xlsx”" in told and foreign(told, args, desk) == []


@pytest.mark.parametrize("name", ["云南", "云南省", "yunnan", "云南（yunnan）"])
def test_a_layout_is_named_in_chinese_or_by_its_id(name, tmp_path, monkeypatch, capfd):
    status, _ = run(
        "template", "-o", "表.xlsx", "--layout", name, folder=tmp_path, monkeypatch=monkeypatch, capfd=capfd
    )
    assert status == 0
    status, told = run("read", "表.xlsx", folder=tmp_path, monkeypatch=monkeypatch, capfd=capfd)
    assert status == 0 and "云南（yunnan）" in told


@pytest.mark.parametrize("day", ["2026-11-12", "2026/11/12", "2026.11.12", "2026年11月12日"])
def test_a_day_is_read_as_people_write_it(day, desk, tmp_path, monkeypatch, capfd):
    status, _ = run(
        "return", desk / "文件夹", "-o", "退回", "--today", day,
        folder=tmp_path, monkeypatch=monkeypatch, capfd=capfd,
    )  # fmt: skip
    assert status == 0


def test_lock_files_beside_others_are_left_out_with_a_word(desk, monkeypatch, capfd):
    status, told = run(
        "check", "~$自评表.xlsx", "自评表.xlsx", folder=desk, monkeypatch=monkeypatch, capfd=capfd
    )
    assert status == 1 and "“~$自评表.xlsx”是打开表时的临时文件，不是自评表，没有读它。" in told
    assert "是空文件" not in told


def test_watch_leaves_lists_and_kept_copies_alone(desk, tmp_path, monkeypatch, capfd):
    for name in ("合并_合并清单", keys.KEPT_COPY, f"{keys.KEPT_COPY}_旧1", "自评表_标注2", "自评表"):
        shutil.copy(desk / "自评表.xlsx", tmp_path / f"{name}.xlsx")
    assert [path.name for path in watching.watched_files(tmp_path)] == ["自评表.xlsx"]
    assert merge.__module__ and any(keys.KEPT_COPY == name for name in watching.OURS)


def test_our_own_results_are_no_forms_and_said_so(desk, tmp_path, monkeypatch, capfd):
    shutil.copytree(desk / "文件夹", tmp_path / "收到")
    status, _ = run(
        "consolidate", "收到", "-o", "全县.xlsx", folder=tmp_path, monkeypatch=monkeypatch, capfd=capfd
    )
    assert status == 0
    for args in (("check", "全县.xlsx"), ("fill", "全县.xlsx", "-o", "填.xlsx"), ("submit", "全县.xlsx")):
        status, told = run(*args, folder=tmp_path, monkeypatch=monkeypatch, capfd=capfd)
        assert "没有找到" in told or "不是自评表" in told or "没有认出" in told, told
        assert foreign(told, args, tmp_path) == []
