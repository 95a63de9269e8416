"""`selfeval sample`: draws the re-check sample of a county workbook and writes list and papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.county.review.paper import LIST_FILE
from selfeval_xl.errors import UsageError
from selfeval_xl.files import fingerprint, leaving, make_folder, write_out
from selfeval_xl.readers.folder import is_left_behind
from selfeval_xl.rules.county_file import load
from selfeval_xl.workflows.review.choice import (
    PROPOSED,
    Candidate,
    Choice,
    choose,
    names_of,
    quota_of,
)
from selfeval_xl.workflows.review.county_rows import CountyProjects, read_county
from selfeval_xl.workflows.review.filled_papers import FilledPapers, filled_papers
from selfeval_xl.workflows.review.paper_sheet import write_paper
from selfeval_xl.workflows.review.sample_list import RANDOM_REASON, Sampled, write_list

SEED = "1"
_MOST_NAMES = 5  # in a sentence
_RANDOM_NOTE = (
    "种子和底稿编号合起来算SHA-256，从小到大取；"
    "种子不变、汇总工作簿不变，抽到的就不变，谁都可以重做一遍核对。"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample that was drawn.

    eligible: how many projects could be drawn. absent: how many could not, by 报送状态. wholes: forms of
    departments. left: files in the folder that are not of this sample. kept: sentences on files of others
    that were not replaced. lacking: how many projects the quota asks for beyond those there are.
    filled: names of papers that were filled in before, which stay. outdated: those of them whose form has
    changed since.
    """

    out: Path
    listed: Path
    chosen: tuple[Sampled, ...]
    seed: str
    eligible: int
    absent: Mapping[str, int]
    wholes: int
    lacking: int = 0
    left: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()

    @property
    def proposed(self) -> int:
        """How many were proposed."""
        return sum(each.choice.way == PROPOSED for each in self.chosen)

    @property
    def unscored(self) -> int:
        """How many have a form without scores."""
        return sum(not each.project.paper.is_scored for each in self.chosen)

    @property
    def remarks(self) -> list[str]:
        """Sentences on what was left out, and on what a person should know."""
        lines = []
        if self.absent or self.wholes:
            parts = [f"{status}{number}个" for status, number in self.absent.items()]
            parts += [f"部门整体自评表{self.wholes}张"] if self.wholes else []
            lines.append(f"没有列入抽查：{'、'.join(parts)}。")
        if self.lacking:
            lines.append(f"可抽的只有{self.eligible}个，比要抽的少{self.lacking}个。")
        if self.unscored:
            lines.append(f"{self.unscored}个项目的表不评分，只复核完成值。")
        if self.filled:
            lines.append(f"填过的底稿留着，没有动：{len(self.filled)}份（{_named(self.filled)}）。")
        if self.outdated:
            lines.append(
                f"其中{len(self.outdated)}份的自评表后来改过，底稿上还是原来的：{_named(self.outdated)}。"
                "请核对；要按新的自评表重新复核，先把原来的底稿移走，再抽一次。"
            )
        if self.left:
            lines.append(
                f"文件夹里另有{len(self.left)}个不是这次的文件，没有动：{_named(self.left)}。"
                "复核汇总会读到它们，不用的请移走。"
            )
        return lines


def sample(
    county: str | Path,
    out: str | Path,
    *,
    count: int | None = None,
    share: Decimal | None = None,
    seed: str = SEED,
    policy: Policy | str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sample:
    """Draws the sample and writes 抽查名单.xlsx and the papers into the folder `out`.

    count, share: how many; without either all proposed projects. Files of others (`kept`) and papers that
    were filled in (`filled`) stay. Raises UsageError and OutputError with a Chinese sentence.
    """
    county, out = Path(county), Path(out)
    _check(count, share, out)
    rules = policy if isinstance(policy, Policy) else load(policy)
    found = read_county(county)
    quota = quota_of(count, share, len(found.projects))
    filled = filled_papers(out)
    chosen = _chosen(found, _choices(found, quota, seed, rules, county), filled)
    stay = [each for each in chosen if each.project.head.number in filled.by_number]
    make_folder(out)
    kept: list[str] = []
    with leaving(kept):
        notes = _notes(found, chosen, quota, seed, county, share)
        write_out(out / LIST_FILE, lambda file: write_list(file, chosen, seed, notes))
    for number, each in enumerate(chosen, 1):
        if each not in stay:
            with leaving(kept):
                _write(out / each.file, each, found.title, rules)
        if progress:
            progress(number, len(chosen))
    return Sample(
        out,
        out / LIST_FILE,
        chosen,
        seed,
        len(found.projects),
        found.absent,
        found.wholes,
        max(0, (quota or 0) - len(chosen)),
        _left(out, {LIST_FILE, *(each.file for each in chosen)}),
        tuple(kept),
        tuple(each.file for each in stay),
        tuple(each.file for each in stay if _is_outdated(each, filled)),
    )


def _check(count: int | None, share: Decimal | None, out: Path) -> None:
    """Raises UsageError where both are given, or `out` is no folder."""
    if count is not None and share is not None:
        raise UsageError("抽几个（-n）和抽多大比例（--share）只能写一样。")
    if out.is_file():
        raise UsageError(f"“{out}”是一个文件，这里要写文件夹名。")


def _is_outdated(sampled: Sampled, filled: FilledPapers) -> bool:
    """Whether the project's form says something else now than in its filled paper."""
    paper, now = filled.by_number[sampled.project.head.number][1], sampled.project.paper
    return (paper.rows, paper.head.score) != (now.rows, now.head.score)


def _named(names: Sequence[str]) -> str:
    """The first names, for a sentence."""
    return "、".join(names[:_MOST_NAMES]) + ("等" if len(names) > _MOST_NAMES else "")


def _left(folder: Path, ours: set[str]) -> tuple[str, ...]:
    """The workbooks in the folder that are not of this sample."""
    names = sorted(path.name for path in folder.glob("*.xlsx"))
    return tuple(name for name in names if name not in ours and not is_left_behind(name))


def _chosen(found: CountyProjects, choices: Sequence[Choice], filled: FilledPapers) -> tuple[Sampled, ...]:
    """The chosen projects, each with the name of its paper: of the filled one, else one that is free."""
    by_number = {each.head.number: each for each in found.projects}
    projects = [by_number[choice.candidate.number] for choice in choices]
    names = names_of([(each.head.department, each.head.project, each.head.number) for each in projects])
    return tuple(
        Sampled(project, choice, _file_name(project.head.number, name, filled))
        for project, choice, name in zip(projects, choices, names, strict=True)
    )


def _file_name(number: str, name: str, filled: FilledPapers) -> str:
    """The name of a project's paper. name: the usual one, which a filled paper of last year may have."""
    if number in filled.by_number:
        return filled.by_number[number][0]
    usual = f"{name}.xlsx"
    return usual if usual.casefold() not in filled.names else f"{name}_{number}.xlsx"


def _choices(
    found: CountyProjects, quota: int | None, seed: str, policy: Policy, county: Path
) -> Sequence[Choice]:
    """The projects chosen. Raises UsageError where there is none."""
    if not found.projects:
        raise UsageError(f"“{county.name}”里没有已报的项目表，没有可抽的项目。")
    candidates = [
        Candidate(
            each.head.number,
            each.proposed,
            each.reason,
            each.head.annual_budget or Decimal(0),
            (each.head.department_code, each.head.department, each.head.project_code, each.head.project),
        )
        for each in found.projects
    ]
    choices = choose(candidates, quota, seed, dict(policy.bands("risk_points")))
    if not choices:
        raise UsageError(
            f"“{county.name}”里没有建议抽查的项目。请写抽几个（-n 10）或抽多大比例（--share 10%），随机抽取。"
        )
    return choices


def _write(path: Path, sampled: Sampled, title: str, policy: Policy) -> None:
    """Writes one paper."""
    project = sampled.project
    reason = sampled.choice.candidate.reason or RANDOM_REASON
    write_out(path, lambda file: write_paper(file, project.paper, project.measures, reason, title, policy))


def _notes(
    found: CountyProjects,
    chosen: Sequence[Sampled],
    quota: int | None,
    seed: str,
    county: Path,
    share: Decimal | None,
) -> list[tuple[str, str]]:
    """The rows of 抽取说明: from what, how many, how, and what was left out."""
    proposed = sum(each.proposed for each in found.projects)
    taken = sum(each.choice.way == PROPOSED for each in chosen)
    asked = "全部建议抽查的项目" if quota is None else f"{quota}个"
    if share is not None:
        asked += f"（可抽项目的{share * 100:f}%，不足1个的进1）"
    absent = "、".join(f"{status}{number}个" for status, number in found.absent.items())
    rows = [
        ("汇总工作簿", county.name),
        ("文件指纹", fingerprint(county)[1][:16]),
        ("可抽项目", f"{len(found.projects)}个（收到项目表、已经填报的，含名册外）"),
        ("抽取数量", f"要抽{asked}，抽到{len(chosen)}个：建议抽查{taken}个，随机{len(chosen) - taken}个"),
        (
            "先抽建议抽查的",
            f"汇总工作簿“项目汇总”里建议抽查的{proposed}个，按抽查理由的分值（参数表“风险记分”）从高到低，"
            "同分的全年预算数大的在前",
        ),
        ("不足的随机补", f"种子：{seed}。{_RANDOM_NOTE}"),
    ]
    if absent:
        rows.append(("没有列入", f"{absent}：没有收到填好的项目表，无从复核"))
    if found.wholes:
        rows.append(("没有列入", f"部门整体自评表{found.wholes}张：抽查只抽项目"))
    unscored = sum(not each.project.paper.is_scored for each in chosen)
    if unscored:
        rows.append(("不评分的表", f"{unscored}个：没有分值和自评得分，只复核完成值，不算复核得分和等级"))
    return rows
