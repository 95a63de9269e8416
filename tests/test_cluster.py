"""A Dask cluster on loopback gives the same workbook, also when a worker is killed on the way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import zipfile

import pytest
from distributed import Client, LocalCluster

from selfeval_xl.county import consolidate
from selfeval_xl.county.intake import dask_reader
from selfeval_xl.errors import UsageError
from selfeval_xl.workflows.demo.county import made_up
from support.command import ROOT
from support.counties import send

pytestmark = pytest.mark.slow  # a Dask cluster


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve departments' files, one in an archive, and one that kills who reads it with the libraries."""
    place = tmp_path_factory.mktemp("received") / "收到"
    for department in made_up()[0]:
        send(place / department.name / "自评表.xlsx", department)
    first = next(place.iterdir())
    with zipfile.ZipFile(place / "另外.zip", "w") as archive:
        archive.write(first / "自评表.xlsx", "自评表.xlsx")
    shutil.rmtree(first)
    (place / "坏了.xlsx").write_bytes(b"PK\x03\x04 broken")
    return place


@pytest.fixture(scope="module")
def running():
    """A cluster of two workers, each a process of its own that finds the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        with LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
        ) as here:
            yield here


@pytest.fixture(scope="module")
def alone(folder, tmp_path_factory):
    return consolidate(folder, tmp_path_factory.mktemp("out") / "全县.xlsx")


def parts(path):
    """The parts of a workbook without the time stamp."""
    with zipfile.ZipFile(path) as package:
        return {
            name: re.sub(rb"<dcterms:\w+ [^>]*>[^<]*<", b"<", package.read(name))
            for name in package.namelist()
        }


def test_the_cluster_gives_the_same_workbook_byte_for_byte(folder, running, alone, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_reader, "CHUNK", 3)
    place = alone.out.parent.parent / "cluster0"
    place.mkdir()
    county = consolidate(folder, place / "全县.xlsx", dask=running.scheduler_address)
    assert (
        parts(county.out) == parts(alone.out)
        and county.balances == alone.balances
        and county.files["无法读取"] == 1
    )


def test_a_worker_killed_on_the_way_costs_nothing(folder, running, alone, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_reader, "CHUNK", 1)
    with Client(running.scheduler_address, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
    killed = []

    def kill_once(done, total, name):
        if not killed:
            killed.append(os.kill(victim, signal.SIGKILL))

    place = alone.out.parent.parent / "cluster1"
    place.mkdir()
    county = consolidate(folder, place / "全县.xlsx", dask=running.scheduler_address, progress=kill_once)
    assert killed and parts(county.out) == parts(alone.out)


def test_workers_that_do_not_see_the_folder_are_named(running, tmp_path, monkeypatch):
    monkeypatch.setattr(dask_reader, "_seen", lambda folder: (dask_reader.__version__, ("别的.xlsx",)))
    (tmp_path / "收到").mkdir()
    (tmp_path / "收到" / "通知.txt").write_text("通知")
    with Client(running.scheduler_address, set_as_default=False) as client:
        monkeypatch.setattr(
            client, "run", lambda *args, **options: {"tcp://1": (dask_reader.__version__, ())}
        )
        with pytest.raises(UsageError, match="看不到文件夹"):
            dask_reader._able(client, tmp_path / "收到")


def test_workers_that_cannot_encode_answers_are_named(running, tmp_path):
    def hide(hidden: bool) -> None:  # sent as it is: the workers do not find this module
        sys.modules.pop("msgspec", None)
        if hidden:
            sys.modules["msgspec"] = None

    (tmp_path / "收到").mkdir()
    (tmp_path / "收到" / "通知.txt").write_text("通知")
    with Client(running.scheduler_address, set_as_default=False) as client:
        client.run(hide, True)
        try:
            with pytest.raises(UsageError, match="工作机“tcp://.*”：汇总要用msgspec"):
                dask_reader._able(client, tmp_path / "收到")
        finally:
            client.run(hide, False)


def test_nobody_at_the_address_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_reader, "SECONDS", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "收到").mkdir()
    (tmp_path / "收到" / "通知.txt").write_text("通知")
    with pytest.raises(UsageError, match="连不上"):
        consolidate(tmp_path / "收到", tmp_path / "a.xlsx", dask=f"tcp://127.0.0.1:{port}")


def test_without_distributed_one_sentence_says_what_to_install(tmp_path):
    (tmp_path / "收到").mkdir()
    (tmp_path / "收到" / "通知.txt").write_text("通知")
    code = (
        "import sys; sys.modules['distributed'] = None; sys.argv[1:] = ['consolidate', '收到', "
        "'-o', 'a.xlsx', '--dask', 'tcp://127.0.0.1:1']; from selfeval_xl.cli import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        check=False,
    )
    assert run.returncode == 2 and "selfeval-xl[dask]" in run.stderr and "Traceback" not in run.stderr
