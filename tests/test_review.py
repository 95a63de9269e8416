"""The pure parts of the re-check: who is drawn, which row is which, what a cell counts, what sums are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.county.review.comparison import BLANK, DONE, PARTLY, check_paper, is_lower, sums
from selfeval_xl.county.review.entries import read_score
from selfeval_xl.county.review.matching import SeenRow, match
from selfeval_xl.county.review.paper import MONEY, Paper, PaperHead, PaperRow, paper_in, settings_of
from selfeval_xl.errors import UsageError
from selfeval_xl.workflows.review.choice import (
    PROPOSED,
    RANDOM,
    Candidate,
    choose,
    names_of,
    quota_of,
    share_of,
    weight,
)

POINTS = {"执行率低": Decimal(2), "全年预算零执行": Decimal(3), "错误较多": Decimal(2)}
ROWS = (
    PaperRow("1", "产出指标", "数量指标", "电话数量", "=25部", "25部", Decimal(20), Decimal(20)),
    PaperRow("2", "产出指标", "质量指标", "合格率", "≥95%", "96%", Decimal(30), Decimal(30)),
    PaperRow("3", "效益指标", "社会效益", "覆盖村数", "≥30个", "32个", Decimal(40), Decimal(40)),
    PaperRow(MONEY, "资金执行", "", "预算执行率", "100%", "97.00%", Decimal("9.7"), Decimal(10)),
)
HEAD = PaperHead("农业股", "301", "示例县水利局", "0012", "水库加固", score=Decimal("99.7"), grade="优")
PAPER = Paper(HEAD, ROWS)


def drawn(candidates, quota, seed="1"):
    return [(each.candidate.number, each.way) for each in choose(candidates, quota, seed, POINTS)]


def filled(*scores, rows=ROWS, **more):
    """The rows of a paper as they are seen, with these scores as texts."""
    return [
        SeenRow(
            number,
            row.key,
            {
                key: getattr(row, key)
                for key in ("level1", "level2", "name", "target", "actual")
                if getattr(row, key)
            }
            | ({"second_score": score} if score else {})
            | more.get(f"row{number}", {}),
        )
        for number, (row, score) in enumerate(zip(rows, scores, strict=True), 7)
    ]


def test_the_proposed_ones_go_first_by_the_weight_of_all_their_reasons():
    candidates = [
        Candidate("a", False),
        Candidate("b", True, "执行率低"),
        Candidate("c", True, "执行率低；错误较多"),
        Candidate("d", True, "全年预算零执行"),
        Candidate("e", True, "执行率低", Decimal(900)),
        Candidate("f", True, "领导交办"),
    ]
    assert drawn(candidates, 5) == [(number, PROPOSED) for number in "cdebf"]
    assert drawn(candidates, None) == drawn(candidates, 5)  # without a quota: all proposed ones
    assert drawn(candidates, 6)[-1] == ("a", RANDOM)
    assert weight("执行率低；错误较多；领导交办", POINTS) == 4 and weight("", POINTS) == 0


def test_the_same_seed_draws_the_same_and_the_order_of_the_rows_does_not_matter():
    candidates = [Candidate(f"{number:010x}", False) for number in range(40)]
    first = drawn(candidates, 8, "7")
    assert first == drawn(candidates[::-1], 8, "7")
    assert first != drawn(candidates, 8, "8") and drawn(candidates, 9, "7")[:8] == first
    # Computed apart, by sha256 of seed, the sign U+001F and the number: a lot may never change.
    six = drawn([Candidate(each, False) for each in "abcdef"], 6, "1")
    assert [number for number, _ in six] == sorted("abcdef", key=lot)


def lot(number: str) -> str:
    import hashlib

    return hashlib.sha256(b"1\x1f" + number.encode()).hexdigest()


def test_a_share_is_rounded_up_and_nothing_else_is_guessed():
    assert share_of("10%") == share_of("10") == share_of("１０％") == Decimal("0.1")
    assert [quota_of(None, Decimal("0.1"), number) for number in (1, 10, 11, 400)] == [1, 1, 2, 40]
    assert quota_of(5, None, 3) == 5 and quota_of(None, None, 3) is None
    for text in ("0%", "101%", "0.1", "十", "", "-5%"):
        with pytest.raises(UsageError):
            share_of(text)


def test_every_project_gets_a_file_name_of_its_own_that_windows_takes():
    texts = [
        ("教育局", "校舍", "1"),
        ("教育局", "校舍", "2"),
        ("a/b", "c:d", "3"),
        ("a_b", "c_d", "4"),
        ("=CMD()", "…" * 300, "5"),
        ("", "", "6"),
        ("CON", "", "7"),
        ("a", "X", "8"),
        ("A", "x", "9"),
    ]
    names = names_of(texts)
    assert len({name.casefold() for name in names}) == len(texts)
    assert all(len(name.encode()) < 230 and not set('\\/:*?"<>|') & set(name) for name in names)


def test_a_score_is_a_number_from_0_to_its_points():
    ten = Decimal(10)
    assert read_score("8.5", ten) == (Decimal("8.5"), "") == read_score("８.５", ten)
    assert read_score("0", ten) == (Decimal(0), "") and read_score("10", ten)[0] == 10
    for text in ("", "/", "—"):
        assert read_score(text, ten) == (None, "")
    for text, word in (("8分", "不是数"), ("2026年8月5日", "不是数"), ("80%", "不是数"), ("是", "不是数")):
        number, fault = read_score(text, ten)
        assert number is None and text in fault and word in fault
    assert read_score("10", ten, is_number=False)[0] is None  # as the paper's own formula has it
    assert "文字格式" in read_score("10", ten, is_number=False)[1]
    assert "小于0" in read_score("-1", ten)[1] and "超过分值10" in read_score("10.01", ten)[1]
    assert read_score("95", None) == (Decimal(95), "") and "不是数" in read_score("1" * 12, None)[1]


def test_rows_find_each_other_when_sorted_moved_or_copied():
    seen = filled("20", "30", "40", "9")
    keys = [row.key for row in seen]
    whole = [replace(row, line=line) for line, row in enumerate(reversed(seen), 7)]
    parted = [replace(row, key=key) for row, key in zip(reversed(seen), keys, strict=True)]  # keys stayed
    for rows in (seen, whole, parted):
        found = match(ROWS, rows)
        assert [(row.key, each.texts["second_score"]) for row, each in found.rows] == [
            ("1", "20"),
            ("2", "30"),
            ("3", "40"),
            (MONEY, "9"),
        ]
        assert found.faults == []


def test_a_row_that_is_no_indicator_of_the_paper_is_said_and_counts_nowhere():
    extra = SeenRow(11, "", {"name": "新加的指标", "second_score": "5"})
    found = match(ROWS, [*filled("20", "30", "40", "9"), extra])
    assert [row is None for _, row in found.rows] == [False] * 4
    assert [(line, "新加的指标" in text) for line, text in found.faults] == [(11, True)]


def test_a_copied_row_counts_once_and_two_that_differ_count_not_at_all():
    seen = filled("20", "30", "40", "9")
    same = replace(seen[0], line=20)
    assert match(ROWS, [*seen, same]).rows[0][1].texts["second_score"] == "20"
    empty = replace(same, texts={key: text for key, text in same.texts.items() if key != "second_score"})
    assert match(ROWS, [empty, *seen]).rows[0][1].texts["second_score"] == "20"
    other = replace(same, texts={**same.texts, "second_score": "15"})
    found = match(ROWS, [*seen, other])
    assert found.rows[0][1] is None and [line for line, _ in found.faults] == [7, 20]


def test_a_renamed_row_is_known_by_its_key_only_while_its_values_are_the_old_ones():
    seen = filled("20", "30", "40", "9")
    renamed = replace(seen[0], texts={**seen[0].texts, "name": "卫星电话数量"})
    assert match(ROWS, [renamed, *seen[1:]]).rows[0][1] is renamed
    other = replace(renamed, texts={**renamed.texts, "target": "=30部"})
    found = match(ROWS, [other, *seen[1:]])
    assert found.rows[0][1] is None
    assert any("电话数量”的行不见了" in text for _, text in found.faults)
    assert any(line == 7 for line, _ in found.faults)


def test_twins_of_one_form_keep_their_own_scores():
    twins = (ROWS[0], replace(ROWS[0], key="2"))
    found = match(twins, filled("1", "2", rows=twins))
    assert [row.texts["second_score"] for _, row in found.rows] == ["1", "2"] and not found.faults


def test_a_project_has_its_score_only_when_every_row_has_one():
    policy = default()
    done = check_paper(PAPER, filled("20", "25", "35", "9.7"), policy, "I")
    assert (done.state, done.score, done.grade, done.difference) == (
        DONE,
        Decimal("89.7"),
        "良",
        Decimal(-10),
    )
    assert is_lower("优", done.grade, policy)
    part = check_paper(PAPER, filled("20", "25", "35", ""), policy, "I")
    assert (part.state, part.score, part.grade, part.waiting) == (PARTLY, None, None, 1)
    none = check_paper(PAPER, filled("", "", "", ""), policy, "I")
    assert (none.state, none.score, none.waiting) == (BLANK, None, 4)
    wrong = check_paper(PAPER, filled("20", "25分", "41", "9.7"), policy, "I")
    assert (wrong.state, wrong.waiting, [cell for cell, _ in wrong.faults]) == (PARTLY, 2, ["I8", "I9"])
    zero = check_paper(PAPER, filled("0", "0", "0", "0"), policy, "I")
    assert (zero.state, zero.score, zero.grade) == (DONE, Decimal(0), "差")


def test_a_form_without_scores_is_done_with_its_completed_values_and_has_no_score():
    policy = default()
    rows = tuple(replace(row, self_score=None, points=None) for row in ROWS)
    paper = Paper(replace(HEAD, score=None, grade="不评分"), rows)
    values = {f"row{line}": {"second_actual": text} for line, text in ((7, "20部"), (8, "96.0%"), (9, "0"))}
    done = check_paper(paper, filled("", "", "", "", rows=rows, **values), policy, "I")
    assert (done.state, done.score, done.grade, done.difference) == (DONE, None, "不评分", None)
    assert [row.row.key for row in done.differing] == ["1", "3"]  # 96% and 96.0% are one value
    typed = check_paper(paper, filled("8", "", "", "", rows=rows, **values), policy, "I")
    assert [cell for cell, _ in typed.faults] == ["I7"] and typed.score is None


def test_causes_begin_with_the_largest_difference():
    seen = filled("19", "20", "40", "9.7", row8={"remark": "两批不合格"}, row9={"second_actual": "30个"})
    causes = check_paper(PAPER, seen, default(), "I").causes
    assert causes.split("；") == [
        "合格率：自评30分，复核20分（两批不合格）",
        "电话数量：自评20分，复核19分",
        "覆盖村数：自评完成32个，复核完成30个",
    ]


def test_sums_go_over_those_with_both_scores_only():
    policy = default()
    papers = [
        check_paper(PAPER, filled("20", "25", "35", "9.7"), policy),  # 89.7
        check_paper(PAPER, filled("20", "30", "40", "10"), policy),  # 100
        check_paper(PAPER, filled("20", "", "", ""), policy),
        check_paper(Paper(replace(HEAD, score=None), ROWS), filled("20", "30", "40", "10"), policy),
    ]
    found = sums(papers, policy)
    assert (found.projects, found.checked, found.scored) == (4, 3, 2)
    assert found.self_average == Decimal("99.70") and found.second_average == Decimal("94.85")
    assert found.difference == Decimal("-4.85")  # (−10 + 0.3) ÷ 2
    assert (found.lower, found.higher, len(found.lowered)) == (1, 1, 1)
    assert sums([], policy).difference is None


def test_what_the_hidden_sheet_keeps_comes_back_whole():
    odd = replace(ROWS[0], name='=HYPERLINK("x")\u200b\n引号"与\\反斜杠', target="𠮷" * 10)
    paper = Paper(replace(HEAD, annual_budget=Decimal("132.71")), (odd, *ROWS[1:]))
    kept = dict(settings_of(paper))
    assert paper_in(kept) == paper and all(text.isascii() for text in kept.values())
    assert paper_in({}) is None and paper_in({"review_paper": "1", "head": "[]"}) is None
    assert paper_in({"review_paper": "1", "head": '{"gone": 1}'}) is None


def test_the_number_of_a_paper_is_that_of_its_project():
    assert HEAD.number == replace(HEAD, score=Decimal(1), grade="差", cell="B9").number
    assert len({HEAD.number, replace(HEAD, project_code="1").number, replace(HEAD, apart="B9").number}) == 3


def test_a_total_is_rounded_half_up_before_it_gets_its_grade():
    """As the paper's own formulas: 89.995 is 90, 优; 89.994 is 89.99, 良."""
    for first, total, grade in (
        ("15.295", "90.00", "优"),
        ("15.294", "89.99", "良"),
        ("5.295", "80.00", "良"),
    ):
        found = check_paper(PAPER, filled(first, "30", "35", "9.7"), default(), "I")
        assert (found.score, found.grade) == (Decimal(total), grade)


def test_a_part_of_the_difference_that_no_row_shows_is_known():
    agreed = filled("20", "30", "40", "9.7")
    assert check_paper(PAPER, agreed, default()).unexplained == 0
    other = Paper(replace(HEAD, score=Decimal("99.81")), ROWS)
    assert check_paper(other, agreed, default()).unexplained == Decimal("0.11")
    assert check_paper(other, filled("20", "", "40", "9.7"), default()).unexplained is None
