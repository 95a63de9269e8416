"""No command replaces a file that it did not write itself, or that was changed since."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import typer.main

from selfeval_xl import cli, fill
from selfeval_xl.errors import NotReplaced, UsageError
from selfeval_xl.files import record, write_out
from selfeval_xl.files.record import recorded
from support.command import ROOT
from support.contract_samples import Run, Samples, selfeval_here

# Each command that writes, with its files in the folder {out}.
WRITING = {
    "template": "template -o {out}/表.xlsx",
    "issue --blank": "issue --blank -o {out}/名册.xlsx",
    "issue": "issue 名册.xlsx -o {out} --year 2024",
    "check --mark": "check 干净.xlsx --mark {out}",
    "check --fix": "check 干净.xlsx --fix -o {out}/改.xlsx",
    "fill": "fill 自评表.xlsx -o {out}/填.xlsx",
    "fill of another kind": "fill 旧表.xlsb -o {out}/填.xlsx",
    "merge": "merge 分表 -o {out}/合.xlsx",
    "return": "return 收到 -o {out} --roster 催报名册.xlsx --today 2025-04-03",
    "report": "report 自评表.xlsx -o {out}/报告.docx",
    "report --county": "report 收到 --county -o {out}/通报.docx --today 2025-04-03",
    "publish": "publish 收到 -o {out} --yes",
    "sample": "sample 意见/甲.xlsx -o {out} -n 2",
    "review": "review 抽查 -o {out}/复核汇总.xlsx",
    "combine": "combine 意见/甲.xlsx 意见/乙.xlsx -o {out}/合.xlsx",
    "policy template": "policy template -o {out}/参数表.xlsx",
}
# All others, and why they cannot lose anything; the tests in brackets hold that.
OTHERS = {
    "demo": "its folder has a mark inside (test_demo)",
    "split": "leaves what is there (test_split_merge)",
    "submit": "takes a free number (test_submission)",
    "watch": "takes a free name (test_watching)",
    "serve": "口令.xlsx is replaced as it was written only (test_desk_state), all else is new (test_desk_*)",
    "settings": "its own file, in the folder of the settings (test_dropped_names)",
    "consolidate": "reads hand columns back (below, test_parquet)",
    "province": "reads hand columns back (below)",
    "monitor": "reads hand columns back (below)",
    "addin install": "known by its ribbon (test_addin_installing)",
    "addin bundle": "an empty folder only (test_addin_installing)",
    "addin uninstall": "known by its ribbon (test_addin_installing)",
    **dict.fromkeys(
        ("read", "diff", "rules", "policy show", "policy check", "policy try", "addin status"),
        "writes nothing",
    ),
}
MINE = "两天的手工修改".encode()
SLOW = (
    "issue",
    "merge",
    "return",
    "report --county",
    "publish",
    "sample",
    "review",
)  # they start worker processes
calls = pytest.mark.parametrize(
    "call",
    [
        pytest.param(call, marks=pytest.mark.slow if name in SLOW else (), id=name)
        for name, call in WRITING.items()
    ],
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder with one small input for every command."""
    folder = Samples(tmp_path_factory.mktemp("nothing-lost")).desk
    from support.rosters import department, write_roster

    write_roster(
        folder / "催报名册.xlsx",
        单位名册=[
            department("102", "示例县水利局", 归口股室="农业股", 报送截止日期="2025-03-31"),
            department("106", "示例县林业局", 归口股室="农业股", 报送截止日期="2025-03-31"),
        ],
    )
    shutil.copy(ROOT / "tests" / "files" / "filled.xlsb", folder / "旧表.xlsb")
    (folder / "意见").mkdir()
    assert selfeval_here(folder, "consolidate", "收到", "-o", "意见/甲.xlsx").status == 0
    shutil.copy(folder / "意见" / "甲.xlsx", folder / "意见" / "乙.xlsx")
    assert selfeval_here(folder, "sample", "意见/甲.xlsx", "-o", "抽查", "-n", "2").status == 0
    return folder


@pytest.fixture
def out(tmp_path) -> Path:
    folder = tmp_path / "结果"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _record_of_nobody(tmp_path, monkeypatch):
    """Each test begins with nothing written."""
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "设置"))


def run(desk: Path, call: str, out: Path, *more: str) -> Run:
    """The run of a call of the table in the desk's folder. more: further options."""
    return selfeval_here(desk, *shlex.split(call.format(out=out)), *more)


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all files below the folder, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def overwritten(folder: Path, names: Iterable[str], data: bytes) -> None:
    """Gives the files of these names below the folder other contents."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def refused(call: str, names: Iterable[str]) -> set[str]:
    """The names on which a run has to say something: `issue` leaves departments' workbooks without ado."""
    return {name for name in names if not call.startswith("issue 名册") or name == "下发清单.xlsx"}


def command_names(app: typer.Typer, before: str = "") -> Iterator[str]:
    """The names of all commands."""
    for name, command in typer.main.get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        yield from (f"{name} {each}" for each in inner) if inner else (name,)


def test_every_command_is_held_by_a_test():
    walked = {" ".join(name.split()[: 2 if name.startswith("policy") else 1]) for name in WRITING}
    assert walked | set(OTHERS) == set(command_names(cli.app))


@calls
def test_a_second_run_passes_and_a_change_in_between_stays(desk, out, call):
    first = run(desk, call, out)
    assert first.status == 0, first.err
    written = contents(out)
    assert written
    again = run(desk, call, out)
    assert (again.status, again.err) == (0, "") and contents(out).keys() == written.keys()
    overwritten(out, written, MINE)
    changed = run(desk, call, out)
    assert changed.status == 2 and set(contents(out).values()) == {MINE}
    for name in refused(call, written):
        assert Path(name).name in changed.err
    assert "写好以后有人改过" in changed.err and "--replace" in changed.err and "Traceback" not in changed.err


@calls
def test_a_file_of_somebody_else_stays_until_the_person_insists(desk, out, tmp_path, call):
    run(desk, call, out)
    names = list(contents(out))
    other = tmp_path / "别处"
    overwritten(other, names, MINE)
    asked = run(desk, call, other)
    assert asked.status == 2 and contents(other) == dict.fromkeys(names, MINE)
    for name in refused(call, names):
        assert Path(name).name in asked.err
    assert "不是本程序写的" in asked.err and "--replace" in asked.err
    insisted = run(desk, call, other, "--replace")
    replaced = {name for name, data in contents(other).items() if data != MINE}
    assert (insisted.status, insisted.err, replaced) == (0, "", refused(call, names))
    assert run(desk, call, other).status == 0


@calls
def test_an_open_or_read_only_file_stays_also_where_the_person_insists(desk, out, call):
    run(desk, call, out)
    written = list(contents(out))
    overwritten(out, written, MINE)
    locks = [
        (out / name).with_name(sign.format((out / name).name))
        for number, name in enumerate(written)
        for sign in (("~${}", ".~lock.{}#")[number % 2],)
    ]
    for lock in locks:
        lock.write_bytes(b"")
    in_use = run(desk, call, out, "--replace")
    assert in_use.status == 2 and "先关闭它，或换一个名称" in in_use.err
    for lock in locks:
        lock.unlink()
    for name in written:
        (out / name).chmod(0o444)
    read_only = run(desk, call, out, "--replace")
    assert read_only.status == 2 and "只读" in read_only.err and "换一个名称" in read_only.err
    assert contents(out) == dict.fromkeys(written, MINE)


def test_word_shortens_the_name_of_its_lock(tmp_path):
    (tmp_path / "~$评报告一份.docx").touch()  # of 自评报告一份.docx with the first letter left out
    (tmp_path / "自评报告一份.docx").write_bytes(MINE)
    (tmp_path / "~$报告一份.docx").touch()
    with pytest.raises(NotReplaced, match="关闭"):
        write_out(tmp_path / "自评报告一份.docx", lambda file: Path(file).write_bytes(b"new"))


@pytest.mark.slow
def test_other_files_of_a_return_are_written_and_the_kept_one_is_named(desk, out):
    call = WRITING["return"]
    run(desk, call, out)
    notice = next(out.rglob("退回通知.docx"))
    notice.write_bytes(MINE)
    beside = notice.with_suffix(".txt")
    beside.unlink()
    kept = run(desk, call, out)
    assert kept.status == 2 and notice.read_bytes() == MINE and beside.exists()
    assert kept.err.count("没有覆盖") == 1 and "其他文件都已写好" in kept.err
    assert "退回1个部门" in kept.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("consolidate 收到 -o {out}/全县.xlsx", "全县.xlsx"),
        ("province 各县 -o {out}", "全省汇总.xlsx"),
        ("monitor 收到 -o {out}/监控.xlsx", "监控.xlsx"),
    ],
)
def test_a_county_workbook_needs_no_insisting_but_is_left_while_it_is_open(desk, out, call, name):
    assert run(desk, call, out).status == 0
    book, lock = out / name, out / f"~${name}"
    record(book, "0" * 64)  # as if an officer had written into it
    assert run(desk, call, out).status == 0
    lock.touch()
    before = contents(out)
    in_use = run(desk, call, out)
    assert in_use.status == 2 and "关闭" in in_use.err and contents(out)[name] == before[name]
    lock.unlink()
    book.chmod(0o444)
    assert run(desk, call, out).status == 2 and contents(out)[name] == before[name]


def test_a_split_renews_a_part_only_where_the_person_insists(desk, out):
    call = "split 自评表.xlsx -o {out}"
    run(desk, call, out)
    part = next(path for path in out.glob("项目*.xlsx"))
    part.write_bytes(MINE)
    assert "没有覆盖" in run(desk, call, out).out and part.read_bytes() == MINE
    (out / f"~${part.name}").touch()
    assert run(desk, call, out, "--replace").status == 2 and part.read_bytes() == MINE
    (out / f"~${part.name}").unlink()
    assert "已覆盖" in run(desk, call, out, "--replace").out and part.read_bytes() != MINE


@pytest.mark.parametrize("state", ["a file", "damaged"])
def test_without_a_record_commands_run_and_ask(desk, out, tmp_path, monkeypatch, state):
    home = tmp_path / "家"
    monkeypatch.setenv("SELFEVAL_HOME", str(home))
    if state == "a file":
        home.write_text("x")
    else:
        home.mkdir()
        (home / "written.sqlite").write_bytes(b"no database at all " * 100)
    call = WRITING["report"]
    assert run(desk, call, out).status == 0
    (out / "报告.docx").write_bytes(MINE)
    asked = run(desk, call, out)
    assert asked.status == 2 and "--replace" in asked.err and contents(out) == {"报告.docx": MINE}
    assert run(desk, call, out, "--replace").status == 0
    # A damaged record was begun anew and knows the file; without a place for it nothing is known of it.
    assert bool(recorded(out / "报告.docx")) == (state == "damaged")
    if state == "damaged":
        assert run(desk, call, out).status == 0


def test_the_very_same_bytes_are_no_loss(desk, out, monkeypatch, tmp_path):
    call = WRITING["template"]
    run(desk, call, out)
    monkeypatch.setenv("SELFEVAL_HOME", str(tmp_path / "别的设置"))
    assert run(desk, call, out).status == 0


def test_a_file_is_known_by_its_whole_path(out, monkeypatch):
    here = out / "表.xlsx"
    write_out(here, lambda file: Path(file).write_bytes(b"1"))
    monkeypatch.chdir(out)
    assert recorded(Path("表.xlsx")) == recorded(here) != ""
    shutil.move(here, out / "别名.xlsx")
    with pytest.raises(NotReplaced, match="别名.xlsx.*不是本程序写的"):
        write_out(out / "别名.xlsx", lambda file: Path(file).write_bytes(b"2"))


def test_a_script_insists_by_an_argument(desk, out):
    (out / "填.xlsx").write_bytes(MINE)
    with pytest.raises(NotReplaced):
        fill(desk / "自评表.xlsx", out / "填.xlsx")
    fill(desk / "自评表.xlsx", out / "填.xlsx", replace=True)
    with pytest.raises(UsageError):
        fill(desk / "自评表.xlsx", desk / "自评表.xlsx", replace=True)


def test_nothing_is_left_beside_a_file_that_stays(desk, out):
    (out / "表.xlsx").write_bytes(MINE)
    run(desk, WRITING["template"], out)
    assert os.listdir(out) == ["表.xlsx"]


# Where a file or folder takes the place of another, and why nobody's work is lost there.
REPLACING = {
    "files/writing.py": "the rule",
    "addin/state.py": "the add-in's settings",
    "addin/plain.py": "the answer that the macros wait for, in a temporary folder",
    "addin/setup/bundle.py": "an empty folder",
    "county/database.py": "sets a store aside under a free name",
    "county/workbook/restoring.py": "puts back what the same run replaced",
    "county/store/parquet.py": "checked by `usable`",
    "readers/archives.py": "a temporary folder",
    "server/desk/accepting.py": "a new folder, of a number that nobody has",
    "server/desk/jobs.py": "the workbook that stood there is kept under a free name",
    "server/desk/returning.py": "a folder of a new return in the desk's own state",
    "workflows/splitting/split.py": "sets the copy of the whole aside under a free name",
}


def test_files_are_replaced_in_one_place():
    signs = ("os.replace(", "os.rename(", ".rename(", "shutil.move(")
    found = {
        path.relative_to(ROOT / "selfeval_xl").as_posix()
        for path in (ROOT / "selfeval_xl").rglob("*.py")
        if any(sign in path.read_text(encoding="utf-8") for sign in signs)
    }
    assert found == set(REPLACING)
