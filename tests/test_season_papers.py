"""Letters, bulletin and public copies of a played season: their numbers, and what must not be in them."""

from __future__ import annotations

from decimal import Decimal

import docx
import openpyxl
import pytest

from selfeval_xl.readers import read_file
from support.every_part import everything_in
from support.season import rows_of
from support.season_play import BUREAU, OWN
from support.season_sums import (
    AMOUNTS,
    BANDS,
    asked,
    band,
    by_level,
    causes,
    completion,
    days_late,
    grade,
    money,
    rates,
    ratio,
    reported,
    rounded,
    score,
    total,
)

pytestmark = pytest.mark.slow  # a season is played once
ROSTER_SECRETS, OFFICER_SECRET = ("天网视频租赁", "森防值守系统"), "疫苗冷链建设"


def text_of(path) -> str:
    if path.suffix == ".txt":
        return path.read_text("utf-8-sig")
    document = docx.Document(path)
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(part.text for part in document.paragraphs), *cells])


def folder_of(season, code):
    (folder,) = [path for path in (season.root / "退").iterdir() if path.name.startswith(code)]
    return folder


def percent(value: Decimal) -> str:
    return f"{value * 100:.2f}%"


def test_the_bulletin_has_the_numbers_of_the_second_round(season):
    text, truth = text_of(season.root / "通报.docx"), season.truth_now
    came = [each for each in truth.departments if reported(each, truth)]
    late = sum(bool(days_late(each, truth)) for each in came)
    states = [each.status for each in truth.projects]
    assert f"应报部门8个，已报{len(came)}个（其中逾期{late}个），未报{8 - len(came)}个" in text
    assert f"已评项目{states.count('已报') + states.count('名册外')}个，漏报2个，免评1个" in text
    initial, annual, executed = (total(money(each)[label] for each in truth.projects) for label in AMOUNTS)
    unspent = total(rates(money(each))["未执行金额（万元）"] for each in truth.projects)
    rate = percent(ratio(executed, annual))
    assert f"年初预算{initial:.2f}万元，全年预算{annual:.2f}万元，全年执行{executed:.2f}万元" in text
    assert f"执行率{rate}，未执行{unspent:.2f}万元" in text
    numbers = by_level(truth)["合计"]
    assert (
        f"项目绩效指标{numbers['指标总数']}个，已完成{numbers['已完成']}个（其中超额完成{numbers['其中超额完成']}个）"
        f"，未完成{numbers['未完成']}个（其中完成值为0的{numbers['其中完成值为0']}个），"
        f"待核定{numbers['待核定']}个，未填{numbers['未填']}个，完成率{percent(completion(numbers))}" in text
    )
    graded = [each for each in truth.projects if grade(each)]
    full = sum(score(each) == 100 for each in graded)
    assert f"自评等级为优{sum(grade(each) == '优' for each in graded)}个" in text
    assert f"满分（100分）{full}个" in text
    findings = rows_of(season.second, "审核问题")
    whole = [asked(findings, 部门名称=each.name) for each in truth.departments]
    fix, explain = (sum(counted[label] for counted in whole) for label in ("须修改数", "须说明数"))
    assert f"经校验，须修改{fix}处，须说明{explain}处" in text
    assert "名册外项目：" not in text  # an officer does not agree with it
    assert f"不评分的表{sum(grade(each) == '不评分' for each in graded)}个" in text


def test_the_tables_of_the_bulletin_are_those_of_the_second_round(season):
    document, truth = docx.Document(season.root / "通报.docx"), season.truth_now
    tables = {table.rows[0].cells[0].text: table for table in document.tables}
    rows = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in tables["执行率"].rows[1:]}
    for name in BANDS:
        inside = [each for each in truth.projects if band(each) == name]
        budget = rounded(total(money(each)[AMOUNTS[1]] for each in inside), "0.01")
        assert rows[name] == [str(len(inside)), str(budget)], name
    found = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in tables["原因"].rows[1:]}
    wanted = {
        name: [str(indicators), str(projects)]
        for name, (indicators, projects, _) in causes(truth).items()
        if indicators
    }
    assert found == wanted  # 拆迁困难, an officer's own word, is 其他


def test_letters_ask_what_the_officers_left(season):
    assert {each.code for each in season.back.returns} == {"101", "102"}  # 105 passed, 502's is 不认可
    first = text_of(folder_of(season, "101") / "退回通知.txt")
    assert "一、须修改1处" in first and "二、须说明1处" in first
    second = text_of(folder_of(season, "102") / "退回通知.txt")
    assert "一、须修改1处" in second and OWN in second and "须说明" not in second.split("下年完善")[0]
    page = text_of(season.root / "退" / "退回催报一览.docx")
    assert "应报部门8个，未报2个，部分报送" in page and "退回2个部门" in page
    reminder = text_of(folder_of(season, "106") / "催报通知.txt")
    assert "应报项目2个" in reminder and "均未收到" in reminder
    blank = text_of(folder_of(season, "104") / "催报通知.txt")
    assert "还没有填" in blank and "均未收到" not in blank


def test_every_letter_is_signed_by_the_bureau_of_the_policy(season):
    letters = [path for path in (season.root / "退").rglob("*.docx") if path.parent.name != "退"]
    assert len(letters) >= 6
    for path in letters:
        text = text_of(path)
        assert f"{BUREAU}绩效股" in text and "2025年11月24日" in text and "王五" in text, path
        assert "【" not in text and "县财政局绩效股" not in text.replace(BUREAU, ""), path
    assert text_of(season.root / "通报.docx").count(BUREAU) == 1


def test_no_letter_and_no_list_has_anything_of_another_department(season):
    truth = season.truth
    for department in truth.departments:
        folders = [path for path in (season.root / "退").iterdir() if path.name.startswith(department.code)]
        others = [
            name
            for each in truth.departments
            if each != department
            for name in (
                each.name,
                *(project.name for project in truth.projects if project.department == each.code),
            )
        ]
        for path in (file for folder in folders for file in folder.rglob("*") if file.is_file()):
            found = [name for name in others if name in everything_in(path)]
            assert not found, (path, found)
    for path in (season.root / "退" / "归口股室").iterdir():
        sections = {each.name for each in truth.departments if each.section != path.stem}
        assert not [name for name in sections if name in everything_in(path)], path


def test_nothing_secret_is_in_a_letter_the_bulletin_or_a_public_copy(season):
    secrets = (*ROSTER_SECRETS, OFFICER_SECRET)
    papers = [path for path in (season.root / "退").rglob("*") if path.suffix in (".txt", ".docx")]
    public = [path for path in (season.root / "公开").rglob("*") if path.is_file()]
    assert len(papers) > 10 and len(public) >= 6
    for path in (*papers, season.root / "通报.docx", *public):
        found = [name for name in secrets if name in everything_in(path)]
        assert not found, (path, found)
    received = "".join(everything_in(path) for path in season.received.rglob("*.xlsx"))
    assert all(name in received for name in (ROSTER_SECRETS[0], OFFICER_SECRET))  # they had been there


def test_public_copies_have_the_forms_that_may_be_seen(season):
    shown = {
        form.project
        for path in (season.root / "公开").rglob("*.xlsx")
        for form in read_file(path).forms
        if form.kind == "project"
    }
    truth = season.truth_now
    assert shown == {
        each.name
        for each in truth.projects
        if each.status in ("已报", "名册外") and not each.secret and each.name != OFFICER_SECRET
    }
    refused = {name: why for _, name, why in season.published.refused}
    assert refused[OFFICER_SECRET] == "汇总工作簿写明不公开（正在招标）"
    assert refused["敬老院运行"] == "还没有填"
    for path in (season.root / "公开").rglob("*.xlsx"):
        assert all(sheet.sheet_state == "visible" for sheet in openpyxl.load_workbook(path))
