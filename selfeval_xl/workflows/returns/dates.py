"""Days, deadlines and contacts in the form in which papers write them."""

from __future__ import annotations

from datetime import date, timedelta

from selfeval_xl.assessment.policy import Policy

_WEEK = "一二三四五六日"


def day(when: date | str, weekday: bool = False) -> str:
    """The day as 3月31日, or 3月31日（周一）. when: a date, or a text that begins with 2025-03-31."""
    when = date.fromisoformat(when[:10]) if isinstance(when, str) else when
    return f"{when.month}月{when.day}日" + (f"（周{_WEEK[when.weekday()]}）" if weekday else "")


def full_day(when: date) -> str:
    """The day as 2025年3月31日."""
    return f"{when.year}年{when.month}月{when.day}日"


def working_day(when: date) -> date:
    """The day itself; for a weekend the Monday after it."""
    return when + timedelta(days=(7 - when.weekday()) if when.weekday() > 4 else 0)


def mend_day(today: date, policy: Policy) -> date:
    """The last day of a return by the policy: a working day."""
    return working_day(today + timedelta(days=int(policy.number("return_days"))))


def mend_until(today: date, policy: Policy, until: date | None = None) -> str:
    """The deadline of a return: 4月10日（周四）17:00. until: the day where somebody chose one."""
    return f"{day(until or mend_day(today, policy), weekday=True)}{policy['deadline_hour']}"


def contact(policy: Policy) -> str:
    """The bureau's contact, 县财政局绩效股　张三　电话：123, without parts that the policy leaves empty."""
    who = f"{policy['bureau_name']}{policy['bureau_section']}"
    return "　".join(
        part
        for part in (
            who,
            str(policy["bureau_contact"]),
            f"电话：{policy['bureau_phone']}" if policy["bureau_phone"] else "",
        )
        if part
    )
