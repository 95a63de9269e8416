"""`addin bundle` for Windows from stand-ins: for which machine, with which wheels, and what is said."""

from __future__ import annotations

import configparser
import re
import zipfile
from pathlib import Path

import pytest

from selfeval_xl.addin.setup import collecting, windows_bundle
from selfeval_xl.addin.setup.bundle import bundle
from selfeval_xl.addin.setup.wheels import NEEDED, Target, code_of, requirements_of, select
from selfeval_xl.errors import UnreadableFile, UsageError
from support import bundles
from support.bundles import embeddable, wheel
from support.command import ROOT, selfeval

WINDOWS = ("xlwings", "pywin32")
DESK = Target("3.12", ("win_amd64",), "AMD64", "Windows")


@pytest.fixture
def wheels(tmp_path) -> Path:
    """A wheel of one module each for all that a Windows desk needs, and two that stay out."""
    folder = bundles.stand_in_wheels(tmp_path / "wheels", (*WINDOWS, "numpy", "pandas"))
    wheel(folder, "lxml", {"lxml-1000.0.data/scripts/run.exe": "x"})
    wheel(
        folder,
        "pywin32",
        {"pywin32_system32/pywintypes312.dll": "dll", "pywin32-1000.0.data/platlib/win32/lib/x.py": ""},
    )
    return folder


@pytest.fixture
def archive(tmp_path) -> Path:
    return embeddable(tmp_path / "python-3.12.10-embed-amd64.zip")


def test_the_bundle_has_everything_and_no_pandas(archive, wheels, tmp_path):
    out = tmp_path / "离线包"
    run = selfeval(*"addin bundle -o 离线包 --wheels wheels --python".split(), archive.name, cwd=tmp_path)
    assert run.returncode == 0 and run.stderr == ""
    assert "Windows，AMD64，Python 3.12，组件14个" in run.stdout
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {
        "selfeval.xlam",
        "selfeval.xltm",
        "selfeval-check.cmd",
        "安装.cmd",
        "使用说明.txt",
        "python/python.exe",
        "python/pywintypes312.dll",
        "packages/selfeval_xl/cli/app.py",
        "packages/selfeval_xl/addin/setup/selfeval.xlam",
        "packages/xlwings_module.py",
        "packages/win32/lib/x.py",
    } <= there
    assert not [name for name in there if re.search(r"pandas|numpy|run\.exe|__pycache__", name)]
    assert (out / "python" / "python312._pth").read_text(encoding="ascii").split() == [
        "python312.zip",
        ".",
        "..\\packages",
        "..\\packages\\win32",
        "..\\packages\\win32\\lib",
        "..\\packages\\pythonwin",
    ]
    assert (out / "使用说明.txt").read_bytes().startswith(b"\xef\xbb\xbf")
    again = selfeval("addin", "bundle", "-o", out, "--python", archive, "--wheels", wheels)
    assert again.returncode == 2 and "不是空的" in again.stderr


def test_what_decrypts_goes_into_a_bundle_with_its_wheels(archive, wheels, tmp_path):
    for name in ("msoffcrypto-tool", "olefile", "cffi", "pycparser"):
        wheel(wheels, name)
    wheel(wheels, "cryptography", requires=["cffi>=1.14"], tag="cp311-abi3-win_amd64")
    made = bundle(tmp_path / "离线包", archive, wheels)
    assert (tmp_path / "离线包" / "packages" / "msoffcrypto_tool_module.py").is_file()
    assert (tmp_path / "离线包" / "packages" / "cryptography_module.py").is_file()
    assert made.notes == ()


@pytest.mark.parametrize(
    "machine,platform,word",
    [
        (bundles.X86, "win32", "x86"),
        (bundles.AMD64, "win_amd64", "AMD64"),
        (bundles.ARM64, "win_arm64", "ARM64"),
    ],
)
def test_the_machine_is_that_of_python_exe(machine, platform, word, tmp_path):
    target, _ = windows_bundle.inspect(embeddable(tmp_path / "p.zip", machine))
    assert (target.version, target.platforms, target.machine) == ("3.12", (platform,), word)


@pytest.mark.parametrize("program", [bundles.pe(0x01C4), bundles.pe(0x5064), b"x", b"MZ", b""])
def test_a_python_of_another_machine_is_refused(program, tmp_path):
    """ARM of 32 bits, RISC-V, and what is no program."""
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as package:
        package.writestr("python312._pth", "")
        package.writestr("python.exe", program)
    with pytest.raises(UsageError, match="另一种处理器|不是Windows程序"):
        windows_bundle.inspect(tmp_path / "p.zip")


def test_a_bundle_of_32_bits_goes_without_msgspec_and_says_so(wheels, tmp_path):
    """msgspec has wheels for win_amd64 and win_arm64 only."""
    archive = embeddable(tmp_path / "python-3.12.10-embed-win32.zip", bundles.X86)
    run = selfeval("addin", "bundle", "-o", tmp_path / "包", "--python", archive, "--wheels", wheels)
    assert run.returncode == 0 and "32位的离线包：不能汇总全县" in run.stdout
    assert not list((tmp_path / "包" / "packages").glob("msgspec*"))
    next(wheels.glob("msgspec*")).unlink()
    bundle(tmp_path / "又", archive, wheels)
    arm = embeddable(tmp_path / "python-3.12.10-embed-arm64.zip", bundles.ARM64)
    with pytest.raises(UsageError, match="缺少组件：msgspec"):
        bundle(tmp_path / "大", arm, wheels)


def test_all_that_is_missing_is_named(archive, wheels, tmp_path):
    next(wheels.glob("lxml*")).unlink()
    next(wheels.glob("rich*")).unlink()
    with pytest.raises(UsageError, match="缺少组件：rich；lxml。"):
        bundle(tmp_path / "包", archive, wheels)
    assert not (tmp_path / "包").exists() and not list(tmp_path.glob("~*"))


@pytest.mark.parametrize(
    "tag,fits",
    [
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("cp312-cp312-win_amd64", True),
        ("cp312-none-win_amd64", True),
        ("py3-none-win_amd64", True),
        ("cp37-abi3-win_amd64", True),
        ("cp312-cp312-win32", False),
        ("cp312-cp312-win_arm64", False),
        ("cp311-cp311-win_amd64", False),
        ("cp313-cp313-win_amd64", False),
        ("cp313-abi3-win_amd64", False),
        ("cp312-cp312t-win_amd64", False),
        ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", False),
        ("cp312-cp312-macosx_11_0_arm64", False),
        ("pp310-pypy310_pp73-win_amd64", False),
        ("py2-none-any", False),
    ],
)
def test_only_wheels_of_this_python_and_machine_are_taken(tag, fits, wheels):
    next(wheels.glob("lxml*")).unlink()
    wheel(wheels, "lxml", tag=tag)
    selection = select(sorted(wheels.glob("*.whl")), DESK)
    assert ("lxml" in [each.name for each in selection.wheels]) is fits
    if not fits:
        said = selection.missing["lxml>=5.0"]
        assert f"lxml-1000.0-{tag}.whl" in said and "要cp312、win_amd64的" in said


def test_of_several_wheels_the_newest_that_fits_is_taken(wheels):
    wheel(wheels, "lxml", version="2000.0", tag="cp311-cp311-win_amd64")
    wheel(wheels, "lxml", version="1500.0", tag="cp312-cp312-win_amd64")
    wheel(wheels, "lxml", version="4.9", tag="cp312-cp312-win_amd64")
    chosen = {each.name: each.file.name for each in select(sorted(wheels.glob("*.whl")), DESK).wheels}
    assert chosen["lxml"] == "lxml-1500.0-cp312-cp312-win_amd64.whl"


@pytest.mark.parametrize(
    "requires,missing",
    [
        (["et-xmlfile"], "et-xmlfile（openpyxl要用它）"),
        (["lark >= 2000"], "lark（openpyxl要用它）：要.*2000.*，有的是1000.0"),
        (["lark < 900"], "lark（openpyxl要用它）：要.*，有的是1000.0"),
        (['colorama; platform_system == "Windows"'], "colorama（openpyxl要用它）"),
        (['old; python_version < "3.13"'], "old（openpyxl要用它）"),
        (['x; os_name == "nt" and platform_machine == "AMD64"'], "x（openpyxl要用它）"),
        (['y; a_word_of_tomorrow == "1"'], None),
        (['z; os_name ~= "n"'], "z（openpyxl要用它）"),  # cannot be judged
        (['psutil; sys_platform == "darwin"'], None),
        (['tomli; python_version < "3.11"'], None),
        (['reports; extra == "reports"'], None),
        (['uvloop; sys_platform != "win32"'], None),
    ],
)
def test_what_a_wheel_requires_on_the_desk_has_to_be_there(requires, missing, archive, wheels, tmp_path):
    if requires[0].startswith("y;"):
        wheel(wheels, "openpyxl", requires=requires)
        with pytest.raises(UnreadableFile, match="看不懂"):  # never passed over in silence
            bundle(tmp_path / "包", archive, wheels)
        return
    wheel(wheels, "openpyxl", requires=requires)
    if missing is None:
        assert bundle(tmp_path / "包", archive, wheels).wheels
    else:
        with pytest.raises(UsageError, match=missing):
            bundle(tmp_path / "包", archive, wheels)


def test_what_is_required_through_others_and_by_extras_is_followed(wheels):
    wheel(wheels, "typer", requires=["middle[fast]>=1"])
    wheel(wheels, "middle", version="2.0", requires=["far; extra == 'fast'", "none; extra == 'slow'"])
    wheel(wheels, "far", version="3.0", requires=["typer", "deep"])  # a circle ends
    selection = select(sorted(wheels.glob("*.whl")), DESK)
    assert selection.missing == {"deep": "deep（far要用它）"}
    assert {"middle", "far"} <= {each.name for each in selection.wheels}


def test_two_who_require_the_same_get_one_version_that_suits_both(wheels):
    wheel(wheels, "shared", version="1.5")
    wheel(wheels, "shared", version="2.5")
    wheel(wheels, "rich", requires=["shared<2"])
    wheel(wheels, "typer", requires=["shared>=1"])
    chosen = {each.name: str(each.version) for each in select(sorted(wheels.glob("*.whl")), DESK).wheels}
    assert chosen["shared"] == "1.5"
    wheel(wheels, "typer", requires=["shared>=2"])
    assert "shared" in "".join(select(sorted(wheels.glob("*.whl")), DESK).missing.values())


def test_wheels_of_other_machines_among_them_are_left_out_and_said(archive, wheels, tmp_path):
    wheel(wheels, "lxml", tag="cp312-cp312-manylinux_2_28_x86_64")
    wheel(wheels, "cryptography", tag="cp311-abi3-win32")
    made = bundle(tmp_path / "包", archive, wheels)
    assert made.notes == ("没有放进去（不合cp312、win_amd64）：cryptography-1000.0-cp311-abi3-win32.whl。",)


@pytest.mark.parametrize("name", ["lxml.whl", "lxml-6.1-win.whl", "lxml-6.1 (1)-cp312-cp312-win_amd64.whl"])
def test_a_wheel_whose_name_was_changed_is_refused(name, archive, wheels, tmp_path):
    (wheels / name).write_bytes(b"x")
    with pytest.raises(UsageError, match="不要改名"):
        bundle(tmp_path / "包", archive, wheels)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 100])
def test_a_wheel_that_cannot_be_read_is_named(data, archive, wheels, tmp_path):
    next(wheels.glob("lxml*")).write_bytes(data)
    with pytest.raises(UnreadableFile, match="lxml-1000.0-py3-none-any.whl"):
        bundle(tmp_path / "包", archive, wheels)


@pytest.mark.parametrize("name", ["../x.py", "/etc/x.py", "a/../../x.py", "C:/x.py", "a\\..\\x.py", "a//x"])
def test_a_name_that_leads_out_of_a_wheel_is_refused(name, tmp_path):
    with zipfile.ZipFile(tmp_path / "a-1.0-py3-none-any.whl", "w") as package:
        package.writestr(zipfile.ZipInfo(name), "x")
    with pytest.raises(UnreadableFile, match="不该有的文件名"):
        list(code_of(tmp_path / "a-1.0-py3-none-any.whl"))


@pytest.mark.parametrize(
    "names,said",
    [
        (["python.exe", "python310._pth"], "太旧"),
        (["readme.txt"], "不是嵌入式Python"),
        (["python.exe", "python312._pth", "../x"], "不该有的文件名"),
        (None, "不是完整的zip"),
    ],
)
def test_only_an_embeddable_python_is_taken(tmp_path, names, said):
    archive = tmp_path / "p.zip"
    archive.write_bytes(b"nothing")
    if names:
        with zipfile.ZipFile(archive, "w") as package:
            for name in names:
                package.writestr(name, bundles.pe(bundles.AMD64))
    with pytest.raises(UsageError, match=said):
        windows_bundle.inspect(archive)


def test_another_system_is_refused(archive, wheels, tmp_path):
    run = selfeval(
        *("addin", "bundle", "-o", tmp_path / "包", "--python", archive, "--wheels", wheels),
        *("--system", "macos"),
    )
    assert run.returncode == 2 and "windows 或 linux" in run.stderr


def test_the_desk_gets_what_the_package_requires():
    asked = configparser.ConfigParser()
    asked.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = asked["options"]["install_requires"].split("\n")
    assert [line for line in lines if line] == list(NEEDED)


def test_what_pip_finds_no_wheel_of_is_named(monkeypatch, tmp_path):
    """pip's own answer names only the first package that it does not find."""
    none = {"lxml>=5.0", "msgspec>=0.19"}

    def pip(target: Target, folder: Path, asked: list[str], *options: str) -> str:
        first = next((each for each in asked if each in none), None)
        return f"ERROR: No matching distribution found for {first}\n" if first else ""

    monkeypatch.setattr(collecting, "_pip", pip)
    with pytest.raises(UsageError) as error:
        collecting.wheels_for(DESK, tmp_path)
    assert "没有cp312、win_amd64的wheel：lxml>=5.0、msgspec>=0.19。" in str(error.value)


def test_what_only_the_desk_requires_is_collected_too(monkeypatch, tmp_path):
    """pip judges conditions by the machine that collects, and leaves out what only Windows asks for."""
    tmp_path = bundles.stand_in_wheels(tmp_path / "w")
    wheel(tmp_path, "rich", requires=['colorama>=0.4; platform_system == "Windows"'])
    calls = []

    def pip(target: Target, folder: Path, asked: list[str], *options: str) -> str:
        calls.append(asked)
        if "colorama>=0.4" in asked:
            wheel(folder, "colorama")
        return ""

    monkeypatch.setattr(collecting, "_pip", pip)
    chosen = collecting.wheels_for(DESK, tmp_path).wheels
    assert len(calls) == 2 and "rich==1000.0" in calls[1] and "colorama" in [each.name for each in chosen]


def test_requirements_come_from_the_metadata(tmp_path):
    path = wheel(tmp_path, "a", requires=["b (>=2.2.0)", "c>=1,<3; python_version >= '3.9'"])
    assert [str(each) for each in requirements_of(path)] == ["b>=2.2.0", 'c<3,>=1; python_version >= "3.9"']
