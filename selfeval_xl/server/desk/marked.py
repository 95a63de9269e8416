"""The marked copy of a file of a draft, made when somebody wants it, with the explanations typed so far."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath

from selfeval_xl.errors import NotThere, Refused, SelfevalError
from selfeval_xl.server.desk import draft_view, drafts
from selfeval_xl.server.desk.core import Core, packed
from selfeval_xl.server.desk.drafts import CHECKED, WAITING, WORK
from selfeval_xl.server.desk.processes import URGENT, answer_of
from selfeval_xl.server.desk.records import StoredFile
from selfeval_xl.server.state.accounts import Account

SECONDS = 60.0


def copy_of(core: Core, who: Account, id: str, n: int) -> StoredFile:
    """The marked copy. Raises NotThere for a file without tables, Refused where it cannot be made."""
    draft = drafts.find(core, who, id)
    files = drafts.files(core, id)
    file = next((file for file in files if file.n == n), None)
    if file is None or draft.status not in (CHECKED, WAITING) or not json.loads(file.facts).get("tables"):
        raise NotThere
    work = drafts.folder_of(core, id) / WORK
    typed = drafts.explanations(core, id)
    rows = draft_view.result(work).get("rows", [])
    own = {
        row["number"]: typed[row["number"]]
        for row in rows
        if row["explained_in"] == n and row["number"] in typed
    }
    main = min((each.n for each in files if json.loads(each.facts).get("tables")), default=0) == n
    key = hashlib.sha256(packed(sorted(own.items())).encode()).hexdigest()[:12]
    out = work / f"marked{n}-{key}.xlsx"
    stem = PurePosixPath(file.name).stem
    with core.alone(f"mark:{id}:{n}"):
        made = next((path for path in (out, out.with_suffix(".xlsm")) if path.is_file()), None)
        if made is None:
            path = str(drafts.files_folder(core, draft) / file.place)
            request = ("mark", (str(work), n, path, str(out), own, main))
            try:
                ending = answer_of(core.workers.submit(URGENT, request, SECONDS))
            except Refused:
                raise
            except SelfevalError as error:
                raise Refused(f"“{file.name}”的标注副本没有做成：{core.public(error)}") from error
            made = Path(out).with_suffix(ending)
    return StoredFile(made, f"{stem}_标注{made.suffix}")
