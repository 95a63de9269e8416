"""What our hidden sheet knows about the forms of a workbook and not every form prints: the year, the codes of
department and projects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..forms import PROJECT, Form
from ..sheets import COVER, LISTS, SELF_CHECK, SUMMARY
from .labels import squeeze

OURS = frozenset(
    (COVER, SUMMARY, SELF_CHECK, LISTS)
)  # only a department workbook of ours has sheets of these names

PROJECT_NAME, PROJECT_CODE = "project", "project_code"  # project|项目01, project_code|项目01


def with_codes(forms: Iterable[Form], settings: Mapping[str, str]) -> list[Form]:
    """The forms with the year and the codes that were issued with them, where they print none.

    A project is known by the name it was issued with, else by its sheet: a sheet may have been copied, moved
    or renamed.
    """
    forms = list(forms)
    if not settings:
        return forms
    by_sheet, by_name = project_codes(settings)
    department, year = settings.get("department_code"), settings.get("year", "")
    done = []
    for form in forms:
        known = {}
        if form.kind == PROJECT and not form.project_code:
            code = by_name.get(squeeze(form.project)) if form.project else None
            code = code or (
                None if form.project and squeeze(form.project) in by_name else by_sheet.get(form.sheet)
            )
            known["project_code"] = code
        if department and not form.department_code:
            known["department_code"] = department
        if form.year is None and year.isdecimal():
            known["year"] = int(year)
        done.append(replace(form, **known) if any(known.values()) else form)
    return done


def project_codes(settings: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Project codes by sheet, and by name where only one project of the workbook has that name."""
    by_sheet = {
        key.partition("|")[2]: code
        for key, code in settings.items()
        if key.startswith(f"{PROJECT_CODE}|") and code
    }
    names: dict[str, set[str]] = {}
    for key, name in settings.items():
        if key.startswith(f"{PROJECT_NAME}|"):
            names.setdefault(squeeze(name), set()).add(by_sheet.get(key.partition("|")[2], ""))
    return by_sheet, {name: next(iter(codes)) for name, codes in names.items() if len(codes) == 1}
