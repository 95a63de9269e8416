"""The re-check a second time: another year in the same folder, forms sent again, papers filled before."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.county import _previous_remarks
from selfeval_xl.county.review.paper import PaperHead, parted
from selfeval_xl.county.review.reading import read_reviewed
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
            replace(form("", each, **{"total_score": "30", **more}), year=year, cells={"project": f"B{number}"})
            for number, each in enumerate(projects, 2)
        ),
        department="县教育局",
    )


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
