"""A desk without a folder behind it: the records that the pages show, and what was asked of it.

Only for the tests of the pages; the desk itself is tested with real files.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from selfeval_xl.errors import NotThere, OutputError, Refused
from selfeval_xl.model.findings import Counts, Severity, Treatment
from selfeval_xl.server.desk import Account, Desk, Limits, Session, Settings
from selfeval_xl.server.desk.records import (
    AccountLine,
    ChangeRow,
    CountyView,
    DepartmentView,
    DraftFile,
    DraftLine,
    DraftView,
    DueForm,
    FindingRow,
    Home,
    Job,
    Ledger,
    LedgerRow,
    LogLine,
    LogPage,
    Opinion,
    Receipt,
    ReceiptFile,
    Reminder,
    ReturnLine,
    ReturnView,
    Season,
    StoredFile,
    SubmissionLine,
    SubmissionView,
)

AT = datetime(2026, 3, 27, 15, 30, 12).astimezone()
FILLER = Account(1, "filler", "101", "示例县教育局")
LEAD = Account(2, "lead", "101", "示例县教育局")
OFFICER = Account(3, "officer", "", "王强")
PEOPLE = {"101": FILLER, "101 lead": LEAD, "王强": OFFICER}
CODE = "K7QM-2XVP-9DTR"
NASTY = "<script>alert(1)</script>\"&'"


def finding(number: int, treatment: Treatment, severity: Severity, **values: object) -> FindingRow:
    """A row of the list of findings."""
    base = FindingRow(
        number, treatment, severity, "D03", "自评表.xlsx", "项目01", "G13", "数量指标：新建校舍", "0部", "",
        "“新建校舍”目标25部，实际0部，没有说明原因。", "写明未完成的原因，以及下一步怎么做。", "", True,
    )  # fmt: skip
    return replace(base, **values)  # type: ignore[arg-type]


ROWS = (
    finding(1, Treatment.FIX, Severity.ERROR),
    finding(2, Treatment.FIX, Severity.ERROR, cell="F5", subject="合计", value="250.00", expected="≤100.00",
            message="全年执行数250.00万元大于全年预算数100.00万元。", hint="核对两个数和单位。"),
    finding(3, Treatment.EXPLAIN, Severity.WARNING, cell="E5", subject=NASTY, value=NASTY,
            message=f"全年预算较年初调减57.02%{NASTY}。", hint="说明调减原因和依据。", explanation=NASTY),
    finding(4, Treatment.NEXT_YEAR, Severity.NOTE, cell="D14", message="“数量”不具体。", hint="明年改。"),
)  # fmt: skip
COUNTS = Counts(2, 1, 1)
RECEIPT = Receipt(
    "s1", "示例县教育局", "101", 3, AT, "示例县教育局填报人", "示例县教育局负责人", date(2026, 3, 31), 0,
    (ReceiptFile(1, "自评表.xlsx", 45678, "a" * 64, "b" * 64, "8F3A-27C1", 4),
     ReceiptFile(2, "盖章扫描件.pdf", 2345678, "c" * 64, "c" * 64, "", 0)),
    COUNTS,
    ("2026-03-27 15:20:01 填报人上传，交负责人确认。", "2026-03-27 15:30:12 负责人确认，报送。"),
)  # fmt: skip
CHANGES = (
    ChangeRow(
        "changed", "项目支出绩效自评表", "校舍维修", "数量指标", "实际完成值", "0部", "25部", "项目01", "F13"
    ),
)
DRAFT = DraftView(
    "d1", "checked", 0, AT, "示例县教育局填报人",
    (DraftFile(1, "材料/自评表.xlsx", 45678, "a" * 64, ("“旧表”一页没有认出自评表。",), 4, True),
     DraftFile(2, "盖章扫描件.pdf", 2345678, "c" * 64, ("扫描件，原样收下。",), 0, False)),
    ROWS, COUNTS, ("还有须修改2处、须说明1处。现在报送，财政局可能退回。",), (), 0, CHANGES,
    True, True, False, "", "",
)  # fmt: skip
SENT = SubmissionLine(
    "s1", 3, AT, ("自评表.xlsx", "盖章扫描件.pdf"), ("8F3A-27C1",), FILLER.label, LEAD.label, 2, COUNTS
)
RETURNED = ReturnLine("r1", AT, "执行数和台账对不上", date(2026, 4, 10), False)
DUE = (
    DueForm("project", "校舍维修改造工程", "220100001", "示例县第一中学", True, "已收到"),
    DueForm("project", "学生资助", "220100002", "示例县教育局", False),
    DueForm("department", "", received=True),
    DueForm("report", ""),
)
HOME = Home(
    "示例县教育局", "101", "填报人", date(2026, 3, 31), 3, Season(True), DUE, 2, 1,
    (DraftLine("d1", AT, "checked", ("自评表.xlsx",), FILLER.label),),
    (DraftLine("d2", AT, "waiting", ("自评表.xlsx",), FILLER.label),), (SENT,), (RETURNED,), True, False,
)  # fmt: skip
LEDGER_ROWS = tuple(
    LedgerRow(
        str(101 + n), str(101 + n), f"示例县{name}", section, f"示例联系人{n}", f"0431-000000{n}",
        date(2026, 3, 31), AT if state != "未报" else None, AT if state != "未报" else None,
        0 if state == "未报" else n, 2 if n == 3 else 0, 12, 0 if state == "未报" else 12 - n,
        () if n < 2 else ("××灌区维修", "××河道清淤"), n, n + 1, state,
    )
    for n, (name, section, state) in enumerate(
        [("教育局", "教科文股", "待审核"), ("水利局", "农业股", "部分报送"), ("林业局", "农业股", "未报"),
         ("卫生健康局", "社保股", "已退回"), ("应急管理局", "行政政法股", "已通过"),
         ("民政局", "社保股", "已重报")]
    )
)  # fmt: skip
NOTICE = "关于退回修改2025年度绩效自评材料的通知\n示例县教育局：\n一、须修改2处\n1. ……"


class Kept(io.BytesIO):
    """A file that is being received, kept in memory; too large above ten megabytes."""

    def __init__(self, name: str, desk: ExampleDesk) -> None:
        super().__init__()
        self.shown_name, self.desk, self.state = name, desk, "open"

    def write(self, piece) -> int:  # type: ignore[no-untyped-def]
        self.desk.pieces.append(len(piece))
        if self.tell() + len(piece) > 10 << 20:
            raise Refused(f"“{self.shown_name}”太大。")
        return super().write(piece)

    def finish(self) -> None:
        self.state = "finished"

    def drop(self) -> None:
        self.state = "dropped"


class ExampleDesk(Desk):
    """The desk of one department (101) and one officer. asked: the calls that change something."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.settings = Settings(folder, folder / "名册.xlsx", state=folder, limits=limits or Limits())
        self.asked: list[tuple[object, ...]] = []
        self.files: list[Kept] = []
        self.pieces: list[int] = []
        self.sessions: dict[str, Session] = {}
        self.shown: DraftView = DRAFT
        self.fails: Exception | None = None

    def close(self) -> None:
        """Nothing is open."""

    def log_in(self, login: str, code: str, address: str) -> tuple[str, Session]:
        if login == "locked":
            raise Refused("错了五次，请60秒后再试。", 60)
        if login not in PEOPLE or code != CODE:
            raise Refused("部门或口令不对。")
        token = f"token-of-{PEOPLE[login].id}-{len(self.sessions)}"
        self.sessions[token] = Session(PEOPLE[login], f"csrf-{token}", address)
        return token, self.sessions[token]

    def session(self, token: str) -> Session | None:
        return self.sessions.get(token)

    def log_out(self, token: str) -> None:
        self.sessions.pop(token, None)

    def change_code(self, who: Account, old: str, new: str, kept: str = "") -> None:
        self._ask("change_code", who, old, new)

    def home(self, who: Account) -> Home:
        if self.fails:
            raise self.fails
        return replace(HOME, is_lead=who.role == "lead")

    def new_draft(self, who: Account, address: str) -> str:
        self._ask("new_draft", who, address)
        return "d1"

    def add_file(self, who: Account, draft: str, shown_name: str) -> Kept:  # type: ignore[override]
        self.files.append(Kept(shown_name, self))
        return self.files[-1]

    def check(self, who: Account, draft: str) -> None:
        self._ask("check", who, draft)

    def draft(self, who: Account, draft: str) -> DraftView:
        if draft != "d1" or who.department != "101":
            raise NotThere
        return replace(self.shown, may_confirm=who.role == "lead" and self.shown.status == "waiting")

    def draft_state(self, who: Account, draft: str) -> tuple[str, int]:
        shown = self.draft(who, draft)
        return shown.status, shown.place

    def explain(self, who: Account, draft: str, explanations: Mapping[int, str]) -> None:
        self.draft(who, draft)
        self._ask("explain", who, draft, dict(explanations))

    def marked_copy(self, who: Account, draft: str, n: int) -> StoredFile:
        self.draft(who, draft)
        if n != 1:
            raise NotThere
        path = self.settings.receiving / "copy.bin"
        path.write_bytes(b"PK marked")
        return StoredFile(path, "自评表_标注.xlsx")

    def drop(self, who: Account, draft: str) -> None:
        self._ask("drop", who, draft)

    def submit(self, who: Account, draft: str) -> Receipt | None:
        self.draft(who, draft)
        self._ask("submit", who, draft)
        return RECEIPT

    def confirm(self, who: Account, draft: str) -> Receipt:
        self._ask("confirm", who, draft)
        return RECEIPT

    def hand_back(self, who: Account, draft: str, reason: str) -> None:
        if not reason:
            raise Refused("请写明退给填报人的原因。")
        self._ask("hand_back", who, draft, reason)

    def receipt(self, who: Account, submission: str) -> Receipt:
        if submission != "s1":
            raise NotThere
        return RECEIPT

    def submission(self, who: Account, submission: str) -> SubmissionView:
        return SubmissionView(self.receipt(who, submission), ROWS, CHANGES)

    def submitted_file(self, who: Account, submission: str, n: int) -> StoredFile:
        self.receipt(who, submission)
        return self.marked_copy(FILLER, "d1", n)

    def returned(self, who: Account, id: str) -> ReturnView:
        if id != "r1":
            raise NotThere
        return ReturnView(
            "r1", "示例县教育局", "101", AT, OFFICER.label, RETURNED.reason, RETURNED.until, NOTICE,
            ("自评表_退回件.xlsx",), False, CHANGES,
        )  # fmt: skip

    def returned_file(self, who: Account, id: str, n: int) -> StoredFile:
        self.returned(who, id)
        return self.marked_copy(FILLER, "d1", n)

    def ledger(self, who: Account) -> Ledger:
        counts: dict[str, int] = {}
        for row in LEDGER_ROWS:
            counts[row.state] = counts.get(row.state, 0) + 1
        return Ledger(LEDGER_ROWS, counts, Season(True))

    def department(self, who: Account, key: str) -> DepartmentView:
        for row in LEDGER_ROWS:
            if row.key == key:
                accounts = tuple(line for line in self.accounts(who) if line.role != "officer")
                opinions = (Opinion("审核问题", "第3行 校舍维修", "不认可"),)
                return DepartmentView(
                    row,
                    DUE,
                    (SENT,),
                    ROWS,
                    opinions,
                    (RETURNED,),
                    accounts,
                    Season(False, "收件已于4月5日结束。"),
                )
        raise NotThere

    def make_county(self, who: Account) -> str:
        self._ask("make_county", who)
        return "j1"

    def county(self, who: Account) -> CountyView:
        path = self.settings.receiving / "全县汇总.xlsx"
        path.write_bytes(b"PK county")
        return CountyView(path, AT, 7, ("“审核问题”第9行的意见没有认出来。",))

    def incoming_county(self, who: Account, shown_name: str) -> Kept:  # type: ignore[override]
        self.files.append(Kept(shown_name, self))
        return self.files[-1]

    def take_county(self, who: Account, incoming) -> str:  # type: ignore[no-untyped-def, override]
        self._ask("take_county", who, incoming.shown_name)
        return "已换上，原来的一份留作“全县汇总_旧1.xlsx”。"

    def prepare_return(self, who: Account, key: str, reason: str, until: str) -> str:
        if not reason:
            raise Refused("请写明退回的原因。")
        self._ask("prepare_return", who, key, reason, until)
        return "j2"

    def prepared_file(self, who: Account, job: str, n: int) -> StoredFile:
        self.job(who, job)
        return self.marked_copy(FILLER, "d1", n)

    def send_return(self, who: Account, job: str) -> ReturnView:
        self._ask("send_return", who, job)
        return self.returned(who, "r1")

    def reminder(self, who: Account, key: str) -> Reminder:
        return self.reminders(who)[0]

    def reminders(self, who: Account) -> tuple[Reminder, ...]:
        text = "【绩效自评提醒】县水利局：2025年度绩效自评材料请于3月31日（周二）17:00前报送。"
        return (
            Reminder("102", "示例县水利局", "示例联系人", "0431-0000000", text),
            Reminder("", "农业股", "", "", text),
        )

    def job(self, who: Account, id: str) -> Job:
        if id == "j1":
            return Job("j1", "county", "running", 34, 80, "正在读收到的材料", "")
        if id == "j2":
            return Job(
                "j2", "return", "done", 1, 1, "退回件已生成。", "", "101", "示例县教育局", RETURNED.reason,
                RETURNED.until, NOTICE, ("自评表_退回件.xlsx",),
            )  # fmt: skip
        raise NotThere

    def close_season(self, who: Account, reason: str) -> None:
        self._ask("close_season", who, reason)

    def open_season(self, who: Account, reason: str) -> None:
        self._ask("open_season", who, reason)

    def reopen(self, who: Account, key: str, reason: str, until: str) -> None:
        self._ask("reopen", who, key, reason, until)

    def log(self, who: Account, page: int = 1) -> LogPage:
        line = LogLine(7, AT, FILLER.label, "192.168.1.20", "报送", "第3次", "自评表.xlsx")
        return LogPage((line, replace(line, n=6, detail=NASTY)), page, 3, True)

    def accounts(self, who: Account) -> tuple[AccountLine, ...]:
        return (
            AccountLine(1, "示例县教育局", "101", "示例县教育局", "filler", "填报人", False, AT, AT),
            AccountLine(2, "示例县教育局", "101", "示例县教育局", "lead", "负责人", True, AT, None),
            AccountLine(3, "", "", "王强", "officer", "财政人员", False, AT, AT),
        )

    def renew_code(self, who: Account, account: int) -> str:
        self._ask("renew_code", who, account)
        return "NEWC-ODEX-2345"

    def disable(self, who: Account, account: int) -> None:
        self._ask("disable", who, account)

    def enable(self, who: Account, account: int) -> None:
        self._ask("enable", who, account)

    def _ask(self, *call: object) -> None:
        if self.fails:
            raise self.fails
        self.asked.append(call)


FULL = OutputError("写不进“/秘密/desk.sqlite”：磁盘已满。")
