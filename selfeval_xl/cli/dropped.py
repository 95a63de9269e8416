"""The program behind `selfeval-check.cmd`: `python -m selfeval_xl.cli.dropped FILE...`.

It checks the files that were dropped on the starter and opens the marked copies. Explorer writes their
names on the starter's own command line, where cmd would run what stands behind an & in one; so the
starter hands that line over as it is, in the environment, and it is taken apart here.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path

from selfeval_xl.readers.formats.kinds import WORKBOOKS

USAGE = f"请把自评表（{WORKBOOKS}）拖到校验的图标上；可以一次拖几个，也可以拖整个文件夹。"
LINE, STARTER = "SELFEVAL_LINE", "SELFEVAL_STARTER"  # the starter's command line and its path
NOT_DROPPED = 3  # exit status: the starter was called in a command window, with arguments of its own
_ORDERED = re.compile(r"[ \t]/[cC]\b")  # no path has a slash in it
_NAME = re.compile(r'"([^"]*)"|([^ \t"]+)')


def main(names: list[str], environment: MutableMapping[str, str]) -> int:
    """Checks the files and returns the exit status.

    0 where every file could be checked, 2 where one could not or none was given, NOT_DROPPED.
    """
    line, starter = environment.pop(LINE, ""), environment.pop(STARTER, "")
    if line and not names:
        dropped = dropped_names(line, starter)
        if dropped is None:
            return NOT_DROPPED
        names = dropped
    return check(names)


def dropped_names(line: str, starter: str) -> list[str] | None:
    """The names behind the starter on the command line that cmd was started with.

    Explorer writes `cmd.exe /c ""STARTER" NAME "NAME WITH BLANK""`; no name has a quotation mark in it. None
    for a cmd that was given nothing to do, which is a window in which somebody typed the starter's name.
    """
    if not _ORDERED.search(line):
        return None
    for call in (starter, re.split(r"[\\/]", starter)[-1]):
        found = re.search(re.escape(call) + '"?', line, re.IGNORECASE) if call else None
        if found:
            rest = line[found.end() :].rstrip()
            if rest.count('"') % 2:
                rest = rest.removesuffix('"')
            return [quoted or bare for quoted, bare in _NAME.findall(rest) if quoted or bare]
    return []


def check(names: list[str]) -> int:
    """Checks files and folders by the parameters and the roster of the settings; returns the exit status."""
    from selfeval_xl.addin import chosen
    from selfeval_xl.cli.screen.screen import say, show_saved
    from selfeval_xl.errors import SelfevalError
    from selfeval_xl.workflows.watching import Stamp, check_saved, open_beside, watched_files

    failed, paths = not names, []
    for name in names:
        path = Path(name)
        files = list(watched_files(path)) if path.is_dir() else [path] if path.is_file() else []
        if not files:
            say(f"“{name}”里没有可以校验的自评表，或者找不到它。")
            failed = True
        paths += files
    if not paths:
        say(USAGE)
        return 2
    try:
        policy, roster = chosen.policy(), chosen.roster()
    except SelfevalError as error:
        say(f"设置里的参数表或名册读不出来，没有校验：{error}")
        return 2
    written: dict[Path, Stamp] = {}
    for path in paths:
        checked = check_saved(path, policy, written, roster=roster)
        show_saved(checked)
        failed = failed or checked.out is None
        open_beside(checked)
    return 2 if failed else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main(sys.argv[1:], os.environ))
