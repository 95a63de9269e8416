"""How letters and messages call the material of a stage."""

from __future__ import annotations

from dataclasses import dataclass

from selfeval_xl.model.forms import DECLARATION, MONITORING, SELF


@dataclass(frozen=True, slots=True)
class StageWords:
    """The words of a stage.

    stage: 绩效自评. form: one form. material: all that a department sends. besides: what it has to send
    besides its project forms. explaining: how what is to be explained is explained. targets_in: in how many
    years, counted from the form's, targets that nobody may change now are set anew.
    """

    stage: str
    form: str
    besides: tuple[str, ...]
    targets_in: int = 1
    explaining: str = "在退回件“问题清单”的“单位说明”列填写即可，不必改数"

    @property
    def material(self) -> str:
        return f"{self.stage}材料"


WHOLE, REPORT = "部门整体自评表", "自评报告"
_CHANGE_OR_EXPLAIN = "能改的直接在表里改；不改的，在退回件“问题清单”的“单位说明”列写明原因"
WORDS = {
    SELF: StageWords("绩效自评", "自评表", (WHOLE, REPORT), targets_in=2),
    MONITORING: StageWords("绩效运行监控", "运行监控表", ()),
    DECLARATION: StageWords("绩效目标申报", "目标申报表", (), explaining=_CHANGE_OR_EXPLAIN),
}
