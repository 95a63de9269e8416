"""The re-check a second time: another year in the same folder, forms sent again, papers filled before."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.county import _previous_remarks
from selfeval_xl.county.review.paper import PaperHead, parted
from selfeval_xl.county.review.placing import place
from selfeval_xl.county.review.reading import read_reviewed, sentence
from selfeval_xl.files import replacing
from selfeval_xl.workflows.review.reviewing import review
from selfeval_xl.workflows.review.sampling import sample
from support import papers
from support.county_files import form, published, received
from support.season import rows_of, write_hand

# The form of support.county_files gives three indicators of 10 points each: the total is 30.
WATER, ROAD = "水库加固", "村道硬化"


def filing(name="县教育局.xlsx", year=2024, projects=(WATER, ROAD), **more):
    """A received file of one department with a form for each project."""
    return received(
        name,
        *(
            replace(
                form("", each, **{"total_score": "30", **more}), year=year, cells={"project": f"B{number}"}
            )
            for number, each in enumerate(projects, 2)
        ),
        department="县教育局",
    )


def twins(units):
    """A received file with a form of the same project for each of these units."""
    forms = [
        replace(form("", WATER, total_score="30", unit=unit), sheet=f"项目0{number}")
        for number, unit in enumerate(units, 1)
    ]
    return received("县教育局.xlsx", *forms, department="县教育局")


def drawn(root, *files, folder="抽查", **more):
    """A county workbook of these files and the sample of all its projects."""
    published(root / "县.xlsx", *files)
    return sample(root / "县.xlsx", root / folder, count=20, **more)


def paper_of(made, project):
    return next(made.out / each.file for each in made.chosen if each.project.head.project == project)


def scores(path):
    return {row["项目名称"]: (row["复核得分"], row["复核等级"]) for row in rows_of(path, "项目汇总")}


def take(root, *files, folder="抽查", out="县.xlsx", old=None):
    """The county of these files with the papers of the folder."""
    read = read_reviewed(root / folder, default()) if folder else None
    return published(root / out, *files, papers=read, old=old)


def test_papers_of_another_year_are_not_taken_in_and_are_named(tmp_path):
    made = drawn(tmp_path, filing())
    papers.agree(paper_of(made, WATER))
    county = take(tmp_path, filing(year=2025), out="今年.xlsx")
    assert scores(tmp_path / "今年.xlsx") == {WATER: ("", ""), ROAD: ("", "")}
    said = "".join(county.notes)
    assert "2024年度的，这次汇总的是2025年度，没有带进来：" in said and WATER in said
    same = take(tmp_path, filing(), out="本年.xlsx")
    assert scores(tmp_path / "本年.xlsx")[WATER][0] == 30 and "年度的" not in "".join(same.notes)


def test_a_folder_with_the_papers_of_two_years_counts_each_in_its_own(tmp_path):
    old = drawn(tmp_path, filing())
    papers.agree(paper_of(old, WATER), {"完成率": 4})  # 26
    new = drawn(tmp_path, filing(year=2025, projects=(ROAD,)))
    papers.agree(paper_of(new, ROAD), {"完成率": 1})  # 29
    made = review(tmp_path / "抽查", tmp_path / "复核汇总.xlsx")
    assert (made.sums.projects, made.sums.checked, made.sums.second_average) == (1, 1, 29)
    assert any("2024年度的底稿，这次抽的是2025年度" in each.what for each in made.reviewed.apart)
    take(tmp_path, filing(year=2025), out="今年.xlsx")
    assert [score for score, _ in scores(tmp_path / "今年.xlsx").values()] == ["", 29]
    take(tmp_path, filing(), out="上年.xlsx")
    assert [score for score, _ in scores(tmp_path / "上年.xlsx").values()] == [26, ""]


def test_a_paper_without_a_year_is_taken_in(tmp_path):
    made = drawn(tmp_path, filing(year=None))
    papers.agree(paper_of(made, WATER))
    take(tmp_path, filing(year=2025), out="今年.xlsx")
    assert scores(tmp_path / "今年.xlsx")[WATER][0] == 30
    made = drawn(tmp_path, filing(), folder="另抽")
    papers.agree(paper_of(made, ROAD))
    take(tmp_path, filing(year=None), folder="另抽", out="无年度.xlsx")
    assert scores(tmp_path / "无年度.xlsx")[ROAD][0] == 30


def test_a_form_sent_again_in_another_file_is_the_same_project(tmp_path):
    first = drawn(tmp_path, filing())
    papers.agree(paper_of(first, WATER))
    again = drawn(tmp_path, filing("县教育局（重报）.xlsx"))
    assert [each.file for each in again.chosen] == [each.file for each in first.chosen]
    made = review(tmp_path / "抽查", tmp_path / "复核汇总.xlsx")
    assert (made.sums.projects, made.sums.checked) == (2, 1)
    assert not any("不在" in each.what or "不是这次" in each.remedy for each in made.reviewed.apart)


def test_the_draw_does_not_change_when_a_file_is_renamed(tmp_path):
    names = [f"第{number}个项目" for number in range(12)]
    draws = []
    for number, name in enumerate(("一.xlsx", "二.xlsx")):
        published(tmp_path / "县.xlsx", filing(name, projects=names))
        made = sample(tmp_path / "县.xlsx", tmp_path / str(number), count=9, seed="7")
        draws.append([each.project.head.project for each in made.chosen])
    assert draws[0] == draws[1]


@pytest.mark.parametrize(
    ("more", "alike"),
    [
        ({"file": "b.xlsx", "sheet": "S", "cell": "B9"}, True),
        ({"project": "水库加固工程"}, True),  # the code says which it is
        ({"department": "水务局"}, True),
        ({"year": "2025"}, False),
        ({"unit": "乙站"}, False),
        ({"project_code": "0013"}, False),
        ({"department_code": "302"}, False),
    ],
)
def test_a_project_is_known_by_year_department_code_and_unit(more, alike):
    head = PaperHead("股", "301", "水利局", "0012", "水库加固", "甲站", "2024", file="a.xlsx")
    assert (head.number == replace(head, **more).number) is alike


def test_projects_that_are_alike_are_parted_by_their_names_and_else_by_their_forms():
    head = PaperHead("股", "301", "水利局", "0012", "水库加固", file="a.xlsx", sheet="项目01", cell="B2")
    heads = [
        head,
        replace(head, project="灌区"),
        replace(head, sheet="项目02"),
        replace(head, project_code="9"),
    ]
    numbers = [each.number for each in parted(heads)]
    assert len(set(numbers)) == 4 and parted(heads)[3].number == heads[3].number
    renamed = [replace(each, file="b.xlsx") for each in heads]
    changed = [one != two.number for one, two in zip(numbers, parted(renamed), strict=True)]
    assert changed == [True, False, True, False]


def again(root, *files, folder=None, out="县.xlsx"):
    """The county once more over its own workbook, with what stands in that."""
    return take(root, *files, folder=folder, out=out, old=_previous_remarks(root / out))


def sources(path):
    return {row["项目名称"]: row["复核得分来自"] for row in rows_of(path, "复核汇总")}


@pytest.fixture
def rechecked(tmp_path):
    """A county with the paper of one project, 26 points; its folder and that paper."""
    made = drawn(tmp_path, filing())
    papers.agree(paper_of(made, WATER), {"完成率": 4})
    again(tmp_path, filing(), folder="抽查")
    assert scores(tmp_path / "县.xlsx")[WATER][0] == 26
    return tmp_path, paper_of(made, WATER)


@pytest.mark.parametrize(
    "changed", [{"name": "重报.xlsx"}, {"unit": "乙站"}, {"name": "重报.xlsx", "unit": "乙"}]
)
def test_a_papers_score_stays_the_papers_when_the_form_is_sent_again(rechecked, changed):
    root, paper = rechecked
    without = again(root, filing(**changed))
    assert scores(root / "县.xlsx")[WATER][0] == 26 and sources(root / "县.xlsx")[WATER] == "上次的底稿"
    assert any("没有写 --reviewed" in note and "1个项目" in note for note in without.notes)
    again(root, filing(**changed))  # and once more
    papers.agree(paper, {"完成率": 2})
    county = again(root, filing(), folder="抽查")
    assert scores(root / "县.xlsx")[WATER][0] == 28 and sources(root / "县.xlsx")[WATER] == "底稿"
    assert not any("手工填" in note or "已经去掉" in note for note in county.notes)


def test_a_copied_workbook_still_knows_which_scores_are_the_papers(rechecked):
    root, paper = rechecked
    (root / "县.sqlite").unlink()
    again(root, filing())
    assert sources(root / "县.xlsx")[WATER] == "上次的底稿"
    (root / "县.sqlite").unlink()
    papers.agree(paper, {"完成率": 1})
    again(root, filing(), folder="抽查")
    assert scores(root / "县.xlsx")[WATER][0] == 29


@pytest.mark.parametrize("folder", [None, "抽查"])
def test_a_score_typed_over_a_papers_is_the_officers_with_no_grade_of_the_paper(rechecked, folder):
    root, _ = rechecked
    assert scores(root / "县.xlsx")[WATER][1] == "差"  # 26 of 100
    write_hand(root / "县.xlsx", "项目汇总", {"项目名称": WATER}, 复核得分=85)
    county = again(root, filing(), folder=folder)
    row = next(row for row in rows_of(root / "县.xlsx", "复核汇总") if row["项目名称"] == WATER)
    assert (row["复核得分"], row["复核得分来自"]) == (85, "手工填写")
    assert "差" not in (row["复核等级"], scores(root / "县.xlsx")[WATER][1])
    assert "等级没有带进来" in row["说明"]
    assert not any("已经去掉" in note for note in county.notes)
    assert any("手工填的是85" in note for note in county.notes) is (folder is not None)


def test_a_score_whose_paper_is_gone_is_taken_out_and_named_also_when_sent_again(rechecked):
    root, paper = rechecked
    paper.unlink()
    county = again(root, filing("重报.xlsx"), folder="抽查")
    assert scores(root / "县.xlsx")[WATER] == ("", "")
    assert any("已经去掉" in note and WATER in note for note in county.notes)


def test_filled_papers_stay_also_when_the_person_insists(tmp_path):
    first = drawn(tmp_path, filing())
    paper = paper_of(first, WATER)
    papers.agree(paper)
    before = paper.read_bytes()
    for insist in (False, True):
        with replacing(insist):
            second = sample(tmp_path / "县.xlsx", tmp_path / "抽查", count=20)
        assert paper.read_bytes() == before
        assert (second.filled, second.kept, second.outdated) == ((paper.name,), (), ())
        assert any("填过的底稿留着" in line and paper.name in line for line in second.remarks)
    assert [row["复核底稿"] for row in rows_of(second.listed, "抽查名单")] == [
        each.file for each in first.chosen
    ]


def test_a_filled_paper_under_a_name_of_the_officers_own_stays_the_one_of_its_project(tmp_path):
    first = drawn(tmp_path, filing())
    papers.agree(paper_of(first, WATER))
    own = paper_of(first, WATER).rename(tmp_path / "抽查" / "张三复核.xlsx")
    second = drawn(tmp_path, filing(total_score="29"))
    assert second.filled == second.outdated == (own.name,) and paper_of(second, WATER) == own
    assert any("自评表后来改过" in line for line in second.remarks)
    assert not (tmp_path / "抽查" / f"县教育局_{WATER}.xlsx").exists() and second.left == ()


def test_a_filled_paper_of_last_year_stays_and_this_years_gets_a_name_of_its_own(tmp_path):
    first = drawn(tmp_path, filing())
    papers.agree(paper_of(first, WATER))
    before = paper_of(first, WATER).read_bytes()
    with replacing():
        second = drawn(tmp_path, filing(year=2025))
    assert paper_of(first, WATER).read_bytes() == before and second.filled == ()
    new = paper_of(second, WATER)
    assert new != paper_of(first, WATER) and not second.kept
    papers.agree(new, {"完成率": 1})
    made = review(tmp_path / "抽查", tmp_path / "复核汇总.xlsx")
    assert (made.sums.checked, made.sums.second_average) == (1, 29)


def test_a_paper_that_lost_its_hidden_sheet_may_have_been_filled_in(tmp_path):
    first = drawn(tmp_path, filing())
    paper = paper_of(first, WATER)
    papers.agree(paper)
    book = openpyxl.load_workbook(paper)
    del book["_selfeval"]
    book.save(paper)
    before = paper.read_bytes()
    with replacing():
        sample(tmp_path / "县.xlsx", tmp_path / "抽查", count=20)
    assert paper.read_bytes() == before


@pytest.mark.parametrize(
    ("total", "source", "points", "score"),
    [
        ({"score": "9.81"}, {}, None, "9.81"),
        ({"score": "9.81", "points": "10"}, {"score": "9"}, "10", "9.81"),
        ({"score": "9.81"}, {"points": "10"}, "10", "9.81"),
        ({"points": "10"}, {"score": "9.81"}, "10", "9.81"),
        ({}, {"score": "9.81", "points": "10"}, "10", "9.81"),
        ({"score": "0"}, {"score": "9.81"}, None, "0"),
        ({}, {}, None, None),
    ],
)
def test_the_score_of_the_execution_comes_into_the_paper_with_or_without_points(
    tmp_path, total, source, points, score
):
    plain = form("", WATER, total_score="39.81")
    funding = tuple(replace(line, **more) for line, more in zip(plain.funding, (total, source), strict=True))
    file = received("县教育局.xlsx", replace(plain, funding=funding))
    made = drawn(tmp_path, file)
    money = made.chosen[0].project.paper.rows[-1]
    known = [None if text is None else Decimal(text) for text in (points, score)]
    assert [money.points, money.self_score] == known


def test_a_total_that_is_not_the_sum_of_its_rows_is_said(tmp_path):
    made = drawn(tmp_path, filing(total_score="39.81"))
    papers.agree(paper_of(made, WATER))
    found = review(tmp_path / "抽查", tmp_path / "复核汇总.xlsx").reviewed
    said = [each.what for each in found.apart if each.project == WATER]
    assert said == ["自评总分39.81和底稿各行自评得分的合计30差9.81分，这9.81分也在偏差里"]


def placed(paper, *rows):
    """The number of the row that belongs to a paper, counted from 1; else why there is none.

    paper, rows: project code, project, unit, and cell of the form where it matters.
    """
    keys = ("project_code", "project", "unit", "cell")
    heads = [
        PaperHead(department_code="301", department="水利局", **dict(zip(keys, texts, strict=False)))
        for texts in (paper if isinstance(paper, list) else [paper])
    ]
    table = [
        {"number": number, "department_code": "301", "department": "水利局"}
        | dict(zip(keys, texts, strict=False))
        for number, texts in enumerate(rows, 1)
    ]
    found = place(heads, table)
    numbers = {each: number for number, each in found.by_row.items()}
    said = [
        numbers.get(each) or ("doubtful" if each in found.doubtful else "strange")
        for each in range(len(heads))
    ]
    return said if isinstance(paper, list) else said[0]


def test_a_paper_goes_to_its_own_project_and_to_no_other():
    one, two = ("", WATER, "甲"), ("", WATER, "乙")
    assert placed(two, one, two) == 2
    assert placed(two, one, ("", WATER, "丙")) == "doubtful"  # the unit was corrected
    assert placed(two, one) == "doubtful" and placed(two) == "strange"
    assert placed(two, ("", "别的", "乙")) == "strange"
    assert placed(("", WATER, ""), one, two) == "doubtful" and placed(("", WATER, ""), two) == 1
    assert placed(two, one, ("", WATER, "")) == 2
    assert placed([one, two], two, one) == [2, 1]
    assert placed([one, two], ("", WATER, "")) == ["doubtful", "doubtful"]


def test_the_code_of_a_project_says_more_than_its_name():
    paper = ("0012", WATER, "甲")
    assert placed(paper, ("0012", "水库除险加固", "甲"), ("0013", WATER, "甲")) == 1
    assert placed(paper, ("0013", WATER, "甲")) == "doubtful"
    assert placed(paper, ("", WATER, "甲")) == 1
    assert placed(paper, ("0012", WATER, "乙")) == "doubtful"
    assert placed(paper, ("0012", WATER, "甲"), ("0012", "灌区", "甲")) == 1
    assert placed(paper, ("0012", "灌区", "甲"), ("0012", "渠道", "甲")) == "doubtful"


def test_projects_alike_in_everything_are_told_apart_by_their_forms():
    first, second = ("", WATER, "", "B2"), ("", WATER, "", "B9")
    assert placed([first, second], second, first) == [2, 1]
    assert placed(("", WATER, "", "B5"), first, second) == "doubtful"


def test_a_score_does_not_land_on_a_namesake_and_is_named(tmp_path):
    made = drawn(tmp_path, twins("甲乙"))
    second = next(made.out / each.file for each in made.chosen if each.project.head.unit == "乙")
    papers.agree(second)
    for path in made.out.iterdir():
        if path != second:
            path.unlink()
    county = take(tmp_path, twins("甲丙"), out="再.xlsx")
    assert [row["复核得分"] for row in rows_of(tmp_path / "再.xlsx", "项目汇总")] == ["", ""]
    assert any("说不准" in note and f"{WATER}（乙）" in note for note in county.notes)


def test_namesakes_are_told_apart_by_their_units_everywhere(tmp_path):
    made = drawn(tmp_path, twins("甲乙丙"))
    of_unit = {each.project.head.unit: made.out / each.file for each in made.chosen}
    papers.agree(of_unit["甲"], {"完成率": 4})
    of_unit["乙"].unlink()
    found = review(made.out, tmp_path / "复核汇总.xlsx").reviewed
    rows = {row["实施单位"]: row for row in rows_of(tmp_path / "复核汇总.xlsx", "项目")}
    assert {unit: row["复核状态"] for unit, row in rows.items()} == {
        "甲": "已复核",
        "乙": "未交底稿",
        "丙": "未复核",
    }
    assert [row["实施单位"] for row in rows_of(tmp_path / "复核汇总.xlsx", "问题清单")] == ["甲"]
    apart = {row["实施单位"]: row["问题"] for row in rows_of(tmp_path / "复核汇总.xlsx", "未计入")}
    assert "未交底稿" in apart["乙"] and "未复核：" in apart["丙"]
    assert any(f"{WATER}（乙）" in sentence(each) for each in found.apart)


def test_no_number_of_a_paper_list_or_summary_has_a_bare_point(tmp_path):
    """0.## shows 13 as “13.” in Excel."""
    made = drawn(tmp_path, filing())
    papers.agree(paper_of(made, WATER))
    review(made.out, tmp_path / "复核汇总.xlsx")
    for path in (made.listed, paper_of(made, ROAD), tmp_path / "复核汇总.xlsx"):
        with zipfile.ZipFile(path) as package:
            assert ".#" not in package.read("xl/styles.xml").decode(), path.name


def test_rows_that_are_no_longer_listed_without_papers_are_said_once(tmp_path):
    drawn(tmp_path, filing())
    again(tmp_path, filing(), folder="抽查")
    assert sources(tmp_path / "县.xlsx").keys() == {WATER, ROAD}  # 未复核
    said = [again(tmp_path, filing()).notes for _ in range(2)]
    assert [any("没有复核完的项目这次不列" in note for note in notes) for notes in said] == [True, False]
