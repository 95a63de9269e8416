"""Reading of one file into forms: opened by `formats`, understood by `recognition`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from selfeval_xl.model.forms import Form, OtherForm, Problem, ReadFile, Report
from selfeval_xl.model.grid import Grid
from selfeval_xl.model.listed import Explanation, ListedFinding, SummaryLine
from selfeval_xl.model.places import sheet_shown
from selfeval_xl.model.sheet_names import IS_RECHECK, NO_FILINGS, RECHECK
from selfeval_xl.readers.formats.kinds import ATTACHMENTS
from selfeval_xl.readers.formats.source import Source, open_source
from selfeval_xl.readers.recognition.evidence import with_evidence
from selfeval_xl.readers.recognition.issued_codes import WITHOUT_FORMS, with_codes
from selfeval_xl.readers.recognition.layout_match import layout_by_settings
from selfeval_xl.readers.recognition.overwritten_formulas import with_overtyped
from selfeval_xl.readers.recognition.ready_sheets import is_spare
from selfeval_xl.readers.recognition.report import report_in, report_on_sheet
from selfeval_xl.readers.recognition.result_list import explanations_in, listed_in
from selfeval_xl.readers.recognition.stage_forms import all_forms_in
from selfeval_xl.readers.recognition.summary_lines import summary_in

NOTHING_FOUND = (
    "“{name}”里没有找到绩效自评表，也没有自评报告。请确认交的是自评表；"
    "如果是，请核对表头“三级指标、年度指标值、实际完成值”等是否还在。"
)
_NO_FILING = "“{name}”是本程序生成的{what}，不是自评表，没有找到可以校验的表。"
_NO_SETTINGS = "这份工作簿是下发的样子，但里面的隐藏工作表“_selfeval”不见了；部门和项目按表里写的认。"


def read_file(path: str | Path) -> ReadFile:
    """The forms, reports and problems of one file, read in this process.

    Bad content is a problem of the file, never an exception. Commands read files they did not write through
    `read_files`, in worker processes that may die. Raises UsageError where there is no such file.
    """
    return understand(open_source(path))


def understand(source: Source) -> ReadFile:
    """The forms, reports and problems in the Grids and paragraphs of an opened file."""
    if sentence := about_no_filing(source):
        return replace(_opened(source), problems=(*source.problems, Problem(sentence, rule="T01")))
    forms, stage_forms = list[Form](), list[Form]()
    reports: list[Report] = []
    problems = list(source.problems)
    evidence: list[str] = []
    explanations: list[Explanation] = []
    listed: list[ListedFinding] = []
    summary: list[SummaryLine] = []
    others: list[OtherForm] = []
    for grid in source.grids:
        found = all_forms_in(grid, source.path)
        if is_spare(grid, source.settings, (*found.forms, *found.stage_forms)):
            continue
        forms += _with_layout(found.forms, grid, source)
        problems += found.problems
        others += [found.other] if found.other else []
        stage_forms += [_printed_here(form, grid, source.settings) for form in found.stage_forms]
        explanations += explanations_in(grid)
        listed = listed_in(grid) or listed
        summary = summary_in(grid) or summary
        evidence += [f"{sheet_shown(source.path, grid.name)}：{line}" for line in found.evidence]
        report = report_on_sheet(grid, source.path)
        if report:
            reports.append(report)
    report = report_in(source.blocks, source.path)
    if report:
        reports.append(report)
    if not forms and not reports and not problems and not others and source.kind not in ATTACHMENTS:
        problems.append(Problem(NOTHING_FOUND.format(name=source.name), rule="T01"))
    if forms and not source.settings and any(grid.name in WITHOUT_FORMS for grid in source.grids):
        problems.append(Problem(_NO_SETTINGS, rule="T03"))
    return replace(
        _opened(source),
        forms=tuple(with_codes(with_evidence(forms, source.grids), source.settings)),
        reports=tuple(reports),
        problems=tuple(problems),
        evidence=tuple(evidence),
        settings=source.settings,
        explanations=tuple(explanations),
        listed=tuple(listed),
        summary=tuple(summary),
        others=tuple(others),
        stage_forms=tuple(with_codes(stage_forms, source.settings)),
    )


def _opened(source: Source) -> ReadFile:
    """What is known of a file before it is understood."""
    return ReadFile(
        path=source.path, sha256=source.sha256, size=source.size, kind=source.kind, saved=source.saved
    )


def about_no_filing(source: Source) -> str:
    """The sentence on a workbook of ours that is no filing (汇总工作簿, 单位名册); "" for any other."""
    names = {grid.name for grid in source.grids}
    what = next((name for name, sheets in NO_FILINGS.items() if sheets <= names), None)
    if IS_RECHECK in source.settings:
        what = RECHECK
    return "" if what is None else _NO_FILING.format(name=source.name, what=what)


def _printed_here(form: Form, grid: Grid, settings: Mapping[str, str]) -> Form:
    """The form of an earlier stage with layout and overwritten formulas, where this program made it."""
    layout_id = settings.get("layout")
    if not layout_id or settings.get("stage") != form.kind:
        return form
    return with_overtyped(replace(form, layout=layout_id), grid, layout_id)


def _with_layout(forms: Sequence[Form], grid: Grid, source: Source) -> Sequence[Form]:
    """The forms, with layout and overwritten formulas where this program made the workbook."""
    layout_id = source.settings.get("layout")
    if not layout_id:
        return forms
    return [with_overtyped(layout_by_settings(form, source.settings), grid, layout_id) for form in forms]
