"""The functions of formulas that work on days, which are numbers counted from 1900."""

from __future__ import annotations

from datetime import date, timedelta

from selfeval_xl.model.formulas.values import VALUE, ErrorValue, Scalar, UnknownFormula, number_of

_ZERO = date(1899, 12, 30)
_MARCH_1900 = 61  # before it Excel counts a day that never was


def day_number(year: Scalar, month: Scalar, day: Scalar) -> Scalar:
    """The number of a day; months and days beyond the last one run on into the next."""
    numbers = [number_of(each) for each in (year, month, day)]
    parts = [int(number) for number in numbers if isinstance(number, float)]
    if len(parts) < 3:
        return next(number for number in numbers if isinstance(number, ErrorValue))
    years, months = divmod(parts[1] - 1, 12)
    full = parts[0] + (1900 if parts[0] < 1900 else 0) + years
    if not 1900 <= full <= 9999:
        return ErrorValue("#NUM!")
    number = (date(full, months + 1, 1) - _ZERO).days + parts[2] - 1
    if number < _MARCH_1900:
        raise UnknownFormula
    return float(number)


def _day(value: Scalar) -> date | ErrorValue:
    number = number_of(value)
    if isinstance(number, ErrorValue):
        return number
    if number < 0:
        return VALUE
    if number < _MARCH_1900:
        raise UnknownFormula
    return _ZERO + timedelta(days=int(number))


def year_of(value: Scalar) -> Scalar:
    """The year of a day."""
    day = _day(value)
    return day if isinstance(day, ErrorValue) else float(day.year)


def month_of(value: Scalar) -> Scalar:
    """The month of a day."""
    day = _day(value)
    return day if isinstance(day, ErrorValue) else float(day.month)


def day_of_month(value: Scalar) -> Scalar:
    """The day of the month of a day."""
    day = _day(value)
    return day if isinstance(day, ErrorValue) else float(day.day)
