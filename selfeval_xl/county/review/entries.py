"""What a person wrote into a cell for a score: a number that can count, or a sentence why it cannot."""

from __future__ import annotations

from decimal import Decimal

from selfeval_xl.model.grid import plain_number
from selfeval_xl.model.quantity import is_blank, money

NO_NUMBER = "复核得分“{text}”不是数，没有计入；请只填数字，例如 8.5。"
AS_TEXT = "复核得分“{text}”是文字格式，表里的合计没有算它，没有计入；请把这一格改成数字格式，重新填一次。"
BELOW_ZERO = "复核得分{text}小于0，没有计入；请改为0到{points}之间的数。"
ABOVE_POINTS = "复核得分{text}超过分值{points}，没有计入；请改为0到{points}之间的数。"
NOT_SCORED = "复核得分“{text}”没有计入：这一行没有分值，也没有自评得分；意见请写在备注里。"
_LARGEST = Decimal(10_000)


def read_score(text: str, points: Decimal | None, is_number: bool = True) -> tuple[Decimal | None, str]:
    """The score that a cell shows, and why it does not count ("" where it does, or nothing is there).

    points: the most that it may be, where that is known. is_number: whether the cell holds a number; digits
    that are a text the paper's own total leaves out, and both have to say the same.
    """
    if is_blank(text):
        return None, ""
    number = money(text)
    if number is None or number > _LARGEST:
        return None, NO_NUMBER.format(text=text[:40])
    if not is_number:
        return None, AS_TEXT.format(text=text[:40])
    most = "" if points is None else plain_number(points)
    if number < 0:
        return None, BELOW_ZERO.format(text=plain_number(number), points=most or "分值")
    if points is not None and number > points:
        return None, ABOVE_POINTS.format(text=plain_number(number), points=most)
    return number, ""
