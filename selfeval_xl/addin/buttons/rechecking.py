"""The buttons 抽查 and 复核汇总 of the bureau: each does what the command of its name does."""

from __future__ import annotations

from pathlib import Path

from selfeval_xl.addin import state
from selfeval_xl.addin.chosen import policy
from selfeval_xl.addin.connecting import WORKING
from selfeval_xl.addin.host import Host

PAPERS, SUMMARY = "抽查", "复核汇总.xlsx"
_KINDS = "Excel工作簿,*.xlsx"
_ALL = "全部"
_MOST_LINES = 6


def draw_sample(host: Host) -> None:
    """Draws the sample of a county workbook that the officer picks into the folder 抽查 beside it."""
    from selfeval_xl.workflows.review.choice import asked_for
    from selfeval_xl.workflows.review.sampling import SEED, sample

    county = _county(host)
    if county is None:
        return
    number = host.prompt("抽几个项目？写个数，或者比例（10%）；写“全部”就是全部建议抽查的。", "10%")
    if number is None:
        return
    seed = host.prompt("随机补抽用什么种子？同样的种子抽出同样的项目。", SEED)
    if seed is None:
        return
    count, share = (None, None) if number in ("", _ALL) else asked_for(number)
    drawn = sample(
        county,
        county.parent / PAPERS,
        count=count,
        share=share,
        seed=seed or SEED,
        policy=policy(),
        progress=lambda done, all_: host.progress(f"正在写底稿 {done}/{all_}"),
    )
    host.progress(WORKING)
    random = len(drawn.chosen) - drawn.proposed
    lines = [
        f"抽到{len(drawn.chosen)}个项目：建议抽查{drawn.proposed}个，随机{random}个（种子{drawn.seed}）。",
        f"名单和底稿在：{drawn.out}",
        *drawn.remarks,
        *drawn.kept[:_MOST_LINES],
    ]
    host.say("\n".join(lines))


def summarise_papers(host: Host) -> None:
    """Writes 复核汇总 of the papers in a folder that the officer picks beside it, and opens that."""
    from selfeval_xl.county.review.reading import sentence
    from selfeval_xl.workflows.review.reviewing import review

    folder = host.pick_folder("请选择放着填好的复核底稿的文件夹")
    if folder is None:
        return
    out = folder.parent / SUMMARY
    made = review(
        folder,
        out,
        policy=policy(),
        progress=lambda done, all_: host.progress(f"正在读底稿 {done}/{all_}"),
    )
    host.progress(WORKING)
    state.change_settings(papers=str(folder))
    host.open(out)
    apart = made.reviewed.apart
    lines = [
        made.told,
        f"复核汇总：{out}",
        "再按“汇总全县”，复核得分、复核等级就带进全县汇总（手工填过的不动）。",
        *([f"没有计入或要处理的{len(apart)}条，见“未计入”："] if apart else []),
        *map(sentence, apart[:_MOST_LINES]),
    ]
    host.say("\n".join(lines))


def papers_in_use() -> Path | None:
    """The folder of papers that was summed up last, if its list is still there."""
    from selfeval_xl.county.review.paper import LIST_FILE

    folder = state.settings().get("papers")
    return Path(folder) if folder and (Path(folder) / LIST_FILE).is_file() else None


def _county(host: Host) -> Path | None:
    """The county workbook that was made last, else one that the officer picks; None where he picks none."""
    made = state.settings().get("county_book")
    if made and Path(made).is_file() and host.ask(f"从这份汇总工作簿里抽查吗？\n{made}"):
        return Path(made)
    return host.pick_file("请选择全县汇总工作簿", _KINDS)
