"""The same form in two files, as a workbook and in a Word file: it counts once, however its numbers stand."""

from dataclasses import replace

import pytest

from selfeval_xl.cli.screen.screen import show_findings
from selfeval_xl.filings.grouping import content_key, contents_as_written, gather, repeated
from selfeval_xl.model.forms import PROJECT, TOTAL, Form, FundingLine, Indicator, ReadFile
from selfeval_xl.rules.runner import check

LINE = FundingLine(
    source=TOTAL, initial_budget="1327.10", annual_budget="0", executed="56.9", execution_rate="4.29%"
)
ROW = Indicator(name="新建泵站数量", target="≥26座", actual="26座", points="10", score="9.5")
FORM = Form(
    kind=PROJECT,
    file="a.xlsx",
    sheet="表",
    project="泵站",
    department="县水利局",
    funding=(LINE,),
    indicators=(ROW,),
    total_score="95",
)
# A field, its text in the other file, and whether that is the same form.
OTHERS = [
    ("line", {"initial_budget": "1,327.1"}, True),
    ("line", {"annual_budget": "0.00"}, True),
    ("line", {"annual_budget": None}, False),  # 0 is not blank
    ("line", {"annual_budget": "-"}, False),
    ("line", {"executed": "56.90"}, True),
    ("line", {"executed": "56.91"}, False),
    ("line", {"execution_rate": "4.290%"}, True),
    ("line", {"execution_rate": "4.3%"}, False),
    ("line", {"execution_rate": "4.29"}, False),
    ("row", {"points": "10.0", "score": "9.50"}, True),
    ("row", {"score": "9.05"}, False),
    ("row", {"actual": "26.0座"}, False),  # as written: what the rules on notation look at
    ("form", {"total_score": "95.00"}, True),
    ("form", {"project_code": "007"}, False),
]


def other(part, values):
    if part == "form":
        return replace(FORM, file="b.docx", **values)
    if part == "line":
        return replace(FORM, file="b.docx", funding=(replace(LINE, **values),))
    return replace(FORM, file="b.docx", indicators=(replace(ROW, **values),))


@pytest.mark.parametrize("part, values, same", OTHERS)
def test_numbers_count_by_their_value(part, values, same):
    again = other(part, values)
    assert (content_key(FORM) == content_key(again)) is same
    assert contents_as_written(FORM) != contents_as_written(again)
    files = [ReadFile(path=form.file, forms=(form,)) for form in (FORM, again)]
    (filing,) = gather(files)
    assert len(filing.forms) == (1 if same else 2) and len(filing.files) == 2
    assert repeated(files, [filing]) == ([(again, FORM.file)] if same else [])


@pytest.mark.parametrize(
    "first, second, counted", [("b.docx", "a.xlsx", "a.xlsx"), ("a.xlsx", "b.docx", "a.xlsx")]
)
def test_of_a_word_file_and_a_workbook_the_workbook_counts(first, second, counted):
    """Its cells can be marked; whichever of the two came first."""
    forms = [replace(FORM, file=name, total_score=text) for name, text in ((first, "95"), (second, "95.0"))]
    files = [ReadFile(path=form.file, forms=(form,)) for form in forms]
    (filing,) = gather(files)
    assert [form.file for form in filing.forms] == [counted]
    assert [(form.file, other) for form, other in repeated(files, [filing])] == [("b.docx", "a.xlsx")]


def test_codes_are_no_numbers():
    form, again = replace(FORM, project_code="01"), replace(FORM, project_code="1")
    assert content_key(form) != content_key(again)


def test_the_screen_says_which_form_was_not_counted_again(capsys):
    again = replace(FORM, file="b.docx", sheet="表2", total_score="95.00")
    files = [ReadFile(path=form.file, forms=(form,)) for form in (FORM, again)]
    filings = gather(files)
    show_findings(check(filings, files=files), files, repeated(files, filings))
    shown = "".join(capsys.readouterr().out.split())
    assert "“b.docx”的“第2个表”和“a.xlsx”里的内容相同，只算一次，没有再列问题。" in shown
