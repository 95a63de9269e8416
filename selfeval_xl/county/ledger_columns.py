"""The columns of 报送台账 and 收件核对: names and order are agreed with the bureau."""

from __future__ import annotations

from .columns import HEAD, NUMBER, Column, Sheet, count, hand

SUBMISSIONS = Sheet(
    "submissions",
    "报送台账",
    (
        *HEAD[:4],
        Column("contact", "联系人", 9),
        Column("phone", "联系电话", 14, "code"),
        Column("deadline", "报送截止日期", 12),
        Column("first_received", "首次收到", 16),
        Column("last_received", "最近收到", 16),
        count("times", "报送次数"),
        Column("late", "是否逾期", 7),
        count("days_late", "逾期天数", total=False),
        count("due", "应评项目数"),
        count("assessed", "已报项目数"),
        Column("missing_names", "漏报项目（名称）", 30, "wrap"),
        count("department_forms", "整体自评表"),
        count("reports", "自评报告"),
        count("sealed", "盖章件"),
        Column("used_files", "采用文件", 34, "wrap"),
        Column("basis", "采用依据", 12),
        count("errors", "错误数"),
        count("warnings", "核实数"),
        Column("state", "当前状态", 9),
        count("returned", "退回次数", total=False),
        hand("last_returned", "最近退回日期", 12),
        hand("reminded", "催报次数", 8),
        hand("last_reminded", "最近催报日期", 12),
        hand("chosen", "财政指定采用文件", 24),
        hand("remark", "备注", 16),
    ),
    frozen=4,
)

RECEIPTS = Sheet(
    "receipts",
    "收件核对",
    (
        NUMBER,
        Column("path", "收件路径", 34, "wrap"),
        Column("archive", "所在压缩包", 12),
        Column("name", "文件名", 30, "wrap"),
        Column("kind", "格式（按内容）", 8),
        Column("size", "大小（KB）", 9, "number"),
        Column("saved", "文件保存时间", 17),
        Column("received", "收件时间", 17),
        Column("fingerprint", "文件指纹", 18),
        Column("department_code", "识别部门编码", 11, "code"),
        Column("department", "识别部门", 20, "wrap"),
        Column("basis", "识别依据", 12),
        count("forms", "表数"),
        count("forms_used", "采用表数"),
        Column("result", "处理结果", 12),
        Column("reason", "原因", 40, "wrap"),
        Column("other", "由哪个文件替代或与哪个重复", 30, "wrap"),
        Column("action", "需要做什么", 22, "wrap"),
        hand("remark", "备注", 16),
    ),
    frozen=1,
)
