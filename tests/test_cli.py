"""The commands as a person or a program calls them: what is printed where, and with which status."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import typer

from selfeval_xl import templates
from selfeval_xl.cli import error_messages
from selfeval_xl.workflows.demo.county import seed_filing
from support.command import ROOT, selfeval


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    """The figures of the real filing as a workbook."""
    out = tmp_path_factory.mktemp("cli") / "应急局_自评表.xlsx"
    data = seed_filing()
    templates.fill_in("jilin-2024", out, projects=[data["project"]], department=data["department"], year=2024)
    return out


def test_read_prints_a_page_for_a_person_and_json_for_a_program(book):
    page = selfeval("read", book)
    assert (
        page.returncode == 0
        and "应急管理类综合管理项目" in page.stdout
        and "凭什么认出来的" in page.stdout
        and page.stderr == ""
    )
    document = json.loads(selfeval("read", book, "--json").stdout)
    department, project = document["files"][0]["forms"]
    assert (project["kind"], project["layout"], project["project"], len(project["indicators"])) == (
        "project",
        "jilin-2024",
        "应急管理类综合管理项目",
        8,
    )
    row = project["indicators"][0]
    assert (
        row["target"],
        row["actual"],
        row["verdict"],
        row["attainment"],
        row["deviation"],
        row["cells"]["actual"],
    ) == (">=149040元", "0元", "unmet", "0.00%", "-100.00%", "F12")
    assert (department["kind"], department["tasks"][0]["number"], department["funding"]) == (
        "department",
        "1",
        [],
    )


def test_check_finds_leaves_with_1_and_prints_one_document(book):
    run = selfeval("check", book, "--json")
    document = json.loads(run.stdout)
    assert run.returncode == 1 and run.stderr == ""
    found = {(finding["rule"], finding["cell"]) for finding in document["findings"]}
    assert {
        ("I02", "E12"),
        ("I01", "D13"),
        ("I05", "F9"),
        ("F10", "E8,D8,G8"),
        ("X01", "F14"),
        ("X02", "G17"),
        ("N01", "C3"),
    } <= found
    assert not [
        finding for finding in document["findings"] if finding["rule"][0] == "S" or finding["rule"] == "F02"
    ]
    assert {rule["status"] for rule in document["rules"]} <= {"ran", "skipped"}
    assert document["files"][0]["forms"] == 2


def test_check_with_a_roster_asks_for_what_is_due(book, tmp_path):
    roster = openpyxl.Workbook()
    sheets = {
        "单位名册": [("部门编码", "部门名称"), ("301", "柳河县应急管理局")],
        "项目": [
            ("部门编码", "项目名称", "年初预算数"),
            ("301", "应急管理类综合管理项目", "140"),
            ("301", "地震台网维护", "20"),
        ],
        "绩效目标": [("项目编码", "三级指标", "年度指标值"), ("应急管理类综合管理项目", "数量", "30部")],
    }
    for name, rows in sheets.items():
        sheet = roster.create_sheet(name)
        for row in rows:
            sheet.append(row)
    roster.save(tmp_path / "名册.xlsx")
    document = json.loads(selfeval("check", book, "--json", "--roster", tmp_path / "名册.xlsx").stdout)
    told = [
        (finding["rule"], finding["project"], finding["cell"])
        for finding in document["findings"]
        if finding["rule"] in ("T04", "X10", "X11")
    ]
    assert told == [
        ("X10", "地震台网维护", None),
        ("T04", "应急管理类综合管理项目", "D8"),
        ("T04", "应急管理类综合管理项目", "E15"),
    ]
    assert "找不到单位名册" in selfeval("check", book, "--roster", tmp_path / "没有.xlsx").stderr


def test_check_speaks_to_a_person(book):
    run = selfeval("check", book)
    assert (
        run.returncode == 1
        and "校验完成：2张表" in run.stdout
        and "怎么改：" in run.stdout
        and "警告" not in run.stdout
    )


def test_check_as_tsv_has_one_line_a_finding_and_no_live_formulas(book):
    lines = selfeval("check", book, "--tsv").stdout.splitlines()
    assert lines[0].split("\t")[:4] == ["级别", "处理方式", "规则编号", "文件"]
    assert len({line.count("\t") for line in lines}) == 1
    assert not [cell for line in lines for cell in line.split("\t") if cell.startswith(("=", "+", "-", "@"))]


def test_check_marks_copies_and_leaves_the_source_alone(book, tmp_path):
    before = hashlib.sha256(book.read_bytes()).hexdigest()
    run = selfeval("check", book, "--mark", tmp_path / "标注")
    assert run.returncode == 1 and "已标注" in run.stdout
    assert [path.name for path in (tmp_path / "标注").iterdir()] == ["应急局_自评表_标注.xlsx"]
    assert hashlib.sha256(book.read_bytes()).hexdigest() == before


def test_fill_says_what_it_wrote_and_a_second_fill_changes_nothing(book, tmp_path):
    plain = openpyxl.load_workbook(book)
    for sheet in plain.worksheets[:2]:
        sheet.delete_cols(8, 40)  # a form that is not our template has no columns beside it
    plain.save(tmp_path / "收到的.xlsx")
    first = selfeval("fill", tmp_path / "收到的.xlsx", "-o", tmp_path / "a.xlsx")
    assert first.returncode == 0 and "完成率、偏差率、判定" in first.stdout
    second = selfeval("fill", tmp_path / "a.xlsx", "-o", tmp_path / "b.xlsx")
    assert second.returncode == 0 and "没有要填写的格" in second.stdout


def test_consolidate_writes_the_county_workbook(book, tmp_path):
    run = selfeval("consolidate", book.parent, "-o", tmp_path / "全县.xlsx")
    assert run.returncode == 0 and (tmp_path / "全县.xlsx").exists() and "汇总完成" in run.stdout


def test_rules_and_policy_are_explained():
    assert "未完成没有说明原因" in selfeval("rules").stdout
    assert "D03" in selfeval("rules", "d03").stdout
    assert "over_fulfilment" in selfeval("policy", "show").stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "args, told",
    [
        (("read", "没有.xlsx"), "找不到文件“没有.xlsx”"),
        (("read",), "缺少参数"),
        (("nix",), "没有命令“nix”"),
        (("chekc", "a.xlsx"), "没有命令“chekc”。是不是 check？"),
        (("check", "--jsn", "a.xlsx"), "没有选项 --jsn。是不是 --json"),
        (("check", "--json=1", "a.xlsx"), "选项 --json 后面不写值"),
        (("fill", "a.xlsx", "-o"), "选项 -o 后面要写值"),
        (("rules", "D03", "D04"), "多写了参数“D04”"),
        (("template", "-o", "a.xls"), "请以.xlsx结尾"),
        (("template", "-o", "a.xlsx", "--year", "24"), "--year"),
        (("consolidate", ".", "-o", "a.xlsx", "--jobs", "0"), "--jobs"),
        (("read", "."), "是一个文件夹"),
        (("policy", "shw"), "没有命令“shw”"),
        (("fill", "a.xlsx"), "缺少选项"),
        (("read", "--nix", "a.xlsx"), "没有选项 --nix"),
        (("template", "-o", "a.xlsx", "--year", "x"), "应写整数"),
        (("template", "-o", "a.xlsx", "--layout", "x"), "没有表式“x”"),
        (("rules", "Z99"), "没有规则“Z99”"),
        (("policy", "show", "--policy", "没有.toml"), "找不到参数表"),
        (("consolidate", "没有", "-o", "a.xlsx"), "找不到文件夹"),
    ],
)
def test_what_cannot_be_done_is_one_chinese_sentence_and_status_2(args, told, tmp_path):
    run = selfeval(*args, cwd=tmp_path)
    assert run.returncode == 2 and told in run.stderr and "Traceback" not in run.stderr and run.stdout == ""
    assert not re.search("[A-Za-z]+ [a-z]+ [a-z]+", run.stderr), "English words"
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        (),
        ("read",),
        ("check",),
        ("fill",),
        ("consolidate",),
        ("template",),
        ("rules",),
        ("demo",),
        ("policy",),
        ("policy", "try"),
    ],
)
def test_help_is_chinese(command):
    run = selfeval(*command, "--help")
    assert run.returncode == 0 and "用法" in run.stdout and "显示这份说明" in run.stdout
    assert not re.search(r"Usage|OPTIONS|ARGS|Show this|required|default|<\w+>", run.stdout)


def test_a_mistake_of_ours_is_one_sentence_and_a_log_file(capsys, monkeypatch):
    """The library underneath raises what it likes, also what is no `Exception` (a reader's panic)."""

    class Panic(BaseException):
        pass

    broken = typer.Typer(add_completion=False)

    @broken.command()
    def work() -> None:
        raise Panic("rows out of range")

    monkeypatch.setattr("sys.argv", ["selfeval"])
    assert error_messages.run(broken) == 2
    told = capsys.readouterr()
    assert (
        told.out == ""
        and told.err.startswith("程序出错了")
        and "Traceback" not in told.err
        and told.err.count("\n") == 1
    )
    log = Path(told.err.strip().rsplit("：", 1)[1])
    assert "rows out of range" in log.read_text(encoding="utf-8")
    log.unlink()


def test_json_is_utf8_also_where_the_console_is_not(book):
    run = subprocess.run(
        [sys.executable, "-m", "selfeval_xl", "read", str(book), "--json"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"},
    )
    assert json.loads(run.stdout.decode("utf-8"))["files"][0]["path"] == str(book)


@pytest.mark.slow
def test_where_nothing_can_be_written_it_is_said(book, tmp_path):
    blocked = tmp_path / "不是文件夹"
    blocked.write_text("x", encoding="utf-8")
    for args in (
        ("template", "-o", blocked / "a.xlsx"),
        ("fill", book, "-o", blocked / "a.xlsx"),
        ("check", book, "--mark", blocked),
        ("demo", blocked),
        ("consolidate", book.parent, "-o", blocked / "a.xlsx"),
        ("policy", "template", "-o", blocked / "a.xlsx"),
    ):
        run = selfeval(*args)
        assert run.returncode == 2 and "Traceback" not in run.stderr and str(blocked) in run.stderr, args


def test_a_damaged_file_is_a_finding_and_not_a_traceback(book, tmp_path):
    (tmp_path / "坏.xlsx").write_bytes(book.read_bytes()[:3000])
    run = selfeval("check", tmp_path / "坏.xlsx", "--json")
    assert run.returncode == 1
    assert [finding["rule"] for finding in json.loads(run.stdout)["findings"]] == ["T08"]
    assert selfeval("read", tmp_path / "坏.xlsx").returncode == 0


def test_fill_refuses_to_write_over_its_source(book):
    run = selfeval("fill", book, "-o", book)
    assert run.returncode == 2 and "原文件" in run.stderr
