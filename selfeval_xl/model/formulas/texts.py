"""The functions of formulas that work on texts."""

from __future__ import annotations

from selfeval_xl.model.formulas.values import LONGEST_TEXT, VALUE, ErrorValue, Scalar, number_of, text_of


def left(text: str, length: int = 1) -> Scalar:
    """The letters at the beginning."""
    return text[:length] if length >= 0 else VALUE


def right(text: str, length: int = 1) -> Scalar:
    """The letters at the end."""
    return VALUE if length < 0 else text[-length:] if length else ""


def middle(text: str, start: int, length: int) -> Scalar:
    """The letters from a place on, counted from 1."""
    return text[start - 1 : start - 1 + length] if start >= 1 and length >= 0 else VALUE


def repeated(text: str, times: int) -> Scalar:
    """The text several times."""
    return text * times if 0 <= times * len(text) <= LONGEST_TEXT and times >= 0 else VALUE


def found(wanted: Scalar, text: Scalar, start: Scalar = 1.0) -> Scalar:
    """Where a text stands in another, counted from 1."""
    first, second, number = text_of(wanted), text_of(text), number_of(start)
    if isinstance(first, ErrorValue) or isinstance(second, ErrorValue) or isinstance(number, ErrorValue):
        return VALUE
    at = second.find(first, int(number) - 1) if number >= 1 else -1
    return VALUE if at < 0 else float(at + 1)


def substituted(text: Scalar, old: Scalar, new: Scalar) -> Scalar:
    """The text with all places of another replaced."""
    texts = [text_of(each) for each in (text, old, new)]
    first, second, third = (each if isinstance(each, str) else "" for each in texts)
    if not second:
        return first
    longer = first.count(second) * (len(third) - len(second))
    return first.replace(second, third) if len(first) + longer <= LONGEST_TEXT else VALUE


def is_exactly(one: Scalar, other: Scalar) -> Scalar:
    """Whether two texts are the same, capitals included."""
    return text_of(one) == text_of(other)


def length(text: str) -> Scalar:
    """How many letters."""
    return float(len(text))
