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
    """A button.

    group: id of its group. image: one of Excel's imageMso names. tip: text of the screen tip. function: its
    module in the folder `buttons` and its name, "module:name". cell_menu: whether it is also in the menu of
    the right mouse button on a cell.
    """

    id: str
    label: str
    group: str
    large: bool
    image: str
    tip: str
    function: str
    cell_menu: bool = False


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The tab of the ribbon."""

    tab: str
    groups: tuple[Group, ...]
    buttons: tuple[Button, ...]


@cache
def ribbon() -> Ribbon:
    """The whole ribbon, in its order."""
    document = tomllib.loads(resources.files(__package__).joinpath("ribbon.toml").read_text(encoding="utf-8"))
    return Ribbon(
        document["tab"],
        tuple(Group(**group) for group in document["groups"]),
        tuple(Button(**button) for button in document["buttons"]),
    )
