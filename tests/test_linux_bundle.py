"""`addin bundle --system linux`: the archive that is taken, what comes out of it, a desk without Python."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfeval_xl import templates
from selfeval_xl.addin.setup import linux_bundle, linux_python, linux_starters
from selfeval_xl.addin.setup.bundle import bundle
from selfeval_xl.errors import UsageError
from selfeval_xl.workflows.demo.county import seed_filing
from support import bundles
from support.bundles import elf, linux_stand_in, standalone, wheel
from support.command import selfeval
from test_desktop_entries import validated, words

PACKAGES = "python/lib/python3.12/site-packages"
INTERPRETER = "python/bin/python3.12"


@pytest.fixture
def wheels(tmp_path) -> Path:
    return bundles.stand_in_wheels(tmp_path / "wheels")


def unpacked(out: Path) -> dict[str, tarfile.TarInfo]:
    """The members of a bundle's archive."""
    with tarfile.open(out / linux_starters.ARCHIVE) as package:
        return {member.name: member for member in package}


def test_the_bundle_has_three_files_and_one_archive_with_everything(wheels, tmp_path):
    linux_stand_in(tmp_path / "cpython.tar.gz")
    command = "addin bundle -o 离线包 --system linux --python cpython.tar.gz --wheels wheels"
    run = selfeval(*command.split(), cwd=tmp_path)
    assert run.returncode == 0 and run.stderr == "" and "Linux，x86_64，Python 3.12，组件12个" in run.stdout
    out = tmp_path / "离线包"
    assert {path.name for path in out.iterdir()} == {"安装.sh", "使用说明.txt", linux_starters.ARCHIVE}
    members = unpacked(out)
    assert {
        INTERPRETER,
        "python/bin/python3",
        "python/lib/python3.12/os.py",
        f"{PACKAGES}/lxml_module.py",
        f"{PACKAGES}/selfeval_xl/cli/linux_desk.py",
        "run.sh",
        "selfeval",
        "check.sh",
        "watch.sh",
        "uninstall.sh",
        linux_starters.MARK,
    } <= members.keys()
    assert not [name for name in members if re.search(r"/pip/|test_os|__pycache__|xlwings", name)]
    assert members["python/bin/python3"].linkname == "python3.12"
    for name, member in members.items():
        assert (member.uid, member.gid, member.mode & 0o7022) == (0, 0, 0), name
        assert member.mode == 0o755 or name.startswith("python/"), name
    assert members[INTERPRETER].mode == 0o755
    assert "@" not in (out / "安装.sh").read_text(encoding="utf-8").replace('"$@"', "")
    for text in (out / "安装.sh", out / "使用说明.txt"):
        assert b"\r" not in text.read_bytes()


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_machine_is_that_of_the_interpreter(machine, wheels, tmp_path):
    code = bundles.X86_64 if machine == "x86_64" else bundles.AARCH64
    archive = linux_stand_in(tmp_path / "p.tar.gz", code, "3.13")
    next(wheels.glob("lxml*")).unlink()
    wheel(wheels, "lxml", tag=f"cp313-cp313-manylinux_2_26_{machine}.manylinux_2_28_{machine}")
    made = bundle(tmp_path / "包", archive, wheels, "linux")
    assert (made.target.machine, made.target.version) == (machine, "3.13")
    assert f'"$(uname -m)" = "{machine}"' in (tmp_path / "包" / "安装.sh").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "tag,fits",
    [
        ("py3-none-any", True),
        ("cp312-cp312-manylinux_2_28_x86_64", True),
        ("cp312-cp312-manylinux_2_26_x86_64.manylinux_2_28_x86_64", True),
        ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", True),
        ("cp312-cp312-manylinux1_x86_64", True),
        ("cp39-abi3-manylinux_2_28_x86_64", True),
        ("cp312-cp312-manylinux_2_34_x86_64", False),
        ("cp312-cp312-manylinux_2_28_aarch64", False),
        ("cp312-cp312-musllinux_1_2_x86_64", False),
        ("cp312-cp312-linux_x86_64", False),
        ("cp311-cp311-manylinux_2_28_x86_64", False),
        ("cp312-cp312-win_amd64", False),
    ],
)
def test_only_wheels_for_glibc_2_28_of_this_machine_are_taken(tag, fits, wheels, tmp_path):
    archive = linux_stand_in(tmp_path / "p.tar.gz")
    next(wheels.glob("lxml*")).unlink()
    wheel(wheels, "lxml", tag=tag)
    if fits:
        assert bundle(tmp_path / "包", archive, wheels, "linux").notes == ()
    else:
        with pytest.raises(UsageError, match=f"lxml.*manylinux_2_28_x86_64的，有的是lxml-1000.0-{tag}.whl"):
            bundle(tmp_path / "包", archive, wheels, "linux")


def test_loongarch_is_made_of_wheels_that_were_built_for_it(wheels, tmp_path):
    """PyPI has none for lxml, rapidfuzz, python-calamine and msgspec; whoever builds them can give them."""
    older = standalone(tmp_path / "o.tar.gz", {INTERPRETER: elf(bundles.LOONGARCH64, "/lib64/ld.so.1")})
    assert linux_python.inspect(older)[0].machine == "loongarch64"
    archive = linux_stand_in(tmp_path / "p.tar.gz", bundles.LOONGARCH64)
    next(wheels.glob("lxml*")).unlink()
    with pytest.raises(UsageError, match="缺少组件：lxml"):
        bundle(tmp_path / "包", archive, wheels, "linux")
    wheel(wheels, "lxml", tag="cp312-cp312-linux_loongarch64")
    next(wheels.glob("msgspec*")).unlink()
    wheel(wheels, "msgspec", tag="cp312-cp312-manylinux_2_38_loongarch64")
    assert bundle(tmp_path / "包", archive, wheels, "linux").target.machine == "loongarch64"


@pytest.mark.parametrize(
    "program,said",
    [
        (elf(bundles.RISCV64), "另一种处理器"),
        (elf(bundles.X86_64, "/lib/ld-musl-x86_64.so.1"), "musl"),
        (elf(bundles.X86_64, ""), "musl"),
        (elf(bundles.X86_64, "/lib/ld-linux-aarch64.so.1"), "glibc"),
        (elf(bundles.X86_64)[:100], "glibc"),
        (elf(bundles.X86_64)[:40], "不是64位的Linux程序"),
        (b"\x7fELF\x01" + elf(3)[5:], "不是64位的Linux程序"),
        (b"MZ", "不是64位的Linux程序"),
        (b"", "不是64位的Linux程序"),
    ],
)
def test_a_python_that_would_not_start_there_is_refused(program, said, tmp_path):
    archive = standalone(tmp_path / "p.tar.gz", {INTERPRETER: program})
    with pytest.raises(UsageError, match=said):
        linux_python.inspect(archive)


@pytest.mark.parametrize(
    "files,said",
    [
        ({}, "没有python/bin/python3.x"),
        ({"python/install/bin/python3.12": elf(bundles.X86_64)}, "没有python/bin/python3.x"),
        ({"python/bin/python3.10": elf(bundles.X86_64)}, "太旧"),
        ({"python/bin/python3.13t": elf(bundles.X86_64)}, "freethreaded"),
        (
            {"python/bin/python3.12": elf(bundles.X86_64), "python/bin/python3.13": elf(bundles.X86_64)},
            "没有python/bin/python3.x",
        ),
        ({INTERPRETER: elf(bundles.X86_64), "README": b""}, "README"),
    ],
)
def test_only_a_relocatable_python_is_taken(files, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        linux_python.inspect(standalone(tmp_path / "p.tar.gz", files))


@pytest.mark.parametrize("data", [b"", b"nothing", b"\x1f\x8b\x08\x00nothing of this", None])
def test_a_damaged_archive_is_said(data, tmp_path):
    archive = linux_stand_in(tmp_path / "p.tar.gz")
    archive.write_bytes(archive.read_bytes()[:-200] if data is None else data)
    with pytest.raises(UsageError, match="不是完整的tar.gz"):
        linux_python.inspect(archive)


def test_a_python_that_needs_a_newer_glibc_is_said(wheels, tmp_path):
    newer = elf(bundles.X86_64, more=b"\0GLIBC_2.2.5\0GLIBC_2.34\0")
    older = elf(bundles.X86_64, more=b"\0GLIBC_2.17\0GLIBC_2.2.5\0")
    path = tmp_path / "p.tar.gz"
    for program, library, said in ((newer, older, 1), (older, newer, 1), (older, older, 0)):
        standalone(path, {INTERPRETER: program, "python/lib/libpython3.12.so.1.0": library})
        notes = linux_python.inspect(path)[1]
        assert len(notes) == said and all("glibc 2.34" in note for note in notes)


def test_a_python_for_newer_processors_is_said(tmp_path):
    for level, said in (("x86_64", 0), ("x86_64_v2", 1), ("x86_64_v4", 1)):
        name = f"cpython-3.13.0+20250115-{level}-unknown-linux-gnu-install_only.tar.gz"
        notes = linux_python.inspect(linux_stand_in(tmp_path / name))[1]
        assert len(notes) == said and all(level in note for note in notes)


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    """A member of an archive as a stranger would write it."""
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


LINK, HARD = tarfile.SYMTYPE, tarfile.LNKTYPE
HOSTILE = {
    "absolute": [member("/etc/x")],
    "up": [member("python/../../x")],
    "up inside": [member("python/lib/../x")],
    "beside": [member("pythonx/y")],
    "dot": [member("./python/x")],
    "backslash": [member("python\\..\\x")],
    "drive": [member("python/C:x")],
    "line": [member("python/a\nb")],
    "link to a file outside": [member("python/x", LINK, "/etc/passwd")],
    "link up": [member("python/x", LINK, "../x")],
    "link far up": [member("python/lib/x", LINK, "../../../x")],
    "link to itself as a folder": [member("python/x", LINK, "..")],
    "link down and up": [member("python/x", LINK, "lib/../../x")],
    "link with nothing": [member("python/x", LINK, "")],
    "through a link": [member("python/d", LINK, "lib"), member("python/d/x")],
    "link through a link": [member("python/d", LINK, "lib"), member("python/x", LINK, "d/y")],
    "link, then a file in its place": [member("python/d", LINK, "lib"), member("python/d")],
    "twice": [member("python/d"), member("python/d")],
    "hard link outside": [member("python/x", HARD, "/etc/passwd")],
    "hard link up": [member("python/x", HARD, "python/../x")],
    "hard link beside": [member("python/x", HARD, "x")],
    "hard link to a link": [member("python/d", LINK, "lib"), member("python/x", HARD, "python/d")],
    "device": [member("python/x", tarfile.CHRTYPE)],
    "disk": [member("python/x", tarfile.BLKTYPE)],
    "pipe": [member("python/x", tarfile.FIFOTYPE)],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_member_that_leads_out_is_refused(name, wheels, tmp_path):
    archive = tmp_path / "p.tar.gz"
    with tarfile.open(archive, "w:gz") as out:
        program = elf(bundles.X86_64)
        first = member(INTERPRETER)
        first.size = len(program)
        out.addfile(first, io.BytesIO(program))
        for each in HOSTILE[name]:
            out.addfile(each)
    with pytest.raises(UsageError, match="不该有的成员"):
        bundle(tmp_path / "包", archive, wheels, "linux")
    assert not (tmp_path / "包").exists()


@pytest.mark.parametrize(
    "made",
    [
        member("python/lib/libx.so", LINK, "libx.so.1"),
        member("python/bin/x", LINK, "../lib/x"),
        member("python/share/terminfo/a", LINK, "../../lib/terminfo/a"),
        member("python/bin/python", HARD, INTERPRETER),
        member("python/share/名字 有空格"),
    ],
)
def test_members_that_stay_inside_are_kept(made, wheels, tmp_path):
    archive = linux_stand_in(tmp_path / "p.tar")
    with tarfile.open(archive) as old, tarfile.open(tmp_path / "p.tar.gz", "w:gz") as out:
        for each in old:
            if each.name != made.name:
                out.addfile(each, old.extractfile(each) if each.isreg() else None)
        out.addfile(made)
    bundle(tmp_path / "包", tmp_path / "p.tar.gz", wheels, "linux")
    there = unpacked(tmp_path / "包")[made.name]
    assert (there.type, there.linkname) == (made.type, made.linkname)


def test_an_archive_that_is_too_large_is_refused(tmp_path, monkeypatch):
    archive = linux_stand_in(tmp_path / "p.tar.gz")
    for limit in ("_MOST", "_MOST_MEMBERS"):
        with monkeypatch.context() as patch:
            patch.setattr(linux_python, limit, 3)
            with pytest.raises(UsageError, match="大得不正常"):
                linux_python.inspect(archive)


@pytest.mark.parametrize("name", ["INSTALL", "UNINSTALL", "RUN", "COMMAND", "CHECK", "WATCH"])
def test_the_scripts_are_for_any_sh(name, tmp_path):
    script = tmp_path / "a.sh"
    script.write_bytes(linux_starters.filled(getattr(linux_starters, name), "3.12", "x86_64"))
    for shell in filter(shutil.which, ("dash", "bash", "sh")):
        subprocess.run([shell, "-n", script], check=True)


# A desk: a home whose name has every sign, and commands without any Python among them.

TOOLS = "sh dirname uname mkdir ls tar gzip mv rm rmdir readlink grep cat".split()
NOBODY = 65534


class Desk:
    """A home of an ordinary user on a machine without Python, without network."""

    def __init__(self, home: Path, tools: Path) -> None:
        self.home, self.tools = home, tools
        self.desktop = home / "桌面"
        self.program = home / ".local" / "share" / "selfeval_xl"

    def command(self, *words: object) -> list[str]:
        """The command as this user runs it: another user where that can be had, always without network."""
        if os.getuid() == 0:
            user = [shutil.which("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            return [shutil.which("unshare"), "-n", *user, *map(str, words)]
        return [shutil.which("unshare"), "-rn", *map(str, words)]

    def environment(self) -> dict[str, str]:
        return {
            "PATH": str(self.tools),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "XDG_CURRENT_DESKTOP": "UKUI",
            "PYTHONPATH": "/nowhere",
            "PYTHONHOME": "/nowhere",
        }

    def run(self, *words: object, cwd: Path | None = None) -> subprocess.CompletedProcess:
        words = ("/bin/sh" if words[0] == "sh" else words[0], *words[1:])
        return subprocess.run(
            self.command(*words),
            env=self.environment(),
            cwd=cwd or self.home,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def give(self, path: Path) -> None:
        """Makes the user the owner of what lies there."""
        if os.getuid() == 0:
            for each in (path, *path.rglob("*")):
                os.chown(each, NOBODY, NOBODY, follow_symlinks=False)

    def everything(self) -> set[str]:
        return {path.relative_to(self.home).as_posix() for path in self.home.rglob("*")}


@pytest.fixture
def desk() -> Iterator[Desk]:
    probe = ["unshare", "-n", "setpriv", "--version"] if os.getuid() == 0 else ["unshare", "-rn", "true"]
    if sys.platform != "linux" or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no namespace without network can be made here")
    with tempfile.TemporaryDirectory(
        prefix="selfeval-"
    ) as folder:  # pytest's own may not be entered by others
        os.chmod(folder, 0o755)
        home, tools = Path(folder) / '家 o\'brien "$HOME" 100%f = & (甲)', Path(folder) / "tools"
        tools.mkdir()
        for name in TOOLS:
            (tools / name).symlink_to(shutil.which(name))
        (tools / "xdg-open").write_text('#!/bin/sh\nprintf "%s\\n" "$1" >>"$HOME/opened"\n')
        (tools / "xdg-open").chmod(0o755)
        made = Desk(home, tools)
        made.desktop.mkdir(parents=True)
        yield made


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a Linux desk")
def test_a_desk_without_python_rights_or_network(desk, tmp_path, monkeypatch):
    """The whole way: made, installed, files dropped, a folder watched, updated, uninstalled."""
    monkeypatch.setattr(linux_bundle, "COMPRESSION", 1)
    carried = desk.home / "U盘 一" / "离线 包"
    bundle(carried, bundles.own_python(tmp_path / "p.tar.gz"), bundles.own_wheels(tmp_path / "w"), "linux")
    data = seed_filing()
    books = desk.home / "自评 表 $(id) 100%"
    books.mkdir()
    for name in ("应急局 a'b\"c & d.xlsx", "下 面/教育局=%f.xlsx"):
        (books / name).parent.mkdir(exist_ok=True)
        templates.fill_in(
            "jilin-2024", books / name, projects=[data["project"]], department=data["department"], year=2024
        )
    desk.give(desk.home)
    before = desk.everything()

    run = desk.run("sh", carried / "安装.sh")
    assert run.returncode == 0 and run.stderr == "" and "装好了" in run.stdout, run.stdout + run.stderr
    assert "/usr" not in desk.run("sh", desk.program / "run.sh", "-c", "import sys; print(*sys.path)").stdout
    entries = [
        desk.desktop / "selfeval-check.desktop",
        desk.home / ".local/share/applications/selfeval-check.desktop",
        desk.home / ".config/autostart/selfeval-watch.desktop",
    ]
    for entry in entries:
        assert validated(entry) == "" and os.access(entry, os.X_OK)

    exec_line = re.search("^Exec=(.*)$", entries[0].read_text(encoding="utf-8"), re.MULTILINE)[1]
    first, folder = books / "应急局 a'b\"c & d.xlsx", books / "下 面"
    dropped = [path for word in words(exec_line) for path in ([first, folder] if word == "%F" else [word])]
    run = desk.run(*dropped)
    told = (desk.home / ".config/selfeval_xl/上次校验.txt").read_text(encoding="utf-8")
    assert run.returncode == 0, told + run.stderr
    marked = [books / "应急局 a'b\"c & d_标注.xlsx", folder / "教育局=%f_标注.xlsx"]
    assert all(path.is_file() for path in marked) and "须修改" in told and "Traceback" not in told
    opened = desk.home / "opened"
    assert _within(10, lambda: opened.exists() and len(opened.read_text("utf-8").splitlines()) == 2)
    assert set(opened.read_text("utf-8").splitlines()) == set(map(str, marked))
    run = desk.run(*dropped[:-2], desk.home / "没有.xlsx")
    told = (desk.home / ".config/selfeval_xl/上次校验.txt").read_text(encoding="utf-8")
    assert run.returncode == 2 and "没有.xlsx" in told
    assert opened.read_text("utf-8").splitlines()[2:] == [str(desk.home / ".config/selfeval_xl/上次校验.txt")]
    opened.unlink()

    login = words(re.search("^Exec=(.*)$", entries[2].read_text(encoding="utf-8"), re.MULTILINE)[1])
    watched = desk.desktop / "绩效自评"
    assert login[-1] == str(watched) and watched.is_dir()
    with subprocess.Popen(
        desk.command(*login), env=desk.environment(), cwd="/", start_new_session=True
    ) as watching:
        try:
            time.sleep(3)
            shutil.copy(first, watched / "自评表.xlsx")
            desk.give(watched)
            assert _within(60, (watched / "自评表_标注.xlsx").exists)
            # a new version ends the old one's watch, and is installed in its place
            assert desk.run("sh", carried / "安装.sh").returncode == 0
            assert _within(20, lambda: watching.poll() is not None)
        finally:
            if watching.poll() is None:
                os.killpg(watching.pid, signal.SIGKILL)

    assert "须修改" in desk.run("sh", desk.program / "selfeval", "check", first).stdout
    run = desk.run("sh", desk.program / "uninstall.sh")
    assert run.returncode == 0 and run.stderr == "" and "已卸载" in run.stdout
    left = {watched.relative_to(desk.home).as_posix()}  # her own files are in it
    left |= {path.relative_to(desk.home).as_posix() for path in (*marked, *watched.iterdir())}
    assert desk.everything() - before == left


@pytest.mark.skipif(sys.platform != "linux", reason="a Linux desk")
@pytest.mark.parametrize(
    "what", ["another machine", "no archive", "a folder of hers", "does not start", "update does not start"]
)
def test_an_installation_that_cannot_be_says_so_and_leaves_nothing(what, desk, wheels, tmp_path):
    """The Python here is a stand-in, so that it never starts."""
    code = bundles.AARCH64 if os.uname().machine == "x86_64" else bundles.X86_64
    own = bundles.X86_64 if code == bundles.AARCH64 else bundles.AARCH64
    carried, target = desk.home / "包", desk.home / "程序"
    archive = linux_stand_in(tmp_path / "p.tar.gz", code if what == "another machine" else own)
    bundle(carried, archive, wheels, "linux")
    if what == "no archive":
        (carried / linux_starters.ARCHIVE).unlink()
    if what == "a folder of hers":
        target.mkdir()
        (target / "我的表.xlsx").write_bytes(b"mine")
    if what == "update does not start":
        target.mkdir()
        (target / linux_starters.MARK).write_text("the version before")
    desk.give(desk.home)
    before = desk.everything()
    run = desk.run("sh", carried / "安装.sh", target)
    said = {
        "another machine": "没有安装",
        "no archive": "找不到",
        "a folder of hers": "别的文件",
        "does not start": "起不来",
        "update does not start": "起不来",
    }
    assert run.returncode == 1 and said[what] in run.stdout
    assert desk.everything() == before


def test_uninstalling_deletes_only_what_it_is_told_to_be_ours(desk):
    """The script copied to a place that is not the program's, and a record that names files of others."""
    script = linux_starters.filled(linux_starters.UNINSTALL, "3.12", "x86_64")
    for name in ("别处", "程序"):
        (desk.home / name).mkdir()
        (desk.home / name / "uninstall.sh").write_bytes(script)
        (desk.home / name / "表.xlsx").write_bytes(b"mine")
    hers = desk.home / "她的.desktop"
    hers.write_text("[Desktop Entry]\nName=x\n")
    (desk.home / "程序" / linux_starters.MARK).write_text("")
    (desk.home / "程序" / linux_starters.RECORD).write_text(
        f"{hers}\n{desk.desktop}\n{desk.home / '别处'}\n/\n"
    )
    desk.give(desk.home)
    run = desk.run("sh", desk.home / "别处" / "uninstall.sh")
    assert run.returncode == 1 and "没有动它" in run.stdout
    run = desk.run("sh", desk.home / "程序" / "uninstall.sh")
    assert run.returncode == 0 and not (desk.home / "程序").exists()
    assert hers.exists() and (desk.home / "别处" / "表.xlsx").exists()


def _within(seconds: float, true: object) -> bool:
    """Whether something becomes true in this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.2)
    return False
