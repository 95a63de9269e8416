"""The ribbon as records, read from `ribbon.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Group:
    """A group of buttons. shown: whether it shows at first; the settings can show it later."""

    id: str
    label: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Button:
    """A button. group: id of its group. image: one of Excel's imageMso names. tip: text of the screen tip."""

    id: str
    label: str
    group: str
    large: bool
    image: str
    tip: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The tab of the ribbon. ready: ids of the buttons whose function exists."""

    tab: str
    groups: tuple[Group, ...]
    buttons: tuple[Button, ...]
    ready: frozenset[str]


@cache
def ribbon() -> Ribbon:
    """The whole ribbon, in its order."""
    document = tomllib.loads(resources.files(__package__).joinpath("ribbon.toml").read_text(encoding="utf-8"))
    return Ribbon(
        document["tab"],
        tuple(Group(**group) for group in document["groups"]),
        tuple(Button(**button) for button in document["buttons"]),
        frozenset(document["ready"]),
    )


def ready_buttons() -> tuple[Button, ...]:
    """The buttons whose function exists."""
    return tuple(button for button in ribbon().buttons if button.id in ribbon().ready)
