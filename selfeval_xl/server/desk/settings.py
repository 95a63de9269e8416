"""The settings of a desk: where things lie, and how much of everything is allowed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from selfeval_xl.files import state_folder


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of what a department may send and keep.

    file_bytes: of one file. draft_bytes: of one upload. files: in one upload. drafts: of one account at a
    time. draft_hours: until a trial is deleted. state_bytes: of all trials together. text: letters of an
    explanation or a reason. waiting: drafts in the queue of the whole desk.
    """

    file_bytes: int = 50 << 20
    draft_bytes: int = 200 << 20
    files: int = 300
    drafts: int = 5
    draft_hours: float = 24.0
    state_bytes: int = 20 << 30
    text: int = 2000
    waiting: int = 4000


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a desk.

    receiving: the receiving folder (收件文件夹). roster, policy: their files. state: the folder of the desk's
    own state, by default one for each receiving folder in the user's own. workbook: the county workbook, by
    default beside the receiving folder. address: of the desk, as it is printed for departments. checkers:
    checking workers, by default one a core; they are nicer to others than what answers the pages.
    """

    receiving: Path
    roster: Path
    policy: Path | None = None
    state: Path | None = None
    workbook: Path | None = None
    address: str = ""
    checkers: int | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def state_place(self) -> Path:
        """The folder of the state."""
        if self.state is not None:
            return self.state
        digest = hashlib.sha256(os.fsencode(os.path.normcase(self.receiving.resolve()))).hexdigest()[:16]
        return state_folder() / "desk" / digest

    @property
    def county_workbook(self) -> Path:
        """The county workbook of the desk."""
        if self.workbook is not None:
            return self.workbook
        folder = self.receiving.resolve()
        return folder.parent / f"{folder.name}_全县汇总.xlsx"
