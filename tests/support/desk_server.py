"""The collecting desk as a process of its own, over a made-up county of six departments, and its people."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl.workflows.demo.county import MadeUpDepartment, made_up
from support.command import ROOT
from support.counties import send
from support.desk_client import Client
from support.rosters import department, project, write_roster

LEADS = ("101", "102")  # departments with a 负责人 who confirms
LATE = "103"  # the department whose deadline has passed
PROJECTS = 2  # of each department: fewer than the county has, so that a check takes less time
OFFICER = "王强"
STARTS = 60.0  # seconds that the server may take to answer
# Its codes stand in the columns of 口令.xlsx with these labels.
ROLES = {"填报人口令": "filler", "负责人口令": "lead"}
# Runs the program with a bound on the size of each file, which is what a full disk looks like.
BOUNDED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from selfeval_xl.cli import main
main()
"""


def departments() -> list[MadeUpDepartment]:
    """The six departments, each with the first two of its projects."""
    found = made_up()[0][:6]
    for each in found:
        del each.projects[PROJECTS:]
    return found


def workbook(path: Path, code: str, **data: object) -> Path:
    """The filing of a department at this path; data: projects or a form of the whole other than its own."""
    (of_code,) = [each for each in departments() if each.code == code]
    send(path, of_code, **data)
    return path


def spoilt(code: str) -> list[dict]:
    """The projects of a department with faults: an unmet indicator without a reason, a rate above 1."""
    (of_code,) = [each for each in departments() if each.code == code]
    first = of_code.projects[0]
    first["indicators"][0] |= {"target": "≥100个", "actual": "3个", "note": None}
    first["funding"][0] |= {"annual_budget": "100", "executed": "250"}
    return of_code.projects


def county_roster(path: Path) -> Path:
    """The roster: two departments with 负责人确认, one late, one without a deadline."""
    due = (date.today() + timedelta(days=30)).isoformat()
    days = {LATE: (date.today() - timedelta(days=10)).isoformat(), "105": ""}
    return write_roster(
        path,
        单位名册=[
            department(
                each.code,
                each.name,
                归口股室="教科文股" if number < 3 else "农业股",
                联系人=f"示例联系人{number}",
                联系电话=f"0431-000000{number}",
                报送截止日期=days.get(each.code, due),
                表式=each.layout,
                负责人确认="是" if each.code in LEADS else "否",
            )
            for number, each in enumerate(departments())
        ],
        项目=[
            project(row["project_code"], each.code, row["project"], 实施单位=each.name)
            for each in departments()
            for row in each.projects
        ],
    )


def free_port() -> int:
    """A port of the loopback address on which nobody listens now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class Server:
    """The desk of a county. root: its folder. codes: by department's code and role. password: the officer's.

    `start` and `stop` it as often as a test likes: port, codes and state stay.
    """

    root: Path
    port: int = field(default_factory=free_port)
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    password: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def received(self) -> Path:
        """The receiving folder."""
        return self.root / "收到"

    @property
    def state(self) -> Path:
        """The folder of the desk's own state."""
        return self.root / "状态"

    @property
    def roster(self) -> Path:
        """The roster."""
        return self.root / "名册.xlsx"

    @property
    def output(self) -> str:
        """What the server has printed."""
        return (self.root / "服务.txt").read_text(encoding="utf-8", errors="replace")

    @property
    def url(self) -> str:
        """The address of the first page."""
        return f"http://127.0.0.1:{self.port}/"

    def arguments(self, *more: object) -> list[str]:
        """The command with the places of this county."""
        return [
            str(each)
            for each in ("serve", self.received, "--roster", self.roster, "--state", self.state, *more)
        ]

    def run(self, *more: object) -> subprocess.CompletedProcess[str]:
        """A run of the command that sets something up, and has to succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "selfeval_xl", *self.arguments(*more)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self.environment,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the server's process."""
        return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}

    def prepare(self) -> Server:
        """Makes folders, roster, codes and an officer, as the bureau does it once."""
        self.received.mkdir(parents=True)
        if not self.roster.exists():
            county_roster(self.roster)
        self.run("--new-codes", self.root / "口令.xlsx")
        self.codes = read_codes(self.root / "口令.xlsx")
        self.password = password_in(self.run("--officer", OFFICER).stdout)
        return self

    def start(self, *more: object, bound: int = 0, before: Sequence[str] = ()) -> Server:
        """Starts the server and waits until it answers.

        bound: bytes of the largest file it may write. before: arguments of Python in place of the program's.
        """
        begun = ["-c", BOUNDED, str(bound)] if bound else [*before] or ["-m", "selfeval_xl"]
        with (self.root / "服务.txt").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *begun, *self.arguments("--port", self.port, *more)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment,
                start_new_session=True,
            )
        end = time.monotonic() + STARTS
        while time.monotonic() < end:
            assert self.process.poll() is None, self.output
            try:  # an encrypted desk closes at a line in clear
                with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                    line.settimeout(5)
                    line.sendall(b"GET /login HTTP/1.1\r\nHost: x\r\n\r\n")
                    if line.recv(1) or "--cert" in more:
                        return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the server does not answer: {self.output}")

    def stop(self, how: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Stops the server and returns its status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(seconds)
        self.process = None
        return status

    def kill(self) -> None:
        """Kills the server and its workers at once, as a power cut does."""
        assert self.process is not None
        for pid in [self.process.pid, *children(self.process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(10)
        self.process = None

    def client(self, code: str = "", role: str = "filler", address: str = "127.0.0.1") -> Client:
        """A person at a browser, logged in where a department (or "officer") is given."""
        person = Client(self.port, address)
        if code == "officer":
            person.log_in(OFFICER, self.password)
        elif code:
            person.log_in(code, self.codes[code, role])
        return person

    def files(self) -> list[str]:
        """All files in the receiving folder, by their paths in it."""
        return sorted(
            path.relative_to(self.received).as_posix() for path in self.received.rglob("*") if path.is_file()
        )


def children(pid: int) -> list[int]:
    """The processes below this one (Linux)."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def read_codes(path: Path) -> dict[tuple[str, str], str]:
    """The codes of 口令.xlsx by department's code and role."""
    head, *rows = openpyxl.load_workbook(path)["口令"].iter_rows(values_only=True)
    found = {}
    for row in rows:
        line = dict(zip(map(str, head), row, strict=True))
        for label, role in ROLES.items():
            if line["部门编码"] and line.get(label):
                found[str(line["部门编码"]), role] = str(line[label])
    return found


def password_in(text: str) -> str:
    """The password that the command prints for an officer: the last word of the line that names it."""
    (line,) = [each for each in text.splitlines() if OFFICER in each and "口令" in each or "密码" in each]
    return line.replace("：", " ").rstrip("。 ").split()[-1]


@pytest.fixture(scope="session")
def prepared_county(tmp_path_factory) -> Server:
    """A county with codes and an officer, to be copied: hashing codes takes its time."""
    return Server(tmp_path_factory.mktemp("收件台") / "县").prepare()


@contextmanager
def desk(prepared: Server, root: Path, *more: object) -> Iterator[Server]:
    """A running desk in this folder, a copy of the prepared one; stopped in the end."""
    shutil.copytree(prepared.root, root)
    server = Server(root, codes=dict(prepared.codes), password=prepared.password).start(*more)
    try:
        yield server
    finally:
        if server.process is not None:
            server.stop()


def newest(server: Server, seen: Sequence[str]) -> list[str]:
    """The files that have come into the receiving folder since."""
    return [name for name in server.files() if name not in seen]
