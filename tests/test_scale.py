"""Memory does not grow with what the forms contain: 5,000 of them in a run of its own (the whole measurement: benchmarks/scale.py)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from command import ROOT

MEGABYTES_AT_MOST = 110       # 65 for a county of 1,600


@pytest.mark.soak
def test_the_memory_of_a_run_stays_small(tmp_path):
    scale = ROOT / "benchmarks" / "scale.py"
    make = f"import sys; sys.path.insert(0, {str(scale.parent)!r}); import scale, pathlib; scale.multiply(pathlib.Path({str(tmp_path / '收到')!r}), 5000)"
    subprocess.run([sys.executable, "-c", make], check=True)
    runs = [json.loads(subprocess.run([sys.executable, str(scale), "--once", str(tmp_path / "收到"), str(tmp_path / "全县.xlsx")], capture_output=True, text=True, check=True).stdout)
            for _ in range(2)]
    print(runs)
    assert all(run["projects"] == 5000 and run["memory"] < MEGABYTES_AT_MOST for run in runs)
