"""Labels of declarations and monitoring forms that stand in no list: known by wording or by where they stand.

专项实施期 is a period, 项目总体绩效目标 a goal, 监控值 a completed value. A head among the indicators that
nobody knows heads a further column, and a short text with a value beside it above the tables is its label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfeval_xl.model.grid import Area
from selfeval_xl.model.text import core, squeeze
from selfeval_xl.readers.recognition.funding_amounts import is_amount
from selfeval_xl.readers.recognition.indicator_head import by_wording
from selfeval_xl.readers.recognition.labels import Role, likely
from selfeval_xl.readers.recognition.scan import Label, ScannedSheet
from selfeval_xl.readers.recognition.stage_money_heads import take_labels
from selfeval_xl.readers.recognition.stage_months import months_in

_RANK = 70  # behind the labels of the lists
_LONGEST = 24
_GOAL = r"(?:项目|年度|当年|本年度?|全年|部门|单位|整体|总体|总|绩效|履职|工作|预期|支出|任务|年初){1,6}目标"
_YEAR_END = r"(?:到|至)?(?:全年|年度|年底|年末|年终)"
_FORESEEN = r"(?:预计|预期|预测)"
_RESULT = r"(?:值|数|情况|结果|水平|程度)"
_WORDINGS = (
    (
        "表",
        "period",
        re.compile(
            r"(?:项目|专项|政策|资金|工程|转移支付)?(?:计划|预计)?(?:实施|执行|起止|开展|建设)(?:起止)?"
            r"(?:期限|期间|期|周期|时间|日期|年限|时段)\Z"
        ),
    ),
    (
        "目标",
        "medium",
        re.compile(rf"(?:中长期|长期|中期|远期|实施期|项目期|三年)(?:{_GOAL}|目标)(?:内容)?\Z"),
    ),
    ("目标", "expected", re.compile(rf"{_GOAL}(?:内容|描述|任务)?\Z")),
    ("说明", "remark", re.compile(rf"(?:{_GOAL})?(?:全年)?{_FORESEEN}(?:全年)?目?标?完成情况\Z")),
    (
        "指标",
        "forecast",
        re.compile(
            rf"(?:{_YEAR_END}{_FORESEEN}|{_FORESEEN}{_YEAR_END})(?:累计|可|能|实际)?"
            rf"(?:完成|执行|达成|实现)?(?:目标|指标)?{_RESULT}\Z"
        ),
    ),
    (
        "指标",
        "actual",
        re.compile(
            rf"(?:累计|实际|阶段性?|当前|目标|指标|监控){{0,3}}(?:完成|执行|监控|达成|实现|进展){_RESULT}\Z"
        ),
    ),
    (
        "指标",
        "measure",
        re.compile(
            r"(?:拟采取|下一步|整改|改进|纠偏|应对|纠正){1,2}的?(?:改进|整改|纠偏|工作|具体)?"
            r"(?:措施|举措|打算|计划|办法)(?:及建议)?\Z"
        ),
    ),
    ("指标", "other", re.compile(r"(?:偏差|存在问题)?原因(?:分类|类别|类型|种类|归类)\Z")),
    (
        "资金申报",
        "annual_budget",
        re.compile(
            r"(?:项目|年度|当年|本年度?){0,2}(?:预算)?(?:申报|申请)(?:预算|资金|总){0,2}(?:数|额|金额|资金)\Z"
        ),
    ),
    (
        "资金申报",
        "medium_budget",
        re.compile(r"(?:项目|专项|预算|资金){0,2}总(?:投入|投资|需求|规模)(?:资金|金额|额|数|总额)?\Z"),
    ),
    (
        "指标",
        "medium_target",
        re.compile(
            r"(?:预期)?(?:总体|总|中长期|长期|中期|三年|实施期|项目期|规划期)(?:绩效)?"
            r"(?:预期|目标|指标|实现|完成){1,2}值\Z"
        ),
    ),
    (
        "指标",
        "target",
        re.compile(
            r"(?:预期|预计|计划)?(?:当年|本年度?|年度)(?:绩效)?(?:预期|计划|目标|指标|实现|完成){1,2}值\Z"
        ),
    ),
    ("指标", "outlook", re.compile(r"[^，。；]{0,12}可能性[^，。；]{0,6}\Z")),
)
# What is asked below the tables: 偏差或不能完成目标原因分析, 相关建议或举措.
_REMARK = re.compile(
    r"[^，。；:：\d]{2,16}(?:原因|分析|说明|问题|建议|措施|举措|打算|计划|安排|做法|成效|意见|结论)\Z"
)
_LABEL = re.compile(r"[^，。；：:,;!?！？]{2,24}\Z")
_ASKED = re.compile(  # how the labels of a heading end
    r"(?:名称|编码|编号|代码|单位|部门|[科处股]室|机构|主体|人|电话|方式|日期|时间|期限?|周期|年限|年度|属性|性质|"
    r"类型|类别|分类|级次|级别|用途|来源|内容|概况|概述|情况|依据|理由|原因|必要性|可行性|条件|措施|制度|计划|方案|"
    r"说明|备注|地[点址]|范围|对象|方法|规模|标准|要求|意见|跨年|公开|采购|事项|领域|科目|文号|问题|背景|职[能责]|"
    r"程度|状态|阶段|进展)\Z"
)
_TARGET = re.compile(r"(?:目标|指标|计划|预期)值\Z")  # with months one to date, beside that of the year
_FIGURE = re.compile(
    r"\s{0,4}(?:[≥≤<>=＝≧≦]|不[低高少超]|[\d,.]{1,30}\s{0,4}[%％a-zA-Z\u4e00-\u9fff]{0,4}\Z)"
)
_HEAD = re.compile(
    r"(?:描述|说明|依据|标准|备注|来源|内容|方法|公式|要求|单位|时间|情况|值|意见|权重|材料)\Z"
)
_ROWS = 40  # below a head, in which its column has a value
_SUB_LABEL = frozenset(
    ("内容", "目标内容", "具体内容", "描述", "目标描述", "目标")
)  # between 预期目标 and its text


def worded_roles(word: str) -> tuple[Role, ...]:
    """The roles of a label by its wording alone. word: without months, brackets and unit."""
    if not 2 < len(word) <= _LONGEST:
        return ()
    return next(
        (
            (Role(scope, key, _RANK, word, "字样"),)
            for scope, key, pattern in _WORDINGS
            if pattern.match(word)
        ),
        (),
    )


def name_further_labels(sheet: ScannedSheet) -> None:
    """Adds the labels that are known by where they stand."""
    labels = {(label.row, label.column): label for label in sheet.in_order}
    heads = [row for row in sorted(sheet.rows) if _is_indicator_head(sheet, row)]
    first = min(heads, default=sheet.grid.height)
    found = [label for row in heads for label in _further_columns(sheet, row)]
    found += [label for row in range(first) for label in _pairs(sheet, row)]
    found += [label for row in range(first, sheet.grid.height) for label in _remarks(sheet, row)]
    labels.update({(label.row, label.column): label for label in found})
    for label in list(labels.values()):
        if label.role("目标") and (wider := _with_sub_label(sheet, label)):
            labels[label.row, label.column] = wider
            labels.pop((label.row, wider.area.right), None)
    take_labels(sheet, labels)


def _is_indicator_head(sheet: ScannedSheet, row: int) -> bool:
    """Whether a row is the head of an indicator table."""
    heads = [label for label in sheet.rows.get(row, ()) if label.role("指标")]
    return len(heads) >= 3 and any(label.is_key("指标", "name") for label in heads)


def _further_columns(sheet: ScannedSheet, row: int) -> Iterator[Label]:
    """The heads of an indicator table behind the names that nobody knows."""
    known = {label.column: label for label in sheet.rows[row]}
    name = min(label.column for label in sheet.rows[row] if label.is_key("指标", "name"))
    for column in sheet.filled(row, name + 1, sheet.grid.width):
        text, area = sheet.lines[row][column], sheet.grid.area(row, column)
        if column in known and known[column].role("指标"):
            continue
        if is_amount(text) or not _LABEL.match(squeeze(text)):
            continue
        if not (months_in(text) and _TARGET.search(core(text))) and (
            likely(text, "指标") or by_wording(text)
        ):
            continue
        if not _HEAD.search(core(text)) and not _has_values(sheet, area.bottom + 1, column):
            continue
        others = known[column].roles if column in known else ()
        yield Label(row, column, text, area, (_role("指标", text), *others))


def _has_values(sheet: ScannedSheet, first: int, column: int) -> bool:
    """Whether a column has a value in the rows below a head."""
    return any(column in sheet.lines[row] for row in range(first, min(first + _ROWS, sheet.grid.height)))


def _role(scope: str, text: str) -> Role:
    return Role(scope, "remark" if scope == "说明" else "other", _RANK + 20, core(text), "字样")


def _pairs(sheet: ScannedSheet, row: int) -> Iterator[Label]:
    """The unknown labels of a row of labels and values."""
    columns = sheet.filled(row, 0, sheet.grid.width)
    line = sheet.lines[row]
    if not columns or any(map(_is_figure, map(line.get, columns))) or _in_table(sheet, row):
        return
    known = {label.column: label for label in sheet.rows.get(row, ())}
    at = 0
    while at < len(columns):
        column, behind = columns[at], columns[at + 1] if at + 1 < len(columns) else -1
        area, text = sheet.grid.area(row, column), line[column]
        section = area.bottom > row + 1 and at + 2 < len(columns)
        if behind < 0 and (area.right >= sheet.grid.width - 1 or not _may_be_empty(sheet, row, column, area)):
            return  # a title, or the last value
        if column in known:
            label = known[column]
            is_value = behind not in known or known[behind].role("资金来源") is not None
            has_value = is_value and not section and (label.role("表") or label.role("其他"))
            at += 2 if has_value or label.role("签字") and behind not in known else 1
        elif (
            not section and behind not in known and _ASKED.search(core(text)) and _LABEL.match(squeeze(text))
        ):
            yield Label(row, column, text, area, (_role("其他", text),))
            at += 2
        else:
            at += 1


def _may_be_empty(sheet: ScannedSheet, row: int, column: int, area: Area) -> bool:
    """Whether a lone text at the left of a row, with an empty cell beside it, is a label without a value."""
    left = all(sheet.value_cell(row, at)[0] < row for at in range(column))
    return left and not sheet.text(row, area.right + 1) and row > 0 and area.top == row


def _is_figure(text: str | None) -> bool:
    """Whether a cell of a row holds an amount, a target or a completed value, as no heading does."""
    return bool(text) and (is_amount(text or "") or _FIGURE.match(text or "") is not None)


def _in_table(sheet: ScannedSheet, row: int) -> bool:
    """Whether a row belongs to the goals, to a table of tasks or to one of money."""
    for above in range(row, -1, -1):
        labels = sheet.rows.get(above, ())
        scopes = [role.scope for label in labels for role in label.roles]
        if above >= row - 1 and any(label.role("目标") or label.role("目标栏") for label in labels):
            return True
        if scopes.count("任务") >= 2 or scopes.count("资金行") >= 2:
            return True
        if above == row and labels and (labels[0].role("表") or labels[0].role("其他")):
            continue
        if above == row and ("资金来源" in scopes or "资金合计" in scopes or "资金行" in scopes):
            return True
        if "表" in scopes:
            return False
    return False


def _remarks(sheet: ScannedSheet, row: int) -> Iterator[Label]:
    """The label of a row below the tables that asks for words, at its left; with or without an answer."""
    columns = sheet.filled(row, 0, sheet.grid.width)
    known = [label for label in sheet.rows.get(row, ()) if not _is_worded(label)]
    if not 1 <= len(columns) <= 2 or known:
        return
    text, area = sheet.lines[row][columns[0]], sheet.grid.area(row, columns[0])
    merged = area.right > area.left or len(columns) == 2
    if columns[0] == 0 and merged and _REMARK.match(squeeze(text)) and area.right < sheet.grid.width - 1:
        yield Label(row, columns[0], text, area, (_role("说明", text),))


def _is_worded(label: Label) -> bool:
    """Whether a label heads indicators by its wording alone (工作打算), which is asked below them too."""
    return all(role.scope == "指标" and role.rank == _RANK for role in label.roles)


def _with_sub_label(sheet: ScannedSheet, label: Label) -> Label | None:
    """The label of a goal with 内容 beside it, which parts it from its text; None without one."""
    row, column = label.row, label.area.right + 1
    if core(sheet.text(row, column)) not in _SUB_LABEL or sheet.value_cell(row, column) != (row, column):
        return None
    place = sheet.grid.area(row, column)
    if not sheet.text(row, place.right + 1):
        return None
    sheet.furniture.add((row, column))
    return label._replace(area=label.area._replace(right=place.right))
