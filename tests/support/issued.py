"""The workbooks of two departments as they were issued."""

from __future__ import annotations

from selfeval_xl.readers import read_file
from selfeval_xl.workflows import issuing
from selfeval_xl.workflows.issuing.contents import IssueOptions
from support.rosters import make_roster


def issue_two(folder):
    """Issues the workbooks of two departments into a folder."""
    return issuing.issue(
        make_roster(folder / "名册.xlsx"),
        folder / "下发",
        asked=IssueOptions(year=2024, send="内网邮箱", contact="李四", phone="0431-2222222"),
    )


def book(issued, number=0):
    return issued.folder / issued.departments[number][0].file


def forms(issued, number=0):
    return {form.project or "整体": form for form in read_file(book(issued, number)).forms}
