"""From the sample to the budget's workbook: papers filled right, wrong, half and not at all, then summed up.

Every number is computed here, from what was written into the papers.
"""

from __future__ import annotations

import shutil
from decimal import ROUND_HALF_UP, Decimal

import docx
import openpyxl
import pytest

from selfeval_xl.county import consolidate
from selfeval_xl.errors import NotReplaced, UsageError
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.reports.bulletin import county_bulletin
from selfeval_xl.workflows.review.reviewing import review
from selfeval_xl.workflows.review.sampling import sample
from support import papers
from support.counties import send
from support.season import rows_of, write_hand

A, B, PLAIN = made_up()[0][1], made_up()[0][5], made_up()[0][0]


def cents(number) -> Decimal:
    return Decimal(str(number)).quantize(Decimal("0.01"), ROUND_HALF_UP)


class Play:
    """A county, its sample of all fifteen projects, and the papers as people filled them in.

    less: the points that were taken from each project that is done. done: those with a total, by name.
    """

    def __init__(self, root):
        self.root, self.less = root, {}
        for each in (A, B, PLAIN):
            send(root / "收到" / f"{each.name}.xlsx", each)
        self.county = root / "县.xlsx"
        consolidate(root / "收到", self.county)
        self.folder = root / "抽查"
        drawn = sample(self.county, self.folder, count=15)
        self.paper = {each.project.head.project: self.folder / each.file for each in drawn.chosen}
        self.own = {
            row["项目名称"]: (cents(row["自评得分"]), row["自评等级"])
            for row in rows_of(self.county, "项目汇总")
            if row["自评得分"] != ""
        }
        self.names = [[project["project"] for project in each.projects] for each in (A, B, PLAIN)]
        self._fill(*self.names)

    def _fill(self, first, second, plain):
        lowered, same, half, wrong, high = first
        self._agree(lowered, 0, 12.5, 备注="台账只有8份")
        self._agree(same)
        papers.agree(self.paper[half])
        papers.write(self.paper[half], {self._indicator(half, 2): {"复核得分": None}})
        papers.agree(self.paper[wrong])
        papers.write(self.paper[wrong], {self._indicator(wrong, 1): {"复核得分": "8分"}})
        papers.agree(self.paper[high])
        papers.write(self.paper[high], {self._indicator(high, 0): {"复核得分": 99}})
        turned, twice, differing, gone, damaged = second
        self._agree(turned, 1, 3, 复核完成值="查到90%", 佐证材料="验收单")
        papers.sort_visible(self.paper[turned])
        self.line = papers.insert(self.paper[turned], 三级指标="自己加的指标", 复核得分=5)
        self._agree(twice, 0, 0.5)
        (self.folder / "备份").mkdir()
        shutil.copy(self.paper[twice], self.folder / "备份" / "副本.xlsx")
        papers.agree(self.paper[differing])
        shutil.copy(self.paper[differing], self.folder / "另一份.xlsx")
        papers.write(self.folder / "另一份.xlsx", {self._indicator(differing, 0): {"复核得分": 1}})
        self.paper[gone].unlink()
        self.paper[damaged].write_bytes(self.paper[damaged].read_bytes()[:3000])
        values = {
            row["三级指标"]: {"复核完成值": row["自评完成值"]} for row in papers.rows(self.paper[plain[0]])
        }
        values.pop("预算执行率")
        papers.write(self.paper[plain[0]], values)
        self.changed = self._indicator(plain[0], 0)
        papers.write(self.paper[plain[0]], {self.changed: {"复核完成值": "1个", "备注": "只有一个"}})
        openpyxl.Workbook().save(self.folder / "会议签到.xlsx")
        (self.folder / "说明.txt").write_text("请尽快复核。", encoding="utf-8")

    def _indicator(self, project, number):
        return papers.rows(self.paper[project])[number]["三级指标"]

    def _agree(self, project, number=0, less=0.0, **more):
        """Scores as in the self-evaluation, less some points of one indicator."""
        name = self._indicator(project, number)
        papers.agree(self.paper[project], {name: less})
        papers.write(self.paper[project], {name: more})
        self.less[project] = cents(less)

    @property
    def second(self):
        """The re-checked total of each project that is done."""
        return {name: self.own[name][0] - less for name, less in self.less.items()}


def grade(total: Decimal) -> str:
    return "优" if total >= 90 else "良" if total >= 80 else "中" if total >= 60 else "差"


def mean(numbers):
    return cents(sum(numbers) / len(numbers))


@pytest.fixture(scope="module")
def play(tmp_path_factory):
    return Play(tmp_path_factory.mktemp("play"))


@pytest.fixture(scope="module")
def summary(play):
    review(play.folder, play.root / "复核汇总.xlsx")
    return play.root / "复核汇总.xlsx"


def told(path):
    return [(row["文件"], row["项目名称"], row["单元格"], row["问题"]) for row in rows_of(path, "未计入")]


def test_each_project_has_the_sum_of_its_paper_or_none(play, summary):
    rows = {row["项目名称"]: row for row in rows_of(summary, "项目")}
    assert len(rows) == 15
    for name, row in rows.items():
        own = play.own.get(name)
        assert row["自评得分"] == ("" if own is None else pytest.approx(float(own[0])))
        if name in play.second:
            total = play.second[name]
            assert cents(row["复核得分"]) == total and cents(row["偏差"]) == -play.less[name], name
            assert row["复核等级"] == grade(total) and row["复核状态"] == "已复核"
            assert row["是否降等"] == ("是" if grade(total) != own[1] else "")
        else:
            assert row["复核得分"] == row["偏差"] == "" and row["复核等级"] in ("", "不评分"), name
    first, second, plain = play.names
    states = {name: row["复核状态"] for name, row in rows.items()}
    assert [states[name] for name in first] == ["已复核", "已复核", "未复核完", "未复核完", "未复核完"]
    assert [states[name] for name in second[:4]] == ["已复核", "已复核", "未复核完", "未交底稿"]
    assert states[second[4]] == "未交底稿"  # damaged: nothing of it is known
    assert [states[name] for name in plain] == ["已复核", "未复核", "未复核", "未复核", "未复核"]
    assert rows[first[0]]["是否降等"] == "是"
    assert "台账只有8份" in rows[first[0]]["主要偏差原因"] and "12.5" not in rows[first[0]]["主要偏差原因"]


def test_departments_and_county_are_sums_of_the_projects(play, summary):
    departments = {row["部门名称"]: row for row in rows_of(summary, "部门")}
    everything = []
    for each, names in zip((A, B, PLAIN), play.names, strict=True):
        row, done = departments[each.name], [name for name in names if name in play.second]
        everything += done
        plain = each is PLAIN  # one of them is done, without scores
        assert (row["抽查项目数"], row["已复核"], row["未复核完"]) == (
            5,
            len(done) + plain,
            5 - len(done) - plain,
        )
        if plain:
            assert row["平均偏差"] == row["自评平均得分"] == row["复核平均得分"] == ""
            continue
        assert cents(row["平均偏差"]) == mean([-play.less[name] for name in done])
        assert cents(row["自评平均得分"]) == mean([play.own[name][0] for name in done])
        assert cents(row["复核平均得分"]) == mean([play.second[name] for name in done])
        assert row["降等项目数"] == sum(grade(play.second[name]) != play.own[name][1] for name in done)
    figures = dict(row[:2] for row in openpyxl.load_workbook(summary, data_only=True)["全县"].values)
    assert figures["抽查项目数"] == 15 and figures["已复核"] == len(everything) + 1
    assert figures["自评、复核都有得分的项目数"] == len(everything) == 4
    assert cents(figures["平均偏差（复核－自评）"]) == mean([-play.less[name] for name in everything])
    assert figures["复核低于自评的项目数"] == 3 and figures["复核高于自评的项目数"] == 0


def test_faults_are_the_rows_that_differ(play, summary):
    faults = {(row["项目名称"], row["指标"]): row for row in rows_of(summary, "问题清单")}
    first, second, plain = play.names
    lowered = faults[first[0], papers.rows(play.paper[first[0]])[0]["三级指标"]]
    assert cents(lowered["差额"]) == cents(-12.5) and lowered["说明"] == "台账只有8份"
    assert lowered["部门名称"] == A.name
    turned = next(row for (name, _), row in faults.items() if name == second[0])
    assert cents(turned["差额"]) == -3 and turned["复核完成值"] == "查到90%" and "验收单" in turned["说明"]
    assert faults[plain[0], play.changed]["复核完成值"] == "1个"
    # of the half filled ones too: what was re-checked was found, though the total waits
    assert {name for name, _ in faults} == {first[0], second[0], second[1], plain[0]}


def test_everything_that_did_not_count_is_said_with_its_place(play, summary):
    first, second, plain = play.names
    said = told(summary)
    of_project = {name: [line for line in said if line[1] == name] for name in sum(play.names, [])}

    def says(name, words, cell=None):
        return any(
            words in text and (cell is None or place == cell) for _, _, place, text in of_project[name]
        )

    assert says(first[2], "还有1行没有复核得分")
    assert says(first[3], "“8分”不是数", "I8") and says(first[3], "还有1行")
    assert says(first[4], "超过分值", "I7")
    assert says(second[0], "自己加的指标", f"A{play.line}")
    assert says(second[1], "只算一份") and says(second[2], "填的不一样") and says(second[3], "未交底稿")
    assert any(play.paper[second[4]].name == file and "读不出来" in text for file, *_, text in said)
    assert any(file == "会议签到.xlsx" and "不是复核底稿" in text for file, *_, text in said)
    assert any(file == "说明.txt" and "不是复核底稿" in text for file, *_, text in said)
    assert all(says(name, "未复核：") for name in plain[1:])
    assert not of_project[first[0]] and not of_project[first[1]] and not of_project[plain[0]]


def test_the_summary_is_a_sound_workbook(summary, assert_valid_ooxml, assert_formulas_agree):
    assert_valid_ooxml(summary)
    assert_formulas_agree(summary)


def test_a_summary_of_somebody_else_stays(play, tmp_path):
    out = tmp_path / "别人的.xlsx"
    out.write_bytes(b"x")
    with pytest.raises(NotReplaced):
        review(play.folder, out)
    with pytest.raises(UsageError, match="没有复核底稿"):
        review(play.root / "收到", tmp_path / "汇总.xlsx")
    with pytest.raises(UsageError, match="找不到"):
        review(tmp_path / "没有", tmp_path / "汇总.xlsx")


def project_rows(path):
    return {row["项目名称"]: row for row in rows_of(path, "项目汇总")}


@pytest.fixture(scope="module")
def taken(play):
    """The county consolidated with the papers, after an officer typed a score and a grade by hand."""
    typed = play.names[1][1]  # whose paper says something else
    write_hand(play.county, "项目汇总", {"项目名称": typed}, 复核得分=70, 复核等级="中", 备注="现场看过")
    plain = play.names[2][1]  # which has no paper that says anything
    write_hand(play.county, "项目汇总", {"项目名称": plain}, 复核得分=66.5)
    county = consolidate(play.root / "收到", play.county, reviewed=play.folder)
    return county, typed, plain


def test_scores_come_from_the_papers_but_what_was_typed_stays(play, taken):
    county, typed, plain = taken
    rows = project_rows(play.county)
    for name, row in rows.items():
        if name in (typed, plain):
            continue
        total = play.second.get(name)
        assert row["复核得分"] == ("" if total is None else pytest.approx(float(total))), name
        assert row["复核等级"] == ("" if total is None else grade(total)), name
    assert (rows[typed]["复核得分"], rows[typed]["复核等级"], rows[typed]["备注"]) == (70, "中", "现场看过")
    assert (rows[plain]["复核得分"], rows[plain]["复核等级"]) == (66.5, "")
    said = "".join(county.notes)
    assert f"“{typed}”的复核得分手工填的是70，底稿是{float(play.second[typed]):g}" in said
    assert "selfeval review" in said


def test_the_county_has_a_sheet_of_the_differences(play, taken):
    _, typed, plain = taken
    rows = {row["项目名称"]: row for row in rows_of(play.county, "复核汇总")}
    listed = project_rows(play.county)
    assert set(rows) == {name for names in play.names for name in names}
    for name, row in rows.items():
        assert row["复核得分"] == listed[name]["复核得分"] and row["自评得分"] == listed[name]["自评得分"]
        both = row["复核得分"] != "" and row["自评得分"] != ""
        assert row["偏差"] == (
            "" if not both else pytest.approx(row["复核得分"] - row["自评得分"], abs=0.001)
        )
    assert rows[typed]["复核得分来自"] == "手工填写" and "手工填的是70" in rows[typed]["说明"]
    assert (rows[plain]["复核得分来自"], rows[plain]["复核状态"]) == ("手工填写", "已复核")
    assert "手工填的算已复核（底稿：未复核）" in rows[plain]["说明"]
    done = play.names[0][0]
    assert rows[done]["复核得分来自"] == "底稿" and "台账只有8份" in rows[done]["主要偏差原因"]
    assert rows[play.names[0][2]]["复核状态"] == "未复核完" and rows[play.names[0][2]]["复核得分"] == ""
    titles = openpyxl.load_workbook(play.county).sheetnames
    assert titles.index("复核汇总") > titles.index("收件核对")


def test_the_county_workbook_is_sound(play, taken, assert_valid_ooxml, assert_formulas_agree):
    assert_valid_ooxml(play.county)
    assert_formulas_agree(play.county)


def test_a_corrected_paper_gets_in_and_a_score_that_was_typed_since_stays(play, taken, tmp_path):
    for name in ("收到", "抽查"):
        shutil.copytree(play.root / name, tmp_path / name)
    for name in ("县.xlsx", "县.sqlite"):
        shutil.copy(play.root / name, tmp_path / name)
    county, folder = tmp_path / "县.xlsx", tmp_path / "抽查"
    corrected, typed, removed = play.names[0][0], play.names[0][1], play.names[1][0]
    name = papers.rows(folder / play.paper[corrected].name)[0]["三级指标"]
    papers.agree(folder / play.paper[corrected].name, {name: 2})
    write_hand(county, "项目汇总", {"项目名称": typed}, 复核得分=88)
    (folder / play.paper[removed].name).unlink()
    again = consolidate(tmp_path / "收到", county, reviewed=folder)
    rows = project_rows(county)
    assert cents(rows[corrected]["复核得分"]) == play.own[corrected][0] - 2
    assert rows[corrected]["复核等级"] == grade(play.own[corrected][0] - 2)
    assert rows[typed]["复核得分"] == 88 and rows[taken[1]]["复核得分"] == 70
    assert rows[removed]["复核得分"] == rows[removed]["复核等级"] == ""
    assert any("已经去掉" in note and removed in note for note in again.notes)
    without = consolidate(tmp_path / "收到", county)  # without papers what stands there stays
    assert project_rows(county)[corrected]["复核得分"] == rows[corrected]["复核得分"] and not without.lost
    listed = {row["项目名称"]: row for row in rows_of(county, "复核汇总")}
    assert listed[corrected]["复核得分来自"] == "上次的底稿"
    papers.agree(folder / play.paper[corrected].name, {name: 3})
    consolidate(tmp_path / "收到", county, reviewed=folder)
    assert cents(project_rows(county)[corrected]["复核得分"]) == play.own[corrected][0] - 3


def test_the_bulletin_says_what_the_re_check_found(play, taken):
    bulletin = county_bulletin(play.root / "收到", play.root / "通报.docx", workbook=play.county)
    text = "\n".join(each.text for each in docx.Document(bulletin.out).paragraphs)
    rows = project_rows(play.county).values()
    checked = [row for row in rows if row["复核得分"] != "" or row["复核等级"] != ""]
    pairs = [
        (cents(r["自评得分"]), cents(r["复核得分"]))
        for r in checked
        if "" not in (r["自评得分"], r["复核得分"])
    ]
    # one of the forms without scores was re-checked too, which 复核汇总 says
    total = sum(row["复核状态"] == "已复核" for row in rows_of(play.county, "复核汇总"))
    assert total == len(checked) + 1
    assert f"财政已复核项目{total}个（其中不评分1个），其中自评、复核都有得分的{len(pairs)}个" in text
    average = mean([second - own for own, second in pairs])
    assert f"平均偏差（复核减自评）{average.normalize():f}分" in text
    lowered = sum(r["复核等级"] != r["自评等级"] for r in checked if r["复核等级"] and r["自评得分"] != "")
    assert lowered == 2 and f"等级降低的{lowered}个，名单见附件" in text and "复核降等项目名单" in text


def test_last_years_scores_stand_beside_this_years(play, taken, tmp_path):
    shutil.copy(play.county, tmp_path / "上年.xlsx")
    consolidate(play.root / "收到", tmp_path / "今年.xlsx", against=tmp_path / "上年.xlsx")
    before = project_rows(tmp_path / "上年.xlsx")
    for row in rows_of(tmp_path / "今年.xlsx", "与上年对比"):
        assert row["上年复核得分"] == before[row["项目名称"]]["复核得分"] and row["本年复核得分"] == ""
