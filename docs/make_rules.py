"""Writes docs/rules.md and the examples of `selfeval rules` from the case files: run by `make rules`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from selfeval_xl.filings.grouping import gather  # noqa: E402
from selfeval_xl.rules.page import examples, rules_document  # noqa: E402
from selfeval_xl.rules.runner import check  # noqa: E402
from support.case_files import CASES, read_case  # noqa: E402

TRAINING = ROOT / "training"
# What each judgement asks, the rule that uses it, and texts that it raises and passes.
JUDGED = (
    (
        "measure",
        "D04、D05",
        "原因一栏有没有写做了什么、将做什么",
        "厂家供货延迟",
        "改为线上举办；待资金到位后立即支付",
    ),
    (
        "money",
        "F05、F12",
        "文字有没有说到资金怎样花、工作做到哪一步",
        "人员变动较大",
        "尾款按合同次年支付；招标晚，进度滞后",
    ),
    ("hollow", "I18", "效益指标是不是一种感受、一句口号", "社会效益明显 ≥95%", "带动就业人数 ≥200人"),
    ("payment", "I12", "数量指标是不是只写付了多少钱", "拨付补助资金 ≥120万元", "发放补贴的户数 300户"),
    (
        "smaller",
        "判定",
        "没有比较符号时，是不是越小越好",
        "差错率、审批时限、漏损率",
        "投诉办结率、隐患整改数",
    ),
    ("vague", "N04", "年度目标有没有可以核对的内容", "做好本单位各项工作", "完成农村公路养护120公里"),
    (
        "done_denied",
        "D14",
        "已完成的行，说明是不是说没有做",
        "因资金未到位，尚未开展",
        "原计划5月完成，年底已完成",
    ),
    ("miss_denied", "D14", "未完成的行，说明是不是说都做了", "已全部完成，无偏差", "已完成80%，剩余次年完成"),
)
EXAMPLES = ROOT / "selfeval_xl" / "rules" / "examples.toml"
DOCUMENT = ROOT / "docs" / "rules.md"


def example_text() -> str:
    """The text of the data file with the first finding of each rule's firing case."""
    lines = ["# Made by `make rules` from tests/cases: for each rule one finding that its case gives.", ""]
    done = set()
    for path in sorted(CASES.glob("*.md")):
        case = read_case(path)
        if case.rule in done or not case.expected:
            continue
        finding = next(
            (finding for finding in check(gather([case.file], stages=True)) if finding.rule == case.rule),
            None,
        )
        if finding:
            done.add(case.rule)
            lines += [
                f"[{case.rule}]",
                f"message = {_quoted(finding.message)}",
                f"hint = {_quoted(finding.hint)}",
                "",
            ]
    return "\n".join(lines)


def judged_lines() -> list[str]:
    """The section of docs/rules.md about how texts are judged, with the results that training/ holds."""
    lines = [
        "## 文字怎样判断",
        "",
        "下面几项不靠几个固定的词，而是看整句的用字：程序带着几个小模型（按字的片段打分，不联网，不用别的软件），"
        "是用几千句标注过的话算出来的（`training/`，`make judgements`）。有把握才提出，把握线是参数"
        "“文字判断把握线”（默认0.9）；低于它的不提。",
        "",
        "| 规则 | 判断什么 | 会提出的例子 | 不提的例子 |",
        "| --- | --- | --- | --- |",
        *(f"| {rule} | {what} | {raised} | {passed} |" for _, rule, what, raised, passed in JUDGED),
        "",
        "“越小越好”只在名称里有坏事、慢、贵一类的字词时才判断；拿不准的判“待核定”。"
        "一段话自相矛盾（N06）仍按固定的说法找，只提最明显的。",
        "",
        "十折检验（模型没有见过的句子；“拿得准”是提出和放过的合计，其余不提）：",
        "",
        *(TRAINING / "folds.md").read_text(encoding="utf-8").splitlines(),
        "",
        "另一批句子，从公开材料里摘的，或由没有看过训练句子的人写的，定稿以后才检验，与训练用的没有一句相同：",
        "",
        *(TRAINING / "second.md").read_text(encoding="utf-8").splitlines(),
        "",
        "说明与判定相反的两项，前几批句子（摘自公开的工作通报）检验时没有都过关：“已完成，说明却说没有做”第一、二、四批"
        "提出的问题中对的92.5%、92.3%、82.4%，“未完成，说明却说都做了”第四批74.1%，比十折检验差5个百分点以上。"
        "没有过关的已编进训练和十折检验，模型重新训练、定稿以后再从别的材料里另摘一批；表中是最后定稿的模型的结果，"
        "经过写在`training/README.md`。其余各项没有重取过。",
        "",
    ]
    return lines


def _quoted(text: str) -> str:
    """The text as a TOML string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


if __name__ == "__main__":
    EXAMPLES.write_text(example_text(), encoding="utf-8")
    examples.cache_clear()
    DOCUMENT.write_text(rules_document(judged_lines()), encoding="utf-8")
    print(DOCUMENT)
