"""Notices and reminders: what they ask for, of whom, until when; and what they must never say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import docx
import pytest

from selfeval_xl.filings.roster import read_roster
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.rules.county_file import load
from selfeval_xl.workflows.demo.county import made_up
from selfeval_xl.workflows.returns.dates import mend_until, working_day
from selfeval_xl.workflows.returns.letter import text_of
from selfeval_xl.workflows.returns.notices import MOST, return_notice
from selfeval_xl.workflows.returns.reminders import LONGEST
from selfeval_xl.workflows.returns.send_back import send_back
from support.command import selfeval
from support.counties import send
from support.rosters import department, project, write_roster

pytestmark = pytest.mark.slow  # the papers of a whole county

SILENT, PARTLY = "示例县残疾人联合会", 1


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """Twelve departments that reported, one of them without two projects, and one that did not; papers of the
    day before and the third day after.
    """
    root = tmp_path_factory.mktemp("notices")
    departments, _ = made_up()
    received = root / "收"
    for made in departments:
        send(received / f"{made.code}" / f"{made.name}.xlsx", made)
    roster = roster_of(root / "名册.xlsx", departments)
    policy = root / "参数.toml"
    policy.write_text(
        'bureau_name = "示例县财政局"\nbureau_contact = "王五"\nbureau_phone = "0000-1111111"\n',
        encoding="utf-8",
    )
    early = send_back(received, root / "前", roster=roster, policy=policy, today=date(2025, 3, 30))
    late = send_back(received, root / "后", roster=roster, policy=policy, today=date(2025, 4, 3))
    return root, departments, early, late


def roster_of(path: Path, departments) -> Path:
    """The roster of these departments with what each has sent, what one has not, and one that is silent."""
    due = {"报送截止日期": "2025-03-31"}
    listed = [
        department(
            *(made.code, made.name),
            归口股室=("农业股", "社保股")[number % 2],
            联系人="张三",
            联系电话="0000-1234567",
            表式=made.layout,
            **due,
        )
        for number, made in enumerate(departments)
    ]
    silent = {"归口股室": "社保股", "联系人": "李四", "联系电话": "0000-7654321", "表式": "jilin-2024"}
    wanted = [
        (each["project_code"], made.code, each["project"]) for made in departments for each in made.projects
    ]
    wanted += [
        (f"22199000000{number:02d}", "199", f"残疾人康复和就业服务示例项目第{number}期")
        for number in range(14)
    ]
    partly = departments[PARTLY].code
    wanted += [(f"22299000000{number:02d}", partly, f"示例灌区维修第{number}期") for number in range(2)]
    return write_roster(
        path,
        单位名册=[*listed, department("199", SILENT, **silent, **due)],
        项目=[project(*row, 金额单位="万元", 是否免评="否", 是否公开="是") for row in wanted],
    )


def text(path: Path) -> str:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw  # Notepad and messengers show it right
    return raw.decode("utf-8-sig").replace("\r\n", "\n").strip()


def folder(root: Path, name: str) -> Path:
    return next(path for path in root.iterdir() if path.name.endswith(name))


def test_a_notice_tells_what_to_mend_then_what_to_explain_then_what_waits(sent):
    root, departments, _, _ = sent
    told = text(folder(root / "后", departments[0].name) / "退回通知.txt")
    assert told.startswith(f"关于退回修改2024年度绩效自评材料的通知\n{departments[0].name}：\n你单位")
    assert told.index("一、须修改") < told.index("二、下年完善")
    other = text(folder(root / "后", departments[1].name) / "退回通知.txt")
    assert other.index("一、须修改") < other.index("二、须说明") < other.index("三、下年完善")
    assert re.search(
        "“学校食堂建设处数”.{0,20}≥9处.{0,10}1处.*没有说明原因。写明没有达到的原因，以及下一步怎么做。"
        "（见.*G13）",
        told,
    )
    assert (
        "请在2026年绩效目标申报时修改" in told
        and "于4月10日（周四）17:00前报回" in told
        and "未涉及的项目不必重报。" in told
    )
    assert told.endswith(
        "联系人：示例县财政局绩效股　王五　电话：0000-1111111\n示例县财政局绩效股\n2025年4月3日"
    )


def test_no_paper_has_a_rule_number_another_departments_name_or_a_threat(sent):
    root, departments, _, _ = sent
    names = [*(department.name for department in departments), SILENT]
    papers = [path for when in ("前", "后") for path in (root / when).glob("*/*通知.txt")]
    assert len(papers) == 2 * (11 + 13)
    for path in papers:
        told = text(path)
        assert not re.search(r"规则|(?<![A-Z])[TFIDSNMXP]0\d", told)  # G13 is a cell, D03 can only be a rule
        assert [name for name in names if name in told and not path.parent.name.endswith(name)] == []
        assert not re.search("警告|通报批评|扣分|整改|无效", told)


def test_the_word_file_says_the_same(sent):
    root, departments, _, _ = sent
    place = folder(root / "后", departments[0].name)
    document = docx.Document(str(place / "退回通知.docx"))
    assert "".join("".join(paragraph.text for paragraph in document.paragraphs).split()) == "".join(
        text(place / "退回通知.txt").split()
    )


def test_a_reminder_before_the_deadline_is_friendly_and_after_it_plain(sent):
    root, departments, _, _ = sent
    early, late = (text(folder(root / when, SILENT) / "催报通知.txt") for when in ("前", "后"))
    assert early.startswith(
        f"【绩效自评提醒】{SILENT}：2024年度绩效自评材料请于3月31日（周一）17:00前报送。"
        "你单位应报项目14个、部门整体自评表、自评报告均未收到。"
    )
    assert (
        late.startswith(f"【绩效自评催报】{SILENT}：你单位2024年度绩效自评材料已逾期3天。")
        and "确有困难的，请当日告知预计时间。" in late
    )
    assert early.endswith("联系人：示例县财政局绩效股　王五　电话：0000-1111111。")


def test_a_reminder_names_what_is_missing_and_what_can_be_mended_on_the_way(sent):
    root, departments, _, _ = sent
    told = text(folder(root / "前", departments[PARTLY].name) / "催报通知.txt")
    assert (
        "你单位应报项目7个，已收到5个，还差：①示例灌区维修第0期 ②示例灌区维修第1期；自评报告未收到。" in told
    )
    assert re.search(r"已报材料须修改\d+处（含漏报项目2个）、须说明\d+处，清单随附，可一并改好再报。", told)


def test_every_reminder_fits_into_a_message(sent):
    root, _, _, _ = sent
    assert all(len(text(path)) <= LONGEST for path in root.glob("*/*/催报通知.txt"))


def test_a_section_hears_of_its_own_departments_only(sent):
    root, departments, _, _ = sent
    told = text(root / "后" / "归口股室" / "社保股.txt")
    assert told.startswith(
        f"社保股：你股归口7个部门，已报齐0个，未报1个（{SILENT}），"
        f"部分报送6个（{departments[1].name}缺2个项目、自评报告；"
    ) and told.endswith("请协助催促。")
    assert all(department.name not in told for department in departments[::2])


def test_the_bureau_has_one_page_with_everybody(sent):
    root, departments, _, late = sent
    document = docx.Document(str(root / "后" / "退回催报一览.docx"))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert [row[0] for row in rows[1:]] == [*(department.name for department in departments), SILENT]
    assert rows[-1] == [
        SILENT,
        "社保股",
        "",
        "",
        "项目14个、部门整体自评表、自评报告",
        "李四",
        "0000-7654321",
    ]
    assert "应报部门13个，未报1个，部分报送12个；退回11个部门" in text(root / "后" / "退回催报一览.txt")


def test_at_most_ten_of_a_class_and_what_is_said_alike_is_said_once(sent):
    root, departments, _, _ = sent

    def found(number: int, treatment: Treatment, **more) -> Finding:
        return Finding(
            **{
                "message": f"第{number}处不对。",
                "hint": "请改。",
                "rule": "D03",
                "sheet": "项目01",
                "cell": f"G{number + 1}",
                "severity": Severity.ERROR,
                "treatment": treatment,
            }
            | more
        )

    class Entry:
        stage = "self"
        name, receipts, projects, filled_wholes, reports, missing = "示例局", (), (1,), (), (), ()

    findings = [
        *(found(number, Treatment.FIX) for number in range(14)),
        *(found(0, Treatment.EXPLAIN, sheet=f"项目{number}", message="都一样。") for number in range(3)),
    ]
    told = text_of(return_notice(Entry(), findings, load(None), 2024, date(2025, 4, 3)))
    assert (
        "一、须修改14处" in told
        and f"\n{MOST}.第9处不对。请改。（见《项目01》G10）" in told
        and "G11" not in told
        and "其余4处见退回件“问题清单”。" in told
    )
    assert "1.都一样。请改。（见《项目0》G1、《项目1》G1、《项目2》G1）" in told and told.count("都一样") == 1


def test_a_notice_on_two_projects_names_them_in_each_of_its_parts():
    class Entry:
        stage = "self"
        name, receipts, projects, filled_wholes, reports, missing = "示例局", (), (1, 2), (), (), ()

    findings = [
        Finding(
            message=f"{project}不对。",
            hint="请改。",
            rule="D03",
            file="a.xlsx",
            sheet=sheet,
            cell="G5",
            project=project,
            severity=Severity.ERROR,
            treatment=treatment,
        )
        for project, sheet, treatment in (
            ("农田建设", "项目01", Treatment.FIX),
            ("水库除险", "项目02", Treatment.EXPLAIN),
        )
    ]
    told = text_of(return_notice(Entry(), findings, load(None), 2024, date(2025, 4, 3)))
    assert "（见“农田建设”（项目01）G5）" in told and "（见“水库除险”（项目02）G5）" in told


def test_what_only_the_bureau_can_mend_is_in_no_notice():
    class Entry:
        stage = "self"
        name, receipts, projects, filled_wholes, reports, missing = "示例局", (), (1,), (), (), ()

    finding = Finding(
        message="写了原因，没有写改进措施。",
        hint="补上。",
        rule="D04",
        sheet="项目01",
        cell="G12",
        severity=Severity.WARNING,
        treatment=Treatment.BUREAU,
        value="由于财政未下达相关指标，资金未进行支付。",
    )
    told = text_of(return_notice(Entry(), [finding], load(None), 2024, date(2025, 4, 3)))
    assert "改进措施" not in told and "须修改" not in told and "须说明" not in told


def test_without_a_deadline_nobody_is_late(sent):
    from selfeval_xl.county.departments.data import CountyData, DepartmentData
    from selfeval_xl.filings.roster import Department
    from selfeval_xl.workflows.returns.reminders import reminder

    entry = DepartmentData("示例局", row=Department("101", "示例局"))
    material = CountyData([entry], None, None, load(None), None, None)
    assert text_of(reminder(entry, material, date(2025, 4, 3))) == (
        "【绩效自评提醒】示例局：绩效自评材料请尽快报送。你单位部门整体自评表、自评报告均未收到。"
        "联系人：县财政局绩效股。"
    )


def test_a_term_that_ends_on_a_weekend_ends_on_monday():
    assert (
        working_day(date(2025, 4, 5))
        == working_day(date(2025, 4, 6))
        == date(2025, 4, 7)
        == working_day(date(2025, 4, 7))
    )
    assert mend_until(date(2025, 3, 29), load(None)) == "4月7日（周一）17:00"


def test_papers_are_valid_word_files(sent, assert_valid_ooxml):
    root, departments, _, _ = sent
    assert_valid_ooxml(folder(root / "后", departments[0].name) / "退回通知.docx")
    assert_valid_ooxml(root / "后" / "退回催报一览.docx")


def test_the_command_writes_everything_and_says_so(sent, tmp_path):
    root, departments, _, _ = sent
    assert read_roster(root / "名册.xlsx").problems == ()
    run = selfeval(
        "return", root / "收", "-o", tmp_path / "退", "--roster", root / "名册.xlsx", "--today", "2025-04-03"
    )
    assert (
        run.returncode == 0
        and run.stderr == ""
        and "退回11个部门" in run.stdout
        and departments[0].name in run.stdout
    )
    assert (tmp_path / "退" / "退回催报一览.docx").exists()
    assert selfeval("return", root / "收", "-o", root / "收" / "退").returncode == 2
