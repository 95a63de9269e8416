"""The season of a county with the traps of a real roster: sources, secrets, blank forms, odd names."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest

from selfeval_xl import templates
from selfeval_xl.county import consolidate
from selfeval_xl.workflows.reports.bulletin import county_bulletin
from selfeval_xl.workflows.returns.send_back import send_back
from support.rosters import department, project, target, write_roster
from support.season import rows_of, write_hand

YEAR = 2025
SECRET = "天网视频租赁"
WATER, POLICE, EDUCATION, CIVIL, TOWN = (
    "示例县水利局",
    "示例县公安局",
    "示例县教育局",
    "示例县民政局",
    "示例县东河镇人民政府",
)
ROWS = (
    ("产出指标", "数量指标", "维修渠道长度", "≥10公里", "12公里"),
    ("产出指标", "质量指标", "验收合格率", "≥95%", "96%"),
    ("效益指标", "社会效益指标", "受益人口", "≥1000人", "800人"),
    ("满意度指标", "服务对象满意度指标", "群众满意度", "≥90%", "92%"),
)


def form(name, code, unit, *funds, filled=True, year=YEAR, **more):
    """A project form; funds: source, initial, annual, executed."""
    return {
        "project": name,
        "project_code": code,
        "unit": unit,
        "year": year,
        "goal": {"expected": f"{name}年底前完成。", "actual": f"{name}已于11月完成。" if filled else None},
        "funding": [
            dict(zip(("source", "initial_budget", "annual_budget", "executed"), fund, strict=True))
            for fund in funds
        ],
        "indicators": [
            {
                "level1": level1,
                "level2": level2,
                "name": f"{name}{indicator}",
                "target": wanted,
                "actual": actual if filled else None,
                "note": "受雨季影响推迟；2026年提前谋划，一季度下达任务。"
                if filled and actual == "800人"
                else None,
            }
            for level1, level2, indicator, wanted, actual in ROWS
        ],
        **more,
    }


def send(path: Path, name, code, *projects, whole=True, settings=True, year=YEAR):
    """A department's workbook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {
        "department": name,
        "year": year,
        "goal": {"expected": "全年任务年底前完成。", "actual": "全年任务已完成。"},
        "indicators": [
            {"level1": a, "level2": b, "name": c, "target": t, "actual": d} for a, b, c, t, d in ROWS[:2]
        ],
    }
    templates.fill_in(
        "jilin-2024",
        path,
        projects=list(projects),
        department=entry if whole else None,
        year=year,
        settings={"department_code": code, "department": name} if settings else {},
    )


def season_roster(path: Path) -> Path:
    """A roster with the traps: two sources of one project, a secret one, a deadline to come."""
    return write_roster(
        path,
        单位名册=[
            department("101", EDUCATION, 归口股室="教科文股", 报送截止日期="2099-11-20"),
            department("102", WATER, 归口股室="农业股", 报送截止日期="2020-11-20"),
            department("103", POLICE, 归口股室="行政政法股", 报送截止日期="2020-11-20"),
            department("104", CIVIL, 归口股室="社保股", 报送截止日期="2020-11-20"),
            department("502", TOWN, 归口股室="农业股", 报送截止日期="2020-11-20"),
        ],
        项目=[
            project(
                "W1",
                "102",
                "灌区维修",
                资金来源="当年财政拨款",
                年初预算数=80,
                全年预算数=84.59,
                全年执行数=80,
            ),
            project(
                "W1",
                "102",
                "灌区维修",
                资金来源="上年结转资金",
                年初预算数=36,
                全年预算数=36.25,
                全年执行数=36,
            ),
            project(
                "P1",
                "103",
                SECRET,
                全年预算数=50,
                全年执行数=10,
                是否公开="否",
                不公开理由="涉及公安工作秘密",
            ),
            project("P2", "103", "警用装备", 全年预算数=30, 全年执行数=30),
            project("E1", "101", "校舍维修", 全年预算数=20, 全年执行数=20),
            project("C1", "104", "敬老院运行", 全年预算数=15),
            project("T1", "502", "综治中心运行", 全年预算数=5),
        ],
        绩效目标=[target("E1", (*ROWS[0][:4], "", "", ""))],
    )


def send_all(received: Path) -> None:
    """The files as they came, some under odd names."""
    send(
        received / "水利局.xlsx",
        WATER,
        "102",
        form("灌区维修", "W1", WATER, ("当年财政拨款", 80, 84.59, 80), ("上年结转资金", 36, 36.25, 36)),
    )
    send(
        received / "103公安局" / "公安.xlsx",
        POLICE,
        "103",
        form(SECRET, "P1", POLICE, ("当年财政拨款", 50, 50, 10)),
        form("警用装备", "P2", POLICE, ("当年财政拨款", 30, 30, 30)),
    )
    send(
        received / "101.xlsx",
        EDUCATION,
        "101",
        form("校舍维修", "E1", EDUCATION, ("当年财政拨款", 20, 20, 20), filled=False),
        whole=False,
    )
    (received / "104民政局").mkdir()
    (received / "104民政局" / "全部材料.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + b"0" * 200)
    (received / "示例县民政局材料.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + b"1" * 200)
    nobody = form("综治中心运行", "", "", ("当年财政拨款", 5, 5, 5))
    send(received / "汇总表.xlsx", "", "", nobody, whole=False, settings=False)


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """The received files, the county workbook, returns and bulletin, by the roster."""
    root = tmp_path_factory.mktemp("roster")
    roster, received = season_roster(root / "名册.xlsx"), root / "收到的材料"
    send_all(received)
    county = root / "县.xlsx"
    result = consolidate(received, county, roster=roster)
    back = send_back(received, root / "退", roster=roster, today=date(2025, 11, 26))
    county_bulletin(received, root / "通报.docx", roster=roster, today=date(2025, 12, 1))
    return root, county, result, back


def of(rows, name, key="部门名称"):
    return [row for row in rows if row[key] == name]


def test_a_project_with_two_sources_is_one_project(season):
    _, county, _, _ = season
    (row,) = of(rows_of(county, "项目汇总"), WATER)
    assert (row["报送状态"], row["台账全年预算数（万元）"], row["台账支付数（万元）"]) == (
        "已报",
        120.84,
        116,
    )
    (department_row,) = of(rows_of(county, "部门汇总"), WATER)
    assert (department_row["应评项目数"], department_row["漏报项目数"]) == (1, 0)
    sources = {
        row["资金来源（原表）"]: row["台账全年预算数（万元）"]
        for row in of(rows_of(county, "资金明细"), WATER)
        if row["行类型"] == "来源" and row["台账全年预算数（万元）"] != ""
    }
    assert sources == {"当年财政拨款": 84.59, "上年结转资金": 36.25}


def test_a_workbook_in_which_nothing_was_filled_in_has_not_been_reported(season):
    _, county, _, back = season
    (row,) = of(rows_of(county, "项目汇总"), EDUCATION)
    assert (row["报送状态"], row["指标总数"], row["未填"]) == ("未填报", 4, 4)
    (entry,) = of(rows_of(county, "报送台账"), EDUCATION)
    assert (entry["当前状态"], entry["应评项目数"], entry["已报项目数"]) == ("未报", 1, 0)
    (summed,) = of(rows_of(county, "部门汇总"), EDUCATION)
    assert (summed["已评项目数"], summed["校验建议"]) == (0, "未报")
    assert EDUCATION not in {each.name for each in back.returns}


def test_every_indicator_is_in_one_column(season):
    _, county, _, _ = season
    for title in ("项目汇总", "部门汇总"):
        for row in rows_of(county, title):
            parts = [row[label] or 0 for label in ("已完成", "未完成", "待核定", "未填")]
            assert (row["指标总数"] or 0) == sum(parts), (title, row)


def test_archives_belong_to_the_department_that_they_name_and_the_reminder_says_so(season):
    root, county, _, _ = season
    rows = {row["收件路径"]: row for row in rows_of(county, "收件核对")}
    for path in ("104民政局/全部材料.rar", "示例县民政局材料.rar"):
        assert (rows[path]["识别部门"], rows[path]["识别部门编码"]) == (CIVIL, "104")
    text = (root / "退" / f"104{CIVIL}" / "催报通知.txt").read_text("utf-8-sig")
    assert "均未收到" not in text and "打不开" in text


def test_a_form_of_nobody_is_asked_about_and_gets_no_letter(season):
    root, county, result, back = season
    (row,) = [row for row in rows_of(county, "收件核对") if row["文件名"] == "汇总表.xlsx"]
    assert row["识别依据"] == "未识别" and "请问清" in row["需要做什么"]
    assert any("汇总表.xlsx" in note for note in result.notes)
    assert any("汇总表.xlsx" in line for line in back.asked)
    assert not [path for path in (root / "退").iterdir() if "识别" in path.name or "收到" in path.name]


def test_one_number_of_what_is_to_be_done(season):
    _, county, result, back = season
    departments, findings = rows_of(county, "部门汇总"), rows_of(county, "审核问题")
    own = [row for row in findings if row["部门名称"] != "（未归入部门）" and row["状态"] != "已修改"]
    fix = sum(row["处理方式"] == "本次修改" for row in own)
    explain = sum(row["处理方式"] == "本次说明" and row["状态"] != "已说明" for row in own)
    assert (fix, explain) == tuple(
        sum(row[label] for row in departments) for label in ("须修改数", "须说明数")
    )
    assert (result.fix, result.explain) == (fix, explain)
    assert total_of_projects(county).endswith(f"部门合计须修改{fix}处、须说明{explain}处")
    assert figure(county, "须修改条数") == fix and figure(county, "须说明条数") == explain


def total_of_projects(county):
    """What the totals row of 项目汇总 says about findings besides those of its rows."""
    sheet = openpyxl.load_workbook(county, data_only=True)["项目汇总"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    return sheet.cell(sheet.max_row, heads["主要问题（最重三条）"]).value


def figure(county, label):
    """The figure below a heading of 总览."""
    sheet = openpyxl.load_workbook(county, data_only=True)["总览"]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == label]
    return sheet.cell(cell.row + 1, cell.column).value


def test_nothing_secret_and_nothing_of_others_is_in_a_letter_or_the_bulletin(season):
    root, _, _, _ = season
    names = {WATER, POLICE, EDUCATION, CIVIL, TOWN}
    letters = [path for path in (root / "退").rglob("*") if path.suffix in (".txt", ".docx")]
    assert len(letters) > 6
    for path in letters:
        text = text_in(path)
        assert SECRET not in text, path
        own = next((name for name in names if name in path.parent.name), None)
        if own:
            assert not [name for name in names - {own} if name in text], path
    bulletin = text_in(root / "通报.docx")
    assert SECRET not in bulletin and "不在附件里点名" in bulletin


def text_in(path):
    if path.suffix == ".txt":
        return path.read_text("utf-8-sig")
    document = docx.Document(path)
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(part.text for part in document.paragraphs), *cells])


def test_a_reminder_is_a_letter_with_title_signature_and_date(season):
    root, _, _, _ = season
    letter = docx.Document(root / "退" / f"104{CIVIL}" / "催报通知.docx")
    texts = [part.text for part in letter.paragraphs if part.text]
    assert texts[0].startswith("关于补报") and texts[-1] == "2025年11月26日" and "【" not in "".join(texts)


def test_the_deadline_of_notice_and_reminder_is_one(season):
    root, _, _, _ = season
    for folder in (root / "退").iterdir():
        notice, reminder = folder / "退回通知.txt", folder / "催报通知.txt"
        if notice.is_file() and reminder.is_file():
            day = notice.read_text("utf-8-sig").split("于")[-1].split("前报回")[0]
            assert day in reminder.read_text("utf-8-sig")


def test_every_formula_of_the_season_gives_what_the_program_wrote(season, assert_formulas_agree, tmp_path):
    root, county, _, _ = season
    own = tmp_path / "县.xlsx"
    own.write_bytes(county.read_bytes())
    write_hand(own, "审核问题", {"序号": 1}, 审核意见="不认可")
    unmet = next(row for row in rows_of(own, "偏差清单") if row["偏差类型"] == "未完成")
    write_hand(own, "偏差清单", {"序号": unmet["序号"]}, **{"原因分类（自动，可改）": "拆迁困难"})
    consolidate(root / "收到的材料", own, roster=root / "名册.xlsx", against=county)
    assert_formulas_agree(own)


def test_the_workbook_of_the_season_is_valid(season, assert_valid_ooxml):
    assert_valid_ooxml(season[1])


def test_differences_to_last_year_add_up_and_missing_is_not_ended(season, tmp_path):
    root, county, _, _ = season
    fewer = tmp_path / "收到"
    shutil.copytree(root / "收到的材料", fewer)
    (fewer / "水利局.xlsx").unlink()  # has not reported this year yet
    out = tmp_path / "今年.xlsx"
    consolidate(fewer, out, roster=root / "名册.xlsx", against=county)
    rows = rows_of(out, "与上年对比")
    (water,) = [row for row in rows if row["部门名称"] == WATER]
    assert water["对比结果"] == "未报"
    rise, now, last = (
        sum(row[label] or 0 for row in rows)
        for label in ("预算增减（万元）", "本年全年预算数（万元）", "上年全年预算数（万元）")
    )
    assert round(rise, 6) == round(now - last, 6) == -120.84
