"""Year, department code and project codes from our hidden sheet, because not every form prints them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from selfeval_xl.model.codes import plain_code
from selfeval_xl.model.forms import Form
from selfeval_xl.model.numbers import whole
from selfeval_xl.model.sheet_names import COVER, LISTS, SELF_CHECK, SUMMARY
from selfeval_xl.model.text import squeeze

# Names of sheets that only department workbooks made by this program have.
WITHOUT_FORMS = frozenset((COVER, SUMMARY, SELF_CHECK, LISTS))
PROJECT_NAME, PROJECT_CODE = "project", "project_code"  # project|项目01, project_code|项目01


def with_codes(forms: Iterable[Form], settings: Mapping[str, str]) -> list[Form]:
    """The forms with the year and the codes that were issued with them, where they print none."""
    forms = list(forms)
    if not settings:
        return forms
    by_sheet, by_name = project_codes(settings)
    department_code, year = plain_code(settings.get("department_code", "")) or None, settings.get("year", "")
    return [
        replace(
            form,
            project_code=form.project_code or _project_code(form, by_sheet, by_name),
            department_code=form.department_code or department_code,
            year=whole(year) or None if form.year is None else form.year,
        )
        for form in forms
    ]


def _project_code(form: Form, by_sheet: Mapping[str, str], by_name: Mapping[str, str]) -> str | None:
    """The code that was issued for the form's project, or None; a department form has none.

    A project is known by the name it was issued with, else by its sheet: a sheet may have been copied, moved
    or renamed.
    """
    if not form.is_of_project:
        return None
    name = squeeze(form.project) if form.project else None
    if name is not None and name in by_name:
        return by_name[name] or None
    return by_sheet.get(form.sheet)


def project_codes(settings: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Project codes by sheet, and by name where only one project of the workbook has that name."""
    by_sheet = {
        key.partition("|")[2]: plain_code(code)
        for key, code in settings.items()
        if key.startswith(f"{PROJECT_CODE}|") and code
    }
    names: dict[str, set[str]] = {}
    for key, name in settings.items():
        if key.startswith(f"{PROJECT_NAME}|"):
            names.setdefault(squeeze(name), set()).add(by_sheet.get(key.partition("|")[2], ""))
    return by_sheet, {name: next(iter(codes)) for name, codes in names.items() if len(codes) == 1}
