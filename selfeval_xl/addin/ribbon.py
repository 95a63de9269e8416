"""The ribbon as data: `ribbon.toml`, read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    label: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Button:
    """image: one of Excel's imageMso names. tip: what the screen tip says."""

    id: str
    label: str
    group: str
    large: bool
    image: str
    tip: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    tab: str
    groups: tuple[Group, ...]
    buttons: tuple[Button, ...]
    ready: frozenset[str]


@cache
def ribbon() -> Ribbon:
    """All of it, in the order of the ribbon."""
    told = tomllib.loads(resources.files(__package__).joinpath("ribbon.toml").read_text(encoding="utf-8"))
    groups, buttons = (
        tuple(Group(**group) for group in told["groups"]),
        tuple(Button(**button) for button in told["buttons"]),
    )
    return Ribbon(told["tab"], groups, buttons, frozenset(told["ready"]))


def ready_buttons() -> tuple[Button, ...]:
    """The buttons whose function exists."""
    return tuple(button for button in ribbon().buttons if button.id in ribbon().ready)
