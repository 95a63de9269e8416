"""The rule on text of another kind of unit (N09): a bureau that assesses 社区, a school that speaks of 镇."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import REPORT, Filing
from selfeval_xl.rules.registry import EVERY_STAGE, rule
from selfeval_xl.rules.texts import goal_texts, notes, remark_texts

_SELF_REFERENCE = re.compile(
    r"(?<![自你其敌基根成资样文版剧日书课标副抄账读脚])(?:我|本)(校|院|镇|乡|街道|局|委|馆|村|社区|所|"
    r"园|公司|医院|学院)(?![长里子来外内落民庄区化际领员镇级正准验对面])"
)
# The letters of which one stands in the name of such a unit; "" for those that `_foreign` decides.
_LETTERS_OF_KIND = {
    "校": "校学",
    "院": "院",
    "镇": "镇",
    "乡": "乡",
    "街道": "街道",
    "局": "",
    "委": "",
    "馆": "馆",
    "村": "村",
    "社区": "社区",
    "所": "所",
    "园": "园",
    "公司": "公司",
    "医院": "院",
    "学院": "院",
}
# 我局 is wrong only for these; other units below a bureau may well write it.
_NO_BUREAU = re.compile(r"学校|中学|小学|幼儿园|医院|卫生院|[镇乡]人民政府|街道办")
_BUREAU = re.compile(r"(?:局|委员会|委|办公室)$")
_ASSESSED = re.compile(r"考核各社区|各社区各部门|对各村[^。]{0,6}考核|各科室、各村|各班级")


@rule(
    "N09",
    "留有其他单位的文字",
    Severity.WARNING,
    asks="文字写的是本单位的情况，没有别处抄来的“我校”“我镇”一类。",
    treatment=Treatment.EXPLAIN,
    scope="filing",
    stages=EVERY_STAGE,
)
def text_of_another_kind_of_unit(filing: Filing, policy: Policy) -> Iterator[Finding]:
    """A text speaks of the unit that files it: a bureau does not write 我校 and does not assess 社区."""
    yield from _foreign_in_forms(filing)
    yield from _foreign_in_reports(filing)


def _foreign_in_forms(filing: Filing) -> Iterator[Finding]:
    """The findings on texts of the forms."""
    for form in filing.forms:
        names = "".join(name or "" for name in (form.department, form.unit, form.project, filing.department))
        for text in (*goal_texts(form), *remark_texts(form), *notes(form)):
            match = _foreign(text.text, names)
            if match:
                yield Finding(
                    message=(
                        f"{text.what}里写着“{match}”，"
                        f"和本单位（{form.unit or form.department or filing.department}）对不上。"
                    ),
                    hint="从别处抄来的，改成本单位的情况；确是本单位的工作，请说明。",
                    cell=text.cell,
                    subject=text.what,
                    value=match,
                    file=form.file,
                    sheet=form.sheet,
                    form=form.kind,
                    department=filing.department,
                    project=form.project,
                )


def _foreign_in_reports(filing: Filing) -> Iterator[Finding]:
    """The findings on sections of the reports."""
    for report in filing.reports:
        names = (
            (report.department or "") + filing.department + "".join(form.unit or "" for form in filing.forms)
        )
        for section in report.sections:
            match = _foreign(section.text, names)
            if match:
                yield Finding(
                    message=(
                        f"自评报告“{section.title}”里写着“{match}”，"
                        f"和本单位（{report.department or filing.department}）对不上。"
                    ),
                    hint="从别处抄来的，改成本单位的情况；确是本单位的工作，请说明。",
                    subject=section.title,
                    value=match,
                    file=report.file,
                    sheet=report.sheet,
                    form=REPORT,
                    department=filing.department,
                )


def _foreign(text: str, names: str) -> str | None:
    """The words that fit another kind of unit, or None.

    names: of the unit, its department and its project.
    """
    for match in _SELF_REFERENCE.finditer(text):
        letters = _LETTERS_OF_KIND[match[1]]
        fits = (
            any(letter in names for letter in letters)
            if letters
            else match[1] in names or not _NO_BUREAU.search(names)
        )
        if names and not fits:
            return match[0]
    assessed = _ASSESSED.search(text)
    may_assess = not _BUREAU.search(names) or "社区" in names or "民政" in names
    return assessed[0] if assessed and not may_assess else None
