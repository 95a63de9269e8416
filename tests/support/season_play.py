"""Plays the season of a county once a session: roster to publication, two rounds, and the year after."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import docx
import pytest

from selfeval_xl.county import County, consolidate
from selfeval_xl.rules.county_file import load
from selfeval_xl.workflows.publishing import Published, publish
from selfeval_xl.workflows.reports.bulletin import Bulletin, county_bulletin
from selfeval_xl.workflows.returns import ReturnsResult
from selfeval_xl.workflows.returns.send_back import send_back
from support.season import append_row, listed, resubmit, rows_of, write_hand
from support.season_files import (
    another_project,
    arrives,
    fill_in,
    issue_season,
    own_form,
    report,
    write_season_roster,
)
from support.season_scene import YEAR, Project, Truth, next_year

WHY = "第二个操场的施工队6月才进场；2026年4月复工，6月底前建成。"
EXPLAINED = "尾款5.84万元按合同在质保期满后支付。"
OWN = "付款凭证少一张，请核对执行数。"
RETURNED = "2025-11-24"
BUREAU = "示例县财政局"


@dataclass
class Season:
    """The season as played. first, second: the county workbook after each round, with what is true then."""

    root: Path
    roster: Path
    received: Path
    first: Path
    truth: Truth
    second: Path
    truth_now: Truth
    results: tuple[County, County]
    back: ReturnsResult
    bulletin: Bulletin
    published: Published
    after: Path
    truth_after: Truth


@pytest.fixture(scope="session")
def season(tmp_path_factory) -> Season:
    """The season of the scene, from the roster to the year after."""
    root = tmp_path_factory.mktemp("season")
    policy = load(_policy(root / "参数.toml"))
    truth = Truth()
    roster = write_season_roster(root / "名册.xlsx", truth.departments, truth.projects)
    received, county = root / "收到的材料", root / "县.xlsx"
    _send(truth, issue_season(roster, root / "下发"), received)
    first = consolidate(received, county, roster=roster, policy=policy)
    before = shutil.copy(county, root / "第一轮.xlsx")
    now = copy.deepcopy(truth)
    _decide(county, now)
    told = {"roster": roster, "policy": policy, "workbook": county}
    back = send_back(received, root / "退", today=date(2025, 11, 24), **told)
    _reply(county, back, received, now)
    second = consolidate(received, county, roster=roster, policy=policy)
    bulletin = county_bulletin(received, root / "通报.docx", today=date(2025, 12, 1), **told)
    published = publish(received, root / "公开", **told)
    after, truth_after = _year_after(root, county, now)
    return Season(
        root,
        roster,
        received,
        Path(before),
        truth,
        county,
        now,
        (first, second),
        back,
        bulletin,
        published,
        after,
        truth_after,
    )


def _policy(path: Path) -> Path:
    path.write_text(f'bureau_name = "{BUREAU}"\n', encoding="utf-8")
    return path


def _send(truth: Truth, books: dict[str, Path], received: Path) -> None:
    """Everything that comes in the first round."""
    by_code = {each.code: each for each in truth.departments}
    for each in truth.departments:
        if each.code in ("106", "107"):
            continue
        folder = received / "103公安局" if each.code == "103" else received
        _fill(truth.projects, each, books, folder / f"{each.code}.xlsx")
    own_form(received / "107文旅局.xlsx", _named(truth, "文化馆免费开放"), by_code["107"].came)
    settings = {"department_code": "502", "department": by_code["502"].name}
    another_project(
        received / "东河镇补报.xlsx", _named(truth, "村道亮化工程"), settings, by_code["502"].came
    )
    # An older version, a copy, a report, a scan, an archive nobody can open, and what is no self-evaluation.
    older = copy.deepcopy(truth)
    older.change("河道清淤", money=(("其他资金", "其他资金（含结转)", "10", "10", "4.5"),))
    _fill(older.projects, by_code["102"], books, received / "102旧.xlsx", "2025-11-17 10:00")
    (received / "备份").mkdir()
    arrives(Path(shutil.copy(received / "101.xlsx", received / "备份" / "101.xlsx")), by_code["101"].came)
    report(received / "105报告.docx", by_code["105"].name, "两个项目共执行154万元。", by_code["105"].came)
    scan = received / "103公安局" / "盖章件.pdf"
    scan.write_bytes(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
    arrives(scan, by_code["103"].came)
    archive = received / "示例县民政局材料.rar"
    archive.write_bytes(b"Rar!\x1a\x07\x01\x00" + b"0" * 200)
    arrives(archive, by_code["104"].came)
    notice = docx.Document()
    notice.add_paragraph("关于召开安全生产会议的通知。")
    notice.save(received / "会议通知.docx")
    arrives(received / "会议通知.docx", "2025-11-10 09:00")


def _fill(projects: Iterable[Project], department, books, path: Path, when: str = "") -> None:
    own = [each for each in projects if each.department == department.code and each.status == "已报"]
    fill_in(books[department.code], path, own, department.whole, when or department.came)


def _named(truth: Truth, name: str) -> Project:
    return next(each for each in truth.projects if each.name == name)


def _decide(county: Path, truth: Truth) -> None:
    """What the officers write into the county workbook after the first round."""
    by_code = {each.code: each.name for each in truth.departments}
    assert (
        write_hand(county, "部门汇总", {"部门名称": by_code["105"]}, 审核意见="同意", 审核日期=RETURNED) == 1
    )
    assert write_hand(county, "审核问题", {"规则编号": "X11"}, 审核意见="不认可", 审核人="王") == 1
    column = "原因分类（自动，可改）"
    assert write_hand(county, "偏差清单", {"三级指标": "受益人口"}, **{column: "拆迁困难"}) == 1
    assert write_hand(county, "报送台账", {"部门编码": "107"}, 实际收到日期="2025年11月19日") == 1
    private = {"是否公开": "否", "不公开理由": "正在招标"}
    assert write_hand(county, "项目汇总", {"项目名称": "疫苗冷链建设"}, **private) == 1
    append_row(
        county,
        "补充意见",
        部门编码="102",
        项目名称="灌区维修",
        工作表="项目01",
        单元格="F5",
        问题说明=OWN,
        处理方式="本次修改",
        意见人="王",
    )
    truth.causes["受益人口"] = "拆迁困难"
    truth.really["107"] = "2025-11-19"
    truth.passed.add("105")


def _reply(county: Path, back: ReturnsResult, received: Path, truth: Truth) -> None:
    """The officers note the day of return; one department mends one cell and explains another."""
    for each in back.returns:
        assert write_hand(county, "报送台账", {"部门编码": each.code}, 最近退回日期=RETURNED) == 1
    (file,) = next(each for each in back.returns if each.code == "101").files
    (row,) = [row for row in listed(file.out) if row["规则编号"] == "D03"]
    typed = {(row["工作表"], row["单元格"]): WHY}
    again = resubmit(file.out, received / "101改.xlsx", {"F05": EXPLAINED}, typed)
    arrives(again, "2025-11-25 10:00")
    truth.change("操场改造", indicator="改造操场个数", note=WHY)


def _year_after(root: Path, county: Path, truth: Truth) -> tuple[Path, Truth]:
    """The next year's county workbook of two departments, compared with this year's."""
    after = next_year(truth)
    roster = write_season_roster(root / "名册2026.xlsx", after.departments, after.projects)
    received, out = root / "收到2026", root / "县2026.xlsx"
    books = issue_season(roster, root / "下发2026", YEAR + 1)
    for each in after.departments:
        if each.code in ("101", "105"):
            _fill(after.projects, replace(each, whole=()), books, received / f"{each.code}.xlsx")
    consolidate(received, out, roster=roster, against=county)
    return out, after


def county_rows(path: Path, title: str, **where: object) -> list[dict]:
    """The rows of a sheet whose columns have these values."""
    return [row for row in rows_of(path, title) if all(row[label] == want for label, want in where.items())]
