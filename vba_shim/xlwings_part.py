"""The part of xlwings' VBA that the add-in needs to get from a click to Python on Windows.

Its source is xlwings' module for custom add-ins (vba_shim/xlwings.bas, BSD-3). Left out: functions in cells
with their DLL, macOS, Word and Access. Changed: a received file must not say which program is run, and a
failure is reported in Chinese.
"""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parent / "xlwings.bas"
TAKEN = (
    "RunPython",
    "ExecuteWindows",
    "GetConfig",
    "GetConfigFromSheet",
    "GetConfigFromFile",
    "GetConfigFilePath",
    "ExpandEnvironmentStrings",
    "SheetExists",
    "FileExists",
    "ParentFolder",
    "ReadFile",
    "ShowError",
    "CreateGUID",
    "CheckConda",
    "FileExistsOnWindows",
    "WScript",
)
HEAD = """' Taken from xlwings {version} by the build, with changes; see xlwings_part.py. Its licence:
{notice}

Public Const PROJECT_NAME As String = "selfeval"
"""
# Cut out above all: xlwings asks the open workbook and its folder for settings, and runs code in the book.
CHANGES = (
    (r"(?s)            'Workbook Sheet Config.*?(?=            'Add-in Sheet Config)", ""),
    (r"(?s)    ' Directory Config.*?(?=    ' User Config)", ""),
    (
        (
            r"(?s)    ' Check for embedded Python code.*?    If uses_embedded_code = True Then\n.*?    "
            r"Else\n(.*?)    End If\n"
        ),
        r"\1",
    ),
    (r"(?s)    ' PythonCommand with embedded code.*?(?=    ' Call Python platform-dependent)", ""),
    (
        (
            r"(?s)        If OPTIMIZED_CONNECTION = True Then.*?        Else\n            (RunPython = "
            r"ExecuteWindows[^\n]*)\n        End If\n"
        ),
        r"        \1\n",
    ),
    (r"(?s)(Sub ShowError\([^\n]*\n).*?(?=End Sub)", r"\1    ShowPythonError FileName, Message\n"),
    (
        r'(?s)        interpreter = GetConfig\("INTERPRETER_WIN", ""\).*?    End If\n',
        "    interpreter = SelfevalSettings.Interpreter()\n",
    ),
    (r'GetConfig\("ADD_WORKBOOK_TO_PYTHONPATH", "true"\)', '"false"'),
    # Nothing of a workbook's path goes into the line that cmd and Python are given: cmd would run what stands
    # behind an & in its name, and Python would look for modules behind a ; in it. The add-in's path is not
    # needed there either.
    (r"ActiveFullName = ActiveWorkbook\.FullName", 'ActiveFullName = ""'),
    (r"ThisFullName = ThisWorkbook\.FullName", 'ThisFullName = ""'),
    (r"\bdefault\b", "fallback"),
    (r"    Dim wb As Workbook\n    Dim sht As Worksheet\n", ""),
    (r"uses_embedded_code As Boolean", "unused As Boolean"),
)
_PROCEDURE = re.compile(
    r"^(?:Public |Private )?(?:Function|Sub) (\w+).*?^End (?:Function|Sub)[ \t]*$", re.M | re.S
)


def module() -> str:
    """The source of the module.

    Raises SystemExit where xlwings has changed so that a procedure or the place of a change is not found.
    """
    whole = SOURCE.read_text(encoding="ascii")
    text = _excel_on_windows(whole)
    found = {match[1]: match[0] for match in _PROCEDURE.finditer(text)}
    missing = [name for name in TAKEN if name not in found]
    text = "\n\n".join(found[name] for name in TAKEN if name in found)
    for pattern, new in CHANGES:
        text, times = re.subn(pattern, new, text)
        if not times:
            missing.append(pattern)
    if missing:
        raise SystemExit(f"xlwings.bas has changed: {missing}")
    notice = re.search(r"'xlwings is distributed under.*?POSSIBILITY OF SUCH DAMAGE\.", whole, re.S)[0]
    version = re.search(r"'Version: (\S+)", whole)[1]
    return HEAD.format(version=version, notice=notice) + "\n" + text + "\n"


def _excel_on_windows(text: str) -> str:
    """The source with `#If Mac`, `#If App = ...` resolved for Excel on Windows."""
    lines, open_ifs = [], []
    for line in text.split("\n"):
        word = line.strip()
        if word.startswith("#If "):
            condition = word[4:].removesuffix(" Then")
            open_ifs.append(
                condition in ('App = "Microsoft Excel"', "VBA7") or condition.startswith("Not Mac")
            )
        elif word.startswith("#ElseIf"):
            open_ifs[-1] = None if open_ifs[-1] is not False else False
        elif word.startswith("#Else"):
            open_ifs[-1] = open_ifs[-1] is False
        elif word.startswith("#End If"):
            open_ifs.pop()
        elif all(open_ifs):
            lines.append(line)
    return "\n".join(lines)
