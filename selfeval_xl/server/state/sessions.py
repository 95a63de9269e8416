"""The sessions: a random token in a cookie, its hash here."""

from __future__ import annotations

from dataclasses import dataclass

from selfeval_xl.server.state.accounts import Account


@dataclass(frozen=True, slots=True)
class Session:
    """A session. csrf: the token that every form must carry. address: from which the person logged in."""

    account: Account
    csrf: str
    address: str
