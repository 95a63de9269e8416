"""What a workbook would do as soon as a spreadsheet program opens it: macros, links, calls of other programs.

Known are the parts that do nothing; a part of any other kind counts as active.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from selfeval_xl.errors import UnreadableFile
from selfeval_xl.readers.formats.guard import MAX_FILE, Package, open_package

# The last words of the types of relations to parts that only hold or draw something.
_QUIET = frozenset(
    (
        *(
            "officeDocument",
            "worksheet",
            "chartsheet",
            "styles",
            "theme",
            "sharedStrings",
            "calcChain",
            "table",
        ),
        *("core-properties", "extended-properties", "custom-properties", "thumbnail", "metadata"),
        *("classificationlabels", "origin", "signature"),  # sensitivity labels, digital signatures
        *(
            "sheetMetadata",
            "comments",
            "threadedComment",
            "person",
            "vmlDrawing",
            "drawing",
            "image",
            "hyperlink",
        ),
        *("chart", "chartEx", "chartStyle", "chartColorStyle", "chartUserShapes", "themeOverride"),
        *("diagramData", "diagramLayout", "diagramQuickStyle", "diagramColors", "diagramDrawing"),
        *(
            "printerSettings",
            "pivotTable",
            "pivotCacheDefinition",
            "pivotCacheRecords",
            "customXml",
            "customXmlProps",
            "slicer",
        ),
        *("rdRichValue", "rdRichValueStructure", "rdRichValueTypes", "richValueRel", "richStyles"),
        *("rdSupportingPropertyBag", "rdSupportingPropertyBagStructure", "rdArray", "cellImage", "cellimage"),
    )
)
_NAMES = {
    "vbaProject": "宏",
    "externalLinkPath": "指向其他文件的链接",
    "externalLink": "指向其他文件或程序的链接",
    "xlMacrosheet": "宏表",
    "xlIntlMacrosheet": "宏表",
    "connections": "外部数据连接",
    "queryTable": "外部数据连接",
    "oleObject": "嵌入的对象",
    "package": "嵌入的文件",
    "control": "控件",
    "ctrlProp": "控件",
}
_OTHER = "别的程序会执行的内容"
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<]*")
_TYPE = re.compile(r"\bType\s*=\s*[\"']([^\"'<>]*)[\"']")
_OUTSIDE = re.compile(r"\bTargetMode\s*=\s*[\"']External[\"']")
# Functions that fetch something or call a program, and a formula with a topic of DDE: cmd|'/c calc'!A1.
_CALLS = re.compile(
    r"\b(?:WEBSERVICE|FILTERXML|RTD|CALL|EXEC|REGISTER(?:\.ID)?|DDE|IMAGE|IMPORTDATA|SQL\.REQUEST)\s{0,9}\(",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"<(?:\w+:)?(?:f|formula|formula1|formula2|definedName)\b[^<>]*>[^<]*?[\w)]\|['\w]")


def active_content(path: Path) -> tuple[str, ...]:
    """The kinds of active content in an xlsx file, in Chinese, each once; none where it only shows something.

    A file that cannot be looked into counts as active.
    """
    try:
        if path.stat().st_size > MAX_FILE:
            return (_OTHER,)
        package = open_package(path.read_bytes())
        return tuple(dict.fromkeys((*_relations(package), *_formulas(package))))
    except (OSError, UnreadableFile):
        return (_OTHER,)


def _relations(package: Package) -> Iterator[str]:
    """The kinds of parts, inside or outside the file, that are more than quiet."""
    for name in package.names:
        if not name.lower().endswith(".rels"):
            continue
        for relation in _RELATION.findall(_text(package, name)):
            found = _TYPE.search(relation)
            kind = found[1].rpartition("/")[2] if found else ""
            outside = _OUTSIDE.search(relation) and kind != "hyperlink"
            if outside or kind not in _QUIET:
                yield _NAMES.get(kind, "指向其他文件的链接" if outside else _OTHER)


def _formulas(package: Package) -> Iterator[str]:
    """The kinds of formulas that fetch something or call a program."""
    for name in package.names:
        if name.lower().endswith(".xml"):
            text = _text(package, name)
            if _CALLS.search(text):
                yield "会联网或启动程序的公式"
            if _TOPIC.search(text):
                yield "动态数据交换（DDE）"


def _text(package: Package, name: str) -> str:
    """A part as text, without references to characters, by which a name could be hidden."""
    text = (package.xml(name) or b"").decode("utf-8", "replace").replace("<![CDATA[", "")
    return re.sub(r"&#x?[0-9A-Fa-f]{1,8};", lambda match: unescape(match[0]).replace("<", "&lt;"), text)
