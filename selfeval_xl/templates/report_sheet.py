"""The sheet 自评报告: the outline of the report, a cell a section.

The texts typed here become the report; guidance is shown on selecting a cell.
"""

from __future__ import annotations

from selfeval_xl.model.edits import Formula
from selfeval_xl.model.grid import a1
from selfeval_xl.model.sheet_names import REPORT
from selfeval_xl.templates.drawing import Drawing

_WIDTHS = (30, 78)
WRITTEN, NOT_HERE = "已写完", "没有写在这里"
_MOST_LETTERS = 1000  # that the tallest row shows
# Heading and guidance; a chapter without guidance has no text of its own, sections follow it.
OUTLINE: tuple[tuple[str, str], ...] = (
    ("一、部门概况", ""),
    ("（一）机构职能及组成", "主要职能写三五句；内设机构和下属单位写个数和名称。"),
    ("（二）人员情况", "编制数、年末实有人数，与决算一致。"),
    ("（三）收支情况", "年初预算、全年预算、全年支出各多少万元，执行率多少；与自评表一致。"),
    ("二、部门绩效情况", ""),
    (
        "（一）绩效目标、指标设定及完成情况",
        "年初设了哪些指标、完成了几个，按成本、产出、效益、满意度说明；数字与自评表一致。",
    ),
    ("（二）重点工作任务完成情况", "逐项写年度主要任务做了什么、完成多少。"),
    (
        "三、部分指标情况说明",
        "没有完成的指标逐个写：差多少、什么原因、下一步怎么做。全部完成的写“各项指标均已完成”。",
    ),
    ("四、存在的问题和建议", "预算编制、执行、指标设置、管理上的问题，以及打算怎么改。"),
    ("五、其他需说明的问题", "没有的写“无”。"),
)


def draw_report(department: str | None, year: int | None) -> Drawing:
    """The drawing of the outline; the title names department and year as far as they are known."""
    drawing = Drawing(_WIDTHS)
    title = f"{department or ''}{f'{year}年度' if year else ''}部门整体支出绩效自评报告"
    drawing.put(0, 0, "title", title, span=2)
    row = 1
    for number, (heading, guidance) in enumerate(OUTLINE):
        followed = number + 1 < len(OUTLINE) and not guidance and OUTLINE[number + 1][0].startswith("（")
        if followed:
            drawing.put(row, 0, "chapter", heading, span=2)
        else:
            drawing.put(row, 0, "chapter" if heading[1] == "、" else "section", heading)
            drawing.put(row, 1, "long", entry=True, key=f"report.{number}")
        row += 1
    drawing.bottom, drawing.growing = row - 1, range(1, row)
    return drawing


def guidance_of(key: str) -> tuple[str, str]:
    """Heading and guidance of a cell by its key."""
    return OUTLINE[int(key.removeprefix("report."))]


def progress_of(drawing: Drawing) -> Formula:
    """A formula for the cover that counts the sections of this drawing without a text."""
    count, number, _ = _blank(drawing)
    return Formula(
        f'IF({count}=0,"{WRITTEN}","还有"&({count})&"段没写")', f"还有{number}段没写" if number else WRITTEN
    )


def state_of(drawing: Drawing) -> Formula:
    """The same for 自查, where an outline without any text may stand for a report in Word."""
    count, number, sections = _blank(drawing)
    text = f'IF({count}={sections},"{NOT_HERE}",IF({count}=0,"{WRITTEN}","有"&({count})&"段没写"))'
    shown = f"有{number}段没写" if number else WRITTEN
    return Formula(text, NOT_HERE if number == sections else shown)


def _blank(drawing: Drawing) -> tuple[str, int, int]:
    """A formula for the number of sections without a text, the number now, and that of all sections."""
    sections = [cell for cell in drawing.cells if cell.entry]
    count = "+".join(f'(TRIM({REPORT}!{a1(cell.area.top, cell.area.left)})="")' for cell in sections)
    return count, sum(not str(cell.value or "").strip() for cell in sections), len(sections)


def overlong_of(drawing: Drawing) -> Formula:
    """A formula for another sheet that tells of a section that no row is high enough for."""
    sections = [cell for cell in drawing.cells if cell.entry]
    lengths = ",".join(f"LEN({REPORT}!{a1(cell.area.top, cell.area.left)})" for cell in sections)
    longest = max(len(str(cell.value or "")) for cell in sections)
    text = f"有一节超过{_MOST_LETTERS}字，格里印不全，请另用Word写"
    return Formula(f'IF(MAX({lengths})>{_MOST_LETTERS},"{text}","")', text if longest > _MOST_LETTERS else "")
