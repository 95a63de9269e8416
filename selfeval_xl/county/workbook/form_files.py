"""The departments' forms as one workbook a department, beside a county workbook that would hold too many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.departments.data import DepartmentData
from selfeval_xl.county.workbook.form_sheets import FormSheets
from selfeval_xl.county.workbook.source_links import link_formula
from selfeval_xl.files import leaving, make_folder, safe_name, unique, write_out
from selfeval_xl.templates.drawing import Drawing

MOST_SHEETS = 300  # forms in one workbook; with 1,600 LibreOffice needs minutes to open it
Agree = Callable[[int], bool]


def never(number: int) -> bool:
    """The answer where nobody can be asked: so many forms do not go into one workbook."""
    return False


class FormFiles(FormSheets):
    """Writes the forms of each department into a workbook of its own, as they come; the index leads there.

    kept: sentences about files that were left as they are, because somebody else wrote or changed them.
    """

    def __init__(self, folder: Path, policy: Policy | None = None) -> None:
        super().__init__((), policy)
        self.folder = folder
        self.kept: list[str] = []
        self._files: set[str] = set()

    def add(self, entry: DepartmentData) -> None:
        """Writes the workbook of one department with its forms, and their rows of the index."""
        self._names, first = set(), len(self.rows)
        super().add(entry)
        if not self.drawings:
            return
        file = unique(f"{safe_name(f'{entry.code}{entry.name}')}.xlsx", self._files)
        drawings = tuple(self.drawings)
        with leaving(self.kept):
            write_out(make_folder(self.folder) / file, lambda path: _write(path, drawings))
        for row in self.rows[first:]:
            row["formula"] = link_formula(f"{self.folder.name}/", file, row["name"], "A1")
        self.drawings.clear()


def _write(path: str, drawings: Sequence[tuple[str, Drawing]]) -> None:
    import xlsxwriter

    from selfeval_xl.county.workbook.writer import OPTIONS
    from selfeval_xl.templates.cell_styles import Pen
    from selfeval_xl.templates.workbook import draw_sheet

    with xlsxwriter.Workbook(path, OPTIONS) as file:
        pen = Pen(file)
        for name, drawing in drawings:
            draw_sheet(file.add_worksheet(name), drawing, pen)
