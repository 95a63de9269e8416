"""The policy workbook that a county fills in: one row per parameter and rule, a sheet for rules of its own,
and the names they may use.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from . import fields
from .errors import OutputError
from .findings import Severity, Treatment
from .policy import CHOICES, Parameter, Policy
from .policy_file import (
    COUNTY_COLUMNS,
    COUNTY_RULES,
    NAMES,
    PARAMETER_COLUMNS,
    PARAMETERS,
    RULE_COLUMNS,
    RULES,
    SCOPES,
)
from .rules.custom import names
from .rules.registry import catalogue

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
    ),
    ("示例2", "表", "分值合计 = 100", "错误", "本次修改", "分值合计是{分值合计}，应为100。", ""),
    (
        "示例3",
        "指标",
        '判定 <> "未完成" 或 非 为空(偏差原因分析及改进措施)',
        "核实",
        "本次说明",
        "“{三级指标}”没有完成，也没有写原因。",
        "",
    ),
)


def shown_value(parameter: Parameter) -> str:
    """A value as a person writes it: 是, 0.3, 优90、良80、中60、差0."""
    value = parameter.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(f"{name}{'：' if name[-1:].isdigit() else ''}{floor}" for name, floor in value)
    words = {known: word for word, known in CHOICES.get(parameter.name, {}).items()}
    return words.get(value, str(value)) if isinstance(value, str) else str(value)


def write_policy_template(policy: Policy, out: str | Path) -> None:
    """Writes the workbook with the values in force.

    The value column of parameters is empty: only what differs is filled in.

    Raises OutputError where it cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    from .sinks.file import write_out

    def build(place: Path) -> None:
        book = xlsxwriter.Workbook(
            str(place), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        head = book.add_format(
            {
                "bold": True,
                "bg_color": "#DDEBF7",
                "border": 1,
                "font_name": "宋体",
                "font_size": 10,
                "align": "center",
                "valign": "vcenter",
            }
        )
        body = book.add_format(
            {
                "border": 1,
                "font_name": "宋体",
                "font_size": 10,
                "text_wrap": True,
                "valign": "vcenter",
                "num_format": "@",
            }
        )
        _sheet(book, PARAMETERS, PARAMETER_COLUMNS, _parameter_rows(policy), head, body)
        rules = _sheet(
            book,
            RULES,
            RULE_COLUMNS,
            [(rule.id, rule.title, "", "", "") for rule in catalogue().values()],
            head,
            body,
        )
        count = len(catalogue())
        rules.data_validation(
            1, 2, count, 2, {"validate": "list", "source": [severity.label for severity in Severity]}
        )
        rules.data_validation(
            1, 3, count, 3, {"validate": "list", "source": [treatment.label for treatment in Treatment]}
        )
        rules.data_validation(1, 4, count, 4, {"validate": "list", "source": ["是", "否"]})
        own = _sheet(book, COUNTY_RULES, COUNTY_COLUMNS, [], head, body)
        own.data_validation(1, 1, 500, 1, {"validate": "list", "source": list(SCOPES)})
        own.data_validation(
            1, 3, 500, 3, {"validate": "list", "source": [severity.label for severity in Severity]}
        )
        own.data_validation(
            1, 4, 500, 4, {"validate": "list", "source": [treatment.label for treatment in Treatment]}
        )
        _sheet(book, NAMES, ("适用范围", "名称", "类型", "单位"), _name_rows(), head, body)
        _sheet(book, "自定义规则示例", COUNTY_COLUMNS, _EXAMPLES, head, body)
        book.close()

    try:
        write_out(Path(out), build)
    except XlsxWriterException as error:
        raise OutputError(f"写不了“{out}”：{error}") from error


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


def _name_rows() -> list[tuple[str, ...]]:
    kinds = {
        "money": "数",
        "number": "数",
        "percent": "数（90%即0.9）",
        "year": "数",
        "verdict": "文字",
        "grade": "文字",
        "code": "文字",
        "text": "文字",
    }
    return [
        (scope, name, kinds[field.type], field.unit)
        for scope in (fields.FORM, fields.FUND, fields.INDICATOR)
        for name, field in names(scope).items()
    ]


def _sheet(book, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], head, body):
    sheet = book.add_worksheet(name)
    for column, title in enumerate(columns):
        sheet.set_column(column, column, _WIDTHS.get(title, 16))
        sheet.write_string(0, column, title, head)
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values):
            sheet.write_string(row, column, value, body) if value else sheet.write_blank(
                row, column, None, body
            )
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return sheet
