"""What a finding on several rows holds, one by one: for each of its cells what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from selfeval_xl.model import fields
from selfeval_xl.model.findings import Finding, Member
from selfeval_xl.model.forms import Form, FundingLine, Goal, Indicator, Task
from selfeval_xl.model.grid import cell_names
from selfeval_xl.model.money import amount_names
from selfeval_xl.model.records import replace
from selfeval_xl.rules.indicators import bare

# Rules that say of several rows at once what is wrong with each of them.
_GROUPING = frozenset("D01 D04 D05 D09 F09 F17 I07 I12 I13 I14 I18 N01 N02 N08 N10 S14 T06".split())
_SCOPES = {FundingLine: fields.FUND, Indicator: fields.INDICATOR, Goal: fields.GOAL, Task: fields.TASK}
# The names of fields on forms of the earlier stages, where they differ from those of a self-evaluation form.
_OF_STAGES = {
    fields.INDICATOR: {
        "target": "指标值",
        "medium_target": "中期指标值",
        "actual": "到监控时的完成情况",
        "forecast": "全年预计完成情况",
    },
    fields.GOAL: {"expected": "年度目标", "medium": "中期目标"},
}
_LONGEST = 60


def with_members(finding: Finding, record: object) -> Finding:
    """The finding with its members, where its rule takes several rows of a form together."""
    if finding.members or finding.rule not in _GROUPING or not isinstance(record, Form):
        return finding
    names = cell_names(finding.cell or "")
    if len(names) < 2:
        return finding
    texts = dict(_texts(record, frozenset(names)))
    members = tuple(Member(name, texts[name]) for name in names if name in texts)
    return replace(finding, members=members) if len(members) > 1 else finding


def _texts(form: Form, wanted: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What stands in each of these cells, by its name."""
    records: list[FundingLine | Indicator | Goal | Task] = [
        *form.tasks,
        form.goal,
        *form.funding,
        *form.indicators,
    ]
    for record in records:
        for key, names in record.cells.items():
            mine = wanted.intersection((names,) if "," not in names else names.split(","))
            if mine and (text := _text(form, record, key)):
                yield from ((name, text) for name in mine)
    yield from ((cell, f"“{text}”") for cell, text in form.placeholders)
    yield from _head(form)


def _head(form: Form) -> Iterator[tuple[str, str]]:
    """What stands in the cells of the head, of remarks and signatures."""
    known: Mapping[str, str | None] = {**form.remarks, **form.signature}
    for key, cell in form.cells.items():
        field = fields.find(fields.FORM, key)
        value = getattr(form, key, None) if field else known.get(key)
        yield cell, f"{field.label if field else key}{_quoted(value)}"


def _text(form: Form, record: FundingLine | Indicator | Goal | Task, key: str) -> str:
    """The value of a field, with the names of its record and of the field; "" for an unknown one."""
    scope = _SCOPES[type(record)]
    field = fields.find(scope, key)
    label = "说明" if field is None and key == "note" else field.label if field else ""
    if form.is_of_stage:
        own = amount_names(form) if isinstance(record, FundingLine) else _OF_STAGES.get(scope, {})
        label = own.get(key, label)
    if not label:
        return ""
    name = bare(record.subject) if isinstance(record, Indicator) else record.subject
    if key in ("name", "source"):
        return f"“{name or record.subject}”"
    of = f"“{name or record.subject}”的" if scope != fields.GOAL and record.subject else ""
    return f"{of}{label}{_quoted(getattr(record, key, None))}"


def _quoted(value: object) -> str:
    """The value in quotes, its beginning where it is long."""
    text = " ".join(str(value).split()) if value is not None else ""
    return f"“{text[:_LONGEST]}{'…' if len(text) > _LONGEST else ''}”" if text else "没有填"
