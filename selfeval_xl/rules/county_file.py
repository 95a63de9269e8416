"""Reading of a county's policy file (TOML or Excel): overriding values, rule settings, own rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from selfeval_xl.assessment import use_of_results
from selfeval_xl.assessment.policy import (
    APPRAISAL,
    CHOICES,
    CountyRule,
    Parameter,
    Policy,
    RulePolicy,
    Setting,
    default,
    number_or_text,
    ratios,
)
from selfeval_xl.errors import PolicyError
from selfeval_xl.model.findings import Severity, Treatment
from selfeval_xl.model.forms import DECLARATION, MONITORING, SELF
from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.numbers import rounded
from selfeval_xl.rules.county_file_rows import Cells, Row, rows_of_toml, rows_of_workbook

SCOPES = ("表", "资金行", "指标")
STAGES: Mapping[str, tuple[str, ...]] = {
    "自评": (SELF,),
    "监控": (MONITORING,),
    "申报": (DECLARATION,),
    "全部": (SELF, MONITORING, DECLARATION),
}
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
Record = TypeVar("Record")


def load(path: str | Path | None, on: date | None = None) -> Policy:
    """The default policy with the overrides of the county's file (TOML or Excel) that are in force.

    on: the day, today by default. Raises PolicyError with all mistakes of the file, each with its line, key
    or row.
    """
    if path is None:
        return default()
    policy, mistakes = read_policy_file(Path(path), on or date.today())
    if mistakes:
        raise PolicyError("\n".join(mistakes))
    return policy


def read_policy_file(path: Path, on: date) -> tuple[Policy, list[str]]:
    """The policy with the file's overrides in force on that day, and the file's mistakes in plain Chinese.

    Raises PolicyError where the file cannot be opened at all.
    """
    if not path.is_file():
        raise PolicyError(f"找不到参数表“{path}”。请检查文件名和文件夹。")
    file = rows_of_toml(path) if path.suffix.lower() == ".toml" else rows_of_workbook(path)
    mistakes: list[str] = []
    parameters = dict(default().parameters)
    waiting: list[Parameter] = []
    for parameter in _readable(file.parameters, _parameter, mistakes):
        if parameter.since and parameter.since > on:
            waiting.append(parameter)
        elif _overrides(parameter, parameters[parameter.name]):
            parameters[parameter.name] = parameter
    rules = dict(_readable(file.rules, _rule, mistakes))
    county = tuple(_readable(file.county, _county_rule, mistakes))
    seen: set[str] = set()
    for rule in county:
        if rule.number in seen:
            mistakes.append(f"{rule.where}：规则号“{rule.number}”写了两次。")
        seen.add(rule.number)
    policy = Policy(parameters, rules, county, tuple(waiting))
    if wrong := use_of_results.unknown_grade(policy):
        mistakes.append("：".join(wrong))
    return policy, mistakes


def _readable(
    rows: Iterable[Row], read: Callable[[Cells, str], Record | None], mistakes: list[str]
) -> Iterator[Record]:
    """Yields the records that `read` makes of the rows; adds its errors to `mistakes`, each with its row."""
    for where, cells in rows:
        try:
            record = read(cells, where)
        except PolicyError as error:
            mistakes.append(f"{where}：{error}")
            continue
        if record is not None:
            yield record


def _overrides(new: Parameter, old: Parameter) -> bool:
    """Whether `new` replaces `old`: of the county's rows in force the latest counts, before the default."""
    return old.where == "默认" or not old.since or (new.since or date.min) >= old.since


def _text(cells: Cells, name: str) -> str:
    """The value in a column as text; "" where it is empty."""
    value = cells.get(name)
    return "" if value is None else str(value).strip()


def _parameter(cells: Cells, where: str) -> Parameter | None:
    """The parameter of a row; None where the row leaves the default. Raises PolicyError."""
    name = _text(cells, "参数")
    shipped = default().parameters.get(name)
    if shipped is None:
        raise PolicyError(f"没有参数“{name}”。可用的参数见 selfeval policy show。")
    typed = cells.get("取值")
    if typed in (None, ""):
        return None
    value: Setting
    if name in _LISTS:
        value = _LISTS[name](typed)
    elif name.startswith(APPRAISAL):
        value = _points(typed)
    elif name in CHOICES:
        value = _word(typed, CHOICES[name])
    else:
        value = _setting(typed, shipped.value)
    return replace(
        shipped,
        value=value,
        where=where,
        since=_day(cells.get("生效日期")) or shipped.since,
        source=_text(cells, "出处") or shipped.source,
    )


def _setting(typed: object, shipped: Setting) -> Setting:
    """The typed value as the kind of value that the default is. Raises PolicyError for another kind."""
    text = str(typed).strip()
    if isinstance(shipped, bool):
        return _yes_no(text)
    if isinstance(shipped, tuple):
        return _bands(typed)
    if isinstance(shipped, str):
        return text
    value = number_or_text(text)
    if not isinstance(value, Decimal):
        raise PolicyError(f"应写数字，现在写的是“{text}”。")
    return value


def _points(typed: object) -> Decimal:
    """Points of the appraisal of departments, which its sheets have to 0.01.

    Raises PolicyError for what is no number from 0 to 100, or finer.
    """
    text = plain_number(typed) if isinstance(typed, float) else str(typed)
    number = text if "%" in text.replace("％", "%") else number_or_text(text)
    if isinstance(typed, bool) or not isinstance(number, Decimal) or not 0 <= number <= 100:
        raise PolicyError(f"分数应写0到100的数，例如2或0.5，现在写的是“{typed}”。")
    if number != rounded(number):
        near = plain_number(max(rounded(number), Decimal("0.01")))
        raise PolicyError(f"分数最多写到小数点后两位，例如{near}，现在写的是“{text}”。")
    return number


def _uses(parameter: str) -> Callable[[object], str]:
    """A reader of one of the rules of 结果应用, such as 优：优先保障、中：压减10%."""
    return lambda typed: use_of_results.as_written(parameter, _pairs(typed))


def _yes_no(text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise PolicyError(f"应写“是”或“否”，现在写的是“{text}”。")
    return _YES_NO[text.lower()]


def _word(typed: object, choices: Mapping[str, str]) -> str:
    """The choice in a parameter that is one of a few words. Raises PolicyError for any other word."""
    text = str(typed).strip()
    if text not in choices and text not in choices.values():
        raise PolicyError(f"应写{'或'.join(f'“{word}”' for word in choices)}，现在写的是“{text}”。")
    return choices.get(text, text)


def _caps(typed: object) -> tuple[tuple[str, Decimal], ...]:
    """The caps in 80%：90、60%：80 or in a list of pairs: below an execution rate, the highest total allowed.

    Raises PolicyError.
    """
    parts = [part for part in re.split("[、,，;；]", str(typed)) if part.strip()]
    pairs = typed if isinstance(typed, list) else [re.split("[:：]", part, maxsplit=1) for part in parts]
    found = []
    for pair in pairs:
        numbers = [number for part in pair if isinstance(number := number_or_text(str(part)), Decimal)]
        if len(pair) != 2 or len(numbers) != 2 or not 0 < numbers[0] <= 1 or not 0 <= numbers[1] <= 100:
            raise PolicyError(
                f"应写成“80%：90、60%：80”（执行率低于80%的总分不超过90分），现在写的是“{typed}”。"
            )
        found.append((f"{numbers[0]:f}", numbers[1]))
    return tuple(found)


def _pairs(typed: object) -> list[list[str]]:
    """The parts of each entry in 30%：2、100%：5 or in a list of lists, as texts."""
    if isinstance(typed, list):
        return [
            [str(part).strip() for part in (entry if isinstance(entry, list) else [entry])] for entry in typed
        ]
    entries = [entry.strip() for entry in re.split("[、,，;；\n]", str(typed)) if entry.strip()]
    return [[part.strip() for part in re.split("[:：]", entry)] for entry in entries]


def _steps(example: str) -> Callable[[object], tuple[tuple[str, Decimal], ...]]:
    """A reader of pairs of a ratio and points, such as the example."""

    def read(typed: object) -> tuple[tuple[str, Decimal], ...]:
        found = []
        for entry in _pairs(typed):
            numbers = [number for part in entry if isinstance(number := number_or_text(part), Decimal)]
            if len(entry) != 2 or len(numbers) != 2 or min(numbers) < 0 or numbers[0] > 100:
                raise PolicyError(f"应写成“{example}”，现在写的是“{typed}”。")
            found.append((f"{numbers[0]:f}", numbers[1]))
        return tuple(sorted(found, key=lambda step: -Decimal(step[0])))

    return read


def _ratios_by_month(typed: object) -> tuple[tuple[str, Decimal], ...]:
    """The ratio from each month on, in 4月：25%、6月：40% or in a list of pairs. Raises PolicyError."""
    found: dict[int, Decimal] = {}
    for entry in _pairs(typed):
        month, ratio = entry[0].removesuffix("月"), number_or_text(entry[-1])
        if (
            len(entry) != 2
            or not month.isdecimal()
            or not 1 <= int(month) <= 12
            or not isinstance(ratio, Decimal)
        ):
            raise PolicyError(f"应写成“4月：25%、6月：40%、8月：60%、10月：80%”，现在写的是“{typed}”。")
        if not 0 <= ratio <= 1 or int(month) in found:
            raise PolicyError(f"每个月写一次，比例从0到100%，现在写的是“{typed}”。")
        found[int(month)] = ratio
    return tuple((f"{month}月", found[month]) for month in sorted(found))


def _named_points(typed: object) -> tuple[tuple[str, Decimal], ...]:
    """The points of each first level in 产出：50、效益：30 or 产出50、效益30. Raises PolicyError."""
    found = []
    for entry in _pairs(typed):
        name, written = _name_and_number("：".join(entry))
        number = number_or_text(written)
        if not name or "：" in name or not isinstance(number, Decimal) or number < 0:
            raise PolicyError(f"应写成“产出：50、效益：30、满意度：10”，现在写的是“{typed}”。")
        found.append((name, number))
    return tuple(found)


def _point_standards(typed: object) -> tuple[tuple[str, Decimal], ...]:
    """The standards in 在职人员控制率：100%：0.5: name, limit, points a point. Raises PolicyError."""
    found = []
    for entry in _pairs(typed):
        if isinstance(typed, list) and len(entry) == 2:
            entry = [*re.split("[:：]", entry[0]), entry[1]]
        numbers = [number_or_text(part) for part in entry[1:]]
        if len(entry) != 3 or not entry[0] or not all(isinstance(number, Decimal) for number in numbers):
            raise PolicyError(f"应写成“在职人员控制率：100%：0.5”，现在写的是“{typed}”。")
        found.append((f"{entry[0]}：{numbers[0]:f}", Decimal(str(numbers[1]))))
    return tuple(found)


def _ratios(typed: object) -> tuple[tuple[str, Decimal], ...]:
    """The ratios in 90%、80%、60% or in a list of numbers, from the highest down. Raises PolicyError."""
    parts = typed if isinstance(typed, list) else re.split("[、,，;；]", str(typed))
    found = [number_or_text(str(part)) for part in parts if str(part).strip()]
    numbers = [number for number in found if isinstance(number, Decimal) and 0 < number < 1]
    if not numbers or len(numbers) < len(found) or numbers != sorted(set(numbers), reverse=True):
        raise PolicyError(f"应从高到低写大于0、小于100%的数，例如“90%、80%、60%”，现在写的是“{typed}”。")
    return ratios(numbers)


def _risk_points(typed: object) -> tuple[tuple[str, Decimal], ...]:
    """The points of all signs of risk, those in 全年预算零执行5、错误较多0 changed. Raises PolicyError."""
    points = dict(default().bands("risk_points"))
    parts = [part.strip() for part in re.split("[、;；\n]", str(typed)) if part.strip()]
    for name, written in _typed_pairs(typed) if isinstance(typed, list) else map(_name_and_number, parts):
        number = number_or_text(written)
        if not isinstance(number, Decimal) or number < 0:
            raise PolicyError(f"应写成“全年预算零执行：5、错误较多：0”，现在写的是“{typed}”。")
        if name not in points:
            raise PolicyError(f"没有“{name}”这种风险。可写：{'、'.join(points)}。")
        points[name] = number
    return tuple(points.items())


def _name_and_number(part: str) -> tuple[str, str]:
    """The two parts of 零执行：5 or 零执行5; the number is "" where there is none."""
    name, _, number = part.replace(":", "：").rpartition("：")
    if name:
        return name, number
    name = part.rstrip("0123456789.-")
    return name, part[len(name) :]


def _typed_pairs(typed: list[object]) -> list[tuple[str, str]]:
    """The pairs of a list in a TOML file, as texts; the second is "" where an entry is no pair."""
    pairs = [pair if isinstance(pair, list) and len(pair) == 2 else [pair, ""] for pair in typed]
    return [(str(name).strip(), str(number)) for name, number in pairs]


# Parameters that are a list of another kind than bands, with their readers.
_LISTS: dict[str, Callable[[object], Setting]] = {
    **{
        name: _uses(name)
        for name in (use_of_results.BY_GRADE, use_of_results.TWO_YEARS, use_of_results.BY_RATE)
    },
    "score_caps": _caps,
    "execution_bands": _ratios,
    "progress_floors": _ratios_by_month,
    "risk_points": _risk_points,
    "over_bands": _steps("30%：2、100%：5"),
    "execution_score_bands": _steps("95%：10、90%：8、80%：6"),
    "level_points": _named_points,
    "point_standards": _point_standards,
}


def _bands(typed: object) -> tuple[tuple[str, Decimal], ...]:
    """The bands in 优90、良80、中60、差0 or in a list of pairs, from the highest down. Raises PolicyError."""
    parts = [part for part in re.split("[、,，]", str(typed)) if part.strip()]
    pairs = (
        _typed_pairs(typed)
        if isinstance(typed, list)
        else [(part.rstrip("0123456789.≥"), part[len(part.rstrip("0123456789.")) :]) for part in parts]
    )
    found = []
    for name, floor in pairs:
        number = number_or_text(str(floor))
        if not isinstance(number, Decimal) or not str(name).strip():
            raise PolicyError(f"等级应写成“优90、良80、中60、差0”，现在写的是“{typed}”。")
        found.append((str(name).strip(), number))
    if found != sorted(found, key=lambda band: -band[1]):
        raise PolicyError(f"等级应从高到低写，例如“优90、良80、中60、差0”，现在写的是“{typed}”。")
    return tuple(found)


def _day(typed: object) -> date | None:
    """The day in a cell; None where it is empty. Raises PolicyError where it is no date."""
    if typed in (None, ""):
        return None
    if isinstance(typed, datetime):
        return typed.date()
    if isinstance(typed, date):
        return typed
    for pattern in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"):
        try:
            return datetime.strptime(str(typed).strip(), pattern).date()
        except ValueError:
            continue
    raise PolicyError(f"生效日期应写成 2025-01-01，现在写的是“{typed}”。")


def _choice(cells: Cells, name: str, choices: Mapping[str, Record], examples: str) -> Record | None:
    """The choice that a cell names; None where it is empty. Raises PolicyError for any other word."""
    text = _text(cells, name).split("（")[0]
    if not text:
        return None
    if text not in choices:
        raise PolicyError(f"{name}应写{examples}，现在写的是“{text}”。")
    return choices[text]


def _severity(cells: Cells) -> Severity | None:
    return _choice(cells, "级别", _SEVERITIES, "错误、核实或提示")


def _treatment(cells: Cells) -> Treatment | None:
    return _choice(cells, "处理方式", _TREATMENTS, "本次修改、本次说明、下年完善或财政核实")


def _rule(cells: Cells, where: str) -> tuple[str, RulePolicy] | None:
    """The rule's id and the county's settings for it; None where the row has none. Raises PolicyError."""
    from selfeval_xl.rules.registry import catalogue

    rule_id = _text(cells, "规则编号").upper()
    if rule_id not in catalogue():
        raise PolicyError(f"没有规则“{rule_id}”。全部规则见 selfeval rules。")
    severity, treatment, on = _severity(cells), _treatment(cells), _on(cells)
    settings = RulePolicy(severity, treatment, on)
    return (rule_id, settings) if settings != RulePolicy() else None


def _on(cells: Cells) -> bool | None:
    """Whether the county switches the rule on or off; None where it does neither."""
    typed = cells.get("启用")
    if typed in (None, ""):
        return None
    return typed if isinstance(typed, bool) else _yes_no(str(typed).strip())


def _stages(typed: str) -> tuple[str, ...]:
    """The stages that are written in one cell (监控、申报); the self-evaluation where it is empty.

    Raises PolicyError.
    """
    names = re.findall(r"[^、，,；;/\s]+", typed) or ["自评"]
    wrong = next((name for name in names if name not in STAGES), None)
    if wrong is not None:
        raise PolicyError(f"环节应写{'、'.join(STAGES)}，几个的用顿号隔开；现在写的是“{wrong}”。")
    return tuple(dict.fromkeys(stage for name in names for stage in STAGES[name]))


def _county_rule(cells: Cells, where: str) -> CountyRule:
    """A rule of the county's own. Raises PolicyError."""
    from selfeval_xl.rules.custom import custom_rule

    number, scope, condition, message = (
        _text(cells, name) for name in ("规则号", "适用范围", "条件", "提示语")
    )
    for name, value in (("规则号", number), ("条件", condition), ("提示语", message)):
        if not value:
            raise PolicyError(f"没有填“{name}”。")
    if scope not in SCOPES:
        raise PolicyError(f"适用范围应写{'、'.join(SCOPES)}之一，现在写的是“{scope}”。")
    severity = _severity(cells) or Severity.WARNING
    default_treatment = Treatment.FIX if severity is Severity.ERROR else Treatment.EXPLAIN
    treatment = _treatment(cells) or default_treatment
    advice = _text(cells, "修改建议")
    stages = _stages(_text(cells, "环节"))
    rule = CountyRule(number, scope, condition, severity, treatment, message, advice, where, stages)
    custom_rule(rule)  # a condition that cannot be understood is reported now, with its row
    return rule
