"""The buttons 计算执行率, 填写偏差, 规范文字: the edits of the commands `fill` and `check --fix`.

What a person typed is shown before it changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from selfeval_xl.addin.buttons.check import examined
from selfeval_xl.addin.chosen import policy
from selfeval_xl.addin.host import Host, preview
from selfeval_xl.addin.sentences import NO_DEVIATIONS, NO_FORM
from selfeval_xl.errors import UsageError
from selfeval_xl.model.edits import Applied, Edit, Look
from selfeval_xl.model.forms import Form
from selfeval_xl.model.sheet_names import DEVIATIONS, STUB
from selfeval_xl.readers import understand
from selfeval_xl.workflows.filling.fill import funding_edits, rate_sentences, workbook_edits
from selfeval_xl.workflows.filling.rate_sentence import sentence_in
from selfeval_xl.workflows.filling.text_fixes import mend_edits
from selfeval_xl.writers.excel.snapshot import Snapshot

MOST = 12  # sentences that a question shows
_BESIDE = frozenset((Look.HEAD, Look.RATIO, Look.TEXT))  # the looks of cells beside the form


def compute_rates(host: Host) -> None:
    """Fills blank totals and execution rates.

    Wrong ones that were typed are listed, and corrected where the person agrees. A form without a place for
    the rate gets it as a sentence, where the person agrees.
    """
    with host.saved() as saved:
        forms = forms_in(saved)
        sentences = rate_sentences(saved.source.grids, forms, overwrite=True)
        edits = [
            edit for form in forms for edit in funding_edits(form, saved.grids[form.sheet], overwrite=True)
        ]
        blank = [edit for edit in edits if edit.old is None]
        typed = [edit for edit in edits if edit.old is not None]
        if not edits and not sentences:
            host.say("执行率和合计都已填好，没有要计算的格。")
            return
        agreed = (
            typed
            if typed
            and host.ask(
                f"下面的执行率和“全年执行数÷全年预算数”算出来的不一样，要改成算出来的吗？\n{preview(typed)}"
            )
            else []
        )
        if sentences and not host.ask(
            "下面的表没有执行率一栏。要把执行率写成一句话，放在目标实际完成情况之后（或备注里）"
            f"吗？原来写的都留着。\n{_shown(sentences)}"
        ):
            sentences = []
        if not blank + agreed + sentences:
            host.say("没有改动。")
            return
        with host.quietly():
            applied = host.apply(saved, blank + agreed + sentences)
    added = f"，写入执行率说明{_count(applied, sentences)}处，请把{STUB}处写完整" if sentences else ""
    host.say(
        f"已计算：填写空格{_count(applied, blank)}格，改正执行率{_count(applied, agreed)}格{added}。"
        f"{_refused(applied)}"
    )


def _shown(sentences: Sequence[Edit]) -> str:
    """The sentences with their cells, a line each; the first ones where there are many."""
    lines = [f"{edit.sheet} {edit.cell}：{sentence_in(edit)}" for edit in sentences[:MOST]]
    return "\n".join([*lines, *([f"……共{len(sentences)}格"] if len(sentences) > MOST else [])])


def fill_deviations(host: Host) -> None:
    """Writes 完成率, 偏差率, 判定 beside each form, and stubs into empty reason cells that need one."""
    with host.saved() as saved:
        forms = forms_in(saved)
        if all(form.is_of_stage for form in forms):
            raise UsageError(NO_DEVIATIONS)
        sides = saved.right_extents({form.sheet for form in forms})
        edits = workbook_edits(saved.source.grids, forms, policy(), sides=sides)
        beside = [edit for edit in edits if edit.look in _BESIDE]
        stubs = [edit for edit in edits if edit.look is Look.STUB]
        typed = [edit for edit in stubs if edit.old is not None]
        if typed and not host.ask(
            f"下面各格该写原因，现在只填了“无”“/”之类，要换成半成品吗？\n{preview(typed)}"
        ):
            stubs = [edit for edit in stubs if edit.old is None]
        if not beside and not stubs:
            host.say("完成率、偏差率、判定都是新的，没有要填的格。")
            return
        with host.quietly():
            applied = host.apply(saved, [*stubs, *beside])
    unfinished = _count(applied, stubs)
    sheets = {edit.sheet for edit in beside}
    text = "已填写偏差：" + (
        f"{len(sheets - {DEVIATIONS})}张表的右侧（打印区域之外）写了完成率、偏差率、判定。"
        if sheets - {DEVIATIONS}
        else ""
    )
    text += f"旁边放不下的列在“{DEVIATIONS}”表。" if DEVIATIONS in sheets else ""
    text += f"{unfinished}格备好了半成品，请把【待补充】处写完整。" if unfinished else "没有要补写原因的格。"
    host.say(text + _refused(applied))


def tidy_text(host: Host) -> None:
    """Corrects texts without changing their meaning, after showing old and new.

    Full-width digits, stray code, a unit typed with an amount.
    """
    with host.saved() as saved:
        edits = mend_edits(examined(saved)[1])
        if not edits:
            host.say("没有需要规范的文字。")
            return
        if not host.ask(f"下面各格的意思不变，只改写法。要改吗？\n{preview(edits)}"):
            host.say("没有改动。")
            return
        with host.quietly():
            applied = host.apply(saved, edits)
    host.say(f"已规范{len(applied.done)}格。{_refused(applied)}")


def forms_in(saved: Snapshot) -> Sequence[Form]:
    """The forms of the book. Raises UsageError where there is none."""
    forms = understand(saved.source).every_form
    if not forms:
        raise UsageError(NO_FORM)
    return forms


def _count(applied: Applied, edits: Sequence[Edit]) -> int:
    """The number of these edits that were carried out."""
    return sum(edit in applied.done for edit in edits)


def _refused(applied: Applied) -> str:
    """The sentence on edits that were not carried out; "" for none."""
    if not applied.refused:
        return ""
    edit = applied.refused[0]
    return (
        f"\n有{len(applied.refused)}格没有写：{edit.sheet} {edit.cell}刚才改过，或者属于一片公式。"
        "请核对后再按一次。"
    )
