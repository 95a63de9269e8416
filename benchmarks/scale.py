"""The growth of memory and time with the number of forms.

Run `python benchmarks/scale.py [--forms 1600 10000 100000]`; it writes benchmarks/scale.md.

The forms of benchmarks/county.py are multiplied with other names in other departments (100 a department), so
that a hundred thousand are there in minutes. Each size is consolidated in a process of its own, twice; the
second time nothing has changed.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import county

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "scale.md"
PATTERNS, A_DEPARTMENT = 200, 100  # forms that are multiplied; forms of a department
_NAMED = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")  # the parts with the names that are replaced


def multiply(folder: Path, count: int, a_department: int = A_DEPARTMENT) -> None:
    """Writes the forms of `count` projects, made from a few patterns; a_department: forms of each."""
    with tempfile.TemporaryDirectory() as temporary:
        county.generate(Path(temporary), PATTERNS)
        patterns = [path.read_bytes() for path in county.files(Path(temporary))]
        names = [path.parent.name for path in county.files(Path(temporary))]
        with ProcessPoolExecutor() as pool:
            jobs = [
                (folder, patterns[number % PATTERNS], names[number % PATTERNS], number, a_department)
                for number in range(count)
            ]
            list(pool.map(_write, jobs, chunksize=500))


def _write(job: tuple[Path, bytes, str, int, int]) -> None:
    """Writes a copy of a pattern's file under another department and project."""
    folder, pattern, department, number, a_department = job
    target = folder / f"示例省第{number // a_department + 1:04}局" / f"{number:06}.xlsx"
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        zipfile.ZipFile(io.BytesIO(pattern)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
    ):
        for name in source.namelist():
            raw = source.read(name)
            if name in _NAMED:
                raw = raw.replace(department.encode(), target.parent.name.encode()).replace(
                    "建设项目".encode(), f"建设项目（{number:06}）".encode()
                )
                raw = raw.replace(b"24R", f"24R{number:06}".encode())
            made.writestr(name, raw)


def peak() -> float:
    """The peak memory of this process in MB; getrusage would count what its parent had when it started it."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
        if found:
            return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def once(folder: Path, out: Path) -> dict:
    """The figures of one run.

    clock and cpu: seconds by the clock and of all processors. memory: the peak of the coordinator in MB.
    """
    from selfeval_xl.county import consolidate

    begun = time.perf_counter()
    done = consolidate(folder, out)
    parent, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "clock": time.perf_counter() - begun,
        "cpu": parent.ru_utime + parent.ru_stime + children.ru_utime + children.ru_stime,
        "memory": peak(),
        "projects": done.project_forms,
        "megabytes": out.stat().st_size / 1e6,
        "balances": done.balances,
    }


def main() -> None:
    """Consolidates every size twice and writes the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--forms", type=int, nargs="+", default=[1600, 10_000, 100_000])
    options.add_argument("--once", type=Path, nargs=2, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.once:
        print(json.dumps(once(*asked.once)))
        return
    lines = [
        "# 规模：用时和内存怎样增长",
        "",
        (
            "由 `python benchmarks/scale.py` 生成：每个文件一张项目表、20个指标，每100个文件一个部门。"
            "内存是汇总进程的峰值。"
        ),
        "",
        (
            "| 表数 | 第一次（秒） | 处理器时间（秒） | 内存（MB） | 再次，没有变化（秒） | 内存（MB） | "
            "工作簿（MB） |"
        ),
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for count in asked.forms:
        with tempfile.TemporaryDirectory() as temporary:
            folder, out = Path(temporary) / "收到", Path(temporary) / "全县.xlsx"
            multiply(folder, count)
            found = [
                json.loads(
                    subprocess.run(
                        [sys.executable, __file__, "--once", str(folder), str(out)],
                        capture_output=True,
                        text=True,
                        check=True,
                    ).stdout
                )
                for _ in range(2)
            ]
            assert all(run["projects"] == count for run in found), found
            first, second = found
            lines.append(
                f"| {count} | {first['clock']:.1f} | {first['cpu']:.1f} | {first['memory']:.0f} | "
                f"{second['clock']:.1f} | {second['memory']:.0f} | {first['megabytes']:.1f} |"
            )
            print(lines[-1], flush=True)
    RESULTS.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
