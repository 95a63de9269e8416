"""The store beside the county workbook: which file is one, and what becomes of one that cannot be used."""

from __future__ import annotations

import gzip
import os
import pickle
import sqlite3
import subprocess
import sys
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from selfeval_xl.addin.buttons.bureau import consolidate_county
from selfeval_xl.assessment.policy import default
from selfeval_xl.county import consolidate
from selfeval_xl.county.database import APPLICATION, TABLE, VERSION, StoreKind, connect, kind_of
from selfeval_xl.county.intake.received_files import receiving
from selfeval_xl.county.intake.records import unpacked
from selfeval_xl.county.province import consolidate_province
from selfeval_xl.errors import UsageError
from selfeval_xl.readers import read_files
from selfeval_xl.workflows.demo.county import made_up
from support.command import ROOT, selfeval
from support.counties import fill_county
from support.stores import without_shares
from support.workbooks import values

pytestmark = pytest.mark.slow  # whole counties

FILES = Path(__file__).parent / "files"
OLD = ("store_b23c5dd", "store_5d231e5")  # made by these commits, of the filings that `folder` has


def old_store(name: str, path: Path) -> None:
    """Puts a store of an earlier version at this path."""
    path.write_bytes(gzip.decompress((FILES / f"{name}.sqlite.gz").read_bytes()))


@pytest.fixture
def folder(tmp_path) -> Path:
    """Two departments' workbooks."""
    fill_county(tmp_path / "收到", made_up()[0][:2])
    return tmp_path / "收到"


@pytest.fixture
def right(folder, tmp_path) -> dict:
    """The values of a county workbook that was made from nothing."""
    (tmp_path / "对照").mkdir()
    consolidate(folder, tmp_path / "对照" / "全县.xlsx")
    return values(tmp_path / "对照" / "全县.xlsx")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def header(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path)) as base:
        return tuple(
            base.execute(f"PRAGMA {key}").fetchone()[0] for key in ("application_id", "user_version")
        )


def test_a_store_names_itself(folder, tmp_path):
    county = consolidate(folder, tmp_path / "全县.xlsx")
    assert header(county.store) == (APPLICATION, VERSION) and county.notes == ()
    assert APPLICATION.to_bytes(4).isalpha() and APPLICATION.to_bytes(4).isascii()


@pytest.mark.parametrize("name", OLD)
def test_a_store_of_an_earlier_version_is_set_aside_and_said(name, folder, tmp_path, right):
    out, store = tmp_path / "全县.xlsx", tmp_path / "全县.sqlite"
    old_store(name, store)
    old = store.read_bytes()
    run = selfeval("consolidate", folder, "-o", out)
    assert run.returncode == 0 and "Traceback" not in run.stderr
    assert "“全县.sqlite”是程序的其他版本留下的" in run.stdout and "“全县.sqlite.bak”" in run.stdout
    assert values(out) == right and (tmp_path / "全县.sqlite.bak").read_bytes() == old
    assert header(store) == (APPLICATION, VERSION)
    assert consolidate(folder, out).notes == () and values(out) == right


def test_what_was_set_aside_earlier_is_not_overwritten(folder, tmp_path, right):
    out, store = tmp_path / "全县.xlsx", tmp_path / "全县.sqlite"
    (tmp_path / "全县.sqlite.bak").write_bytes(b"earlier")
    old_store(OLD[0], store)
    assert "全县.sqlite_2.bak" in consolidate(folder, out).notes[0]
    store.write_bytes(b"spoilt" * 500)
    county = consolidate(folder, out)
    assert len(county.notes) == 1 and "已经损坏" in county.notes[0] and "全县.sqlite_3.bak" in county.notes[0]
    assert values(out) == right and (tmp_path / "全县.sqlite.bak").read_bytes() == b"earlier"
    assert (tmp_path / "全县.sqlite_3.bak").read_bytes() == b"spoilt" * 500


@pytest.mark.parametrize(
    "change",
    [
        f"PRAGMA user_version = {VERSION + 1}",
        f"ALTER TABLE {TABLE} ADD COLUMN more TEXT",
        "CREATE VIEW extra AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n",
        "CREATE TRIGGER extra DELETE ON projects BEGIN SELECT RAISE(ABORT, 'no'); END",
        "DROP TABLE meta; CREATE VIEW meta AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) "
        "SELECT 'returned' AS key, x AS value FROM n WHERE x = 2",
    ],
)
def test_a_store_of_another_schema_is_set_aside(change, folder, tmp_path, right):
    out = tmp_path / "全县.xlsx"
    store = consolidate(folder, out).store
    with closing(sqlite3.connect(store)) as base:
        base.executescript(change)
    assert "其他版本" in consolidate(folder, out).notes[0] and values(out) == right


def test_days_of_return_are_taken_from_a_store_that_is_set_aside(folder, tmp_path):
    out, store = tmp_path / "全县.xlsx", tmp_path / "全县.sqlite"
    old_store(OLD[1], store)
    code = made_up()[0][0].code
    for text, times in (
        (f'{{"{code}": ["2025-03-01", "2025-03-09"]}}', 2),
        ("[1]", None),
        ("{" * 9999, None),
    ):
        with closing(sqlite3.connect(store)) as base:
            base.execute("UPDATE meta SET value = ? WHERE key = 'returned'", (text,))
            base.commit()
        consolidate(folder, out)
        row = next(row for row in values(out)["报送台账"] if code in row)
        head = next(row for row in values(out)["报送台账"] if "退回次数" in row)
        assert row[head.index("退回次数")] == times
        out.unlink()


def test_stores_in_the_folder_of_the_filings_are_no_filings(folder, right):
    out = folder / "全县.xlsx"
    old_store(OLD[0], folder / "全县.sqlite")
    for _ in range(2):
        county = consolidate(folder, out)
        assert sum(county.files.values()) == 2
    assert names(folder).count("全县.sqlite.bak") == 1


@pytest.mark.parametrize(
    "tables",
    [
        "CREATE TABLE accounts (a)",
        "CREATE TABLE answers (id INTEGER, text TEXT)",
        "CREATE TABLE meta (key TEXT, value TEXT)",
        "CREATE VIEW answers AS SELECT 1 AS key, 2 AS outline, 3 AS answer",
        f"CREATE TABLE answers (key, outline, answer); PRAGMA application_id = {APPLICATION + 1}",
        "PRAGMA application_id = 7",
    ],
)
def test_a_database_of_others_is_left_alone(tables, folder, tmp_path):
    store = tmp_path / "别的.sqlite"
    with closing(sqlite3.connect(store)) as base:
        base.executescript(tables)
    before = store.read_bytes()
    run = selfeval("consolidate", folder, "-o", tmp_path / "别的.xlsx")
    assert run.returncode == 2 and "别的程序的数据库" in run.stderr and "换一个文件名" in run.stderr
    assert store.read_bytes() == before and names(tmp_path) == ["别的.sqlite"]


def test_a_new_store_is_whole_or_nameless(tmp_path):
    base, notes = connect(tmp_path / "a.sqlite")
    assert kind_of(base) is StoreKind.CURRENT and notes == ()
    base.close()
    with closing(sqlite3.connect(tmp_path / "b.sqlite")) as empty:
        assert kind_of(empty) is StoreKind.NEW


def test_a_province_over_counties_with_old_stores(tmp_path):
    for number, county in enumerate(("甲县", "乙县")):
        fill_county(tmp_path / "各县" / county, made_up()[0][number : number + 1])
    consolidate_province(tmp_path / "各县", tmp_path / "对照")
    (tmp_path / "结果").mkdir()
    for name, county in zip(OLD, ("甲县", "乙县"), strict=True):
        old_store(name, tmp_path / "结果" / f"{county}.sqlite")
    old_store(OLD[0], tmp_path / "结果" / "丙县.sqlite")  # of a county that is not there any more
    (tmp_path / "结果" / "丙县.xlsx").write_bytes(b"")
    run = selfeval("province", tmp_path / "各县", "-o", tmp_path / "结果")
    assert run.returncode == 0, run.stderr
    assert all(f"“{county}.sqlite”是程序的其他版本留下的" in run.stdout for county in ("甲县", "乙县"))
    for sheet in ("县区汇总", "部门汇总", "项目汇总"):
        made, wanted = (values(tmp_path / place / "全省汇总.xlsx").get(sheet) for place in ("结果", "对照"))
        assert made == wanted
    assert (tmp_path / "结果" / "丙县.sqlite").exists() and (tmp_path / "结果" / "甲县.sqlite.bak").exists()


def test_tables_of_a_store_that_has_been_replaced_are_refused(folder, tmp_path):
    county = consolidate(folder, tmp_path / "全县.xlsx")
    assert len(county.projects) == 10
    for replaced in (lambda: old_store(OLD[1], county.store), county.store.unlink):
        replaced()
        fresh = type(county)(county.out, county.store)
        with pytest.raises(UsageError, match="重新汇总"):
            _ = fresh.projects


class _Evil:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        return (os.system, (self.command,))


def escape(canary: Path) -> bytes:
    """A pickle that got through an earlier unpickler: dotted names lead from our modules to any class."""

    def text(value: str) -> bytes:
        return pickle.BINUNICODE + len(value.encode()).to_bytes(4, "little") + value.encode()

    def named(module: str, name: str) -> bytes:
        return text(module) + text(name) + pickle.STACK_GLOBAL

    def job():
        open("CANARY", "a").close()  # noqa: SIM115

    code = job.__code__.replace(
        co_consts=tuple(str(canary) if part == "CANARY" else part for part in job.__code__.co_consts)
    )
    keys = (
        "argcount",
        "posonlyargcount",
        "kwonlyargcount",
        "nlocals",
        "stacksize",
        "flags",
        "code",
        "consts",
    )
    fields = [getattr(code, f"co_{key}") for key in (*keys, "names", "varnames")]
    fields += ["x", "x", code.co_qualname, 1, code.co_linetable, code.co_exceptiontable, (), ()]
    module, mark = "selfeval_xl.model.forms", pickle.MARK
    made = b"".join(pickle.dumps(value, 3)[2:-1] for value in fields)
    return (
        pickle.PROTO + b"\x04" + named(module, "dataclass.__class__")
        + mark + named(module, "dataclass.__code__.__class__") + mark + made + pickle.TUPLE + pickle.REDUCE
        + pickle.EMPTY_DICT + pickle.TUPLE + pickle.REDUCE + mark + pickle.TUPLE + pickle.REDUCE + pickle.STOP
    )  # fmt: skip


def answers(store: Path) -> dict:
    """The answers in a store by key; all can be decoded."""
    with closing(sqlite3.connect(store)) as base:
        found = {key: unpacked(raw) for key, raw in base.execute(f"SELECT key, answer FROM {TABLE}")}
    assert len(found) == 2 and None not in found.values()
    return found


def test_nothing_that_is_planted_in_a_store_runs_or_counts(folder, tmp_path, right):
    out, canary = tmp_path / "全县.xlsx", tmp_path / "canary"
    command = f"{sys.executable} -c \"open(r'{canary}', 'w')\""
    escaping = escape(canary)
    planted = [
        escaping,
        zlib.compress(escaping),
        pickle.dumps(_Evil(command)),
        zlib.compress(pickle.dumps(_Evil(command))),
        b"cselfeval_xl.model.units\nre.enum.bltns.exec\n(V" + command.encode() + b"\ntR.",
        b"\xc7\x08\x01" + escaping[:8],
        b"\xdd\xff\xff\xff\xff",
        zlib.compress(b"a" * (1 << 28)),
        zlib.compress(b"[" * 5_000_000),
        b"",
        "text",
        None,
        7,
    ]
    store = consolidate(folder, out).store
    before = answers(store)
    for answer in planted:
        with closing(sqlite3.connect(store)) as base:
            base.execute(f"UPDATE {TABLE} SET answer = ?", (answer,))
            base.commit()
        without_shares(store)
        assert consolidate(folder, out).notes == ()
        assert values(out) == right and not canary.exists()
        assert answers(store) == before
    pickle.loads(escaping)  # the planted pickle is a real one
    assert canary.exists()


@pytest.mark.parametrize(
    "column,value", [("outline", b"\xff\xfe"), ("outline", "[" * 100_000), ("outline", 5)]
)
def test_a_changed_outline_is_read_anew(column, value, folder, tmp_path, right):
    out = tmp_path / "全县.xlsx"
    store = consolidate(folder, out).store
    with closing(sqlite3.connect(store)) as base:
        base.execute(f"UPDATE {TABLE} SET {column} = CAST(? AS TEXT)", (value,))
        base.commit()
    without_shares(store)
    consolidate(folder, out)
    assert values(out) == right


@pytest.mark.parametrize("column", ["outline", "answer"])
def test_damaged_answers_are_read_anew_all_at_once(column, folder, tmp_path):
    out = tmp_path / "全县.xlsx"
    store = consolidate(folder, out).store
    with closing(sqlite3.connect(store)) as base:
        base.execute(
            f"UPDATE {TABLE} SET {column} = CAST(x'ff' AS {'TEXT' if column == 'outline' else 'BLOB'})"
        )
        base.commit()
    calls = []

    def counted(paths, **options):
        calls.append([Path(path).name for path in paths])
        return read_files(paths, **options)

    with receiving(folder, out, default(), read=counted) as received:
        for file in received.files:
            assert received.answer(file).file.forms
    assert [sorted(call) for call in calls if call] == [names(folder)]


def test_answers_that_were_exchanged_are_read_anew(folder, tmp_path, right):
    out = tmp_path / "全县.xlsx"
    store = consolidate(folder, out).store
    with closing(sqlite3.connect(store)) as base:
        (first, one), (second, other) = base.execute(f"SELECT key, answer FROM {TABLE}")
        base.executemany(f"UPDATE {TABLE} SET answer = ? WHERE key = ?", [(other, first), (one, second)])
        base.commit()
    without_shares(store)
    consolidate(folder, out)
    assert values(out) == right


WITHOUT = """
import sys
sys.modules["msgspec"] = None
if sys.argv.pop(1) == "32": sys.maxsize = 2**31 - 1
from selfeval_xl.cli import main
main()
"""


def without_msgspec(bits: int, *words: object) -> subprocess.CompletedProcess:
    """A command where msgspec cannot be imported, on a Python of so many bits."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, str(bits), *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "160"},
        check=False,
    )


@pytest.mark.parametrize("bits,sentence", [(32, "Python是32位的"), (64, "pip install msgspec")])
def test_without_msgspec_a_sentence_says_where_to_consolidate(bits, sentence, folder, tmp_path):
    fill_county(tmp_path / "各县" / "甲县", made_up()[0][:1])
    for words in (
        ("consolidate", folder, "-o", tmp_path / "全县.xlsx"),
        ("province", tmp_path / "各县", "-o", tmp_path / "全省"),
        ("demo", tmp_path / "演示"),
    ):
        run = without_msgspec(bits, *words)
        assert run.returncode == 2 and sentence in run.stderr and run.stderr.count("\n") == 1
    assert names(tmp_path) == [] and not (tmp_path / "全省").exists() and not (tmp_path / "演示").exists()


def test_the_button_says_it_before_it_asks_for_a_folder(monkeypatch):
    monkeypatch.setitem(sys.modules, "msgspec", None)
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    with pytest.raises(UsageError, match="Python是32位的，汇总全县"):
        consolidate_county(None)  # no host: nobody is asked


def test_without_msgspec_all_that_keeps_no_store_works(folder, tmp_path):
    for words, made in (
        (("return", folder, "-o", tmp_path / "退回"), "退回"),
        (("publish", folder, "-o", tmp_path / "公开", "--yes"), "公开"),
        (("report", folder, "--county", "-o", tmp_path / "通报.docx"), "通报.docx"),
        (("check", next(folder.iterdir())), ""),
    ):
        run = without_msgspec(32, *words)
        assert run.returncode in (0, 1) and run.stderr == "" and (tmp_path / made).exists(), run.stderr
