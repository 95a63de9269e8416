"""The county's parameters and roster that the settings name, for whatever works without a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selfeval_xl.addin import state
from selfeval_xl.assessment.policy import Policy

if TYPE_CHECKING:
    from selfeval_xl.filings.roster import Roster


def policy() -> Policy:
    """The county's parameters where the settings name a file, else the ones that ship."""
    from selfeval_xl.rules.county_file import load

    return load(state.settings().get("policy") or None)


def roster() -> Roster | None:
    """The roster that the settings name; None where they name none."""
    path = state.settings().get("roster")
    if not path:
        return None
    from selfeval_xl.filings.roster import read_roster

    return read_roster(path)
