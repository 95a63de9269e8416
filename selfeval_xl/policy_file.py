"""A county's policy file, TOML or Excel: single values that override the defaults, rule severities, rules of
its own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from .errors import PolicyError
from .findings import Severity, Treatment
from .policy import CHOICES, CountyRule, Parameter, Policy, RulePolicy, Setting, default, number_or_text

PARAMETERS, RULES, COUNTY_RULES, NAMES = "参数", "规则", "自定义规则", "名称说明"
PARAMETER_COLUMNS = ("参数", "名称", "取值", "单位", "生效日期", "出处", "说明")
RULE_COLUMNS = ("规则编号", "规则名称", "级别", "处理方式", "启用")
COUNTY_COLUMNS = ("规则号", "适用范围", "条件", "级别", "处理方式", "提示语", "修改建议")
SCOPES = ("表", "资金行", "指标")
_SEVERITIES = {name: severity for severity in Severity for name in (severity.value, severity.label)}
_TREATMENTS = {name: treatment for treatment in Treatment for name in (treatment.value, treatment.label)}
_YES_NO = {
    "是": True,
    "否": False,
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "启用": True,
    "关闭": False,
}


@dataclass(slots=True)
class _File:
    """Rows of a policy file, whatever its format: (where, cells by column name)."""

    parameters: list[tuple[str, Mapping[str, object]]]
    rules: list[tuple[str, Mapping[str, object]]]
    county: list[tuple[str, Mapping[str, object]]]


def load(path: str | Path | None, on: date | None = None) -> Policy:
    """The default policy with what the county's file (TOML or Excel) overrides on a day, today unless told.

    Raises PolicyError with all mistakes of the file, each with its line, key or row.
    """
    if path is None:
        return default()
    policy, mistakes = read_policy_file(Path(path), on or date.today())
    if mistakes:
        raise PolicyError("\n".join(mistakes))
    return policy


def read_policy_file(path: Path, on: date) -> tuple[Policy, list[str]]:
    """The policy with what the file overrides on that day, and all mistakes of the file in plain Chinese.

    Raises PolicyError where the file cannot be opened at all.
    """
    if not path.is_file():
        raise PolicyError(f"找不到参数表“{path}”。请检查文件名和文件夹。")
    file = _from_toml(path) if path.suffix.lower() == ".toml" else _from_excel(path)
    mistakes: list[str] = []
    policy = default()
    parameters, waiting = dict(policy.parameters), []
    for where, row in file.parameters:
        told = _guard(mistakes, where, _parameter, row, policy, where)
        if told is None:
            continue
        if told.since and told.since > on:
            waiting.append(told)
        elif _later(told, parameters[told.name]):
            parameters[told.name] = told
    rules = {}
    for where, row in file.rules:
        told = _guard(mistakes, where, _rule, row)
        if told is not None:
            rules[told[0]] = told[1]
    county = [
        rule
        for where, row in file.county
        if (rule := _guard(mistakes, where, _county_rule, row, where)) is not None
    ]
    seen: set[str] = set()
    for rule in county:
        if rule.number in seen:
            mistakes.append(f"{rule.where}：规则号“{rule.number}”写了两次。")
        seen.add(rule.number)
    return Policy(parameters, rules, tuple(county), tuple(waiting)), mistakes


def _guard(mistakes: list[str], where: str, read, *args):
    """What `read` gives, or None with its complaint noted."""
    try:
        return read(*args)
    except PolicyError as error:
        mistakes.append(f"{where}：{error}")
        return None


def _later(new: Parameter, old: Parameter) -> bool:
    """Of several rows for one parameter the latest in force counts; any row of the county beats the default."""
    return old.where == "默认" or not old.since or (new.since or date.min) >= old.since


def _from_toml(path: Path) -> _File:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"参数表“{path.name}”写法有误：{error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"参数表“{path}”打不开：请确认它是UTF-8编码的TOML文件。") from error
    rules, county = data.pop("rules", {}), data.pop(COUNTY_RULES, [])
    return _File(
        [(f"{path.name} 的 {name}", {"参数": name, **_renamed(entry)}) for name, entry in data.items()],
        [
            (
                f"{path.name} 的 rules.{rule_id}",
                {
                    "规则编号": rule_id,
                    "级别": entry.get("severity"),
                    "处理方式": entry.get("treatment"),
                    "启用": entry.get("on"),
                },
            )
            for rule_id, entry in rules.items()
            if isinstance(entry, dict)
        ],
        [(f"{path.name} 第{number}条自定义规则", entry) for number, entry in enumerate(county, 1)],
    )


def _renamed(entry: object) -> dict[str, object]:
    if not isinstance(entry, dict):
        return {"取值": entry}
    known = {
        "value": "取值",
        "label": "名称",
        "unit": "单位",
        "since": "生效日期",
        "source": "出处",
        "explanation": "说明",
    }
    return {known.get(key, key): value for key, value in entry.items()}


def _from_excel(path: Path) -> _File:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise PolicyError(
            f"参数表“{path.name}”打不开：请确认它是xlsx工作簿（用 selfeval policy template 生成）。"
        ) from error
    try:
        if not {PARAMETERS, RULES, COUNTY_RULES} & set(book.sheetnames):
            raise PolicyError(
                f"参数表“{path.name}”里没有“{PARAMETERS}”“{RULES}”“{COUNTY_RULES}”这几张表，请用 "
                "selfeval policy template 生成的文件。"
            )
        return _File(
            *(
                list(_rows(book, name)) if name in book.sheetnames else []
                for name in (PARAMETERS, RULES, COUNTY_RULES)
            )
        )
    finally:
        book.close()


def _rows(book, sheet: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The filled rows of a sheet by column name; the first row is the head."""
    rows = book[sheet].iter_rows(values_only=True)
    head = [str(name).strip() if name is not None else "" for name in next(rows, ())]
    for number, values in enumerate(rows, 2):
        row = {name: value for name, value in zip(head, values, strict=False) if name}
        if any(value not in (None, "") for value in row.values()):
            yield f"“{sheet}”第{number}行", row


def _text(row: Mapping[str, object], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def _parameter(row: Mapping[str, object], policy: Policy, where: str) -> Parameter | None:
    name = _text(row, "参数")
    if name not in policy.parameters:
        raise PolicyError(f"没有参数“{name}”。可用的参数见 selfeval policy show。")
    base = policy.parameters[name]
    if row.get("取值") in (None, ""):
        return None  # an empty value leaves the default
    value = (
        _caps(row["取值"])
        if name == "score_caps"
        else _word(row["取值"], CHOICES[name])
        if name in CHOICES
        else _setting(row["取值"], base.value)
    )
    return replace(
        base,
        value=value,
        where=where,
        since=_day(row.get("生效日期")) or base.since,
        source=_text(row, "出处") or base.source,
    )


def _setting(given: object, base: Setting) -> Setting:
    """The value in the kind of the default."""
    text = str(given).strip()
    if isinstance(base, bool):
        if text.lower() not in _YES_NO:
            raise PolicyError(f"应写“是”或“否”，现在写的是“{text}”。")
        return _YES_NO[text.lower()]
    if isinstance(base, tuple):
        return _bands(given)
    value = number_or_text(text)
    if isinstance(base, Decimal) and not isinstance(value, Decimal):
        raise PolicyError(f"应写数字，现在写的是“{text}”。")
    return str(given).strip() if isinstance(base, str) else value


def _word(given: object, known: Mapping[str, str]) -> str:
    """One of the words that a parameter may be."""
    text = str(given).strip()
    if text not in known and text not in known.values():
        raise PolicyError(f"应写{'或'.join(f'“{word}”' for word in known)}，现在写的是“{text}”。")
    return known.get(text, text)


def _caps(given: object) -> tuple[tuple[str, Decimal], ...]:
    """80%：90、60%：80, or a list of pairs: execution rate below which a total is at most this."""
    pairs = (
        given
        if isinstance(given, list)
        else [
            re.split("[:：]", part, maxsplit=1) for part in re.split("[、,，;；]", str(given)) if part.strip()
        ]
    )
    found = []
    for pair in pairs:
        numbers = [number_or_text(str(part)) for part in pair]
        if (
            len(numbers) != 2
            or not all(isinstance(number, Decimal) for number in numbers)
            or not 0 < numbers[0] <= 1
            or not 0 <= numbers[1] <= 100
        ):
            raise PolicyError(
                f"应写成“80%：90、60%：80”（执行率低于80%的总分不超过90分），现在写的是“{given}”。"
            )
        found.append((f"{numbers[0]:f}", numbers[1]))
    return tuple(found)


def _bands(given: object) -> tuple[tuple[str, Decimal], ...]:
    """优90、良80、中60、差0, or a list of pairs; from the highest down."""
    pairs = (
        given
        if isinstance(given, list)
        else [
            (part.rstrip("0123456789.≥"), part[len(part.rstrip("0123456789.")) :])
            for part in str(given).replace(",", "、").replace("，", "、").split("、")
            if part.strip()
        ]
    )
    found = []
    for name, floor in pairs:
        number = number_or_text(str(floor))
        if not isinstance(number, Decimal) or not str(name).strip():
            raise PolicyError(f"等级应写成“优90、良80、中60、差0”，现在写的是“{given}”。")
        found.append((str(name).strip(), number))
    if found != sorted(found, key=lambda band: -band[1]):
        raise PolicyError(f"等级应从高到低写，例如“优90、良80、中60、差0”，现在写的是“{given}”。")
    return tuple(found)


def _day(given: object) -> date | None:
    if given in (None, ""):
        return None
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"):
        try:
            return datetime.strptime(str(given).strip(), form).date()
        except ValueError:
            continue
    raise PolicyError(f"生效日期应写成 2025-01-01，现在写的是“{given}”。")


def _choice(row: Mapping[str, object], name: str, known: Mapping[str, object], examples: str):
    text = _text(row, name).split("（")[0]
    if not text:
        return None
    if text not in known:
        raise PolicyError(f"{name}应写{examples}，现在写的是“{text}”。")
    return known[text]


def _rule(row: Mapping[str, object]) -> tuple[str, RulePolicy] | None:
    from .rules.registry import catalogue

    rule_id = _text(row, "规则编号").upper()
    if rule_id not in catalogue():
        raise PolicyError(f"没有规则“{rule_id}”。全部规则见 selfeval rules。")
    severity = _choice(row, "级别", _SEVERITIES, "错误、核实或提示")
    treatment = _choice(row, "处理方式", _TREATMENTS, "本次修改、本次说明、下年完善或财政核实")
    on = row.get("启用")
    on = None if on in (None, "") else on if isinstance(on, bool) else _setting(on, True)
    return (
        (rule_id, RulePolicy(severity, treatment, on))
        if (severity, treatment, on) != (None, None, None)
        else None
    )


def _county_rule(row: Mapping[str, object], where: str) -> CountyRule:
    from .rules.custom import custom_rule

    number, scope, condition, message = (
        _text(row, name) for name in ("规则号", "适用范围", "条件", "提示语")
    )
    for name, value in (("规则号", number), ("条件", condition), ("提示语", message)):
        if not value:
            raise PolicyError(f"没有填“{name}”。")
    if scope not in SCOPES:
        raise PolicyError(f"适用范围应写{'、'.join(SCOPES)}之一，现在写的是“{scope}”。")
    severity = _choice(row, "级别", _SEVERITIES, "错误、核实或提示") or Severity.WARNING
    treatment = _choice(row, "处理方式", _TREATMENTS, "本次修改、本次说明、下年完善或财政核实") or (
        Treatment.FIX if severity is Severity.ERROR else Treatment.EXPLAIN
    )
    rule = CountyRule(number, scope, condition, severity, treatment, message, _text(row, "修改建议"), where)
    custom_rule(rule)  # a condition that cannot be understood is told now, with its row
    return rule
