"""The rows of a county's policy file, TOML or Excel, before anybody looks at what they say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfeval_xl.errors import PolicyError

PARAMETERS, RULES, COUNTY_RULES, NAMES = "参数", "规则", "自定义规则", "名称说明"
PARAMETER_COLUMNS = ("参数", "名称", "取值", "单位", "生效日期", "出处", "说明")
RULE_COLUMNS = ("规则编号", "规则名称", "级别", "处理方式", "启用")
COUNTY_COLUMNS = ("规则号", "适用范围", "条件", "级别", "处理方式", "提示语", "修改建议", "环节")
_COLUMN_OF_KEY = {
    "value": "取值",
    "label": "名称",
    "unit": "单位",
    "since": "生效日期",
    "source": "出处",
    "explanation": "说明",
}

_RULE_KEYS = {"severity": "级别", "treatment": "处理方式", "on": "启用"}  # of a section such as [rules.D03]

Cells = Mapping[str, object]  # the values of a row by column name
Row = tuple[str, Cells]  # a name for messages (file and key, or sheet and row), and the values


@dataclass(slots=True)
class PolicyRows:
    """The rows of a policy file of either format."""

    parameters: list[Row]
    rules: list[Row]
    county: list[Row]


def rows_of_toml(path: Path) -> PolicyRows:
    """The rows of a TOML file. Raises PolicyError where it cannot be read."""
    data = _parsed(path)
    rules, county = data.pop("rules", {}), data.pop(COUNTY_RULES, [])
    if not isinstance(rules, dict):
        raise PolicyError(f"{path.name} 的 rules 应按规则编号写，例如 [rules.D03]。")
    wrong = next((rule_id for rule_id, entry in rules.items() if not isinstance(entry, dict)), None)
    if wrong is not None:
        raise PolicyError(f"{path.name} 的 rules.{wrong} 应写成一节，例如 [rules.D03]，下面写 on = false。")
    for name, entry in data.items():
        _refuse_unknown(f"{path.name} 的 {name}", entry, (*_COLUMN_OF_KEY, *PARAMETER_COLUMNS))
    for rule_id, entry in rules.items():
        _refuse_unknown(f"{path.name} 的 rules.{rule_id}", entry, tuple(_RULE_KEYS))
    if not isinstance(county, list) or not all(isinstance(entry, dict) for entry in county):
        raise PolicyError(f"{path.name} 的 {COUNTY_RULES} 应一条一节，每节以 [['{COUNTY_RULES}']] 开头。")
    return PolicyRows(
        [(f"{path.name} 的 {name}", {"参数": name, **_renamed(entry)}) for name, entry in data.items()],
        [
            (
                f"{path.name} 的 rules.{rule_id}",
                {"规则编号": rule_id} | {column: entry.get(key) for key, column in _RULE_KEYS.items()},
            )
            for rule_id, entry in rules.items()
        ],
        [(f"{path.name} 第{number}条自定义规则", entry) for number, entry in enumerate(county, 1)],
    )


def _parsed(path: Path) -> dict[str, Any]:
    """The document in a TOML file. Raises PolicyError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"第{line[1]}行" if line else "末尾"
        raise PolicyError(
            f"参数表“{path.name}”{where}写法有误，请核对引号、等号和方括号"
            "；不熟这种写法的，用 selfeval policy template 生成表格来填。"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"参数表“{path}”打不开：请确认它是UTF-8编码的TOML文件。") from error
    except ValueError as error:
        raise PolicyError(f"参数表“{path.name}”里有一个数太长，请改短。") from error
    except RecursionError as error:
        raise PolicyError(f"参数表“{path.name}”里的方括号套得太深，请核对方括号。") from error


def _refuse_unknown(place: str, entry: object, known: tuple[str, ...]) -> None:
    """Raises PolicyError where a section has a key that nobody would read."""
    unknown = next((key for key in entry if key not in known), None) if isinstance(entry, dict) else None
    if unknown is not None:
        raise PolicyError(f"{place} 里没有“{unknown}”这一项，可以写的是{'、'.join(known)}。")


def _renamed(entry: object) -> dict[str, object]:
    """A parameter of a TOML file by column name."""
    if not isinstance(entry, dict):
        return {"取值": entry}
    return {_COLUMN_OF_KEY.get(str(key), str(key)): value for key, value in entry.items()}


def rows_of_workbook(path: Path) -> PolicyRows:
    """The rows of a workbook. Raises PolicyError where it cannot be opened or has none of the sheets."""
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
        return PolicyRows(
            *(
                list(_rows(name, book[name].iter_rows(values_only=True))) if name in book.sheetnames else []
                for name in (PARAMETERS, RULES, COUNTY_RULES)
            )
        )
    finally:
        book.close()


def _rows(sheet: str, rows: Iterator[Sequence[object]]) -> Iterator[Row]:
    """The filled rows of a sheet by column name; the first row is the head."""
    head = [str(name).strip() if name is not None else "" for name in next(rows, ())]
    for number, values in enumerate(rows, 2):
        row = {name: value for name, value in zip(head, values, strict=False) if name}
        if any(value not in (None, "") for value in row.values()):
            yield f"“{sheet}”第{number}行", row
