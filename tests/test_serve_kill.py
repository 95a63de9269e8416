"""The collecting desk is killed, has no disk left, finds its state locked: what has a receipt is not lost."""

from __future__ import annotations

import hashlib
import io
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import closing
from http.client import HTTPException
from pathlib import Path

import pytest

from support.desk_client import Client, Page
from support.desk_server import Server, desk, workbook

PEOPLE = ("103", "104", "105", "106")  # departments where one code does all
SUBMISSION = re.compile(r"第(\d+)次_\d{8}-\d{6}")
# Runs the program and kills it at one of the steps on the disk that follow once a file exists: before it or,
# with a negative number, behind it.
KILLED = """
import os, signal, sys
step, flag = int(sys.argv.pop(1)), sys.argv.pop(1)
count = 0
def watched(call):
    def stepped(*args, **options):
        global count
        if os.path.lexists(flag):
            count += 1
            if count == step:
                os.killpg(os.getpid(), signal.SIGKILL)
        try:
            return call(*args, **options)
        finally:
            if count == -step and os.path.lexists(flag):
                os.killpg(os.getpid(), signal.SIGKILL)
    return stepped
for name in ("fsync", "rename", "replace", "mkdir", "link", "open", "unlink", "rmdir"):
    setattr(os, name, watched(getattr(os, name)))
from selfeval_xl.cli import main
main()
"""


@pytest.fixture(scope="module")
def books(tmp_path_factory) -> dict[str, bytes]:
    """The filings of the departments where one code does all."""
    folder = tmp_path_factory.mktemp("books")
    return {code: workbook(folder / f"{code}.xlsx", code).read_bytes() for code in PEOPLE}


def receipted(page: Page) -> dict[str, str]:
    """The digests of the stored files of a receipt's page, and its own id."""
    digests = re.findall(r"\b[0-9a-f]{64}\b", page.text)
    assert page.status == 200 and digests, page.words
    return {"id": page.path.rpartition("/")[2], **dict.fromkeys(digests, "")}


def stored_digests(server: Server) -> set[str]:
    """The digests of all files in the receiving folder."""
    return {hashlib.sha256((server.received / name).read_bytes()).hexdigest() for name in server.files()}


def is_whole(server: Server, receipts: list[dict[str, str]]) -> None:
    """Every receipt's files lie in the folder, every folder has its receipt, and no half thing is left."""
    there = stored_digests(server)
    for receipt in receipts:
        assert len(there & set(receipt)) == 1, "a file with a receipt is lost"
    folders = []
    for path in server.received.rglob("*"):
        assert not path.name.startswith("."), path
        if path.is_dir() and SUBMISSION.fullmatch(path.name):
            folders.append(path)
        if path.suffix == ".xlsx":
            assert zipfile.ZipFile(io.BytesIO(path.read_bytes())).testzip() is None
    for code in PEOPLE:
        home = server.client(code).get("/home")
        links = set(re.findall(r'href="/(?:receipts|submissions)/([^/"]+)"', home.text))
        own = [path for path in folders if path.parent.name.startswith(code)]
        assert len(links) == len(own), (code, links, own)
        numbers = sorted(int(SUBMISSION.fullmatch(path.name)[1]) for path in own)
        assert len(set(numbers)) == len(numbers), "one number for two submissions"


class Sender(threading.Thread):
    """A department that sends the same workbook again and again until the server is gone."""

    def __init__(self, server: Server, code: str, data: bytes) -> None:
        super().__init__()
        self.person, self.data, self.receipts = server.client(code), data, []
        self.failed: list[str] = []

    def run(self) -> None:
        while True:
            try:
                self.person.get("/home")
                draft = self.person.checked([("自评表.xlsx", self.data)])
                answer = self.person.post(f"{draft.path}/submit")
                if answer.status == 303 and "/receipts/" in answer.location:
                    self.receipts.append(receipted(self.person.get(answer.location)))
                else:
                    self.failed.append(answer.words)
                    return
            except (OSError, HTTPException):
                return


def kill_while_sending(server: Server, books: dict[str, bytes], seconds: float) -> list[dict[str, str]]:
    """Kills the server while four departments send; the receipts that they have seen."""
    senders = [Sender(server, code, books[code]) for code in PEOPLE]
    for each in senders:
        each.start()
    time.sleep(seconds)
    server.kill()
    for each in senders:
        each.join(30)
        assert not each.failed, each.failed
    return [receipt for each in senders for receipt in each.receipts]


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_a_kill_at_any_moment_loses_nothing(prepared_county, books, tmp_path, kills):
    dice, receipts = random.Random(kills), []
    with desk(prepared_county, tmp_path / "县") as server:
        for number in range(kills):
            receipts += kill_while_sending(server, books, dice.uniform(0.3, 2.5 + number % 3))
            server.start()
            is_whole(server, receipts)
        assert receipts, "no submission was quick enough to be tried"
        page = server.client("103").submitted([("自评表.xlsx", books["103"])])
        is_whole(server, [*receipts, receipted(page)])
        assert "Traceback" not in server.output, server.output[-2000:]


def start_killed(server: Server, step: int, flag: Path) -> None:
    """Starts the server so that it kills itself at a step on the disk behind the flag."""
    server.start(before=["-c", KILLED, str(step), str(flag)])


def steps_of_a_submission(prepared: Server, root: Path, steps: list[int], data: bytes) -> int:
    """Kills a desk at each of these steps of a submission; how many of them there were to be killed at."""
    reached = 0
    with desk(prepared, root) as server:
        flag = root / "现在"
        receipts: list[dict[str, str]] = []
        for step in steps:
            server.stop()
            start_killed(server, step, flag)
            person = server.client("104")
            person.get("/home")
            draft = person.checked([("自评表.xlsx", data)])
            flag.touch()
            try:
                answer = person.post(f"{draft.path}/submit")
                receipts.append(receipted(person.get(answer.location)))
            except (OSError, HTTPException):
                reached += 1
            flag.unlink()
            server.kill()
            server.start()
            is_whole(server, receipts)
            person = server.client("104")
            page = person.get(draft.path)
            if page.status == 200:  # forgotten: it can be sent again; else it was finished at the start
                receipts.append(receipted(person.follow(person.post(f"{draft.path}/submit"))))
                is_whole(server, receipts)
    return reached


def test_a_kill_before_and_behind_a_step_on_the_disk(prepared_county, books, tmp_path):
    assert steps_of_a_submission(prepared_county, tmp_path / "县", [2, -6], books["104"]) == 2


@pytest.mark.soak
def test_a_kill_at_every_step_on_the_disk(prepared_county, books, tmp_path):
    steps = [sign * step for step in range(1, 15) for sign in (1, -1)]
    assert steps_of_a_submission(prepared_county, tmp_path / "县", steps, books["104"]) >= 20


def test_a_stop_ends_well_while_files_come_in(prepared_county, books, tmp_path):
    """SIGTERM: the status of a good end, within seconds, nothing half, and the next start goes on."""
    with desk(prepared_county, tmp_path / "县") as server:
        first = receipted(server.client("104").submitted([("自评表.xlsx", books["104"])]))
        senders = [Sender(server, code, books[code]) for code in PEOPLE[:2]]
        for each in senders:
            each.start()
        time.sleep(1.2)
        begun = time.monotonic()
        assert server.stop(signal.SIGTERM, 40) == 0, server.output[-2000:]
        assert time.monotonic() - begun < 20
        for each in senders:
            each.join(30)
        assert "Traceback" not in server.output, server.output[-2000:]
        server.start()
        is_whole(server, [first, *(receipt for each in senders for receipt in each.receipts)])


@pytest.mark.parametrize("share", [pytest.param(0.3, marks=pytest.mark.soak), 0.9])
def test_a_full_disk_is_said_and_loses_nothing(prepared_county, books, tmp_path, share):
    """The bound on a file is less than the workbook: the upload is refused, everything else goes on."""
    with desk(prepared_county, tmp_path / "县") as server:
        first = receipted(server.client("104").submitted([("自评表.xlsx", books["104"])]))
        server.stop()
        room = max(path.stat().st_size for path in server.state.rglob("*") if path.is_file()) + 200_000
        large = books["104"] + b"\0" * int(room / share)
        server.start(bound=room)
        person = server.client("104")
        person.get("/home")
        page = person.upload([("自评表.xlsx", large)])
        assert page.status in (400, 413, 422, 500, 503, 507), page.status
        assert re.search("磁盘|空间|存不了|存不下", page.words), page.words
        assert person.get("/home").status == 200
        small = person.submitted([("自评表.xlsx", books["104"])])
        assert "Traceback" not in server.output, server.output[-2000:]
        server.stop()
        server.start()
        is_whole(server, [first, receipted(small)])
        half = [
            path
            for path in (server.state / "drafts").rglob("*")
            if path.is_file() and path.stat().st_size == room
        ]
        assert not half


def test_a_disk_without_any_room_breaks_nothing(prepared_county, books, tmp_path):
    """Not even the log can be written: each page says so or is shown; the desk lives, and goes on later."""
    with desk(prepared_county, tmp_path / "县") as server:
        first = receipted(server.client("104").submitted([("自评表.xlsx", books["104"])]))
        kept = server.client("104")
        kept.get("/home")
        kept.close()
        server.stop()
        server.start(bound=(server.state / "desk.sqlite").stat().st_size + 4096)
        found = set()
        for _ in range(12):  # the database takes the room that is left, and then none
            page = kept.upload([("自评表.xlsx", books["104"])])
            assert page.status in (303, 503) and "Traceback" not in page.text, page.text
            login = Client(server.port)
            assert login.get("/login").status in (200, 503)
            answer = login.try_to_log_in("105", server.codes["105", "filler"])
            found.add(answer.status)
            assert answer.status == 303 or re.search("磁盘|空间|存不了", answer.words), answer.words
        assert 503 in found, "there was room all the time"
        assert "Traceback" not in server.output, server.output[-2000:]
        server.stop()
        server.start()
        is_whole(server, [first])
        receipted(server.client("104").submitted([("自评表.xlsx", books["104"])]))


def test_a_locked_state_is_waited_for_or_said(prepared_county, books, tmp_path):
    """Somebody else holds the database for a while: pages are read, what writes waits or says a sentence."""
    with desk(prepared_county, tmp_path / "县") as server:
        person = server.client("104")
        person.get("/home")
        draft = person.checked([("自评表.xlsx", books["104"])])
        with closing(sqlite3.connect(server.state / "desk.sqlite", isolation_level=None)) as base:
            base.execute("BEGIN IMMEDIATE")
            begun = time.monotonic()
            answer = person.post(f"{draft.path}/submit")
            assert time.monotonic() - begun < 40
            assert answer.status in (303, 500, 503) and "Traceback" not in answer.text
            assert answer.status == 303 or re.search("稍后|再试|忙", answer.words), answer.words
            base.execute("ROLLBACK")
        receipt = person.follow(person.post(f"{draft.path}/submit"))
        is_whole(server, [receipted(receipt)])


def test_two_officers_at_once(prepared_county, books, tmp_path):
    """Both close, open and ask for the county workbook; each gets an answer, the log has all."""
    with desk(prepared_county, tmp_path / "县") as server:
        server.client("104").submitted([("自评表.xlsx", books["104"])])
        officers = [server.client("officer"), server.client("officer")]
        wrong: list[object] = []

        def act(officer: Client) -> None:
            for number in range(6):
                for path in ("/season/close", "/season/open", "/county"):
                    officer.get("/ledger")
                    answer = officer.post(path, {"reason": f"理由{number}"})
                    if answer.status not in (303, 400, 409, 422):
                        wrong.append((path, answer.status, answer.words))

        threads = [threading.Thread(target=act, args=(each,)) for each in officers]
        for each in threads:
            each.start()
        for each in threads:
            each.join(120)
        assert not wrong, wrong
        assert officers[0].get("/log").words.count("理由") >= 6
        assert "Traceback" not in server.output


def test_a_second_desk_over_the_same_folder_is_refused(prepared_county, tmp_path):
    with desk(prepared_county, tmp_path / "县") as server:
        second = subprocess.run(
            [sys.executable, "-m", "selfeval_xl", *server.arguments("--port", 1)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=server.environment,
            timeout=60,
            check=False,
        )
        assert second.returncode == 2 and "Traceback" not in second.stderr, second.stderr
        assert server.client("104").get("/home").status == 200


def test_a_damaged_state_is_said_and_kept(prepared_county, tmp_path):
    """A state that is no database of the desk, or has a changed log, is never begun anew."""
    with desk(prepared_county, tmp_path / "县") as server:
        server.stop()
        for name in ("desk.sqlite-wal", "desk.sqlite-shm"):
            (server.state / name).unlink(missing_ok=True)
        whole = (server.state / "desk.sqlite").read_bytes()
        for data in (b"not a database at all" * 100, whole[: len(whole) // 2]):
            (server.state / "desk.sqlite").write_bytes(data)
            done = subprocess.run(
                [sys.executable, "-m", "selfeval_xl", *server.arguments("--port", server.port)],
                capture_output=True,
                text=True,
                encoding="utf-8",
                env=server.environment,
                timeout=60,
                check=False,
            )
            assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr[-2000:]
            assert (server.state / "desk.sqlite").read_bytes() == data
        (server.state / "desk.sqlite").write_bytes(whole)
        server.start()
