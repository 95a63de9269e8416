"""Suggestions in drop-downs: the usual units, and the usual indicators below each second level."""

from __future__ import annotations

USUAL_UNITS: tuple[str, ...] = tuple(
    (
        "元 万元 % ‰ 人 人次 户 家 个 项 次 场 期 份 套 台 辆 件 处 座 条 本 起 公里 米 平方米 亩 公顷 吨 "
        "千克 立方米 千瓦时 年 个月 天 小时 分 元/人 元/亩 元/平方米"
    ).split()
)

_SATISFACTION = "受益群众满意度 参训人员满意度 服务对象满意度 师生满意度"

# Usual names by second level; a person adds what is measured in front (道路验收合格率).
USUAL_NAMES: dict[str, tuple[str, ...]] = {
    level: tuple(names.split())
    for level, names in {
        "数量指标": (
            "改造面积 建设里程 培训人次 举办期数 采购设备数量 补助人数 检查次数 维修处数 服务对象户数"
        ),
        "质量指标": "验收合格率 考核合格率 设备完好率 补助发放准确率 系统正常运行率 检查问题整改率",
        "时效指标": "按期完成率 资金拨付及时率 补助发放及时率 完工时间 故障响应时间",
        "成本指标": "总成本控制数 单位建设成本 人均培训费用 设备采购单价 补助标准",
        "经济成本指标": "总成本控制数 单位建设成本 人均培训费用 设备采购单价 补助标准",
        "社会成本指标": "施工占道天数 对群众出行的影响",
        "生态环境成本指标": "占用耕地面积 新增能耗 施工扬尘超标次数",
        "经济效益指标": "带动增收金额 新增税收 节约费用 带动就业产值",
        "社会效益指标": "受益群众人数 政策知晓率 带动就业人数 事故下降率",
        "生态效益指标": "新增绿化面积 节能率 污水处理率 水质达标率",
        "可持续影响指标": "管护制度健全性 设施使用年限 长效机制建立情况",
        "服务对象满意度指标": _SATISFACTION,
        "服务对象满意度指标等": _SATISFACTION,
        "社会公众或服务对象满意度指标": _SATISFACTION,
    }.items()
}
