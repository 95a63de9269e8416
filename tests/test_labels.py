"""Labels are known by their words alone; most texts are told at once to be none, and rightly."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval_xl.model.quantity import BLANKS, is_blank, is_void, tidy
from selfeval_xl.readers.recognition import labels

WORDS = st.sampled_from(
    [*sorted(labels.vocabulary()), "养护里程", "危房改造户数", "目标", "情况", "完成", "签字"]
)
SIGNS = st.sampled_from(
    [
        "",
        "1",
        "12",
        "七",
        "十",
        "A",
        " ",
        "\n",
        ":",
        "：",
        "(万元)",
        "（分）",
        "【",
        "一、",
        "3.",
        "2",
        "㎡",
        "Ａ",
    ]
)
NAMES = st.lists(st.one_of(WORDS, SIGNS, st.text(max_size=3)), max_size=4).map("".join)


@given(NAMES)
def test_what_is_told_at_once_to_be_no_label_is_none(text):
    at_once = labels.roles.__wrapped__(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(labels, "_no_label", lambda: re.compile(r"(?!)"))
        assert labels.roles.__wrapped__(text) == at_once


def test_every_label_is_known_by_itself_and_a_name_is_none():
    assert [label for label in labels.vocabulary() if not labels.roles(label)] == []
    assert labels.roles("农村公路养护里程") == labels.roles("危房改造户数") == ()


@given(st.one_of(st.text(max_size=13), st.sampled_from(sorted(BLANKS)), NAMES))
def test_blanks_are_those_texts_that_are_one_when_tidied(text):
    assert is_blank(text) == (tidy(text) in BLANKS)
    assert is_void(text) == (tidy(text) in BLANKS - {"无", "一"})
