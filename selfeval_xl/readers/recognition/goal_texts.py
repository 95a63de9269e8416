"""The texts of a goal while they are read, and the labels that stand inside such a text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from selfeval_xl.model.forms import Goal
from selfeval_xl.model.quantity import is_blank
from selfeval_xl.model.text import core
from selfeval_xl.readers.recognition.labelled import one_line, put
from selfeval_xl.readers.recognition.labels import is_numbered, roles

SCOPE, REMARK = "目标", "说明"
RATE = "rate"  # how far the goal is reached, beside its outcome (总体完成率)
_INLINE = re.compile(r"(?:^|(?<=[\s。；;，,]))([^\s:：。；;，,]{2,16})\s*[:：]")
_BEGINS = re.compile(r"\A\s*([^\s:：。；;，,]{2,16})\s*[:：]")
_FINISHED = re.compile(r"[。.！!；;：:]\s*$")


@dataclass(slots=True)
class GoalTexts:
    """The texts found so far.

    texts, cells: by key (initial, medium, expected, actual), in reading order. labels: the words that gave
    each key. remarks: reasons and the like that stand beside the goal, by label. details: what another label
    than the first one of a key gave, and the goals of other years. places: the cells of remarks and details.
    rows: first and last row of each part with texts below their heads.
    """

    texts: dict[str, list[str]] = field(default_factory=dict)
    cells: dict[str, list[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    remark_cells: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[int, int]] = field(default_factory=list)

    def add(self, key: str, label: str, text: str | None, cell: str, cut: bool = False) -> bool:
        """Takes a text, with its cell; whether it is the goal's. cut: it goes on from the page before.

        A text below a label of other words than the first of its key is a detail.
        """
        first = self.labels.setdefault(key, _unnumbered(label))
        if not text:
            if not self.cells.get(key):
                self.cells[key] = [cell]
            return True
        texts = self.texts.setdefault(key, [])
        if texts and first != _unnumbered(label):
            if text not in texts:
                put(self.details, one_line(label), text)
            return text in texts
        if texts and cut and not _FINISHED.search(texts[-1]):
            texts[-1] += text
        else:
            texts.append(text)
        if len(texts) == 1 and not cut:
            self.cells[key] = [cell]
        elif cell not in self.cells[key]:
            self.cells[key].append(cell)
        return True

    def add_remark(self, label: str, text: str | None, cell: str) -> bool:
        """Takes a reason beside the goal; whether there is one."""
        if text:
            put(self.remarks, one_line(label), text)
            self.remark_cells[core(label)] = cell
        return bool(text)

    def add_rate(self, label: str, text: str | None) -> None:
        """Takes the rate beside an outcome as a detail."""
        if text:
            word = one_line(label)
            self.details[word] = "\n".join(filter(None, (self.details.get(word), text)))

    def goal(self, both: bool) -> Goal:
        """The goal with these texts. both: whether the form prints the original one and the one in force."""
        texts = {key: "\n".join(lines) for key, lines in self.texts.items() if lines}
        cells = {key: ",".join(names) for key, names in self.cells.items()}
        if is_blank(texts.get("expected")) and "initial" in cells:
            cells["expected"] = cells["initial"]
            if "initial" in texts:
                texts["expected"] = texts["initial"]
        return Goal(
            initial=texts.get("initial") if both else None,
            medium=texts.get("medium"),
            expected=texts.get("expected"),
            actual=texts.get("actual"),
            cells=cells,
        )


def inline_texts(text: str) -> list[tuple[str, str, str]]:
    """Key, label and text of each goal in a text that begins with a goal's label (设定目标：…)."""
    first = _BEGINS.match(text)
    if first is None or inline_key(first[1]) is None:
        return []
    found: list[tuple[int, int, str, str]] = []  # begin of the label, begin of the text, key, label
    for match in _INLINE.finditer(text):
        key = inline_key(match[1])
        if key and (not found or found[-1][2] != key):
            found.append((match.start(1), match.end(), key, match[1]))
    ends = [begin for begin, _, _, _ in found[1:]] + [len(text)]
    return [
        (key, label, text[start:end].strip()) for (_, start, key, label), end in zip(found, ends, strict=True)
    ]


def inline_key(label: str) -> str | None:
    """The key of a goal's label without a number; None for another text."""
    if is_numbered(label):
        return None
    return next((role.key for role in roles(label) if role.scope == SCOPE and role.key != "year"), None)


@lru_cache(maxsize=1000)
def _unnumbered(label: str) -> str:
    """The words of a label without the number of a goal."""
    return re.sub(r"[\d一二三四五六七八九十]", "", core(label))
