"""A province: its figures are those of its counties, a county that fails costs itself only, and nothing is
lost or taken from an earlier run.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from selfeval_xl import consolidate_province
from selfeval_xl.assessment.policy import default
from selfeval_xl.county.intake.receipts import RESULTS
from selfeval_xl.county.province import run_county
from selfeval_xl.county.province.columns import COUNTIES, FAILED, PROJECTS, SHEETS
from selfeval_xl.county.province.county_figures import figures
from selfeval_xl.county.province.county_rows import CountyRows, CountyStore
from selfeval_xl.county.province.folders import survey
from selfeval_xl.county.province.write_workbook import publish
from selfeval_xl.errors import OutputError, UsageError
from selfeval_xl.workflows.demo.county import made_up
from support import rosters
from support.command import ROOT, selfeval
from support.counties import fill_county

pytestmark = pytest.mark.slow  # whole counties, each in a process of its own


def write_roster(path: Path, departments) -> None:
    """A county's roster: one department too many, one project that did not come, one that did not have to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    projects = [
        rosters.project(project["project_code"], department.code, project["project"])
        for department in departments
        for project in department.projects[1:]
    ]
    absent = [
        rosters.project("990001", departments[0].code, "没有报的项目"),
        rosters.project("990002", departments[0].code, "免评的项目", 是否免评="是"),
    ]
    rosters.write_roster(
        path,
        单位名册=[
            *(rosters.department(department.code, department.name) for department in departments),
            rosters.department("199", "示例县残联"),
        ],
        项目=[*projects, *absent],
    )


def make_province(folder: Path) -> Path:
    """甲县 with its roster and a repeated file, 乙县 in an archive, 丙市 with nothing but its filings; two
    files of no county.
    """
    departments = made_up()[0]
    fill_county(folder / "甲县", departments[:4])
    (folder / "甲县" / "再报").mkdir()
    shutil.copy(next((folder / "甲县").glob("*.xlsx")), folder / "甲县" / "再报" / "一样的.xlsx")
    (folder / "甲县" / "坏了.xlsx").write_bytes(b"PK\x03\x04 broken")
    (folder / "甲县" / "章.pdf").write_bytes(b"%PDF-1.4 1")
    write_roster(folder / "甲县" / "单位名册.xlsx", departments[:4])
    fill_county(folder / "乙县", departments[4:6])
    with zipfile.ZipFile(folder / "乙县.zip", "w") as archive:
        for path in (folder / "乙县").iterdir():
            archive.write(path, f"报来的/{path.name}")
    shutil.rmtree(folder / "乙县")
    fill_county(folder / "丙市", departments[6:8])
    (folder / "通知.txt").write_text("请于3月底前报送", encoding="utf-8")
    (folder / "老的.rar").write_bytes(b"Rar!\x1a\x07")
    return folder


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    return make_province(tmp_path_factory.mktemp("province") / "各县材料")


@pytest.fixture(scope="module")
def done(material, tmp_path_factory):
    return consolidate_province(material, tmp_path_factory.mktemp("out"))


@pytest.fixture
def two(tmp_path):
    """Two small counties."""
    for number, name in enumerate(("甲县", "乙县")):
        fill_county(tmp_path / "材料" / name, made_up()[0][number : number + 1])
    return tmp_path / "材料"


def table(path: Path, title: str) -> list[dict]:
    """The rows of a sheet by its head, without the totals."""
    head, *rows = openpyxl.load_workbook(path, data_only=True)[title].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows if isinstance(row[0], int)]


def below(sheet, label: str, after: int = 1) -> object:
    """The figure below a head of 总览, the first one from a row on."""
    return next(
        sheet.cell(cell.row + 1, cell.column).value
        for row in sheet.iter_rows(min_row=after)
        for cell in row
        if cell.value == label
    )


def beside(sheet, heading: str, label: str, count: int, first: int) -> list:
    """The figures of a labelled line in a block of 总览: as many as said, from a column on."""
    start = next(
        cell.row for row in sheet.iter_rows() for cell in row if str(cell.value or "").startswith(heading)
    )
    line = next(
        cell.row
        for row in sheet.iter_rows(min_row=start)
        for cell in row
        if cell.value == label and cell.row > start
    )
    return [
        value
        for value in (sheet.cell(line, column).value for column in range(first, 25))
        if value is not None
    ][:count]


def parts(path: Path) -> dict[str, bytes]:
    """A workbook's parts without the time stamp."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"}


def test_every_figure_of_a_county_is_that_of_its_own_front_page(done):
    rows = {row["县区"]: row for row in table(done.out, "县区汇总")}
    receipts = {row["县区"]: row for row in table(done.out, "收件核对")}
    assert list(rows) == ["丙市", "乙县", "甲县"]
    for name, row in rows.items():
        front = openpyxl.load_workbook(done.out.parent / f"{name}.xlsx", data_only=True)["总览"]
        for mine, theirs in {
            "应报部门": "应报部门",
            "已报部门": "已报部门",
            "未报部门": "未报部门",
            "报送率": "报送率",
            "应评项目": "应评项目",
            "已评项目": "已评项目",
            "漏报项目": "漏报项目",
            "名册外项目": "名册外项目",
            "免评项目": "免评项目",
            "自评覆盖率": "自评覆盖率",
            "整体自评表": "整体自评表份数",
            "自评报告": "自评报告份数",
            "盖章件": "盖章件份数",
            "收到文件": "收到文件",
            "识别表数": "识别表数",
        }.items():
            assert row[mine] == below(front, theirs), (name, mine)
        levels = [found["级别"] for found in table(done.out.parent / f"{name}.xlsx", "审核问题")]
        assert (row["错误数"], row["核实数"]) == (levels.count("错误"), levels.count("核实"))
        money = ["年初预算数", "全年预算数", "全年执行数"]
        assert [row[f"{key}（万元）"] for key in money] + [
            row[key] for key in ("执行率", "未执行金额（万元）", "预算调整率", "按年初预算执行率")
        ] == beside(front, "二、", "合计", 7, 5)
        for kind in ("当年财政拨款", "上年结转资金", "其他资金"):
            assert [row[f"{kind}{key}（万元）"] for key in money] == beside(front, "二、", kind, 3, 5)
        assert [
            row[key]
            for key in (
                "指标总数",
                "已完成",
                "其中超额完成",
                "未完成",
                "其中完成值为0",
                "待核定",
                "未填",
                "指标完成率",
            )
        ] == beside(front, "四、", "合计", 8, 4)
        for mine, theirs in (
            ("优", "优"),
            ("良", "良"),
            ("中", "中"),
            ("差", "差"),
            ("不评分", "不评分表式"),
        ):
            assert [row[mine]] == beside(front, "五、", theirs, 1, 17)
        start = next(cell.row for cell in front["A"] if str(cell.value or "").startswith("十、"))
        assert {result: receipts[name][result] for result in RESULTS} == {
            result: below(front, result, start) for result in RESULTS
        }
        forms = [receipts[name][key] for key in ("识别表数", "采用表数", "被替代表数", "重复表数", "表核对")]
        assert forms == [
            below(front, "识别表数", start),
            *(front.cell(start + 2, column).value for column in (20, 21, 22)),
            below(front, "表核对", start),
        ]


def test_projects_departments_and_findings_are_all_there(done):
    projects, departments, problems = (
        table(done.out, title) for title in ("项目汇总", "部门汇总", "问题汇总")
    )
    for county in done.counties:
        mine = [row for row in projects if row["县区"] == county.name]
        theirs = table(county.out, "项目汇总")
        shared = [
            column.label
            for column in PROJECTS.columns
            if column.label in theirs[0] and column.label != "序号"
        ]
        assert len(shared) > 35 and [[row[key] for key in shared] for row in mine] == [
            [row[key] for key in shared] for row in theirs
        ]
        mine, theirs = (
            [row for row in departments if row["县区"] == county.name],
            table(county.out, "部门汇总"),
        )
        assert [[row[key] for key in row if key in theirs[0] and key != "序号"] for row in mine] == [
            [row[key] for key in mine[0] if key in theirs[0] and key != "序号"] for row in theirs
        ]
        assert sum(row["条数"] for row in problems if row["县区"] == county.name) == len(
            table(county.out, "审核问题")
        )
    assert [row["序号"] for row in projects] == list(range(1, len(projects) + 1))


def test_every_row_leads_to_the_same_row_of_its_county(done):
    sheets = {county.name: openpyxl.load_workbook(county.out) for county in done.counties}
    for title, key in (("项目汇总", "项目名称"), ("部门汇总", "部门名称"), ("问题汇总", "规则名称")):
        head, *rows = openpyxl.load_workbook(done.out)[title].iter_rows(values_only=True)
        for row in (dict(zip(head, values, strict=True)) for values in rows if isinstance(values[0], int)):
            file, sheet, line = re.fullmatch(
                r'=HYPERLINK\("(.+?)#\'(.+?)\'!A(\d+)","打开"\)', row["县区汇总表"]
            ).groups()
            assert file == f"{row['县区']}.xlsx"
            place = sheets[row["县区"]][sheet]
            heads = {cell.value: cell.column for cell in place[1]}
            assert place.cell(int(line), heads[key]).value == row[key]


def test_formulas_are_what_a_spreadsheet_computes_and_the_workbook_is_valid(
    done, assert_formulas_agree, assert_valid_ooxml
):
    assert_formulas_agree(done.out)
    assert_valid_ooxml(done.out)


def test_a_longer_table_goes_on_on_a_second_sheet(material, done, tmp_path, assert_formulas_agree):
    found = []
    for county, place in zip(done.counties, survey(material, tmp_path, "全省.xlsx").places, strict=True):
        outcome = run_county.run(place, order(place, done.out.parent / f"{place.name}.xlsx"))
        found.append(figures(outcome))
        assert outcome.county.balances == county.balances
    publish(found, tmp_path / "全省.xlsx", (), (), default(), most_rows=9)
    assert "项目汇总（3）" in openpyxl.load_workbook(tmp_path / "全省.xlsx").sheetnames
    assert [row | {"说明": None} for row in table(done.out, "县区汇总")] == table(
        tmp_path / "全省.xlsx", "县区汇总"
    )
    assert_formulas_agree(tmp_path / "全省.xlsx")


def order(place, out):
    from selfeval_xl.assessment.policy import default
    from selfeval_xl.county.province.county_process import Order

    return Order(place.path, out, place.roster, default(), None, False, None)


def test_loose_files_are_listed_and_the_roster_is_no_filing(done):
    texts = [
        [cell.value for cell in row if cell.value is not None]
        for row in openpyxl.load_workbook(done.out)["收件核对"].iter_rows()
    ]
    listed = {row[1]: row[3] for row in texts if len(row) == 5 and isinstance(row[0], int)}
    assert (
        list(listed) == ["老的.rar", "通知.txt"]
        and "压缩包" in listed["老的.rar"]
        and "看不出是哪个县区" in listed["通知.txt"]
    )
    assert [name for name, _ in done.loose] == list(listed)
    county = done.out.parent / "甲县.xlsx"
    assert "单位名册.xlsx" not in [row["文件名"] for row in table(county, "收件核对")] and not [
        row for row in table(county, "审核问题") if row["文件"] == "单位名册.xlsx"
    ]


def test_the_second_run_gives_the_same_workbook_and_reads_nothing_again(two, tmp_path):
    first = consolidate_province(two, tmp_path / "结果")
    before = parts(first.out)
    seen = []
    with closing(sqlite3.connect(tmp_path / "结果" / "甲县.sqlite")) as base:
        base.execute("UPDATE answers SET outline = outline || ' '")  # what is read again has no such blank
        base.commit()
    again = consolidate_province(
        two, tmp_path / "结果", progress=lambda done, whole, name: seen.append((done, whole))
    )
    assert again.failed == () and parts(again.out) == before and (1, 1) in seen
    with closing(sqlite3.connect(tmp_path / "结果" / "甲县.sqlite")) as base:
        ends = [outline[-1] for (outline,) in base.execute("SELECT outline FROM answers")]
    assert ends and set(ends) == {" "}


def test_officers_words_in_a_county_workbook_stay(two, tmp_path):
    consolidate_province(two, tmp_path / "结果")
    path = tmp_path / "结果" / "甲县.xlsx"
    book = openpyxl.load_workbook(path)
    heads = {cell.value: cell.column for cell in book["部门汇总"][1]}
    book["部门汇总"].cell(2, heads["审核意见"]).value = "同意"
    book.save(path)
    result = consolidate_province(two, tmp_path / "结果")
    assert table(path, "部门汇总")[0]["审核意见"] == "同意"
    assert [row["当前状态"] for row in table(result.out, "部门汇总") if row["县区"] == "甲县"] == ["已通过"]


def test_a_county_that_cannot_be_written_is_told_and_the_others_go_on(
    two, tmp_path, assert_formulas_agree, assert_valid_ooxml
):
    out = tmp_path / "结果"
    before = consolidate_province(two, out)
    (out / "甲县.xlsx").unlink()
    (out / "甲县.xlsx").mkdir()
    result = consolidate_province(two, out)
    assert [county.name for county in result.failed] == ["甲县"] and "甲县.xlsx" in result.failed[0].reason
    rows = {row["县区"]: row for row in table(result.out, "县区汇总")}
    assert (
        rows["甲县"]["汇总情况"] == FAILED
        and rows["甲县"]["全年预算数（万元）"] == "—"
        and "没有计入" in rows["甲县"]["说明"]
    )
    assert rows["乙县"] == {row["县区"]: row for row in table(before.out, "县区汇总")}["乙县"] | {
        "序号": rows["乙县"]["序号"]
    }
    assert {
        row["县区"] for title in ("项目汇总", "部门汇总", "问题汇总") for row in table(result.out, title)
    } == {"乙县"}
    front = openpyxl.load_workbook(result.out, data_only=True)["总览"]
    assert below(front, "没有汇总成") == 1 and "甲县" in [
        cell.value for row in front.iter_rows() for cell in row
    ]
    assert_formulas_agree(result.out)
    assert_valid_ooxml(result.out)


DIES = "import os,signal; os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (DIES, "中断"),
        ("raise RuntimeError('broken')", "记录文件"),
        ("import nothing_of_this_name", "记录文件"),
    ],
)
def test_a_county_whose_process_ends_is_told_and_its_old_workbook_stays(
    two, tmp_path, monkeypatch, start, said
):
    out = tmp_path / "结果"
    consolidate_province(two, out)
    old = (out / "乙县.xlsx").read_bytes()
    only = (
        "from selfeval_xl.county.province "
        "import county_process as child\ntake=child.receive\ndef taken(pipe):\n order=take(pipe)\n if "
        f"order.folder.name=='乙县':\n  {start}\n return order\nchild.receive=taken\nchild.serve()"
    )
    monkeypatch.setattr(run_county, "START", only)
    result = consolidate_province(two, out)
    (failed,) = result.failed
    assert (
        failed.name == "乙县"
        and said in failed.reason
        and "还是上次汇总的" in failed.reason
        and "1个文件没有计入" in failed.reason
    )
    assert (
        (out / "乙县.xlsx").read_bytes() == old
        and result.counties[1].name == "甲县"
        and result.counties[1].out
    )
    for log in re.findall(r"发给开发者：(.+?\.log)", failed.reason):
        Path(log).unlink()


def test_all_counties_may_fail(two, tmp_path, monkeypatch, assert_formulas_agree):
    monkeypatch.setattr(run_county, "START", "raise SystemExit")
    result = consolidate_province(two, tmp_path / "结果")
    assert len(result.failed) == 2 and table(result.out, "项目汇总") == []
    assert_formulas_agree(result.out)


def test_rosters_of_a_folder_go_first_and_spare_ones_are_told(two, tmp_path):
    write_roster(two / "甲县" / "单位名册.xlsx", made_up()[0][3:4])
    for name in ("甲县", "丁县"):
        write_roster(two / "名册" / f"{name}.xlsx", made_up()[0][:1])
    result = consolidate_province(two, two / "结果", rosters=two / "名册")
    rows = {county.name: county.figures for county in result.counties}
    assert (
        list(rows) == ["乙县", "甲县"]
        and rows["甲县"]["due"] == 2
        and rows["甲县"]["missing"] == 1
        and rows["乙县"]["due"] == "—"
    )
    assert "“丁县.xlsx”没有对应的县区" in result.notes[0] and "没有单位名册" in rows["乙县"]["remark"]


def test_last_years_workbooks_are_found_by_name(two, tmp_path):
    consolidate_province(two, tmp_path / "上年")
    (tmp_path / "上年" / "乙县.xlsx").unlink()
    result = consolidate_province(two, tmp_path / "本年", against=tmp_path / "上年")
    assert "与上年对比" in openpyxl.load_workbook(tmp_path / "本年" / "甲县.xlsx").sheetnames
    assert (
        "没有上年的汇总表" in result.counties[0].figures["remark"]
        and result.counties[1].figures["remark"].count("上年") == 0
    )


def test_a_county_that_is_gone_is_told_not_counted(two, tmp_path):
    consolidate_province(two, tmp_path / "结果")
    shutil.rmtree(two / "乙县")
    result = consolidate_province(two, tmp_path / "结果")
    assert [county.name for county in result.counties] == [
        "甲县"
    ] and "“乙县.xlsx”是以前汇总的" in result.notes[0]


def test_what_cannot_be_done_is_said(two, tmp_path):
    (tmp_path / "空").mkdir()
    for folder, out, words in (
        (tmp_path / "没有", tmp_path / "o", "找不到"),
        (tmp_path / "空", tmp_path / "o", "没有县区"),
        (two, two, "不能就是它自己"),
        (two, two / "甲县" / "o", "不能放在它里面"),
    ):
        with pytest.raises(UsageError, match=words):
            consolidate_province(folder, out)
    with pytest.raises(UsageError, match="重名"):
        consolidate_province(two, tmp_path / "o", name="甲县")
    with pytest.raises(UsageError, match="不能作工作簿的名称"):
        consolidate_province(two, tmp_path / "o", name="a/b")
    (tmp_path / "别的").mkdir()
    openpyxl.Workbook().save(tmp_path / "别的" / "全省汇总.xlsx")
    with pytest.raises(OutputError, match="不是本程序生成"):
        consolidate_province(two, tmp_path / "别的")


def test_results_rosters_and_last_year_may_lie_in_the_folder(two):
    for name in ("结果", "名册", "上年"):
        (two / name).mkdir()
    for _ in range(2):
        assert [
            place.name
            for place in survey(two, two / "结果", "全省汇总.xlsx", two / "名册", two / "上年").places
        ] == ["乙县", "甲县"]


def test_a_folder_and_an_archive_of_one_name_are_not_two_counties(two):
    with zipfile.ZipFile(two / "甲县.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    (two / "._x.xlsx").write_bytes(b"")
    found = survey(two, two.parent / "结果", "全省汇总.xlsx")
    assert [place.name for place in found.places] == ["乙县", "甲县"] and [
        (one.name, "已有叫“甲县”" in one.reason) for one in found.loose
    ] == [("甲县.zip", True)]


def test_odd_names_do_no_harm(tmp_path, assert_formulas_agree):
    names = ["*县", "=1+1", "第(1)县", "O'县", 'a"b', "~县", "%20#县", "<>县", "别的县"]
    for name in names:
        fill_county(tmp_path / "材料" / name, made_up()[0][:1])
    result = consolidate_province(tmp_path / "材料", tmp_path / "结果")
    rows = table(result.out, "县区汇总")
    assert result.failed == () and len(rows) == len(names) and {row["已评项目"] for row in rows} == {5}
    assert_formulas_agree(result.out)


def test_a_part_of_the_rows_goes_over_the_borders_of_the_counties(done):
    sources = [
        CountyStore(county.name, county.out.name, county.out.with_suffix(".sqlite"))
        for county in done.counties
    ]
    rows = CountyRows(PROJECTS, "projects", "项目汇总", sources)
    numbers = [number for (number,) in rows.picked("number")]
    assert (
        numbers == list(range(1, len(rows) + 1))
        and len({county for (county,) in rows.picked("county", start=5, stop=25)}) > 1
    )
    assert (
        [values[0] for values in rows.part(5, 25)]
        == [number for (number,) in rows.picked("number", start=5, stop=25)]
        == numbers[5:25]
    )
    assert (
        list(rows.part(30, 20)) == []
        and [values[0] for values in rows.part(len(rows) - 1, len(rows) + 9)] == numbers[-1:]
    )


def test_the_command_tells_each_county_and_the_whole(material, tmp_path):
    run = selfeval("province", material, "-o", tmp_path / "结果", "--name", "全市汇总", "--jobs", "2")
    assert run.returncode == 0 and run.stderr == "", run.stderr
    lines = run.stdout.splitlines()
    assert [line.split("　")[0] for line in lines[:3]] == [
        "第1个，共3个：丙市",
        "第2个，共3个：乙县",
        "第3个，共3个：甲县",
    ]
    assert (
        "合计" in run.stdout
        and "没有归入县区：通知.txt" in run.stdout
        and lines[-1].endswith("全市汇总.xlsx")
    )
    assert (
        openpyxl.load_workbook(tmp_path / "结果" / "全市汇总.xlsx")["总览"]["A1"].value
        == "全市2024年度预算绩效自评情况总览"
    )


def test_the_document_has_every_county_and_the_command_says_that_one_failed(two, tmp_path):
    (tmp_path / "结果" / "甲县.xlsx").mkdir(parents=True)
    run = selfeval("province", two, "-o", tmp_path / "结果", "--json")
    told = json.loads(run.stdout)
    assert run.returncode == 2 and [county["county"] for county in told["counties"]] == ["乙县", "甲县"]
    assert (
        told["counties"][1]["figures"] is None
        and told["counties"][1]["reason"]
        and told["counties"][0]["figures"]["assessed"] == 5 == told["totals"]["assessed"]
    )
    assert told["counties"][0]["figures"]["annual_budget"] == told["totals"]["annual_budget"]


def kill_runs(two: Path, times: int) -> None:
    """Kills runs at random moments; the old workbook is whole after each, and the next run is right."""
    out, source = two / "结果", random.Random(7)
    begun = time.perf_counter()
    assert selfeval("province", two, "-o", out).returncode == 0
    whole, right = time.perf_counter() - begun, parts(out / "全省汇总.xlsx")
    for _ in range(times):
        for store in out.glob("*.sqlite"):
            store.unlink()
        process = subprocess.Popen(
            [sys.executable, "-m", "selfeval_xl", "province", str(two), "-o", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        time.sleep(source.uniform(0.2, whole))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert parts(out / "全省汇总.xlsx") == right
    result = consolidate_province(two, out)
    assert result.failed == () and parts(result.out) == right and list(out.glob(".全省汇总.*")) == []


def test_a_killed_run_leaves_the_old_workbook_whole_and_no_process_behind(two):
    kill_runs(two, 2)


@pytest.mark.soak
def test_twenty_killed_runs(two):
    kill_runs(two, 20)


def test_the_sheets_are_those_of_the_manual():
    manual = (ROOT / "docs" / "汇总手册.md").read_text(encoding="utf-8")
    section = manual[manual.index("全省（多县）汇总") :]
    assert all(sheet.title in section for sheet in SHEETS) and FAILED in section
    assert len({column.key for column in COUNTIES.columns}) == len(COUNTIES.columns)
