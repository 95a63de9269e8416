"""The starter for dropped files in a real cmd: wine's, with what Explorer would write as the command line.

wine's cmd has no CMDCMDLINE of its own, so it is given as a variable; and it expands once more what stands
behind a `!` of a value, which Windows does not: of such names only what is started is looked at.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.hostile_names import hostile_names

SETUP = Path(__file__).parents[1] / "selfeval_xl" / "addin" / "setup"
WORDS = ["-P", "-B", "-X", "utf8", "-m", "selfeval_xl.cli.dropped"]
PYTHON = """#!/bin/sh
{ printf '%s\\n' "$@"; printf 'line=%s\\n' "$SELFEVAL_LINE"; } >> "$RECORDED"
exit 0
"""

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with the starter, a Python that writes down how it was called, and programs to be started."""
    if not shutil.which("wine"):
        pytest.skip("wine is missing; `make soak` installs it")
    folder = tmp_path_factory.mktemp("desk") / "离线包 一"
    (folder / "python").mkdir(parents=True)
    shutil.copy(SETUP / "selfeval-check.cmd", folder)
    programs = {folder / "python" / "python.exe": PYTHON} | {
        folder / name: '#!/bin/sh\necho "started $0" >> "$RECORDED"\n'
        for name in ("calc", "calc.exe", "b.xlsx")
    }
    for path, text in programs.items():
        path.write_text(text)
        path.chmod(0o755)
    environment = {
        **os.environ,
        "WINEPREFIX": str(folder.parent / "wine"),
        "WINEDEBUG": "-all",
        "DISPLAY": "",
        "RECORDED": str(folder.parent / "recorded"),
    }
    yield folder, environment
    subprocess.run(["wineserver", "-k"], env=environment, check=False)


def windows(path: Path) -> str:
    """The path as wine shows it."""
    return "Z:" + str(path).replace("/", "\\")


def test_a_dropped_name_starts_nothing_and_arrives(desk):
    """Each of the hundred names: Python once, with the words of the starter, and the name as it is."""
    folder, environment = desk
    starter, recorded = windows(folder / "selfeval-check.cmd"), Path(environment["RECORDED"])
    for name in (name for name in hostile_names() if "!cmdcmdline!" not in name):  # wine never ends on it
        path = rf"C:\收到的\{name}"
        dropped = f'"{path}"' if " " in path else path
        line = rf'C:\windows\system32\cmd.exe /c ""{starter}" {dropped}"'
        recorded.unlink(missing_ok=True)
        shown = subprocess.run(
            ["wine", "cmd", "/c", starter],
            env=environment | {"CMDCMDLINE": line},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert recorded.is_file(), (name, shown.stdout.decode("gbk", "replace"))
        *words, last = recorded.read_text("utf-8").splitlines()
        assert words == WORDS, name
        assert "!" in name or last == f"line={line}", name
