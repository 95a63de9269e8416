"""The two pages that take files: a department's trial and an officer's county workbook."""

from __future__ import annotations

import hmac
from collections import Counter
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from selfeval_xl.errors import Refused, SelfevalError
from selfeval_xl.server.desk import Account, IncomingFile
from selfeval_xl.server.web import department, officer
from selfeval_xl.server.web.uploads import receive
from selfeval_xl.server.web.visits import (
    TOO_OLD,
    Access,
    Door,
    Forged,
    LoginFirst,
    Visit,
    failure,
    refusal_status,
    to,
)

AT_ONCE = 3  # uploads of one account at a time
BUSY = "这个账号还有{n}个上传没有完。请等它们传完再传。"


class Uploads:
    """The endpoints that receive files, and how many each account has under way."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self._under_way: Counter[int] = Counter()

    async def new_draft(self, request: Request) -> Response:
        """Receives the files of a trial and puts it into the queue."""
        return await self._answer(request, Access.DEPARTMENT, self._draft)

    async def opinions(self, request: Request) -> Response:
        """Receives the county workbook with an officer's opinions."""
        return await self._answer(request, Access.OFFICER, self._opinions)

    async def _answer(self, request: Request, access: Access, take: Any) -> Response:
        """Lets an upload in, and answers for what goes wrong with it."""
        visit = Visit(request, self.door.desk, self.door.site)
        try:
            visit = await self.door.with_session(visit, access)
            who = visit.who
            if self._under_way[who.id] >= AT_ONCE:
                raise Refused(BUSY.format(n=AT_ONCE), 10)
            self._under_way[who.id] += 1
            try:
                answer: Response = await take(visit)
                return answer
            finally:
                self._under_way[who.id] -= 1
        except LoginFirst:
            return self.door.to_login(visit)
        except SelfevalError as error:
            return await run_in_threadpool(self._refused, visit, access, error)

    @staticmethod
    def _refused(visit: Visit, access: Access, error: SelfevalError) -> Response:
        """A refusal stands on the page from which the files came; the script gets the sentence alone."""
        if visit.wants_json or not isinstance(error, Refused):
            return failure(visit, error)
        status = refusal_status(error)
        if access is Access.DEPARTMENT:
            return department.home(visit, str(error), status)
        return officer.county(visit, str(error), status=status)

    async def _draft(self, visit: Visit) -> Response:
        """A trial: made with its first file, gone where anything fails, also when the sender breaks off."""
        desk, who, made = self.door.desk, visit.who, list[str]()

        def open_file(shown_name: str) -> IncomingFile:
            if not made:
                made.append(desk.new_draft(who, visit.address))
            return desk.add_file(who, made[0], shown_name)

        try:
            await receive(visit.request, lambda fields: self._check(visit, fields), open_file)
            await run_in_threadpool(desk.check, who, made[0])
        except BaseException:
            if made:
                await run_in_threadpool(_forget, desk.drop, who, made[0])
            raise
        place = f"/drafts/{made[0]}"
        return JSONResponse({"to": place}) if visit.wants_json else to(place)

    async def _opinions(self, visit: Visit) -> Response:
        """A county workbook, one file."""
        desk, who, incoming = self.door.desk, visit.who, list[IncomingFile]()

        def open_file(shown_name: str) -> IncomingFile:
            if incoming:
                raise Refused("一次只能交一份汇总工作簿。")
            incoming.append(desk.incoming_county(who, shown_name))
            return incoming[0]

        try:
            await receive(visit.request, lambda fields: self._check(visit, fields), open_file)
            said = await run_in_threadpool(desk.take_county, who, incoming[0])
        except BaseException:
            for file in incoming:
                await run_in_threadpool(file.drop)
            raise
        if visit.wants_json:
            return JSONResponse({"to": "/county"})
        return await run_in_threadpool(officer.county, visit, "", said)

    @staticmethod
    def _check(visit: Visit, fields: dict[str, str]) -> None:
        """Raises Refused for files that do not come from a page of this session."""
        given = fields.get("csrf", "") or visit.request.headers.get("x-csrf", "")
        if not hmac.compare_digest(given.encode(), visit.csrf().encode()):
            raise Forged(TOO_OLD)


def _forget(drop: Any, who: Account, draft: str) -> None:
    """Deletes a trial that came to nothing; the first error is the one that is told."""
    try:
        drop(who, draft)
    except SelfevalError:
        pass
