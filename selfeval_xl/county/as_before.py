"""Whether a county is as the last run left it: then workbook and store stand, and nothing is read or written.

Everything that the workbook rests on is hashed before the run: every received file with its name and time,
roster, policy, program, day. Files are always hashed, since messengers and copies reset their times. A
workbook that officers wrote into, or a store that somebody changed, is no longer as it was recorded.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.basis import policy_digest, program
from selfeval_xl.county.intake.collected import collect_files
from selfeval_xl.county.result import County
from selfeval_xl.county.store.store import meta
from selfeval_xl.files import fingerprint, record
from selfeval_xl.files.record import recorded

BASIS, RESULT = "basis", "result"  # keys of facts in the store


def basis_of(folder: Path, out: Path, roster: str | Path | None, policy: Policy) -> str:
    """The digest of all that a run rests on, hexadecimal; "" where the folder cannot be listed whole."""
    digest = hashlib.sha256()
    parts = (program(), policy_digest(policy), str(folder.resolve()), date.today().isoformat())
    roster_file = fingerprint(roster) if roster else (0, "")
    digest.update(repr((*parts, str(roster or ""), roster_file)).encode("utf-8", "surrogatepass"))
    for path in collect_files(folder, out):
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return ""
        size, sha256 = fingerprint(path)
        if not sha256:  # a folder, a pipe, no right to read it: whatever it holds is not known
            return ""
        digest.update(repr((str(path), changed, size, sha256)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def result_before(out: Path, basis: str) -> County | None:
    """What the last run returned, where it wrote this workbook and its store from the same; else None."""
    store = out.with_suffix(".sqlite")
    if not basis or not _is_as_written(out) or not _is_as_written(store) or meta(store, BASIS) != basis:
        return None
    try:
        county = County(out, store, **json.loads(meta(store, RESULT) or ""))
    except (ValueError, TypeError):
        return None
    return replace(
        county,
        balances=tuple(county.balances),
        problems=tuple(county.problems),
        notes=tuple(county.notes),
        unchanged=True,
    )


def facts_of(county: County, basis: str, once: tuple[str, ...]) -> dict[str, str]:
    """The facts by which the next run knows the county again. once: notes that are about this run alone."""
    values = {key: value for key, value in asdict(county).items() if key not in ("out", "store", "unchanged")}
    values["notes"] = [note for note in county.notes if note not in once]
    return {BASIS: basis, RESULT: json.dumps(values, ensure_ascii=False)} if basis else {}


def keep_in_mind(county: County) -> County:
    """Records the closed store as this run wrote it; returns the county."""
    record(county.store, fingerprint(county.store)[1])
    return county


def _is_as_written(path: Path) -> bool:
    """Whether a file is there as this program wrote it."""
    known = recorded(path)
    return bool(known) and fingerprint(path)[1] == known
