"""The program behind `selfeval-check.cmd`: `python -m selfeval_xl.cli.dropped FILE...`.

It checks the files that were dropped on the starter and opens the marked copies.
"""

from __future__ import annotations

import sys
from pathlib import Path

from selfeval_xl.readers.formats.kinds import WORKBOOKS

USAGE = f"请把自评表（{WORKBOOKS}）拖到校验的图标上；可以一次拖几个，也可以拖整个文件夹。"


def main(names: list[str]) -> int:
    """Checks the files and returns the exit status.

    0 where every file could be checked, 2 where one could not or none was given.
    """
    from selfeval_xl.cli.screen.screen import say, show_saved
    from selfeval_xl.rules.county_file import load
    from selfeval_xl.workflows.watching import Stamp, check_saved, open_beside, watched_files

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    policy, failed, paths = load(None), not names, []
    for name in names:
        path = Path(name)
        files = list(watched_files(path)) if path.is_dir() else [path] if path.is_file() else []
        if not files:
            say(f"“{name}”里没有可以校验的自评表，或者找不到它。")
            failed = True
        paths += files
    if not paths:
        say(USAGE)
    written: dict[Path, Stamp] = {}
    for path in paths:
        checked = check_saved(path, policy, written)
        show_saved(checked)
        failed = failed or checked.out is None
        open_beside(checked)
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
