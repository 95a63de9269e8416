"""Writing of the policy workbook that a county fills in: parameters, rules, own rules and their names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval_xl.assessment.policy import Policy, shown_value
from selfeval_xl.errors import OutputError
from selfeval_xl.model import fields
from selfeval_xl.model.findings import Severity, Treatment
from selfeval_xl.rules.county_file import SCOPES, STAGES
from selfeval_xl.rules.county_file_rows import (
    COUNTY_COLUMNS,
    COUNTY_RULES,
    NAMES,
    PARAMETER_COLUMNS,
    PARAMETERS,
    RULE_COLUMNS,
    RULES,
)
from selfeval_xl.rules.custom import names
from selfeval_xl.rules.registry import catalogue

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_WIDTHS = {
    "参数": 22,
    "名称": 24,
    "取值": 22,
    "单位": 8,
    "生效日期": 12,
    "出处": 46,
    "说明": 60,
    "规则编号": 10,
    "规则名称": 28,
    "级别": 10,
    "处理方式": 12,
    "启用": 8,
    "规则号": 10,
    "适用范围": 10,
    "条件": 44,
    "提示语": 44,
    "修改建议": 36,
    "类型": 10,
}
_EXAMPLES = (
    (
        "示例1",
        "资金行",
        "全年执行数 <= 全年预算数",
        "错误",
        "本次修改",
        "执行数{全年执行数}大于预算数{全年预算数}。",
        "核对两个数。",
        "",
    ),
    ("示例2", "表", "分值合计 = 100", "错误", "本次修改", "分值合计是{分值合计}，应为100。", "", ""),
    (
        "示例3",
        "指标",
        '判定 <> "未完成" 或 非 为空(偏差原因分析及改进措施)',
        "核实",
        "本次说明",
        "“{三级指标}”没有完成，也没有写原因。",
        "",
        "自评",
    ),
    (
        "示例4",
        "资金行",
        "全年预计执行数 <= 年初预算数",
        "核实",
        "本次说明",
        "全年预计执行{全年预计执行数}，大于预算{年初预算数}。",
        "",
        "监控",
    ),
)


def write_policy_template(policy: Policy, out: str | Path) -> None:
    """Writes the workbook, which shows the values in force.

    The value column of parameters is empty: counties fill in only what differs. Raises OutputError where it
    cannot be written.
    """
    from xlsxwriter.exceptions import XlsxWriterException

    from selfeval_xl.files import write_out

    try:
        write_out(Path(out), partial(_write_workbook, policy))
    except XlsxWriterException as error:
        raise OutputError(f"写不了“{out}”：{error}") from error


_NO_CONVERSION = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_CELL = {"border": 1, "font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_HEAD = _CELL | {"bold": True, "bg_color": "#DDEBF7", "align": "center"}
_BODY = _CELL | {"text_wrap": True, "num_format": "@"}
_SEVERITIES = [severity.label for severity in Severity]
_TREATMENTS = [treatment.label for treatment in Treatment]
_LAST_COUNTY_ROW = 500  # last row with drop-down lists; counties have fewer rules of their own


def _write_workbook(policy: Policy, path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), _NO_CONVERSION)
    formats = book.add_format(_HEAD), book.add_format(_BODY)
    _write_rows(book.add_worksheet(PARAMETERS), PARAMETER_COLUMNS, _parameter_rows(policy), *formats)
    rules = book.add_worksheet(RULES)
    rule_rows = [(rule.id, rule.title, "", "", "") for rule in catalogue().values()]
    _write_rows(rules, RULE_COLUMNS, rule_rows, *formats)
    for column, choices in ((2, _SEVERITIES), (3, _TREATMENTS), (4, ["是", "否"])):
        rules.data_validation(1, column, len(rule_rows), column, {"validate": "list", "source": choices})
    county = book.add_worksheet(COUNTY_RULES)
    _write_rows(county, COUNTY_COLUMNS, [], *formats)
    for column, choices in ((1, list(SCOPES)), (3, _SEVERITIES), (4, _TREATMENTS), (7, list(STAGES))):
        county.data_validation(1, column, _LAST_COUNTY_ROW, column, {"validate": "list", "source": choices})
    _write_rows(book.add_worksheet(NAMES), ("适用范围", "名称", "类型", "单位"), _name_rows(), *formats)
    _write_rows(book.add_worksheet("自定义规则示例"), COUNTY_COLUMNS, _EXAMPLES, *formats)
    book.close()


def _parameter_rows(policy: Policy) -> list[tuple[str, ...]]:
    return [
        (
            parameter.name,
            parameter.label,
            "",
            parameter.unit,
            "",
            parameter.source,
            f"默认值：{shown_value(parameter)}。{parameter.explanation}",
        )
        for parameter in policy.parameters.values()
    ]


_TYPES = {
    "money": "数",
    "number": "数",
    "percent": "数（90%即0.9）",
    "year": "数",
    "verdict": "文字",
    "grade": "文字",
    "code": "文字",
    "text": "文字",
}


def _name_rows() -> list[tuple[str, ...]]:
    return [
        (scope, name, _TYPES[field.type], field.unit)
        for scope in (fields.FORM, fields.FUND, fields.INDICATOR)
        for name, field in names(scope).items()
    ]


def _write_rows(
    sheet: Worksheet, columns: Sequence[str], rows: Sequence[Sequence[str]], head: Format, body: Format
) -> None:
    """Writes a sheet that prints on A4 landscape, one page wide, with its head on each page."""
    for column, title in enumerate(columns):
        sheet.set_column(column, column, _WIDTHS.get(title, 16))
        sheet.write_string(0, column, title, head)
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values):
            if value:
                sheet.write_string(row, column, value, body)
            else:
                sheet.write_blank(row, column, None, body)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
