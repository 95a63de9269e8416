"""The sample of a county and its papers: who is drawn, what the files say, what formulas give."""

from __future__ import annotations

import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.verdicts import assess
from selfeval_xl.county import consolidate
from selfeval_xl.county.review.paper import Paper, PaperHead, PaperRow
from selfeval_xl.errors import UsageError
from selfeval_xl.model.forms import PROJECT, Form, Indicator
from selfeval_xl.readers import read_files
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.review.paper_sheet import write_paper
from selfeval_xl.workflows.review.sampling import sample
from support.counties import send
from support.rosters import department, project, write_roster
from support.season import rows_of

SCORED, PLAIN = made_up()[0][5], made_up()[0][0]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A department with scores, one without, and a project that has not come; folder and workbook."""
    root = tmp_path_factory.mktemp("county")
    roster = write_roster(
        root / "名册.xlsx",
        单位名册=[department(SCORED.code, SCORED.name), department(PLAIN.code, PLAIN.name)],
        项目=[
            *(
                project(each["project_code"], of.code, each["project"])
                for of in (SCORED, PLAIN)
                for each in of.projects
            ),
            project("9900000R000001", PLAIN.code, "没有报来的项目"),
        ],
    )
    for each in (SCORED, PLAIN):
        send(root / "收到" / f"{each.name}.xlsx", each)
    consolidate(root / "收到", root / "县.xlsx", roster=roster)
    return root


@pytest.fixture(scope="module")
def drawn(county):
    """A sample of all ten projects."""
    return sample(county / "县.xlsx", county / "抽查", count=20, seed="2024")


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_workbook_and_seed_give_the_same_files_to_the_byte(county, tmp_path):
    one = sample(county / "县.xlsx", tmp_path / "一", count=6, seed="7")
    sample(county / "县.xlsx", tmp_path / "二", count=6, seed="7")
    assert files(tmp_path / "一") == files(tmp_path / "二") and len(one.chosen) == 6
    other = sample(county / "县.xlsx", tmp_path / "三", count=6, seed="8")
    assert one.proposed == other.proposed >= 1
    ways = [each.choice.way for each in one.chosen]
    assert ways == ["建议抽查"] * one.proposed + ["随机"] * (6 - one.proposed)


def test_the_list_says_who_why_and_how_and_what_could_not_be_drawn(county, drawn):
    rows = rows_of(drawn.listed, "抽查名单")
    assert len(rows) == 10 == drawn.eligible and drawn.lacking == 10 and drawn.absent == {"漏报": 1}
    of_county = {row["项目名称"]: row for row in rows_of(county / "县.xlsx", "项目汇总")}
    for row in rows:
        assert row["抽查理由"] == (of_county[row["项目名称"]]["抽查理由"] or "随机抽取")
        assert row["种子"] == "2024" and (drawn.out / row["复核底稿"]).is_file()
        assert row["自评得分"] == of_county[row["项目名称"]]["自评得分"]
    weights = [row["理由分"] for row in rows]
    assert weights == sorted(weights, reverse=True)
    notes = " ".join(
        str(value) for row in openpyxl.load_workbook(drawn.listed)["抽取说明"].values for value in row
    )
    assert "2024" in notes and "漏报1个" in notes and "部门整体自评表2张" in notes and "不评分" in notes
    assert "没有报来的项目" not in [row["项目名称"] for row in rows]


def test_a_paper_has_each_indicator_once_and_one_row_of_money(county, drawn):
    book = openpyxl.load_workbook(drawn.out / drawn.chosen[0].file)
    head = drawn.chosen[0].project.head
    lines = list(book["复核底稿"].values)
    labels = next(row for row in lines if row[0] == "一级指标")
    assert "、".join(labels[:12]) == (
        "一级指标、二级指标、三级指标、年度指标值、自评完成值、自评得分、分值、"
        "复核完成值、复核得分、差额、佐证材料、备注"
    )
    table = lines[lines.index(labels) + 1 :]
    names = [row[2] for row in table if row[2]]
    of_county = [
        row["三级指标"]
        for row in rows_of(county / "县.xlsx", "指标明细")
        if row["项目名称"] == head.project and row["表别"] == "项目"
    ]
    assert names == [*of_county, "预算执行率"]
    first = [row[0] for row in table]
    assert "合计" in first and "复核等级" in first and "复核人：" in first
    assert book["_selfeval"].sheet_state == "veryHidden"
    page = book["复核底稿"].page_setup
    assert (page.paperSize, page.orientation, page.fitToHeight) == (9, "landscape", 0)


def test_quotas(county, tmp_path):
    share = sample(county / "县.xlsx", tmp_path / "比例", share=Decimal("0.25"))
    assert len(share.chosen) == 3  # 2.5 of 10
    proposed = sample(county / "县.xlsx", tmp_path / "建议")
    assert len(proposed.chosen) == proposed.proposed >= 1
    with pytest.raises(UsageError, match="只能写一样"):
        sample(county / "县.xlsx", tmp_path / "两样", count=1, share=Decimal("0.1"))
    with pytest.raises(UsageError, match="不是 selfeval consolidate 生成的"):
        sample(drawn_list(tmp_path), tmp_path / "不是", count=1)
    with pytest.raises(UsageError, match="找不到"):
        sample(tmp_path / "没有.xlsx", tmp_path / "没有", count=1)


def drawn_list(folder):
    book = openpyxl.Workbook()
    book.save(folder / "别的.xlsx")
    return folder / "别的.xlsx"


def test_a_paper_that_was_filled_in_is_never_replaced(county, tmp_path):
    first = sample(county / "县.xlsx", tmp_path / "抽查", count=3)
    paper = first.out / first.chosen[0].file
    book = openpyxl.load_workbook(paper)
    book["复核底稿"]["L7"] = "查过凭证"
    book.save(paper)
    before = paper.read_bytes()
    (first.out / "别人的.xlsx").write_bytes(b"x")
    again = sample(county / "县.xlsx", tmp_path / "抽查", count=3)
    assert paper.read_bytes() == before and again.left == ("别人的.xlsx",)
    assert again.filled == (paper.name,) and not again.kept


def test_papers_and_list_are_sound_workbooks(drawn, assert_valid_ooxml, assert_formulas_agree):
    for path in (drawn.listed, *(drawn.out / each.file for each in drawn.chosen[:6:5])):
        assert_valid_ooxml(path)
        assert_formulas_agree(path)


def test_consolidating_knows_that_a_paper_is_no_filing(drawn):
    (read,) = read_files([drawn.out / drawn.chosen[0].file])
    assert not read.forms and "复核底稿" in read.problems[0].text


VALUES = {
    "≥25部": ("25部", "20部", "30", "0", "2 0部", "约20部", "20座", "2024-11-30", "-3", "完成", "1,000部"),
    "=100%": ("100%", "98.5%", "０", "97", "100.0％"),
    "≥90%": ("94%", "45%", "90%", "无"),
    "≤30000元": ("30000元", "28000", "36000元", "60000元", "3万元"),
    "优良": ("优良", "95%"),
    "2024年12月底前": ("2024年11月",),
}


def test_the_suggested_score_is_the_programs_own_or_a_dash(tmp_path, libreoffice):
    pairs = [(target, actual) for target, actuals in VALUES.items() for actual in actuals]
    rows = tuple(
        PaperRow(
            str(number),
            "成本指标" if "元" in target else "产出指标",
            "",
            f"指标{number}",
            target,
            "",
            Decimal(10),
            Decimal(10),
        )
        for number, (target, _) in enumerate(pairs, 1)
    )
    path = tmp_path / "底稿.xlsx"
    write_paper(str(path), Paper(PaperHead(project="甲"), rows), {}, "", "", default())
    book = openpyxl.load_workbook(path)
    for line, (_, actual) in enumerate(pairs, 7):
        book["复核底稿"].cell(line, 8).value = actual
        book["复核底稿"].cell(line, 9).value = 8
    book.save(path)
    computed = libreoffice.recalculate(path)
    told = 0
    for line, (row, (target, actual)) in enumerate(zip(rows, pairs, strict=True), 7):
        indicator = Indicator(level1=row.level1, name=row.name, target=target, actual=actual, points="10")
        form = assess(Form(kind=PROJECT, file="", sheet="", indicators=(indicator,)), default())
        own, shown = form.indicators[0].expected_score, computed["复核底稿", f"M{line}"]
        assert shown == "—" or own is not None and shown == pytest.approx(float(own)), (
            target,
            actual,
            shown,
            own,
        )
        told += shown != "—"
        assert computed["复核底稿", f"J{line}"] == -2
    assert told >= 14
    last = 7 + len(pairs)
    assert computed["复核底稿", f"I{last}"] == 8 * len(pairs) and ("复核底稿", f"J{last}") not in computed


def test_totals_of_a_paper_follow_inserted_deleted_and_wrong_rows(tmp_path, libreoffice):
    rows = tuple(
        PaperRow(str(number), "产出指标", "", f"指标{number}", "≥1个", "1个", Decimal(20), Decimal(20))
        for number in range(1, 6)
    )
    path = tmp_path / "底稿.xlsx"
    write_paper(str(path), Paper(PaperHead(project="甲", score=Decimal(100)), rows), {}, "", "", default())

    def total(*scores):
        book = openpyxl.load_workbook(path)
        for line, score in enumerate(scores, 7):
            book["复核底稿"].cell(line, 9).value = score
        book.save(tmp_path / "填.xlsx")
        computed = libreoffice.recalculate(tmp_path / "填.xlsx")
        return [computed["复核底稿", cell] for cell in ("F12", "I12", "J12", "I13")]

    assert total(20, 20, 20, 20, 9.5) == [100, 89.5, -10.5, "良"]
    assert total(20, 20, 20, 20, 10) == [100, 90, -10, "优"]
    assert total(0, 0, 0, 0, 0) == [100, 0, -100, "差"]
    for wrong in (None, "8分", 21, -1, "10"):
        assert total(20, 20, 20, 20, wrong)[1:] == ["未复核完", "", ""]


def test_a_row_grows_with_what_is_typed_into_it(drawn):
    """A fixed height would cut a long remark off on paper."""
    with zipfile.ZipFile(drawn.out / drawn.chosen[0].file) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    rows = dict(re.findall(r'<row r="(\d+)"([^>]*)>', sheet))
    assert "customHeight" in rows["6"] and "customHeight" not in rows["7"] and ' ht="' in rows["7"]
