"""Reads the re-check papers of a folder: each in a worker, like a received file, and by its labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.review.comparison import BLANK, NOT_SENT, PARTLY, CheckedProject, check_paper
from selfeval_xl.county.review.matching import SeenRow
from selfeval_xl.county.review.paper import (
    COLUMNS,
    GRADE,
    KEY,
    LIST_FILE,
    LIST_SHEET,
    NUMBER,
    SIGNED,
    TOTAL,
    YEAR,
    Paper,
    PaperHead,
    paper_in,
)
from selfeval_xl.errors import UsageError
from selfeval_xl.model.grid import Grid, column_name, plain_number
from selfeval_xl.model.numbers import ZERO, rounded
from selfeval_xl.model.quantity import money
from selfeval_xl.model.text import squeeze
from selfeval_xl.readers.folder import collect, not_opened, shown_path
from selfeval_xl.readers.formats.kinds import SHEET_ENDINGS

READ = f"{__name__}:read_here"
NO_PAPER = "不是复核底稿，没有计入"
NO_SETTINGS = "里面的隐藏工作表“_selfeval”不见了或者坏了，认不出是哪个项目，没有计入"
NO_HEAD = "表头改了，找不到“三级指标”“复核得分”等列，没有计入"
USE_ORIGINAL = "请用 selfeval sample 生成的底稿，把填的内容抄过去"
DAMAGED = "读不出来，没有计入"
REOPEN = "请用Excel或WPS打开另存一份，打不开的重新填"
SAME_AGAIN = "和“{other}”填的完全一样，只算一份"
DIFFERENT = "和“{other}”是同一个项目，填的不一样，两份都没有计入"
OTHER_YEAR = "是{year}年度的底稿，这次抽的是{now}年度的，没有计入"
NOT_FILLED = "和“{other}”是同一个项目，这份没有填，没有用"
NOTHING, MOVE = "不用处理", "不是这次抽的，请把它移走"
LEFT_OVER = "没有填，项目也不在“{list}”里，没有计入"
KEEP_ONE = "请核对后只留一份"
UNFINISHED = "{state}：还有{count}行没有{lacking}，没有算得分和等级"
FINISH = "请把每一行的{lacking}填上"
UNEXPLAINED = "自评总分{score}和底稿各行自评得分的合计{rows}差{gap}分，这{gap}分也在偏差里"
LOOK_AT_TOTAL = "请核对原表的总分，把原因写在底稿的备注里"
NOT_LISTED = "这份底稿的项目不在“{list}”里，照样计入了"
NO_LIST = "文件夹里没有“{list}”，缺哪几份底稿看不出来"
PUT_LIST = "请把 selfeval sample 生成的“{list}”放在这个文件夹里"
_LEAST_LABELS = 6  # of the columns of a paper that its head row has to have
_OWN_ROWS = (TOTAL, GRADE, SIGNED)


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of the folder as its worker read it. rows: of its paper; listed: numbers and names of a list."""

    path: str
    paper: Paper | None = None
    sheet: str = ""
    score_cell: str = ""
    rows: tuple[SeenRow, ...] = ()
    listed: Mapping[str, PaperHead] | None = None
    trouble: str = ""
    remedy: str = ""
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Apart:
    """Something that did not count: file, place, project, what is the matter and what to do."""

    file: str
    sheet: str = ""
    cell: str = ""
    department: str = ""
    project: str = ""
    what: str = ""
    remedy: str = ""
    unit: str = ""

    @property
    def title(self) -> str:
        """The project's name in sentences, with the unit where one is known."""
        return PaperHead(project=self.project, unit=self.unit).title


def sentence(apart: Apart) -> str:
    """What did not count as one sentence: where, what, and what to do."""
    place = "，".join(part for part in (apart.sheet, apart.cell) if part)
    where = f"{apart.file}{f'（{place}）' if place else ''}" if apart.file else ""
    whose = "　".join(part for part in (apart.department, apart.title) if part)
    begin = "：".join(part for part in (where, whose) if part)
    return f"{begin}：{apart.what}{f'；{apart.remedy}' if apart.remedy else ''}。"


@dataclass(slots=True)
class Reviewed:
    """The papers of a folder. projects: by department and name. apart: what did not count, or was odd.

    papers: how many files were papers that could be read. other_years: those of
    another year, which do not count.
    """

    folder: Path
    projects: list[CheckedProject] = field(default_factory=list)
    apart: list[Apart] = field(default_factory=list)
    papers: int = 0
    other_years: list[CheckedProject] = field(default_factory=list)


def read_reviewed(
    folder: str | Path, policy: Policy, progress: Callable[[int, int], None] | None = None
) -> Reviewed:
    """The filled papers below the folder. Raises UsageError without such a folder or a paper in it."""
    from selfeval_xl.workers import read_files

    root = Path(folder)
    if not root.is_dir():
        raise UsageError(f"找不到放复核底稿的文件夹“{root}”。请核对名称和位置。")
    paths = collect(root)
    closed = {path: reason for path in paths if (reason := not_opened(path, root))}
    readable = [path for path in paths if path not in closed]
    result = Reviewed(root)
    result.apart += [Apart(_shown(path, root), what=reason) for path, reason in closed.items()]
    files = [
        replace(_as_seen(answer), path=_shown(path, root))
        for path, answer in zip(readable, read_files(readable, function=READ, progress=progress), strict=True)
    ]
    if not any(file.paper or file.listed is not None for file in files):
        raise UsageError(
            f"文件夹“{root}”里没有复核底稿。底稿由 selfeval sample 全县汇总.xlsx -o 抽查 生成；请核对文件夹。"
        )
    _sort_out(result, files, policy)
    return result


def _shown(path: Path, root: Path) -> str:
    return str(shown_path(path.relative_to(root)))


def _as_seen(answer: object) -> SeenFile:
    """The answer of a worker; of one that died, its problem."""
    if isinstance(answer, SeenFile):
        return answer
    return SeenFile("", trouble=DAMAGED, remedy=REOPEN)


def _sort_out(result: Reviewed, files: Sequence[SeenFile], policy: Policy) -> None:
    """Sets the projects and what did not count, from the files in the order of their paths."""
    listed: dict[str, PaperHead] = {}
    has_list = False
    by_number: dict[str, list[SeenFile]] = {}
    for file in files:
        if file.listed is not None:
            listed |= file.listed
            has_list = True
        elif file.paper is not None and not file.trouble:
            by_number.setdefault(file.paper.head.number, []).append(file)
        elif not file.is_other:
            head = file.paper.head if file.paper else PaperHead()
            result.apart.append(
                Apart(
                    file.path,
                    file.sheet,
                    "",
                    head.department,
                    head.project,
                    file.trouble,
                    file.remedy,
                    head.unit,
                )
            )
    if not has_list:
        name = LIST_FILE
        result.apart.append(Apart(name, what=NO_LIST.format(list=name), remedy=PUT_LIST.format(list=name)))
    result.papers = sum(map(len, by_number.values()))
    _set_other_years_aside(result, by_number, listed, policy)
    for number, same in by_number.items():
        _add_project(result, same, policy, has_list and number not in listed)
    result.projects += [CheckedProject(head) for number, head in listed.items() if number not in by_number]
    result.projects.sort(
        key=lambda each: (each.head.department_code, each.head.department, each.head.project, each.head.unit)
    )
    result.apart += [
        Apart(
            "",
            "",
            "",
            each.head.department,
            each.head.project,
            f"{NOT_SENT}，按未复核算",
            "请把底稿放进这个文件夹",
            each.head.unit,
        )
        for each in result.projects
        if each.state == NOT_SENT
    ]


def _set_other_years_aside(
    result: Reviewed,
    by_number: dict[str, list[SeenFile]],
    listed: dict[str, PaperHead],
    policy: Policy,
) -> None:
    """Takes out the papers and listed projects of other years than the latest one.

    Each sample is drawn into the same folder, where the papers of the year before may still lie. A paper of
    no known year stays.
    """
    heads = {number: files[0].paper.head for number, files in by_number.items() if files[0].paper}
    now = max(head.year for head in (*heads.values(), *listed.values(), PaperHead()))
    others = Reviewed(result.folder)
    for number in [number for number, head in listed.items() if head.year not in ("", now)]:
        del listed[number]
    for number, head in heads.items():
        if head.year in ("", now):
            continue
        _add_project(others, by_number[number], policy, unlisted=False)
        what = OTHER_YEAR.format(year=head.year, now=now)
        result.apart += [
            Apart(file.path, file.sheet, "", head.department, head.project, what, MOVE, head.unit)
            for file in by_number.pop(number)
        ]
    result.other_years = others.projects


def _add_project(result: Reviewed, files: Sequence[SeenFile], policy: Policy, unlisted: bool) -> None:
    """Adds the project of one paper, or of several copies of it.

    A paper of an earlier sample that nobody has filled in is no re-check, and only said.
    """
    filled = [file for file in files if any(row.is_filled for row in file.rows)] or [files[0]]
    chosen, differ = filled[0], len({_entries(file) for file in filled}) > 1
    assert chosen.paper is not None
    head = chosen.paper.head
    result.apart += _copies(files, filled, differ)
    rows = () if differ else chosen.rows
    project = check_paper(chosen.paper, rows, policy, chosen.score_cell, chosen.path, chosen.sheet)
    if differ:
        project = replace(project, faults=(), state=PARTLY)

    def add(what: str, remedy: str, cell: str = "") -> None:
        result.apart.append(
            Apart(chosen.path, chosen.sheet, cell, head.department, head.project, what, remedy, head.unit)
        )

    for cell, text in project.faults:
        add(*_in_two(text), cell)
    if unlisted and project.state == BLANK:
        add(LEFT_OVER.format(list=LIST_FILE), MOVE)
        return
    if project.state in (PARTLY, BLANK):
        lacking = "复核得分" if chosen.paper.is_scored else "复核完成值"
        what = UNFINISHED.format(state=project.state, count=project.waiting, lacking=lacking)
        add(what, FINISH.format(lacking=lacking))
    if gap := project.unexplained:
        own = rounded(head.score or ZERO)
        score, sum_of_rows, more = (plain_number(number) for number in (own, own - gap, abs(gap)))
        add(UNEXPLAINED.format(score=score, rows=sum_of_rows, gap=more), LOOK_AT_TOTAL)
    if unlisted:
        add(NOT_LISTED.format(list=LIST_FILE), MOVE)
    result.projects.append(project)


def _copies(files: Sequence[SeenFile], filled: Sequence[SeenFile], differ: bool) -> Iterator[Apart]:
    """What is said of several papers of one project. filled: those that count, unless they differ."""
    for file in files:
        if file is filled[0] and not differ:
            continue
        assert file.paper is not None
        head = file.paper.head
        other = next(each for each in (filled if differ else files) if each is not file)
        what, remedy = (DIFFERENT, KEEP_ONE) if differ and file in filled else (SAME_AGAIN, NOTHING)
        if file not in filled:
            what, other = NOT_FILLED, filled[0]
        elif not differ:
            other = filled[0]
        yield Apart(
            file.path,
            file.sheet,
            "",
            head.department,
            head.project,
            what.format(other=other.path),
            remedy,
            head.unit,
        )


def _in_two(text: str) -> tuple[str, str]:
    """What is the matter and what to do, which a semicolon parts."""
    what, _, remedy = text.rpartition("；")
    return (what, remedy.rstrip("。")) if what else (text, "")


def _entries(file: SeenFile) -> frozenset[tuple[str, ...]]:
    """What people have written into a paper, without the lines where it stands."""
    keys = ("name", "second_actual", "second_score", "evidence", "remark")
    return frozenset(tuple(row.texts.get(key, "") for key in keys) for row in file.rows if row.is_filled)


def read_here(path: str) -> SeenFile:
    """The paper or list in a file, read in this process, which a hostile file ends."""
    from selfeval_xl.readers.formats.source import open_source

    source = open_source(path)
    for grid in source.grids:
        if squeeze(grid.name) == LIST_SHEET:
            return SeenFile(path, listed=_listed(grid))
    paper = paper_in(source.settings)
    if paper is None:
        return _no_paper(path, source)
    found = next(((grid, head) for grid in source.grids if (head := _head_row(grid))), None)
    if found is None:
        return SeenFile(path, paper, trouble=NO_HEAD, remedy=USE_ORIGINAL)
    grid, (line, places) = found
    rows = tuple(
        row for number in range(line + 1, grid.height) if (row := _seen_row(grid, number, places)) is not None
    )
    return SeenFile(path, paper, grid.name, column_name(places["second_score"]), rows)


def _no_paper(path: str, source: object) -> SeenFile:
    """The answer for a file that keeps no paper: damaged, without its hidden sheet, or anything else."""
    from selfeval_xl.model.sheet_names import NO_FILINGS
    from selfeval_xl.readers.formats.source import Source

    assert isinstance(source, Source)
    names = {grid.name for grid in source.grids}
    if any(sheets <= names for what, sheets in NO_FILINGS.items() if what == "复核汇总"):
        return SeenFile(path, is_other=True)
    if not source.grids and source.problems and Path(path).suffix.lower() in SHEET_ENDINGS:
        text = source.problems[0].text.partition("；")[0].removeprefix(f"“{source.name}”").rstrip("。")
        return SeenFile(path, trouble=f"{DAMAGED}：{text}", remedy=REOPEN)
    if any(_head_row(grid) for grid in source.grids):
        return SeenFile(path, trouble=NO_SETTINGS, remedy=USE_ORIGINAL)
    return SeenFile(path, trouble=NO_PAPER, remedy="不用处理，或者把它移走")


def _head_row(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The row of the head, and the column of each key; None where the sheet has no such head."""
    labels = {squeeze(label): key for key, label in (*COLUMNS, ("key", KEY))}
    for line in range(min(grid.height, 60)):
        places: dict[str, int] = {}
        for column in range(grid.width):
            key = labels.get(squeeze(grid.text(line, column)))
            if key:
                places.setdefault(key, column)
        if len(places) >= _LEAST_LABELS and {"name", "second_score"} <= places.keys():
            return line, places
    return None


def _seen_row(grid: Grid, line: int, places: Mapping[str, int]) -> SeenRow | None:
    """A row below the head; None for the totals, the signatures and empty rows."""
    texts = {key: text for key, column in places.items() if (text := grid.text(line, column).strip())}
    key = texts.pop("key", "")
    first = squeeze(texts.get("level1", ""))
    if key in _OWN_ROWS or first in ("合计", "复核等级") or first.startswith("复核人") or not texts:
        return None
    return SeenRow(line + 1, key, texts, not isinstance(grid.value(line, places["second_score"]), str))


def _listed(grid: Grid) -> dict[str, PaperHead]:
    """The projects of a list by the number of their paper."""
    labels = [squeeze(grid.text(0, column)) for column in range(grid.width)]
    names = {
        "section": "归口股室",
        "department_code": "部门编码",
        "department": "部门名称",
        "project_code": "项目编码",
        "project": "项目名称",
        "unit": "实施单位",
        "grade": "自评等级",
        "year": YEAR,
    }
    score = labels.index("自评得分") if "自评得分" in labels else None
    found: dict[str, PaperHead] = {}
    if NUMBER not in labels:
        return found
    for line in range(1, grid.height):
        number = grid.text(line, labels.index(NUMBER)).strip()
        if number:
            texts = {
                key: grid.text(line, labels.index(label)) for key, label in names.items() if label in labels
            }
            head = PaperHead(score=None if score is None else money(grid.text(line, score)))
            found[number] = replace(head, **texts)  # type: ignore[arg-type]  # all of them are texts
    return found
