"""The cost of all rules on one form, in two checkouts by turns.

Usage: `python benchmarks/rule_cost.py BEFORE AFTER FOLDER [ROUNDS]`. Each round starts a process for each
checkout; it reads all forms below the folder, runs all rules on each file once (texts that no rule has seen;
models and patterns are loaded on another file), then three times more. Told is the processor time a form in
milliseconds, as the median of the rounds, and the median of the ratios of the two processes of a round.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

ROUND = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from selfeval_xl.filings.grouping import gather
from selfeval_xl.readers import read_file
from selfeval_xl.rules.runner import check
paths = [path for path in sorted(Path(sys.argv[2]).rglob("*")) if path.suffix in (".xlsx", ".xls", ".docx")]
files = [file for file in map(read_file, paths) if file.forms]
warm, *files = sorted(files, key=lambda file: len(file.forms))
check(gather([warm]), None, [warm])
try:
    from selfeval_xl.assessment import text_models
    [text_models._weights(name) for name in text_models.JUDGEMENTS]
except ImportError:
    pass  # a checkout from before there were models
filings = [(gather([file]), file) for file in files]
forms, times = sum(len(file.forms) for file in files), []
for _ in range(4):
    start = time.process_time()
    for filing, file in filings:
        check(filing, None, [file])
    times.append((time.process_time() - start) / forms * 1000)
print(times[0], min(times[1:]))
"""


def costs(checkout: Path, folder: Path) -> tuple[float, float]:
    """Milliseconds a form of one process: at first sight, and once the texts were seen."""
    words = (sys.executable, "-c", ROUND, str(checkout.absolute()), str(folder.absolute()))
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=checkout)
    first, again = map(float, done.stdout.split())
    return first, again


def main() -> None:
    """Prints the costs of both checkouts and their ratios."""
    before, after, folder = map(Path, sys.argv[1:4])
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 7
    pairs = [(costs(before, folder), costs(after, folder)) for _ in range(rounds)]
    for number, name in enumerate(("at first sight", "texts seen before")):
        old, new = (median(pair[side][number] for pair in pairs) for side in (0, 1))
        ratio = median(pair[1][number] / pair[0][number] for pair in pairs)
        print(f"{name}: {old:.3f} ms, {new:.3f} ms, {ratio:.3f} times")


if __name__ == "__main__":
    main()
