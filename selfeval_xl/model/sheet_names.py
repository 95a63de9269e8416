"""Names of the sheets and columns that this program makes, and links to sheets.

The reader passes over these names, the rules exempt them, the writers write them.
"""

from __future__ import annotations

from selfeval_xl.model.edits import Formula

COVER = "填报说明"
SUMMARY = "项目自评汇总表"
SELF_CHECK = "自查"
LISTS = "指标库"
SETTINGS = "_selfeval"
RESULTS = "校验结果"
RETURNED = "问题清单"
DEVIATIONS = "偏差计算"
REPORT = "自评报告"
EVIDENCE = "佐证材料清单"

OURS = frozenset((COVER, SUMMARY, SELF_CHECK, EVIDENCE, LISTS, SETTINGS, RESULTS, RETURNED, DEVIATIONS))
RECHECK = "复核底稿"
IS_RECHECK = "review_paper"  # a name in the hidden sheet of such a paper
# Workbooks of ours that are no filing, by sheets that only they have together.
NO_FILINGS = {
    "监控汇总工作簿": frozenset(("预警清单", "收件核对")),
    "汇总工作簿": frozenset(("总览", "项目汇总", "指标明细")),
    "单位名册": frozenset(("单位名册", "绩效目标")),
    "抽查名单": frozenset(("抽查名单", "抽取说明")),
    "复核汇总": frozenset(("项目", "部门", "全县", "问题清单", "未计入")),
}
RESULT_COLUMNS = (
    "序号",
    "级别",
    "处理方式",
    "规则编号",
    "工作表",
    "单元格",
    "对象",
    "填报内容",
    "应为或参考",
    "问题说明",
    "修改建议",
    "单位说明",
    "状态",
)
EVIDENCE_COLUMNS = ("所属表", "指标", "目标和完成", "评分说明", "佐证材料", "存放处")
ADDED_COLUMNS = ("完成率", "偏差率", "判定")
# Columns of the issued templates, hidden right of ADDED_COLUMNS.
HELPER_COLUMNS = (
    "整理后指标值",
    "整理后完成值",
    "指标值符号",
    "指标值单位",
    "指标值中文数",
    "完成值符号",
    "完成值单位",
    "完成值中文数",
    "目标起",
    "目标位",
    "目标词",
    "目标后",
    "符号",
    "目标前",
    "指标数",
    "目标余",
    "次数起",
    "次数位",
    "连词",
    "上端",
    "指标单位",
    "完成起",
    "完成位",
    "完成前",
    "完成原数",
    "完成余",
    "完成单位",
    "完成数",
    "可比",
    "上限",
    "目标日",
    "目标年",
    "目标月日",
    "目标日号",
    "完成日",
    "完成年",
    "完成月日",
    "完成日号",
    "期限",
    "按期",
    "文字判定",
    "行况",
)
# The head of the column of links right of a marked form, by the list that the links lead to.
BACK_TO = {RESULTS: "回校验结果", RETURNED: "回问题清单"}
BACK = BACK_TO[RETURNED]
STUB = "【待补充】"
READY = "ready"  # row of the hidden sheet: the project sheets that stand ready, joined by 、


def sheet_prefix(sheet: str) -> str:
    """The sheet as it stands before a cell in a reference: '项目01'!, quotes in the name doubled."""
    return "'" + sheet.replace("'", "''") + "'!"


def text_literal(text: str) -> str:
    """The text as it stands in a formula: in double quotes, those in it doubled."""
    return '"' + text.replace('"', '""') + '"'


def sheet_link(sheet: str, label: str | Formula, cell: str = "A1") -> str:
    """The formula that jumps to a cell of a sheet of the same workbook; it shows the label."""
    shown = label.text if isinstance(label, Formula) else text_literal(label)
    return f"HYPERLINK({text_literal(f'#{sheet_prefix(sheet)}{cell}')},{shown})"
