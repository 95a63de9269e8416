"""Structure rules: can file and form be read, are they whole, is what was issued unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.errors import SelfevalError
from selfeval_xl.model.account import Unread
from selfeval_xl.model.findings import Finding, Severity, Treatment
from selfeval_xl.model.forms import MONITORING, Form, FundingLine, Indicator, Problem, ReadFile
from selfeval_xl.model.grid import position
from selfeval_xl.model.money import amount_names
from selfeval_xl.model.periods import last_month
from selfeval_xl.model.places import cells_shown, is_word
from selfeval_xl.model.quantity import is_blank
from selfeval_xl.model.text import core
from selfeval_xl.rules.registry import EVERY_STAGE, rule
from selfeval_xl.rules.texts import cells, phrases

# The heading fields that every layout asks for, by the words for them where a form prints none of its own.
# A unit's code or a remark may stay empty.
_OF_PROJECT = (("project", "项目名称"), ("department", "主管部门"), ("unit", "实施单位"), ("year", "年度"))
_OF_DEPARTMENT = (("department", "部门"), ("year", "年度"))
_BLANK_YEAR = re.compile(
    r"[(（]\s*+(?:20)?+\s*+[_＿xX×*]*+\s*+年度?+\s*+[)）]|^\s*+(?:20)?+[_＿xX×*]{2,}\s*年度?|^\s*+(?:20\s*+)?+年度"
)
_MOST_CELLS = 30  # cells that one finding points at
_ADVICE = re.compile(r"[；;。，,](请.+)$")


def _problems(file: ReadFile, rule_id: str) -> Iterator[Problem]:
    return (problem for problem in file.problems if problem.rule == rule_id)


def _reported(problem: Problem, hint: str, severity: Severity | None = None) -> Finding:
    """The reader's problem as a finding; advice at the end of the problem's text replaces the hint."""
    text = problem.text.rstrip("。")
    advice = _ADVICE.search(text)
    if advice and advice.start() > 0:
        text, hint = text[: advice.start()], f"{advice[1]}。"
    return Finding(
        message=f"{text}。",
        hint=hint,
        cell=problem.cell,
        sheet=problem.sheet,
        severity=severity,
        treatment=Treatment.FIX,
    )


@rule(
    "T01",
    "认不出的表或只读出一部分",
    Severity.ERROR,
    asks="文件里是本程序认得的自评表，并且全部读得出来。盖章扫描件（PDF、图片）是附件，不算错。",
    scope="file",
    stages=EVERY_STAGE,
)
def unknown_or_partly_read(file: ReadFile, policy: Policy) -> Iterator[Finding]:
    """The file holds a form that this program knows, and all of it could be read.

    A sealed scan (PDF, picture) beside the forms is an attachment, not a fault. A value that the reader could
    not assign to a field is asked about.
    """
    for problem in _problems(file, "T01"):
        yield _reported(problem, "用财政局下发的表或官方表样填写，保留表头文字，不要删列。")
    for problem in file.problems:
        if problem.rule is None:
            yield _reported(problem, "补上这一行或这一格缺的内容；多余的文字请删除。", Severity.WARNING)
    for form in file.forms:
        if (
            form.frame is not None
            and form.frame.indicator_head is not None
            and not form.indicators
            and not form.placeholders
        ):
            yield Finding(
                message="还没有填指标。",
                sheet=form.sheet,
                form=form.kind,
                project=form.project,
                hint="把绩效指标逐行填在表头下面，三级指标名称和年度指标值都要写。",
            )


@rule(
    "T02",
    "表头栏目没有填",
    Severity.WARNING,
    asks=(
        "表头印着的栏目（项目名称、主管部门、实施单位、部门名称、年度）都要填。绩效运行监控表还要看得出"
        "监控到几月；看不出的，不和执行进度的预警线比较。"
    ),
    treatment=Treatment.FIX,
    stages=EVERY_STAGE,
)
def heading_left_empty(form: Form, policy: Policy) -> Iterator[Finding]:
    """Every printed heading field (项目名称, 主管部门, 实施单位, 部门, 年度) is filled in.

    A monitoring form says up to what month it goes.
    """
    empty = [
        (key, core(form.blank_labels.get(key, "")) or label)
        for key, label in (_OF_PROJECT if form.is_of_project else _OF_DEPARTMENT)
        if key in form.cells
        and getattr(form, key) is None
        and not (key == "year" and _shares_cell(form, key))
    ]
    if (
        form.year is None
        and form.title
        and _BLANK_YEAR.search(form.title)
        and not any(key == "year" for key, _ in empty)
    ):
        empty.append(("title", "年度"))
    if empty:
        named = "、".join(f"“{label}”" for _, label in empty)
        yield Finding(
            message=f"表头的{named}没有填。",
            hint="按预算批复的名称填写。",
            cell=cells(*(form.cells.get(key) for key, _ in empty)),
            subject=empty[0][1],
        )
    if form.kind == MONITORING and last_month(form.through) is None:
        told = f"表头写的“{form.through}”看不出" if form.through else "表头没有写"
        yield replace(
            form.finding(
                "through",
                f"{told}监控到几月，执行进度没有和预警线比较。",
                value=form.through or "",
                expected="1-7月",
                hint="在表头写明监控的月份，写成“1-7月”这样。",
            ),
            subject="监控的月份",
        )


def _shares_cell(form: Form, key: str) -> bool:
    """Whether another heading field stands in the same cell."""
    return any(other != key and cell == form.cells[key] for other, cell in form.cells.items())


@rule(
    "T03",
    "模板不是最新版",
    Severity.NOTE,
    asks="用的是最新一版模板；旧版也读得出，只作提示。",
    scope="file",
    needs="settings",
    stages=EVERY_STAGE,
)
def older_template(file: ReadFile, policy: Policy) -> Iterator[Finding]:
    """A workbook made by this program has the current version of its layout; an older one may miss fields.

    Its hidden sheet says which layout and version it was made from. Where that sheet is gone, or the form
    does not look like its layout any more, that is noted; the form is read by its labels all the same.
    """
    for problem in _problems(file, "T03"):
        yield _reported(problem, "内容不受影响；请尽量在财政局下发的工作簿上填写，不要另建工作簿。")
    layout, version = file.settings.get("layout"), file.settings.get("version")
    if not layout or not version:
        if file.settings:
            yield Finding(
                message="这份工作簿里的隐藏信息不全，认不出是哪一版模板。",
                hint="内容不受影响；下次请用财政局新下发的工作簿填写。",
            )
        return
    yield from _outdated(file, layout, version)
    yield from _unlike_layout(file, layout)


def _outdated(file: ReadFile, layout: str, version: str) -> Iterator[Finding]:
    """The finding on a workbook made from an older version of its layout, if it was."""
    from selfeval_xl import layouts

    for kind in dict.fromkeys(form.kind for form in file.forms):
        try:
            current = str(layouts.load(layout, kind).version)
        except SelfevalError:
            continue
        if _number(version) < _number(current):
            yield Finding(
                message=f"这份工作簿用的是第{version}版模板，现在是第{current}版。",
                value=version,
                expected=current,
                hint="内容不受影响；下次请用财政局新下发的工作簿填写。",
            )
            return


def _unlike_layout(file: ReadFile, layout: str) -> Iterator[Finding]:
    """The findings on forms that do not look like the layout that they were issued in."""
    from selfeval_xl import layouts

    for form in file.forms:
        if form.layout is None and form.kind in {
            other.kind for other in layouts.load_all() if other.id == layout
        }:
            yield Finding(
                message=f"下发的是{layout}表式，现在的表头和栏目对不上，可能删改过表头或栏目。",
                sheet=form.sheet,
                form=form.kind,
                expected=layout,
                hint="按标签读出来了；请核对有没有误删的行列，表头请不要改。",
            )


def _number(version: str) -> tuple[int, ...]:
    """The version as numbers that can be compared."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


@rule(
    "T05",
    "隐藏的行列或工作表里有内容",
    Severity.WARNING,
    asks="自评表的内容不要放在隐藏的行、列或工作表里。",
    treatment=Treatment.FIX,
    scope="file",
    stages=EVERY_STAGE,
)
def hidden_data(file: ReadFile, policy: Policy) -> Iterator[Finding]:
    """No part of the form stands in hidden rows, columns or sheets; our own hidden sheets are exempt."""
    for problem in _problems(file, "T05"):
        yield _reported(problem, "取消隐藏，核对里面的内容；不要的删掉。")


@rule(
    "T06",
    "公式出错或被改成了数",
    Severity.WARNING,
    asks="公式算得出数，没有 #REF!、#DIV/0! 一类的错误；用本程序的模板填的，公式没有被改成直接填的数。",
    treatment=Treatment.FIX,
    stages=EVERY_STAGE,
)
def formula_broken_or_overtyped(form: Form, policy: Policy) -> Iterator[Finding]:
    """A calculated cell still calculates.

    It shows no #REF!, #DIV/0! and the like, and in a workbook of ours no number is typed over its formula.
    """
    yield from _broken_formulas(form)
    yield from _overtyped_formulas(form)


def _broken_formulas(form: Form) -> Iterator[Finding]:
    pattern = phrases("broken")
    broken: list[tuple[str, str | None, str]] = [
        (f"“{row.subject}”的{name}", row.cells.get(key), value)
        for row, key, name in _calculated(form)
        if (value := getattr(row, key)) and "#" in value and pattern.search(value)
    ]
    covered = {cell for _, cell, _ in broken}
    broken += [
        (f"{cells_shown(form.file, cell)}{'有一' if is_word(form.file) else ''}格", cell, text)
        for cell, text in form.broken
        if cell not in covered
    ]
    if broken:
        what, _, text = broken[0]
        more = f"等{len(broken)}处" if len(broken) > 1 else ""
        yield Finding(
            message=f"{what}{more}显示{text}，公式出错了，没有算出数。",
            hint="重新填公式，或直接填数字。",
            cell=cells(*(cell for _, cell, _ in broken)),
            subject=what,
            value=text,
            expected="数字",
        )


def _overtyped_formulas(form: Form) -> Iterator[Finding]:
    if form.overtyped:
        by_cell = {
            cell: (record, key, name)
            for record, key, name in _calculated(form)
            if (cell := record.cells.get(key))
        }
        record, key, name = by_cell[form.overtyped[0]]
        what = f"“{record.subject}”的{name}" if record is not form else name
        more = f"等{len(form.overtyped)}格" if len(form.overtyped) > 1 else ""
        yield Finding(
            message=(
                f"{what}{more}原来是公式，现在是直接填的“{getattr(record, key)}”，"
                "改了金额或得分它不会跟着变。"
            ),
            hint="把同一类格的公式复制过来；不恢复公式的，请核对填的数并说明。",
            treatment=Treatment.EXPLAIN,
            cell=cells(*form.overtyped),
            subject=what,
            value=getattr(record, key),
            expected="公式",
        )


_MONEY_COLUMNS = (("execution_rate", "执行率"), ("points", "分值"), ("score", "得分"))
_ROW_COLUMNS = (("target", "年度指标值"), ("actual", "实际完成值"), ("points", "分值"), ("score", "得分"))


def _calculated(form: Form) -> Iterator[tuple[FundingLine | Indicator | Form, str, str]]:
    """The fields that a form may calculate: record, key and name on screen."""
    for line in form.funding:
        for key, name in (*amount_names(form).items(), *_MONEY_COLUMNS):
            yield line, key, name
    for row in form.indicators:
        for key, name in _ROW_COLUMNS:
            yield row, key, name
    yield form, "total_score", "总分"
    yield form, "grade", "等级"


@rule(
    "T07",
    "含宏或外部链接",
    Severity.WARNING,
    asks="报送的文件不含宏，也没有指向其他文件的链接。",
    treatment=Treatment.FIX,
    scope="file",
    stages=EVERY_STAGE,
)
def macros_or_links(file: ReadFile, policy: Policy) -> Iterator[Finding]:
    """A submitted file holds no macros and no links to other files; our own template's are exempt."""
    for problem in _problems(file, "T07"):
        yield _reported(problem, "另存为不含宏的工作簿（.xlsx），断开外部链接后再报送。")


@rule(
    "T08",
    "文件打不开",
    Severity.ERROR,
    asks="文件没有设打开密码，也没有损坏。",
    scope="file",
    stages=EVERY_STAGE,
)
def unreadable(file: ReadFile, policy: Policy) -> Iterator[Finding]:
    """The file is neither protected by a password nor damaged."""
    for problem in _problems(file, "T08"):
        yield _reported(problem, "去掉打开密码，或用Excel、WPS打开后另存一份再报送。")


@rule(
    "T09",
    "签字栏没有填全",
    Severity.NOTE,
    asks="表尾的填表人、负责人、电话、日期都要填；在纸质件上签字盖章的，附上扫描件。",
    treatment=Treatment.BUREAU,
    needs="file",
    stages=EVERY_STAGE,
)
def signature_incomplete(
    form: Form, policy: Policy, file: ReadFile | None = None, scanned: bool = False
) -> Iterator[Finding]:
    """The printed signature block (填表人, 负责人, 电话, 日期) is filled in, unless a sealed copy is there.

    `scanned`: whether one lies beside the form. A workbook of ours whose block is blank as a whole is printed
    and signed by hand.
    """
    empty = [
        label
        for label, value in form.signature.items()
        if is_blank(value) and form.cells.get(label) not in form.pictures  # a signature may be a picture
    ]
    if not empty or scanned or (len(empty) == len(form.signature) and file is not None and file.settings):
        return
    seals = [label for label in empty if _SEAL.search(label)]
    above = [label for label in empty if label not in seals and _is_above_the_table(form, label)]
    below = [label for label in empty if label not in seals and label not in above]
    places = [
        f"{where}的{'、'.join(f'“{label}”' for label in labels)}"
        for where, labels in (("表头", above), ("签字栏", below))
        if labels
    ]
    parts = [f"{'和'.join(places)}没有填"] if places else []
    if seals:
        parts.append(f"{'、'.join(f'“{label}”' for label in seals)}处没有盖章")
    missing = ["一起校验的文件里也没有盖章扫描件"] if len(empty) == len(form.signature) or not places else []
    yield Finding(
        message=f"{'，'.join(parts + missing)}。",
        hint="请财政局核对纸质件或扫描件；单位在报送前填全，在纸质件上签字盖章的，把扫描件（PDF或照片）一起报送。",
        subject=empty[0],
        cell=cells(*(form.cells.get(label) for label in empty)),
    )


_SEAL = re.compile("公章|盖章")  # stamped on paper, not filled in


def _is_above_the_table(form: Form, label: str) -> bool:
    """Whether a label of those who sign stands in the head of the form, as 联系电话 often does."""
    head = form.frame.indicator_head if form.frame else None
    cell = form.cells.get(label)
    return bool(head and cell) and position(str(cell).partition(",")[0])[0] < (head or (0, 0))[0]


@rule(
    "T10",
    "表里有没有读进来的数据",
    Severity.WARNING,
    asks="表里的每个数和每段话都读得进来。没有读进来而像是数据的格逐处列出，由财政核对，单位不用改。",
    treatment=Treatment.BUREAU,
    stages=EVERY_STAGE,
)
def data_unread(form: Form, policy: Policy) -> Iterator[Finding]:
    """Every cell of the form that looks like data was read; what was not is shown to the bureau.

    A number under or beside a head of money, targets, completion or scores is an error: it is in no sum.
    """
    for unread in form.account.unread:
        if unread.data:
            number = unread.data == Unread.NUMBER
            what, unused = ("一个数", "没有算进合计和判定") if number else ("内容", "没有参加校验")
            place = cells_shown(form.file, unread.cells)
            yield Finding(
                message=f"表里有{what}没有读进来：“{unread.text}”（{place}），{unused}。",
                hint="单位不用改。请财政核对原表，按表里的内容审核，并把表式告诉维护程序的人。",
                cell=cells(*unread.names[:_MOST_CELLS]),
                subject=unread.text,
                value=unread.text,
                severity=Severity.ERROR if number else None,
            )
