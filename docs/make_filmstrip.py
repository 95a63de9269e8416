"""Takes the pictures of docs/插件手册.md: the add-in's buttons, pressed on a workbook in a real window.

Run by `make pictures`. Needs LibreOffice, and xvfb and imagemagick for a screen that nobody sees: apt-get
install xvfb imagemagick.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

PICTURES = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 1500, 1020
CROP = "1430x810+0+106"  # the cells with the letters and numbers of columns and rows
FORM = "项目01"


def main() -> None:
    """Starts a screen that nobody sees and takes the pictures on it."""
    missing = [name for name in ("Xvfb", "import") if not shutil.which(name)]
    if missing:
        sys.exit(f"missing {', '.join(missing)}: apt-get install xvfb imagemagick")
    with tempfile.TemporaryDirectory() as folder:
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            os.environ |= {
                "DISPLAY": f":{screen.stdout.readline().strip()}",
                "OFFICE_SEEN": "1",
                "SELFEVAL_HOME": str(Path(folder) / "settings"),
            }
            film(Path(folder))
        finally:
            screen.terminate()
            screen.wait(10)


def film(folder: Path) -> None:
    """Presses the buttons one after the other and takes the five pictures."""
    from selfeval_xl import addin
    from support import excel_engine, office

    running = office.Office()
    excel = excel_engine.App(running)
    with excel_engine.open_book(excel, workbook(folder)) as opened:
        book = opened.api
        window = book.Windows(1)
        window.Width = WIDTH
        book.Sheets(FORM).Range("A4").Select()
        show(book, FORM, "plugin-1-form.png")
        addin.press("check_book")
        print(excel.person.messages[-1])
        note = book.Sheets(FORM).Range("G15").Comment
        note.Visible = True
        show(book, FORM, "plugin-2-checked.png")
        note.Visible = False
        show(book, "校验结果", "plugin-3-results.png", zoom=68)
        addin.press("fill_deviations")
        print(excel.person.messages[-1])
        show(book, FORM, "plugin-4-deviations.png")
        addin.press("clear_marks")
        print(excel.person.messages[-1])
        show(book, FORM, "plugin-5-cleared.png")
    running.close()


def workbook(folder: Path) -> Path:
    """The form of the demonstration under a made-up name, with one reason taken out."""
    from selfeval_xl import templates
    from selfeval_xl.workflows.demo.county import seed_filing

    data = seed_filing()
    project = data["project"] | {"unit": "示例县应急管理局"}
    project["indicators"] = [
        {key: value for key, value in row.items() if not (key == "note" and row["name"] == "数量")}
        for row in project["indicators"]
    ]
    out = folder / "示例县应急管理局.xlsx"
    templates.fill_in("jilin-2024", out, projects=[project], year=2024, cover={})
    return out


def show(book, sheet: str, name: str, zoom: int = 74) -> None:
    """Shows a sheet and takes a picture of its cells, without the program's bars above and beside."""
    book.Sheets(sheet).Activate()
    window = book.Windows(1)
    window.Zoom = zoom
    time.sleep(1.5)  # until the window is drawn
    subprocess.run(
        ["import", "-window", "root", "-crop", CROP, "+repage", "-quality", "95", str(PICTURES / name)],
        check=True,
    )
    print(PICTURES / name)


if __name__ == "__main__":
    main()
