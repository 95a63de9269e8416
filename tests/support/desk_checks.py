"""What must hold of any page and any folder of the collecting desk, whatever was sent to it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from support.desk_client import Page
from support.desk_server import Server, children

INTERNALS = re.compile(
    r"Traceback|starlette|uvicorn|python|sqlite|selfeval_xl|\.py\b|/tmp/|/root/|line \d+", re.IGNORECASE
)
EVENTS = re.compile(r"^on[a-z]+$")


def outside(server: Server) -> dict[str, str]:
    """What lies around the receiving folder and the state, by its digest."""
    return {
        str(path.relative_to(server.root.parent)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in server.root.parent.rglob("*")
        if path.is_file()
        and server.received not in path.parents
        and server.state not in path.parents
        and path.name != "服务.txt"
    }


def is_harmless(page: Page) -> None:
    """No script, no attribute with one, no style in the page, nothing from outside, nothing of the inside."""
    if "text/html" not in page.header("content-type"):
        return
    for element in page.tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag != "script" or (element.get("src") or "").startswith("/static/"), page.path
        assert element.tag not in ("iframe", "object", "embed", "base", "style", "img", "svg"), element.tag
        for name, value in element.items():
            assert not EVENTS.match(name) and name != "style", (page.path, name)
            if name in ("href", "src", "action", "formaction"):
                assert re.match(r"^[/#?]", value) and not value.startswith("//"), (page.path, value)
    assert "49" not in re.findall(r"alert\(2\)>(\d\d)", page.text)


def drafts(server: Server) -> list[Path]:
    """The files of trials in the state."""
    return [path for path in (server.state / "drafts").rglob("*") if path.is_file()]


def memory(server: Server) -> float:
    """The memory of the server and its workers, in MB."""
    total = 0
    for pid in [server.process.pid, *children(server.process.pid)]:
        try:
            said = re.search(r"Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())
        except OSError:
            continue
        total += int(said[1]) if said else 0
    return total / 1024
