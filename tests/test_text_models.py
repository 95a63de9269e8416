"""Judgements on texts: the sentences of the trials, and the results on texts that the models had not seen."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from selfeval_xl.assessment.policy import default
from selfeval_xl.assessment.text_claims import claim_features
from selfeval_xl.assessment.text_features import features_of, name_features
from selfeval_xl.assessment.text_models import JUDGEMENTS, chance, packed, raises

TRAINING = Path(__file__).parents[1] / "training"

# What accountants wrote in the trials: with a measure, and without.
MEASURES = """
财政资金未下达，待资金到位后立即支付。
设备老化导致停播，已列入2025年更新计划。
工程变更，正在办理手续，手续办完后继续施工。
疫情影响取消两场，改为线上举办。
项目跨年实施，剩余部分2025年完成。
秋粮价格下跌。2025年拓宽销路。
招标流标；2026年提前谋划，一季度下达任务。
冬季停工；已与施工单位约定2026年3月复工，6月底前完成。
下一年度按实际需求核定指标值
"""
CAUSES = """
厂家供货延迟。
财政资金紧张，未拨付到位。
受疫情影响，培训取消两场。
设备老化，故障较多。
人员变动较大，工作衔接不够。
"""


@pytest.mark.parametrize("text", MEASURES.split())
def test_a_measure_is_none_accused_of_missing(text):
    assert not raises("measure", text, default())


def test_a_cause_alone_is_not_taken_for_a_measure_and_mostly_asked_about():
    texts = CAUSES.split()
    assert all(chance("measure", text) < 0.5 for text in texts)
    assert sum(raises("measure", text, default()) for text in texts) >= len(texts) - 1


@pytest.mark.parametrize(
    "judgement, yes, no",
    [
        ("hollow", "社会效益明显 | ≥95%", "带动就业人数 | ≥200人"),
        ("hollow", "保障单位运转 | 100%", "政策知晓率 | ≥80%"),
        ("payment", "支付改造资金 | =50万元", "发放贷款贴息惠及企业 | 20家"),
        ("payment", "拨付补助资金 | ≥120万元", "招商引资到位金额 | ≥2亿元"),
        ("smaller", "退件率", "投诉办结率"),
        ("smaller", "败诉率", "事故隐患整改数"),
        ("vague", "做好本单位各项工作，保障正常运转", "完成农村公路养护120公里"),
        ("done_denied", "因资金未到位，该项工作尚未开展", "原计划5月完成，因雨推迟，年底已完成"),
        ("miss_denied", "已全部完成，无偏差", "已完成80%，剩余部分次年完成"),
    ],
)
def test_each_judgement_tells_the_two_apart(judgement, yes, no):
    policy = default()
    assert raises(judgement, yes, policy) and not raises(judgement, no, policy)
    assert chance(judgement, yes) > 0.9 > chance(judgement, no)


def test_a_text_is_seen_as_in_training():
    """Pieces; the first and last 1 to 3 letters of each clause; pieces of the last clause with its ends."""
    seen = features_of("道路12公里，已完工100%。")
    ends = "<道 <道路 <道路0 <已 <已完 <已完工 >里 >公里 >0公里 >% >H% >工H%"
    assert {feature for feature in seen if feature[0] in "<>"} == set(ends.split())
    assert (
        {"#2", "公", "路0公里", "~^已完", "~H%$", "~工H%"} <= seen
        and "#1" not in seen
        and "~公里" not in seen
    )


def test_a_name_is_seen_as_in_training():
    """Pieces, also with their distance from the end (0, to 2, to 4, more), beginnings of 2 to 4 letters."""
    seen = name_features("安全隐患整改数")
    assert {*"安全隐患整改数", "安全", "安全隐", "安全隐患"} <= seen and "安全隐患整" not in seen
    assert {feature for feature in seen if feature[0] == "<"} == {"<安全", "<安全隐", "<安全隐患"}
    placed = sorted(feature for feature in seen if feature[0] == "@" and len(feature) in (3, 5))
    letters, threes = "@0数 @1整 @1改 @2患 @2隐 @3全 @3安", "@0整改数 @1患整改 @1隐患整 @2全隐患 @2安全隐"
    assert placed == sorted(f"{letters} {threes}".split())


def table(name: str) -> dict[str, list[float]]:
    """The results that `make judgements` wrote: decided, precision, recall (per cent), by label."""
    lines = (TRAINING / name).read_text(encoding="utf-8").splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: [float(cell.rstrip("%")) for cell in row[2:5]] for row in rows}


@pytest.mark.parametrize("judgement", JUDGEMENTS)
def test_what_is_raised_is_right_and_most_is_decided_on_texts_not_seen(judgement):
    label = JUDGEMENTS[judgement].label
    decided, precision, recall = table("folds.md")[label]
    assert decided >= 85 and precision >= 97 and recall >= 90
    again = table("second.md")[label]
    assert all(one >= other - 5 for one, other in zip(again, (decided, precision, recall), strict=True))


def texts(folder: str, judgement: str) -> list[list[str]]:
    """The rows of a file of labelled texts (label, text, source); none where there is no such file."""
    path = TRAINING / folder / f"{judgement}.tsv"
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()] if path.exists() else []


@pytest.mark.parametrize("judgement", JUDGEMENTS)
def test_the_second_set_is_large_and_no_text_of_it_was_trained_on(judgement):
    second = [row[1] for row in texts("second", judgement)]
    trained = {row[1] for folder in ("corpus", "further") for row in texts(folder, judgement)}
    assert len(set(second)) == len(second) >= 60 and not trained & set(second)
    share = sum(row[0] == "1" for row in texts("second", judgement)) / len(second)
    assert 0.4 <= share <= 0.6
    lines = (TRAINING / "second.md").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith(f"| {JUDGEMENTS[judgement].label} | {len(second)} |") for line in lines)


def test_the_corpus_is_large_has_both_classes_and_says_where_each_text_comes_from():
    for judgement in JUDGEMENTS:
        rows = texts("corpus", judgement)
        assert all(len(row) == 3 and row[0] in "01" and row[2] for row in rows)
        assert len({row[1] for row in rows}) == len(rows) and max(len(row[1]) for row in rows) <= 120
        share = sum(row[0] == "1" for row in rows) / len(rows)
        assert 0.4 <= share <= 0.6 and any(row[2] != "written" for row in rows)
        assert len(rows) >= 300


def test_weights_are_small_and_need_no_numpy():
    folder = resources.files("selfeval_xl.assessment").joinpath("weights")
    sizes = [len(path.read_bytes()) for path in folder.iterdir() if path.name.endswith(".bin")]
    assert len(sizes) == len(JUDGEMENTS) and sum(sizes) <= 300_000
    code = (
        "import sys; from selfeval_xl.assessment.text_models import JUDGEMENTS, chance;"
        "[chance(name, '已列入明年计划') for name in JUDGEMENTS];"
        "print('numpy' in sys.modules, 'sklearn' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_weights_are_loaded_in_little_more_than_it_takes_to_unpack_their_words():
    """The processor's time in a fresh interpreter (about 15 ms), against a bare dictionary of the same words.

    Both in the same run: a slow or busy machine slows both.
    """
    code = """
import time, zlib
from importlib import resources
from selfeval_xl.assessment import text_models as models
started = time.process_time()
[models._weights(name) for name in models.JUDGEMENTS]
took, folder = time.process_time() - started, resources.files("selfeval_xl.assessment").joinpath("weights")
started = time.process_time()
for name in models.JUDGEMENTS:
    packed = folder.joinpath(f"{name}.bin").read_bytes()
    dict.fromkeys(zlib.decompress(packed).decode(models._CODE).split(), 0)
print(took / (time.process_time() - started))
"""
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(3)]
    assert min(float(run.stdout) for run in runs) <= 4


def test_weights_come_out_as_they_went_in():
    """The intercept, then a line for each weight (in 64ths) with its features; those of none are left out."""
    import zlib

    weights = {"甲": 0.5, "乙": -1.0, "丙": 0.001, "丁": 0.5}
    data = zlib.decompress(packed(weights, 0.25)).decode("utf-16-le")
    assert data == "0.25\n-64\t乙\n32\t丁\t甲"


def test_a_claim_is_seen_by_the_kinds_of_its_words_and_by_its_figures():
    """N not done, D done, n a number, h a hundred per cent, p another per cent."""
    seen = claim_features("尚未完成，计划300盏，实际260盏")
    assert {"?ND", "!n", "&DN/n", "=ND,n", "-NDn", "%>U", "%%<"} <= seen and "尚未完" in seen
    assert {"%%>", "%<U"} <= claim_features("计划12场，实际16场") and "?h" in claim_features("100%")
    assert {"%%=", "%=U"} <= claim_features("目标5.5公里，完成5.5公里") and "?p" in claim_features("62.5%")
    assert "%%=" not in claim_features("完成5场") and claim_features("") == {
        "^$",
        "^",
        "$",
        "#0",
        "=^$",
        "-^$",
    }


@pytest.mark.parametrize(
    "text, share",
    [
        ("占年度计划的48.2%", "<"),
        ("占目标任务20公里的74.5%", "<"),
        ("完成全年指标任务的96.3%", "<"),
        ("完成全年目标数65.3%", "<"),
        ("实现全年目标数106.42%", ">"),
        ("为任务的164.5%", ">"),
        ("完成年度计划投资的100%", ">"),
        ("满意度98%，达到目标95%", ""),
        ("覆盖率为95%", ""),
        ("完成率83%", ""),
    ],
)
def test_a_share_of_a_plan_is_seen(text, share):
    """Below or from 100%; a rate and a target that was reached are no shares of a plan."""
    assert {feature for feature in claim_features(text) if feature in ("%s<", "%s>")} == (
        {f"%s{share}"} if share else set()
    )


@pytest.mark.parametrize(
    "judgement, text",
    [
        ("done_denied", "完成率98%，达到目标95%"),
        ("done_denied", "满意度93.2%，达到年度指标"),
        ("done_denied", "支付进度97.3%"),
        ("done_denied", "按合同分期支付，尾款质保期满后支付"),
        ("done_denied", "完成年度任务的136.9%"),
        ("done_denied", "未发生安全事故"),
        ("miss_denied", "主体完工"),
        ("miss_denied", "前期工作已完成"),
        ("miss_denied", "已按实际人数发放"),
        ("miss_denied", "完成全年任务的96.3%"),
        ("miss_denied", "实际就业率81%，目标90%"),
        ("miss_denied", "已完成80%，剩余次年完成"),
    ],
)
def test_what_agrees_with_the_claim_is_not_called_a_denial(judgement, text):
    assert not raises(judgement, text, default())


def test_the_county_says_how_sure_is_sure():
    from dataclasses import replace

    policy = default()
    text = min(CAUSES.split(), key=lambda line: chance("measure", line))
    strict = replace(
        policy.parameters["text_sure"], value=policy.number("text_sure") + policy.number("text_sure")
    )
    changed = replace(policy, parameters=policy.parameters | {"text_sure": strict})
    assert raises("measure", text, policy) and not raises("measure", text, changed)
