"""Coming in: logging in and out, codes, and the accounts that officers look after."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from selfeval_xl.errors import NotThere, Refused, UsageError
from selfeval_xl.model.codes import split_code
from selfeval_xl.server.desk import drafts
from selfeval_xl.server.desk.core import Core, key_of, moment, need_officer
from selfeval_xl.server.desk.records import AccountLine
from selfeval_xl.server.state import accounts, attempts, codes, log, sessions
from selfeval_xl.server.state.accounts import FILLER, LEAD, OFFICER, ROLES, Account
from selfeval_xl.server.state.easy_passwords import is_easy
from selfeval_xl.server.state.sessions import Session

WRONG = "部门（姓名）或口令不对。请核对口令条，注意不要多输、少输；忘了口令请联系财政局重发。"
LOCKED = "口令错了多次，请等{seconds}秒再试。忘了口令请联系财政局重发。"
_EASY = "口令太短，请用{least}个字以上，容易记、别人猜不到的一句话。"
_LONGEST = 100
Strip = tuple[str, str, str, str]  # 部门编码, 部门名称, 填报人口令, 负责人口令


def log_in(core: Core, login: str, code: str, address: str) -> tuple[str, Session]:
    """The token and the session. Raises Refused, with the same sentence whatever was wrong."""
    name = " ".join(unicodedata.normalize("NFKC", login[:_LONGEST]).split())
    department = _department_of(core, name)
    keys = (f"login:{department or name.casefold()}", f"address:{address}")
    seconds = attempts.locked(core.base, keys[1]) or attempts.claim(core.base, keys[0])
    if seconds:
        raise Refused(LOCKED.format(seconds=seconds), seconds)
    account = accounts.with_code(core.base, department, name, code)
    if account is None:
        attempts.failed(core.base, keys[1])
        seconds = attempts.locked(core.base, *keys)
        log.write(core.base, None, "口令不对", department or "", "", address, name=name[:40] or "（没有填）")
        if seconds:
            log.write(core.base, None, "锁定", department or "", f"{seconds}秒", address, name=name[:40])
            raise Refused(LOCKED.format(seconds=seconds), seconds)
        raise Refused(WRONG)
    attempts.succeeded(core.base, keys[0])
    with core.base.transaction():
        token, session = sessions.begin(core.base, account, address)
        core.note(account, "登录", account.department, "", address)
    return token, session


def _department_of(core: Core, login: str) -> str | None:
    """The key of the department that somebody calls by its code, name or alias; None for none."""
    code, name = split_code(login)
    found = core.roster.match(name, code) if code else core.roster.match(login, login)
    found = found or core.roster.named_in(login)
    return (found[0] or found[1]) if found else None


def log_out(core: Core, token: str) -> None:
    """Ends a session, and deletes the trials of an account that has no other."""
    session = sessions.find(core.base, token)
    sessions.end(core.base, token)
    if session is not None:
        core.note(session.account, "退出", session.account.department, "", session.address)
        drafts.sweep(core)


def change_code(core: Core, who: Account, old: str, new: str, kept: str = "") -> None:
    """Changes the code of an account. kept: the form token of the session that goes on; others end.

    Raises Refused.
    """
    key = f"code:{who.id}"
    seconds = attempts.claim(core.base, key)
    if seconds:
        raise Refused(LOCKED.format(seconds=seconds), seconds)
    if not accounts.has_code(core.base, who.id, old):
        raise Refused("原口令不对。")
    attempts.succeeded(core.base, key)
    plain = codes.typed(new)
    if len(plain) < codes.LEAST or len(new) > codes.MOST:
        raise Refused(_EASY.format(least=codes.LEAST))
    if plain == codes.typed(old) or is_easy(plain, who.name, who.department):
        raise Refused("这个口令太容易猜，或和原来的一样，请换一个。")
    hashed = accounts.hash_for(core.base, who.id, new)  # before the state is locked: it takes its time
    with core.base.transaction():
        accounts.change_hash(core.base, who.id, hashed)
        sessions.end_others(core.base, who.id, kept)
        core.note(who, "改口令", who.department)


def new_officer(core: Core, name: str) -> str:
    """Makes an officer's account, or renews its password, and returns that. Raises UsageError."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    if not plain or len(plain) > 40:
        raise UsageError("财政人员的姓名请写1到40个字。")
    if _department_of(core, plain):
        raise UsageError(f"“{plain}”是名册里的部门，财政人员请写姓名。")
    password = "-".join((codes.new_code(), codes.new_code()[:4]))
    id = accounts.set_code(core.base, OFFICER, "", plain, password)
    with core.base.transaction():
        accounts.set_disabled(core.base, id, False)
        log.write(core.base, None, "发财政人员口令", "", plain, "命令行", name="命令行")
    return password


def new_codes(core: Core, departments: tuple[str, ...], write: Callable[[list[Strip]], None]) -> list[Strip]:
    """New codes for these departments, all by default: code, name, that of the filler, that of the lead.

    write: writes them down, before the old ones end. Raises UsageError for a department that the roster does
    not have, and what `write` raises.
    """
    rows = core.roster.reporting
    if departments:
        wanted = {_department_of(core, each) for each in departments}
        if None in wanted:
            raise UsageError("名册里没有这个部门，请核对部门编码或名称：" + "、".join(departments))
        rows = tuple(row for row in rows if key_of(row) in wanted)
    made = [(row.code, row.name, codes.new_code(), codes.new_code() if row.confirm else "") for row in rows]
    salts = [accounts.salt_of(core.base, key_of(row)) or codes.new_salt() for row in rows]
    with ThreadPoolExecutor(2) as pool:  # before the state is locked: a hash takes its time
        hashed = list(pool.map(_hashed, made, salts))
    write(made)
    with core.base.transaction():
        for row, salt, hashes in zip(rows, salts, hashed):
            for role, each in hashes:
                id = accounts.set_hash(core.base, role, key_of(row), row.name, salt, each)
                accounts.set_disabled(core.base, id, False)
            if len(hashes) == 1:
                _end_lead(core, key_of(row))
        log.write(core.base, None, "发部门口令", "", f"{len(made)}个部门", "命令行", name="命令行")
    return made


def add_new_departments(core: Core) -> list[str]:
    """Gives departments that the roster has since the codes were made accounts; a sentence about them.

    Nobody knows their codes: an officer gives them one with 换口令, and the others keep theirs. Nothing is
    made before the first codes.
    """
    there = {(account.department, account.role) for account in accounts.every(core.base)}
    if all(role == OFFICER for _, role in there):
        return []
    wanted = [(row, role) for row in core.roster.reporting for role in (FILLER, LEAD)[: 1 + row.confirm]]
    new = [(row, role) for row, role in wanted if (key_of(row), role) not in there]
    for row, role in new:
        accounts.set_code(core.base, role, key_of(row), row.name, codes.new_code())
    names = "、".join(f"{row.name}{ROLES[role]}" for row, role in new)
    if not new:
        return []
    log.write(core.base, None, "名册新加账号", "", names, "收件台", name="收件台")
    return [f"名册里新加了{names}，还没有口令：请财政人员登录后在“账号”页点“换口令”，把口令发给他们。"]


def _hashed(strip: Strip, salt: bytes) -> list[tuple[str, bytes]]:
    """The hashes of the codes of a department, each with its role."""
    return [(role, codes.hash_of(code, salt)) for role, code in zip((FILLER, LEAD), strip[2:]) if code]


def _end_lead(core: Core, department: str) -> None:
    """Disables the 负责人 of a department that does not have one any more."""
    for account in accounts.every(core.base):
        if account.department == department and account.role == LEAD:
            accounts.set_disabled(core.base, account.id, True)


def lines(core: Core, department: str | None = None) -> tuple[AccountLine, ...]:
    """All accounts, or those of a department."""
    times = accounts.times(core.base)
    codes_of = {key_of(row): row.code for row in core.roster.departments}
    return tuple(
        AccountLine(
            account.id,
            account.department,
            codes_of.get(account.department, ""),
            account.name,
            account.role,
            ROLES[account.role],
            account.disabled,
            moment(times[account.id].changed),
            moment(seen) if (seen := times[account.id].seen) else None,
        )
        for account in accounts.every(core.base)
        if department is None or account.department == department
    )


def renew_code(core: Core, who: Account, id: int) -> str:
    """A new code for an account; shown once. Raises NotThere."""
    account = _account(core, who, id)
    code = codes.new_code() if not account.is_officer else "-".join((codes.new_code(), codes.new_code()[:4]))
    hashed = accounts.hash_for(core.base, account.id, code)
    with core.base.transaction():
        accounts.change_hash(core.base, account.id, hashed)
        sessions.end_others(core.base, account.id)
        core.note(who, "重发口令", account.department, account.label)
    return code


def set_disabled(core: Core, who: Account, id: int, disabled: bool) -> None:
    """Disables or enables an account. Raises NotThere, Refused."""
    account = _account(core, who, id)
    if account.id == who.id:
        raise Refused("不能停用自己的口令，请让另一位财政人员来停。")
    with core.base.transaction():
        accounts.set_disabled(core.base, account.id, disabled)
        core.note(who, "停用口令" if disabled else "启用口令", account.department, account.label)


def _account(core: Core, who: Account, id: int) -> Account:
    """The account that an officer means. Raises NotThere."""
    need_officer(who)
    account = accounts.by_id(core.base, id)
    if account is None:
        raise NotThere
    return account
