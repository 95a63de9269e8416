"""Names of projects that are not public, of two or three letters: masked where they stand as names only."""

from __future__ import annotations

import pytest

from selfeval_xl.county.private import INSTEAD, masked, masked_list, named_in
from selfeval_xl.workflows.returns.letter import Paper, without_names

PRIVATE = [
    ("示例县卫生健康局", "体检"),
    ("示例县公安局", "天网"),
    ("示例县公安局", "雪亮工程"),
    ("示例县人社局", "两癌"),
]
NAMES = (  # a text, and how it reads then
    ("体检", INSTEAD),
    (" 天网 ", f" {INSTEAD} "),
    ("“体检”（项目01）F12：没有填实际完成值", f"“{INSTEAD}”（项目01）F12：没有填实际完成值"),
    ("见《体检》F12", f"见《{INSTEAD}》F12"),
    ("名册里的项目“天网”（P1）没有报自评表。", f"名册里的项目“{INSTEAD}”（P1）没有报自评表。"),
    ("体检项目执行率偏低", f"{INSTEAD}项目执行率偏低"),
    ("你单位的天网项目没有报", f"你单位的{INSTEAD}项目没有报"),
    ("天网建设项目、两癌专项项目", f"{INSTEAD}建设项目、{INSTEAD}专项项目"),
    ("还差：①体检 ②道路养护 ③天网", f"还差：①{INSTEAD} ②道路养护 ③{INSTEAD}"),
    ("还差：① 体检；", f"还差：① {INSTEAD}；"),
    ("项目名称：天网，金额50万元", f"项目名称：{INSTEAD}，金额50万元"),
    ("（体检.xlsx 项目01）G5", f"（{INSTEAD}.xlsx 项目01）G5"),
    ("（水利局.xlsx 天网）G5", f"（水利局.xlsx {INSTEAD}）G5"),
    ("雪亮工程推进慢", f"{INSTEAD}推进慢"),  # four letters are no usual word
)
WORDS = (  # nothing is a name here
    "全年组织职工体检1200人次，体检率98%",
    "职工体检项目已完成",
    "培训、体检、宣传等工作按计划开展",
    "体检费用执行率90%",
    "天网恢恢",
    "开展两癌筛查3000人",
    "体检中心设备采购项目",
    "",
)


@pytest.mark.parametrize(("text", "shown"), NAMES)
def test_a_short_name_is_masked_where_it_stands_as_a_name(text, shown):
    assert masked(text, PRIVATE) == shown


@pytest.mark.parametrize("text", WORDS)
def test_the_same_letters_in_a_sentence_stay(text):
    assert masked(text, PRIVATE) == text


def test_lists_of_names_are_masked_name_by_name():
    listed = "体检（未填）、职工体检、天网、道路养护（未填）"
    assert masked_list(listed, PRIVATE) == f"{INSTEAD}（未填）、职工体检、{INSTEAD}、道路养护（未填）"
    assert masked_list("", PRIVATE) == ""


def test_cells_of_a_letter_that_hold_the_name_alone_are_masked():
    paper = Paper(
        "通知",
        "示例县水利局：",
        ((0, "“体检”没有报。"),),
        (),
        (("表", ("项目",), [("体检", "体检人数")], (40,)),),
    )
    without = without_names(paper, frozenset(PRIVATE))
    assert without.lines == ((0, f"“{INSTEAD}”没有报。"),)
    assert without.tables[0][2] == [[INSTEAD, "体检人数"]]


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (("体检",), True),  # the name of a task
        (("本年实施了“体检”和“两癌”两个项目。",), True),
        (("职工体检1200人次", "项目管理规范"), False),
        (("完成职工体检", "项目资金到位"), False),  # two cells
        (("雪亮", "工程"), True),  # a long name over two lines
    ],
)
def test_a_public_copy_names_a_short_project_only_where_it_is_one(texts, named):
    assert any(named_in(name, texts) for _, name in PRIVATE) is named
