"""The buttons of the ribbon: modules of buttons that belong together. `ribbon.toml` names their functions."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from selfeval_xl.addin.ribbon import ribbon

if TYPE_CHECKING:
    from selfeval_xl.addin.host import Host


def function_of(button: str) -> Callable[[Host], None] | None:
    """The function of a button, None for an unknown id. Imported only now: a click pays for what it uses."""
    row = next((row for row in ribbon().buttons if row.id == button), None)
    if row is None:
        return None
    module, _, name = row.function.partition(":")
    function: Callable[[Host], None] = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    return function
