"""The collecting desk on the last day: 200 departments submit 2,000 workbooks at once.

Run `python benchmarks/desk_load.py [--departments 200] [--files 10] [--people 40]`; it writes
benchmarks/desk_load.md. Every department logs in, uploads one workbook after the other, asks for its findings
as a browser does, submits, and reads its receipt; an officer looks at the ledger meanwhile. Bounds: ten
minutes, nothing lost, no error, pages within 1 s (95 %) while files are checked, 500 MB of memory.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import resource
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]
RESULTS = ROOT / "benchmarks" / "desk_load.md"
MINUTES, SECONDS, MEGABYTES = 10.0, 1.0, 500.0  # the bounds
ASKS_EVERY = 1.0  # seconds between two questions of a browser that waits for its findings
PAGES = {
    "首页": r"/home",
    "校验结果": r"/drafts/[^/]+",
    "排队进度": r"/drafts/[^/]+/state",
    "回执": r"/receipts/[^/]+",
    "台账": r"/ledger",
    "上传": r"POST /drafts",
    "报送": r"POST /drafts/[^/]+/submit",
    "登录": r"POST /login",
}


@dataclass
class Figures:
    """What was measured: seconds by kind of page, errors by sentence, digests of receipts, memory in MB,
    processor: seconds of server and workers.
    """

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    receipts: list[set[str]] = field(default_factory=list)
    memory: float = 0.0
    processor: float = 0.0
    place: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def timed(self, person: Any, method: str, path: str, *further: Any) -> Any:
        """A request, its time kept under its kind of page, and its error where it is one."""
        begun = time.perf_counter()
        page = getattr(person, method)(path, *further) if method != "upload" else person.upload(*further)
        took = time.perf_counter() - begun
        said = path if method == "get" else f"POST {path}"
        with self.lock:
            for kind, pattern in PAGES.items():
                if re.fullmatch(pattern, said):
                    self.times[kind].append(took)
            if page.status not in (200, 303):
                self.errors[f"{page.status} {said}"] += 1
        return page


def department(server: Any, figures: Figures, code: str, files: list[Path]) -> None:
    """A department's afternoon: each workbook uploaded, checked, submitted."""
    from support.desk_client import Client

    number = int(code)
    person = Client(server.port, f"127.1.{number // 250}.{number % 250 + 1}")
    person.get("/login")
    begun = time.perf_counter()
    page = person.try_to_log_in(code, server.codes[code, "filler"])
    with figures.lock:
        figures.times["登录"].append(time.perf_counter() - begun)
        if page.status != 303:
            figures.errors[f"{page.status} POST /login"] += 1
            return
    for path in files:
        figures.timed(person, "get", "/home")
        draft = figures.timed(person, "upload", "/drafts", [(path.name, path.read_bytes())]).location
        while True:
            state = json.loads(figures.timed(person, "get", f"{draft}/state").text)
            figures.place = max(figures.place, state.get("place", 0))
            if state["status"] not in ("queued", "checking"):
                break
            time.sleep(ASKS_EVERY)
        figures.timed(person, "get", draft)
        answer = figures.timed(person, "post", f"{draft}/submit")
        if answer.status != 303:
            continue
        receipt = figures.timed(person, "get", answer.location)
        with figures.lock:
            figures.receipts.append(set(re.findall(r"\b[0-9a-f]{64}\b", receipt.text)))
    person.close()


def watch(server: Any, figures: Figures, ended: threading.Event) -> None:
    """Measures the memory of server and workers, and looks at the ledger as an officer does."""
    officer, turn = server.client("officer"), 0
    while not ended.wait(2):
        turn += 1
        total = 0
        for pid in [server.process.pid, *children(server.process.pid)]:
            try:
                found = re.search(r"Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())
            except OSError:
                continue
            total += int(found[1]) if found else 0
        figures.memory = max(figures.memory, total / 1024)
        if turn % 5 == 0:
            figures.timed(officer, "get", "/ledger")
    officer.close()


def children(pid: int) -> list[int]:
    """The processes below this one."""
    from support.desk_server import children

    return children(pid)


def spent() -> float:
    """The seconds of processor time of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def share(times: list[float], part: float) -> float:
    """The time within which this part of the answers came."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))] if times else 0.0


def play(root: Path, departments: int, files: int, people: int) -> tuple[Figures, float, int]:
    """The whole play; the figures, its seconds, and how many receipted files are not in the folder."""
    import scale

    from support.desk_server import Server
    from support.rosters import department as row
    from support.rosters import write_roster

    scale.multiply(root / "部门", departments * files, files)
    folders = sorted((root / "部门").iterdir())
    codes = {f"{number:04}": folder for number, folder in enumerate(folders, 1)}
    (root / "县").mkdir()
    write_roster(
        root / "县" / "名册.xlsx", 单位名册=[row(code, folder.name) for code, folder in codes.items()]
    )
    server = Server(root / "县").prepare().start()
    figures, ended, before = Figures(), threading.Event(), spent()
    watcher = threading.Thread(target=watch, args=(server, figures, ended))
    watcher.start()
    begun = time.perf_counter()
    try:
        with ThreadPoolExecutor(people) as pool:
            jobs = [
                pool.submit(department, server, figures, code, sorted(folder.iterdir()))
                for code, folder in codes.items()
            ]
            for job in jobs:
                job.result()
    finally:
        took = time.perf_counter() - begun
        ended.set()
        watcher.join()
        server.stop(seconds=120)
        figures.processor = spent() - before
    there = {hashlib.sha256((server.received / name).read_bytes()).hexdigest() for name in server.files()}
    lost = sum(not digests & there for digests in figures.receipts)
    if "Traceback" in server.output:
        figures.errors["Traceback"] += 1
    return figures, took, lost


def main() -> None:
    """Plays the last day and writes the figures; status 1 where a bound is broken."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--departments", type=int, default=200)
    options.add_argument("--files", type=int, default=10)
    options.add_argument("--people", type=int, default=40)
    asked = options.parse_args()
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="desk-") as temporary:
        os.environ["SELFEVAL_HOME"] = temporary
        figures, took, lost = play(Path(temporary), asked.departments, asked.files, asked.people)
    count = asked.departments * asked.files
    pages = [
        each
        for kind, times in figures.times.items()
        if kind not in ("上传", "报送", "登录")
        for each in times
    ]
    lines = [
        "# 收件台的负载",
        "",
        f"由 `python benchmarks/desk_load.py` 生成。机器：{os.cpu_count()}核，{platform.system()}，"
        f"Python {platform.python_version()}；发送的一方在同一台机器上，开始时别的程序的负载是{busy:.1f}。",
        "",
        f"{asked.departments}个部门各报送{asked.files}个工作簿，同时在线{asked.people}人："
        f"{took / 60:.1f}分钟，回执{len(figures.receipts)}份（应为{count}份），丢失{lost}份，"
        f"出错{figures.errors.total()}次，内存最多{figures.memory:.0f}MB（收件台和校验进程合计），"
        f"处理器时间{figures.processor:.0f}秒，排队最长第{figures.place}位。"
        f"页面一半在{share(pages, 0.5):.2f}秒内、95%在{share(pages, 0.95):.2f}秒内打开。",
        "",
        "| 页面或操作 | 次数 | 一半在（秒） | 95%在（秒） | 最慢（秒） |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {kind} | {len(times)} | {share(times, 0.5):.2f} | {share(times, 0.95):.2f} | "
            f"{max(times):.2f} |"
            for kind, times in sorted(figures.times.items())
        ),
    ]
    print("\n".join([*lines, *(f"{number} × {error}" for error, number in figures.errors.items())]))
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    broken = (
        took > MINUTES * 60,
        bool(lost),
        bool(figures.errors),
        len(figures.receipts) != count,
        share(pages, 0.95) > SECONDS,
        figures.memory > MEGABYTES,
    )
    sys.exit(any(broken))


if __name__ == "__main__":
    main()
