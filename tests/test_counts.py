"""The numbers that tell a person what to do are the same everywhere: 须修改, 须说明, 下年完善, 财政核实."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import docx
import openpyxl
import pytest

from selfeval_xl.addin.buttons.check import closing
from selfeval_xl.assessment.policy import default
from selfeval_xl.county import consolidate
from selfeval_xl.filings.grouping import gather
from selfeval_xl.model.findings import Counts, Finding, Severity, Treatment, counted
from selfeval_xl.readers import read_file
from selfeval_xl.rules.registry import catalogue
from selfeval_xl.rules.runner import check
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.marking.marks import mark
from selfeval_xl.workflows.reports.bulletin import county_bulletin
from selfeval_xl.workflows.returns.send_back import send_back
from selfeval_xl.workflows.watching import check_saved
from support.command import selfeval
from support.counties import send

DEPARTMENTS = range(0, 5)
_SENTENCE = re.compile(
    r"须修改(\d+)处(?:（含漏报项目\d+个）)?[，、]须说明(\d+)处(?:（另有(\d+)处已说明）)?[，、]下年完善(\d+)处(?:，财政核实(\d+)处)?"
)


def said(text: str) -> Counts:
    """The counts of a sentence."""
    match = _SENTENCE.search(text)
    assert match, text
    fix, explain, explained, later, bureau = (int(number or 0) for number in match.groups())
    return Counts(fix, explain, later, bureau, explained)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The received workbooks of a county, its workbook, its returns and its bulletin; by department."""
    root = tmp_path_factory.mktemp("counts")
    departments = made_up()[0]
    for number in DEPARTMENTS:
        send(root / "收" / f"{departments[number].name}.xlsx", departments[number])
    consolidate(root / "收", root / "全县.xlsx", jobs=1)
    send_back(root / "收", root / "退", jobs=1)
    return root


def findings_of(path: Path):
    file = read_file(path)
    return file, check(gather([file]), None, [file])


def rows(book, name: str) -> list[dict]:
    heads, *lines = book[name].iter_rows(values_only=True)
    return [dict(zip(heads, line, strict=False)) for line in lines if isinstance(line[0], (int, float))]


def of_county(county: Path, name: str) -> list[dict]:
    return rows(openpyxl.load_workbook(county / "全县.xlsx", data_only=True), name)


def test_one_workbook_counts_alike_in_every_place_of_a_department(county, tmp_path):
    """check and its JSON, watch, the list in the marked copy, submit, and the sentence of the button."""
    for path in sorted((county / "收").iterdir())[:2]:
        file, findings = findings_of(path)
        counts = findings.counts
        run = selfeval("check", path)
        assert said(run.stdout) == counts and run.returncode == (1 if counts.fix else 0)
        listed = json.loads(selfeval("check", path, "--json").stdout)["findings"]
        assert Counter(one["treatment"] for one in listed) == {
            key: number for key, number in zip(("fix", "explain", "next_year", "bureau"), counts) if number
        }
        assert said(closing(list(findings), len(file.forms))) == counts
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        watched = check_saved(copy, default())
        assert watched.counts == counts
        marked = rows(openpyxl.load_workbook(watched.out), "校验结果")
        assert Counter(row["处理方式"] for row in marked) == Counter(
            finding.treatment.label for finding in findings
        )
        submitted = json.loads(selfeval("submit", path, "-o", tmp_path / "报", "--yes", "--json").stdout)
        assert (submitted["fix"], submitted["explain"]) == (counts.fix, counts.explain)


def test_the_county_counts_what_the_returns_ask(county):
    """部门汇总, 项目汇总, 审核问题, 总览, 通报 and each notice, its list and the page of returns."""
    departments = {row["部门名称"]: row for row in of_county(county, "部门汇总")}
    found = of_county(county, "审核问题")
    asked = {}
    for folder in sorted((county / "退").iterdir()):
        notice = folder / "退回通知.docx"
        if not notice.exists():
            continue
        text = "\n".join(paragraph.text for paragraph in docx.Document(notice).paragraphs)
        name = next(name for name in departments if f"{name}：" in text)
        asked[name] = tuple(
            int(match[1]) if (match := re.search(rf"{word}(\d+)处", text)) else 0
            for word in ("须修改", "须说明")
        )
        (workbook,) = folder.glob("*_退回修改.xlsx")
        table = [row for row in rows(openpyxl.load_workbook(workbook), "问题清单") if row["级别"]]
        by_treatment = Counter(row["处理方式"] for row in table)
        assert (by_treatment["本次修改"], by_treatment["本次说明"]) == asked[name]
    for name, row in departments.items():
        own = [one for one in found if one["部门名称"] == name]
        by_treatment = Counter(one["处理方式"] for one in own)
        assert (row["须修改数"], row["须说明数"]) == (by_treatment["本次修改"], by_treatment["本次说明"])
        assert asked.get(name, (0, 0)) == (row["须修改数"], row["须说明数"]), name
        projects = [one for one in of_county(county, "项目汇总") if one["部门名称"] == name]
        for project in projects:
            of_project = Counter(
                one["处理方式"]
                for one in own
                if one["项目名称"] == project["项目名称"] and one["表别"] == "项目"
            )
            assert (project["须修改数"], project["须说明数"]) == (
                of_project["本次修改"],
                of_project["本次说明"],
            )
    total = Counter(one["处理方式"] for one in found)
    front = openpyxl.load_workbook(county / "全县.xlsx", data_only=True)["总览"]
    heads = {cell.value: cell for line in front.iter_rows() for cell in line if cell.value}
    for word, label in (("须修改条数", "本次修改"), ("须说明条数", "本次说明")):
        assert front.cell(heads[word].row + 1, heads[word].column).value == total[label]
    county_bulletin(county / "收", county / "通报.docx", jobs=1)
    text = "\n".join(paragraph.text for paragraph in docx.Document(county / "通报.docx").paragraphs)
    counts = said(text)
    assert (counts.fix, counts.explain, counts.next_year, counts.bureau) == tuple(
        total[treatment.label] for treatment in Treatment
    )
    page = docx.Document(county / "退" / "退回催报一览.docx").tables[0]
    listed = {
        row.cells[0].text: tuple(int(cell.text or 0) for cell in row.cells[2:4]) for row in page.rows[1:]
    }
    assert listed == asked
    mend = sum(fix > 0 for fix, _ in asked.values())
    assert f"需要修改的{mend}个部门" in text


def test_every_rule_is_counted_by_the_treatment_that_its_page_names():
    for rule in catalogue().values():
        for treatment in Treatment:
            finding = Finding(message="x", rule=rule.id, severity=rule.severity, treatment=treatment)
            counts = counted([finding])
            assert sum(counts) == 1 and getattr(counts, treatment.value) == 1


def test_what_is_explained_is_counted_apart(tmp_path):
    finding = Finding(message="x", severity=Severity.WARNING, treatment=Treatment.EXPLAIN, status="explained")
    mended = Finding(message="x", severity=Severity.ERROR, treatment=Treatment.FIX, status="explained")
    assert counted([finding, mended]) == Counts(fix=1, explained=1)
    assert counted([finding]).sentence() == "须修改0处，须说明0处（另有1处已说明），下年完善0处"


def test_levels_and_treatments_are_never_joined_into_one_word(county, tmp_path):
    path = next(iter(sorted((county / "收").iterdir())))
    _, findings = findings_of(path)
    mark(path, findings, tmp_path / "标注.xlsx")
    book = openpyxl.load_workbook(tmp_path / "标注.xlsx")
    texts = [cell.value for sheet in book for line in sheet.iter_rows() for cell in line]
    texts += [
        cell.comment.text for sheet in book for line in sheet.iter_rows() for cell in line if cell.comment
    ]
    texts.append(selfeval("check", path).stdout)
    assert not [
        text
        for text in texts
        if isinstance(text, str) and re.search("（须修改）|（须说明）|（供参考）|警告", text)
    ]
