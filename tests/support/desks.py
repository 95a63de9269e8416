"""A small county with a collecting desk: a roster of three departments, their workbooks, their accounts."""

from __future__ import annotations

import re
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from selfeval_xl import templates
from selfeval_xl.server.desk import Account, Desk, Limits, Settings, worker
from selfeval_xl.server.state import codes
from support.rosters import department, project, write_roster

EDUCATION, WATER, HEALTH = "101", "102", "103"
NAMES = {EDUCATION: "示例县教育局", WATER: "示例县水利局", HEALTH: "示例县卫生健康局"}


def indicator(level1: str, level2: str, name: str, target: str, actual: str | None, **more: str) -> dict:
    """The data of an indicator row."""
    return {"level1": level1, "level2": level2, "name": name, "target": target, "actual": actual, **more}


def project_form(name: str, code: str, unit: str, executed: str = "95", **more) -> dict:
    """A project form in which nothing has to be mended, but for what `more` changes."""
    return {
        "project": name,
        "project_code": code,
        "department": unit,
        "unit": unit,
        "goal": {
            "expected": "2024年11月底前维修校舍12间，秋季学期投入使用。",
            "actual": "10月维修校舍12间，师生3100人受益。",
        },
        "funding": [
            {
                "source": "当年财政拨款",
                "initial_budget": "100",
                "annual_budget": "100",
                "executed": executed,
            }
        ],
        "indicators": [
            indicator("成本指标", "经济成本指标", "校舍维修费用", "≤95万元", "95万元"),
            indicator("产出指标", "数量指标", "维修校舍间数", "≥12间", "12间"),
            indicator("产出指标", "时效指标", "完工时间", "2024年11月底前", "2024年10月"),
            indicator("效益指标", "社会效益指标", "受益师生人数", "≥3000人", "3100人"),
            indicator("满意度指标", "服务对象满意度指标", "师生满意度", "≥90%", "96%"),
        ],
        **more,
    }


def unmet(form: dict) -> dict:
    """The same form with an unmet indicator of which no reason is given (D03)."""
    rows = [dict(row) for row in form["indicators"]]
    rows[1] |= {"actual": "9间"}
    return form | {"indicators": rows}


def workbook(path: Path, code: str, *forms: dict, **settings: str) -> Path:
    """The workbook of a department with these project forms."""
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"department_code": code, "department": NAMES[code], **settings}
    templates.fill_in("jilin-2024", path, projects=forms, year=2024, settings=about)
    return path


@dataclass
class County:
    """The folders of a county; `open` opens its desk, which `close` closes."""

    folder: Path
    address: str = "10.0.0.7"
    desk: Desk | None = None
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def received(self) -> Path:
        """The receiving folder."""
        return self.folder / "收件"

    def settings(self, **more) -> Settings:
        """The settings of the desk."""
        return Settings(
            receiving=self.received,
            roster=self.folder / "名册.xlsx",
            state=self.folder / "状态",
            address="https://10.0.0.1:8443/",
            **{"checkers": 1, "limits": Limits(), **more},
        )

    def open(self, **more) -> Desk:
        """Opens the desk anew."""
        self.close()
        self.desk = Desk.open(self.settings(**more))
        return self.desk

    def close(self) -> None:
        """Closes the desk."""
        if self.desk is not None:
            self.desk.close()
            self.desk = None

    def log_in(self, login: str, code: str) -> Account:
        """The account of this login."""
        assert self.desk is not None
        return self.desk.log_in(login, code, self.address)[1].account

    def filler(self, code: str = EDUCATION) -> Account:
        """The 填报人 of a department."""
        return self.log_in(code, self.codes[code][0])

    def lead(self, code: str = WATER) -> Account:
        """The 负责人 of a department."""
        return self.log_in(code, self.codes[code][1])

    def officer(self) -> Account:
        """An officer of the bureau."""
        assert self.desk is not None
        return self.log_in("王强", self.desk.new_officer("王强"))


class Threads:
    """In place of worker processes where these do not matter: to start one takes a second."""

    def __init__(self, count: int, context: worker.Context, *_) -> None:
        self._context = context
        self._pool = ThreadPoolExecutor(max(1, count))

    def submit(self, urgency: int, request, seconds: float, rank: int | None = None) -> Future:
        """Carries out a task of the workers in a thread."""
        name, arguments = request
        return self._pool.submit(worker._TASKS[name], self._context, *arguments)

    def pids(self) -> list[int]:
        """There are no processes."""
        return []

    def close(self) -> None:
        """Ends the threads."""
        self._pool.shutdown(cancel_futures=True)


def county(folder: Path, **deadlines: str) -> County:
    """A county with its roster and codes: 教育局 and 卫健局 alone, 水利局 with the 负责人's confirmation."""
    from openpyxl import load_workbook

    codes._COST.update(n=16, p=1)  # a hash takes a quarter of a second else
    found = County(folder)
    found.received.mkdir(parents=True)
    write_roster(
        folder / "名册.xlsx",
        单位名册=[
            department(
                code,
                name,
                归口股室="教科文股",
                联系人="王一",
                联系电话="0431-1111111",
                报送截止日期=deadlines.get(f"d{code}", "2099-03-31"),
                负责人确认="是" if code == WATER else "",
            )
            for code, name in NAMES.items()
        ],
        项目=[
            project("P1", EDUCATION, "校舍维修"),
            project("P2", EDUCATION, "操场改造"),
            project("W1", WATER, "灌区维修"),
        ],
    )
    desk = found.open()
    desk.new_codes(folder / "口令.xlsx")
    rows = load_workbook(folder / "口令.xlsx")["口令"].iter_rows(min_row=2, values_only=True)
    found.codes = {row[0]: (row[2], row[3] or "") for row in rows}
    return found


def upload(desk: Desk, who: Account, *files: Path | tuple[str, bytes]) -> str:
    """A draft of these files; returns its id. files: paths, or name and bytes."""
    draft = desk.new_draft(who, "10.0.0.7")
    for file in files:
        name, data = (file.name, file.read_bytes()) if isinstance(file, Path) else file
        incoming = desk.add_file(who, draft, name)
        incoming.write(data)
        incoming.finish()
    desk.check(who, draft)
    return draft


def checked(desk: Desk, who: Account, *files: Path | tuple[str, bytes], seconds: float = 60.0) -> str:
    """A draft of these files that is checked; returns its id."""
    draft = upload(desk, who, *files)
    until(lambda: desk.draft(who, draft).ready, seconds)
    return draft


def until(happened, seconds: float = 60.0) -> None:
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


IS_CODE = re.compile("(?:[2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}")
