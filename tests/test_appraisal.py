"""部门考核评分: each deduction fires by its rule, the unknown is 未考核, officers have the last word."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.county.appraisal_parts import (
    Facts,
    accurate,
    after_return,
    complete,
    review,
    timely,
    used_up,
)
from selfeval_xl.county.combine import combine
from selfeval_xl.county.departments.data import prepare
from selfeval_xl.county.departments.streaming import LoadedDepartments
from selfeval_xl.county.intake import receipts
from selfeval_xl.county.intake.receipts import sort_out
from selfeval_xl.county.officer_workbook import read_written
from selfeval_xl.county.output import publish
from selfeval_xl.county.province.columns import PROJECTS as PROVINCE_PROJECTS
from selfeval_xl.county.tables import READ_BACK
from selfeval_xl.filings.roster import Department, Project, Roster
from selfeval_xl.rules.county_file import load
from selfeval_xl.rules.runner import check
from support.county_files import ROOT, form, received
from support.season import rows_of, write_hand

DEADLINE, TODAY = "2025-03-31", date(2025, 6, 30)
SHEET, DETAIL = "部门考核评分", "部门考核扣分明细"


def facts(today=TODAY, projects=(), findings=(), files=(), unlisted="", uncheckable="", policy=None, **row):
    """A department that reported in time, completely; row: what differs in its row of 报送台账."""
    findings = list(findings)
    submission = {
        "number": 1,
        "deadline": DEADLINE,
        "first_received": "2025-03-31 16:00:00",
        "late": "否",
        "days_late": None,
        "assessed": 2,
        "department_forms": 1,
        "reports": 1,
        "state": "待审核",
        "returned": None,
        **row,
    }
    return Facts(
        submission,
        policy or default(),
        today,
        lambda sheet, number, key: {"file": "（本工作簿）", "sheet": sheet, "cell": f"{key}{number + 1}"},
        unlisted,
        uncheckable or unlisted,
        list(projects),
        Counter(each["status"] for each in findings),
        [each for each in findings if each["status"] != "已修改"],
        list(files),
    )


def came_out(judgement):
    """Words and deducted points; None for a part that was not judged."""
    points = sum((each.points for each in judgement.deductions), Decimal(0))
    return judgement.words, points if judgement.judged else None


def project(status="已报", name="校车", **more):
    return {"number": 3, "status": status, "project": name, "file": "", **more}


def finding(status="新发现", rule="D03"):
    return {"rule": rule, "message": "没有写原因。", "status": status, "file": "a.xlsx", "cell": "G3"}


def test_a_filing_of_the_last_day_is_in_time_and_of_the_next_one_day_late():
    assert came_out(timely(facts())) == ("按时报送", 0)
    late = timely(facts(late="是", days_late=1, first_received="2025-04-01 08:00:00"))
    assert came_out(late) == ("逾期1天", 1)
    assert late.deductions[0].reason == "截止日期2025-03-31，首次收到2025-04-01，逾期1天"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"state": "未报", "late": None, "today": date(2025, 4, 3)}, ("逾期3天", 3)),
        ({"state": "未报", "really_received": "2025-03-31"}, ("按时报送", 0)),
        ({"state": "未报", "really_received": "4月2日"}, ("逾期2天", 2)),
        ({"state": "未报", "today": date(2025, 3, 31)}, ("还没有报送，截止日期2025-03-31也没有过", None)),
        (
            {"state": "未报", "files": [{"result": "无法读取"}]},
            ("收到的文件打不开，算不算报送不能定", None),
        ),
        ({"deadline": None, "late": None}, ("名册没有写报送截止日期", None)),
        ({"deadline": None, "unlisted": "不在单位名册里"}, ("不在单位名册里", None)),
        ({"late": None}, ("收到的时间不知道", None)),
    ],
)
def test_what_never_came_is_late_until_today_and_an_unknown_day_is_not_judged(row, expected):
    assert came_out(timely(facts(**row))) == expected


def test_the_record_of_lateness_is_the_file_that_came_first_or_the_officers_date():
    files = [
        {"path": "二.xlsx", "received": "2025-04-09 08:00:00", "result": "采用"},
        {"path": "一.xlsx", "received": "2025-04-02 08:00:00", "result": "采用"},
    ]
    late = {"late": "是", "days_late": 2, "first_received": "2025-04-02 08:00:00", "files": files}
    record = timely(facts(**late)).deductions[0].record
    assert record == {"file": "一.xlsx", "day": date(2025, 4, 2)}
    record = timely(facts(**late, really_received="2025-04-02")).deductions[0].record
    assert (record["sheet"], record["cell"]) == ("submissions", "really_received2")


def test_missing_projects_and_forms_cost_what_the_policy_says():
    lacking = facts(
        projects=[project("漏报"), project("未填报", "操场", file="a.xlsx"), project("免评"), project()],
        department_forms=0,
        reports=0,
    )
    # 漏报 2 + 未填报 2 + 整体自评表 5; a report is not asked for by default; 免评 is no gap
    assert came_out(complete(lacking)) == ("漏报1个项目、未填报1个项目、缺整体自评表", 9)
    places = [(each.record["file"], each.record.get("cell")) for each in complete(lacking).deductions]
    assert places == [("（本工作簿）", "status4"), ("a.xlsx", None), ("（本工作簿）", "department_forms2")]
    assert came_out(complete(facts(projects=[project()]))) == ("齐全", 0)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"uncheckable": "名册没有项目清单"}, ("名册没有项目清单", None)),
        (
            {"files": [{"result": "无法读取"}]},
            ("漏报1个项目，但有1个文件打不开，缺不缺不能定", None),
        ),
        ({"today": date(2025, 3, 31)}, ("漏报1个项目，截止日期2025-03-31没有过，还可以补报", None)),
        ({"today": date(2025, 4, 1)}, ("漏报1个项目", 2)),
        # the time may not be over
        ({"deadline": None}, ("漏报1个项目，名册没有写报送截止日期，还能不能补报不知道", None)),
    ],
)
def test_a_gap_counts_only_where_it_is_sure(row, expected):
    assert came_out(complete(facts(projects=[project("漏报")], **row))) == expected


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"projects": [project("未填报", file="a.xlsx")]}, "未填报1个项目"),
        ({"department_forms": 0}, "缺整体自评表"),
        ({"projects": [project("漏报")] * 2, "department_forms": 0}, "漏报2个项目、缺整体自评表"),
    ],
)
def test_without_a_deadline_nothing_costs_that_may_still_come(row, words):
    why = "名册没有写报送截止日期，还能不能补报不知道"
    assert came_out(complete(facts(deadline=None, **row))) == (f"{words}，{why}", None)
    assert came_out(complete(facts(deadline="另行通知", **row))) == (f"{words}，{why}", None)
    assert came_out(complete(facts(deadline=None, projects=[project()]))) == ("齐全", 0)


def test_what_has_to_be_mended_counts_and_what_was_mended_does_not():
    found = [finding(), finding("未修改"), finding("已修改")]
    assert came_out(accurate(facts(findings=found))) == ("须修改2处", 1)
    assert came_out(accurate(facts())) == ("须修改0处", 0)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"state": "未报"}, "没有报送材料"),
        ({"assessed": 0, "department_forms": 0}, "没有填了的自评表可查"),
        (
            {"projects": [project("漏报")], "files": [{"result": "无法读取"}]},
            "有1个文件打不开，里面的表没有查",
        ),
    ],
)
def test_without_a_form_that_was_read_nothing_is_right(row, why):
    assert came_out(accurate(facts(**row))) == (why, None)


@pytest.mark.parametrize(
    ("own", "second", "points"),
    [("95", "90", 0), ("95", "89.9", Decimal("0.05")), ("80", "95", 5), ("95", "0", 45), ("0", "4", 0)],
)
def test_a_score_far_from_the_rechecked_one_costs(own, second, points):
    rows = [project(score=Decimal(own), second_score=second, file="a.xlsx"), project(score=Decimal(9))]
    assert came_out(review(facts(projects=rows)))[1] == points


def test_without_a_recheck_nothing_is_known_of_the_scores():
    assert came_out(review(facts(projects=[project(score=Decimal(95))]))) == ("没有复核得分", None)
    no_score = project(score=None, second_score=80)
    words = "1个项目的自评得分或复核得分不是0到100的数，没有算"
    assert came_out(review(facts(projects=[no_score]))) == (words, None)
    both = [no_score, project(score=Decimal(95), second_score=85.0, file="a.xlsx")]
    assert came_out(review(facts(projects=both))) == (
        f"复核2个项目，相差超过5分的1个，{words}",
        Decimal("2.5"),
    )


@pytest.mark.parametrize(
    ("row", "statuses", "expected"),
    [
        ({}, ["新发现"], ("没有退回过", None)),
        ({"returned": 1, "state": "已退回"}, ["新发现"], ("退回后没有重报", 10)),
        (
            {"returned": 1, "state": "已退回", "today": date(2025, 3, 31)},
            ["新发现"],
            ("退回后没有重报，截止日期2025-03-31没有过，还可以补报", None),
        ),
        (
            {"returned": 1, "state": "已退回", "deadline": None},
            ["新发现"],
            ("退回后没有重报，名册没有写报送截止日期，还能不能补报不知道", None),
        ),
        (
            {"returned": 1, "state": "已退回", "deadline": None, "unlisted": "不在单位名册里"},
            ["新发现"],
            ("退回后没有重报，不在单位名册里，还能不能补报不知道", None),
        ),
        ({"returned": 1, "state": "已重报"}, ["未修改", "已修改", "已修改"], ("退回后改了2处，没有改1处", 1)),
        ({"returned": 2, "state": "已通过"}, ["已修改"], ("退回后改了1处，没有改0处", 0)),
        ({"returned": 1, "state": "已重报"}, [], ("退回后改了0处，没有改0处", 0)),
        (
            {"returned": 1, "state": "已重报"},
            ["新发现"],
            ("没有退回以前那次汇总的记录，看不出改没改", None),
        ),
    ],
)
def test_after_a_return_what_was_left_costs(row, statuses, expected):
    assert came_out(after_return(facts(findings=map(finding, statuses), **row))) == expected


def test_a_part_is_used_up_and_takes_no_more():
    late = timely(facts(late="是", days_late=25, first_received="2025-04-25"))
    taken, off = used_up(late.deductions, Decimal(20))
    assert ([points for _, points in taken], off) == ([20], 20)
    many = accurate(facts(findings=[finding()] * 100))  # 100 x 0.5, of 30
    taken, off = used_up(many.deductions, Decimal("30.2"))
    assert (len(taken), taken[-1][1], off) == (61, Decimal("0.2"), Decimal("30.2"))


# ---- the workbook

ROSTER = Roster(
    (
        Department("101", "县教育局", section="教科文股", deadline="2025-03-31"),
        Department("102", "县水利局", section="农业股", deadline="2025-03-31"),
        Department("103", "县交通局", section="经建股"),
    ),
    (
        Project("101", "校舍维修"),
        Project("101", "操场"),
        Project("102", "河道治理"),
        Project("103", "农村公路"),
    ),
)
RECEIVED = "2025-04-03 09:00:00"
FILES = (
    received("教育.xlsx", form("", "校舍维修", total_score="95")),
    received("交通.xlsx", form("", "农村公路", department="县交通局", total_score="60")),
)


def county(out, files=FILES, roster=ROSTER, policy=None, old=None, day=RECEIVED):
    """The county workbook of these files with a roster. day: on which they came."""
    policy = policy or default()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receipts, "received_at", lambda path: day)
        collected = sort_out(ROOT, files, roster)
    material = prepare(collected, check(collected.filings, policy, roster=roster), roster, policy)
    return publish(LoadedDepartments(material), out, old)


def scores(path):
    return {row["部门名称"]: row for row in rows_of(path, SHEET)}


PARTS = ("及时性", "完整性", "准确性", "复核偏差", "退回后修改")


def parts(row):
    return [row[f"{part}得分"] for part in PARTS]


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A county with an officer's re-check of one project, consolidated twice."""
    out = tmp_path_factory.mktemp("appraisal") / "全县.xlsx"
    county(out)
    assert write_hand(out, "项目汇总", {"项目名称": "校舍维修"}, 复核得分=80) == 1
    return county(out, old=read_written(out, READ_BACK)).out


def test_every_part_is_judged_or_says_why_not(first):
    row = scores(first)["县教育局"]
    mend = [each for each in rows_of(first, "审核问题") if each["部门名称"] == "县教育局"]
    mend = sum(each["处理方式"] == "本次修改" and each["规则编号"] != "X10" for each in mend)
    assert mend > 0
    # 3 days late; 操场 missing (2) and no form of the whole (5); 15 apart, 5 allowed; never returned
    points = [20 - 3, 20 - 7, 30 - mend * 0.5, 20 - 5]
    assert parts(row) == [*points, "未考核"]
    assert (row["参加考核的满分"], row["考核得分"]) == (90, sum(points))
    assert row["折合百分制得分"] == pytest.approx(round(sum(points) / 90 * 100, 2))
    assert row["考核说明"].startswith(
        f"考核了及时性、完整性、准确性、复核偏差，满分共90分，得{sum(points):g}分。"
    )
    assert "退回后修改未考核（没有退回过）" in row["考核说明"]
    assert row["确认的得分"] == "未确认"


def test_a_department_without_forms_is_late_and_incomplete_and_nothing_else(first):
    row = scores(first)["县水利局"]
    # 河道治理 (2) and the form of the whole (5) are missing; since March 2025 more than 20 days have gone
    assert parts(row) == [0, 13, "未考核", "未考核", "未考核"]
    assert (row["参加考核的满分"], row["考核得分"], row["折合百分制得分"]) == (40, 13, 32.5)
    assert scores(first)["县交通局"]["及时性得分"] == "未考核"  # the roster has no deadline for it


def test_every_deduction_is_a_row_that_leads_to_its_record(first):
    rows, formulas = rows_of(first, DETAIL), openpyxl.load_workbook(first)[DETAIL]
    for row in scores(first).values():
        for part in PARTS:
            own = [
                each["扣分"]
                for each in rows
                if (each["部门名称"], each["考核项目"]) == (row["部门名称"], part)
            ]
            assert sum(own) == (row[f"{part}扣分"] or 0), (row["部门名称"], part)
    links = [cell.value for cell in formulas["O"][1 : len(rows) + 1]]
    assert all(str(link).startswith("=HYPERLINK(") for link in links)
    late = next(row for row in rows if row["考核项目"] == "及时性")
    assert (late["部门名称"], late["日期"], late["文件"], late["扣分"]) == (
        "县教育局",
        "2025-04-03",
        "教育.xlsx",
        3,
    )
    missing = next(row for row in rows if row["扣分事由"] == "漏报：操场")
    place = openpyxl.load_workbook(first)[missing["工作表"]][missing["单元格"]]
    assert (missing["文件"], missing["工作表"], place.value) == ("（本工作簿）", "项目汇总", "漏报")
    apart = next(row for row in rows if row["考核项目"] == "复核偏差")
    assert apart["扣分事由"] == "自评得分95，复核得分80，相差15分"
    assert (apart["文件"], apart["工作表"], apart["单元格"]) == ("教育.xlsx", "项目01", "B2")


def test_the_formulas_agree_and_the_file_is_valid(first, assert_formulas_agree, assert_valid_ooxml):
    assert_formulas_agree(first)
    assert_valid_ooxml(first)


def test_the_officers_word_is_kept_and_counts_for_the_score_that_they_saw(
    first, tmp_path, assert_formulas_agree
):
    out = tmp_path / "全县.xlsx"
    out.write_bytes(first.read_bytes())
    total = scores(out)["县教育局"]["考核得分"]
    seen = f"考核了及时性、完整性、准确性、复核偏差，满分共90分，得{total:g}分"
    write_hand(out, SHEET, {"部门名称": "县教育局"}, 是否确认="是", 说明="属实")
    write_hand(out, SHEET, {"部门名称": "县水利局"}, 是否确认="是", 人工得分=20)
    for _ in range(2):
        county(out, old=read_written(out, READ_BACK))
        row = scores(out)["县教育局"]
        assert (row["是否确认"], row["说明"], row["确认的得分"]) == ("是", "属实", total)
        assert scores(out)["县水利局"]["确认的得分"] == 20
        assert scores(out)["县交通局"]["确认的得分"] == "未确认"
    assert_formulas_agree(out)
    # another re-check, 5 points further apart: 2.5 points less, which nobody has confirmed
    write_hand(out, "项目汇总", {"项目名称": "校舍维修"}, 复核得分=75)
    notes = county(out, old=read_written(out, READ_BACK)).notes
    row = scores(out)["县教育局"]
    assert (row["考核得分"], row["是否确认"], row["确认的得分"]) == (
        total - 2.5,
        f"是（原来：{seen}）",
        "未确认",
    )
    assert row["说明"] == "属实" and scores(out)["县水利局"]["确认的得分"] == 20
    assert any("县教育局的考核结果变了" in note and "请看过以后再写“是”" in note for note in notes)
    write_hand(out, SHEET, {"部门名称": "县教育局"}, 是否确认="是")
    county(out, old=read_written(out, READ_BACK))
    assert scores(out)["县教育局"]["确认的得分"] == total - 2.5


def test_a_manual_score_that_is_no_number_is_no_score(first, tmp_path, assert_formulas_agree):
    out = tmp_path / "全县.xlsx"
    out.write_bytes(first.read_bytes())
    write_hand(out, SHEET, {"部门名称": "县教育局"}, 是否确认=" 是 ", 人工得分="八十")
    write_hand(out, SHEET, {"部门名称": "县水利局"}, 是否确认="同意")
    county(out, old=read_written(out, READ_BACK))
    assert scores(out)["县教育局"]["确认的得分"] == "人工得分应写数字"
    assert scores(out)["县水利局"]["确认的得分"] == "未确认"
    assert_formulas_agree(out)


def test_a_department_that_is_gone_leaves_the_officers_word_on_the_list(first, tmp_path):
    out = tmp_path / "全县.xlsx"
    out.write_bytes(first.read_bytes())
    write_hand(out, SHEET, {"部门名称": "县水利局"}, 是否确认="是", 人工得分=20)
    smaller = replace(ROSTER, departments=(ROSTER.departments[0], ROSTER.departments[2]), _known={})
    assert county(out, roster=smaller, old=read_written(out, READ_BACK)).lost == 2
    below = [cell.value for line in openpyxl.load_workbook(out)["收件核对"].iter_rows() for cell in line]
    assert "人工得分" in below and "20" in [str(value) for value in below]


def test_a_county_that_does_not_appraise_has_no_such_sheets(tmp_path):
    text = "\n".join(
        f"appraisal_{key}_points = 0" for key in ("timely", "complete", "accurate", "review", "mended")
    )
    (tmp_path / "本县.toml").write_text(text, encoding="utf-8")
    off = load(tmp_path / "本县.toml")
    out = tmp_path / "全县.xlsx"
    county(out, policy=off)
    assert not {SHEET, DETAIL} & set(openpyxl.load_workbook(out).sheetnames)
    county(out, old=read_written(out, READ_BACK))  # a workbook without the sheet is read as any other
    write_hand(out, SHEET, {"部门名称": "县教育局"}, 说明="看过")
    county(out, policy=off, old=read_written(out, READ_BACK))  # what an officer wrote is not thrown away
    row = scores(out)["县教育局"]
    assert (
        row["说明"] == "看过"
        and row["考核得分"] == "未考核"
        and "准确性不考核（参数里满分为0）" in row["考核说明"]
    )


def test_points_are_those_of_the_county(tmp_path):
    (tmp_path / "本县.toml").write_text(
        "appraisal_late_day = 4\nappraisal_missing_project = 3\n"
        "appraisal_no_report = 6\nappraisal_review_points = 0\n",
        encoding="utf-8",
    )
    county(tmp_path / "全县.xlsx", policy=load(tmp_path / "本县.toml"))
    row = scores(tmp_path / "全县.xlsx")["县教育局"]
    assert parts(row)[:2] == [20 - 3 * 4, 20 - 3 - 5 - 6] and "复核偏差不考核" in row["考核说明"]


def test_two_officers_copies_of_the_appraisal_are_combined(first, tmp_path):
    ours, theirs = tmp_path / "甲.xlsx", tmp_path / "乙.xlsx"
    for copy in (ours, theirs):
        copy.write_bytes(first.read_bytes())
    write_hand(ours, SHEET, {"部门名称": "县教育局"}, 说明="看过")
    write_hand(theirs, SHEET, {"部门名称": "县教育局"}, 是否确认="是")
    write_hand(theirs, SHEET, {"部门名称": "县水利局"}, 人工得分=21)
    both = combine(ours, theirs, tmp_path / "合.xlsx")
    assert (both.taken, both.conflicts, both.problems) == (2, (), ())
    rows = scores(both.out)
    assert [rows["县教育局"][label] for label in ("是否确认", "说明")] == ["是", "看过"]
    assert rows["县水利局"]["人工得分"] == 21


def test_the_province_has_no_proposals_that_nobody_confirmed():
    assert "proposed_use" not in {column.key for column in PROVINCE_PROJECTS.columns}


def test_what_a_return_left_unmended_is_counted_finding_by_finding(tmp_path, assert_formulas_agree):
    """Four findings to mend; the department gets its form back, explains the one on 年租金 only."""
    out, base = tmp_path / "全县.xlsx", form("", "校舍维修", total_score="95")
    county(out, [received("教育.xlsx", base)])
    write_hand(out, "报送台账", {"部门名称": "县教育局"}, 最近退回日期="2025-04-05")
    county(out, [received("教育.xlsx", base)], old=read_written(out, READ_BACK))
    row = scores(out)["县教育局"]
    assert row["退回后修改得分"] == 0 and "退回后没有重报，扣10分" in row["考核说明"]
    (left,) = [each for each in rows_of(out, DETAIL) if each["考核项目"] == "退回后修改"]
    assert (left["日期"], left["工作表"], left["扣分"]) == ("2025-04-05", "报送台账", 10)
    rent = replace(base.indicators[2], note="租金由产权单位减免，下一步核减预算")
    mended = replace(base, indicators=(*base.indicators[:2], rent))
    sent = [received("教育.xlsx", mended, sha="2" * 64)]
    county(out, sent, old=read_written(out, READ_BACK), day="2025-04-10 09:00:00")
    row = scores(out)["县教育局"]
    assert "退回后改了1处，没有改3处，扣3分" in row["考核说明"] and row["退回后修改得分"] == 10 - 3
    assert row["准确性得分"] == 30 - 3 * 0.5
    places = [each["单元格"] for each in rows_of(out, DETAIL) if each["考核项目"] == "退回后修改"]
    assert len(places) == 3
    assert_formulas_agree(out)


def test_of_more_errors_than_points_only_those_that_cost_are_listed(tmp_path):
    (tmp_path / "本县.toml").write_text("appraisal_accurate_points = 1.25", encoding="utf-8")
    county(tmp_path / "全县.xlsx", policy=load(tmp_path / "本县.toml"))
    row = scores(tmp_path / "全县.xlsx")["县教育局"]
    rows = [each for each in rows_of(tmp_path / "全县.xlsx", DETAIL) if each["部门名称"] == "县教育局"]
    assert "须修改4处，扣1.25分，1.25分扣完为止" in row["考核说明"] and row["准确性得分"] == 0
    assert [each["扣分"] for each in rows if each["考核项目"] == "准确性"] == [0.5, 0.5, 0.25]
