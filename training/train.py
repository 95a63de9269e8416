"""Trains and evaluates the judgements on short texts, and writes their weights and the tables of the results.

Run `make judgements`. `corpus` holds the texts that are evaluated 10-fold; `further` only helps to train;
`second` comes from other people and is looked at when everything is frozen (`--second`).
See training/README.md for what each label means and where the texts come from.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from selfeval_xl.assessment.text_models import JUDGEMENTS, features, log_odds, packed  # noqa: E402

HERE = Path(__file__).parent
WEIGHTS = ROOT / "selfeval_xl" / "assessment" / "weights"
FEATURES = 9000  # kept of each judgement
FEATURES_OF = {"done_denied": 6000, "miss_denied": 6000}  # these do as well with fewer
# What is raised of these is right more often than is asked: their log odds are moved so that more is raised.
LEANS = {"done_denied": 0.2, "miss_denied": 0.3}
# Judgements whose features count by how unevenly they lie between the classes (see `_unevenness`).
UNEVEN = {"miss_denied"}
STRENGTH = 1.0  # of the regression
FOLDS = 10
SURE = 0.9  # policy text_sure


@dataclass(frozen=True)
class Texts:
    """Labelled texts of one judgement."""

    texts: list[str]
    labels: numpy.ndarray

    def __len__(self) -> int:
        return len(self.texts)


def read(folder: str, judgement: str) -> Texts:
    """The labelled texts of a folder; none where it has no such file."""
    path = HERE / folder / f"{judgement}.tsv"
    if not path.exists():
        return Texts([], numpy.zeros(0, int))
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]
    return Texts([row[1] for row in rows], numpy.array([int(row[0]) for row in rows]))


@dataclass(frozen=True)
class Model:
    """A trained judgement: the weights of its features and the intercept."""

    weights: dict[str, float]
    intercept: float

    def scores(self, rows: list[set[str]]) -> numpy.ndarray:
        """The log odds that the label is 1."""
        return numpy.array(
            [self.intercept + sum(self.weights.get(feature, 0.0) for feature in row) for row in rows]
        )


def trained(judgement: str, rows: list[set[str]], labels: numpy.ndarray) -> Model:
    """A logistic regression on the features that tell most, chosen by a first one on all."""
    uneven = judgement in UNEVEN
    counts: dict[str, int] = {}
    for row in rows:
        for feature in row:
            counts[feature] = counts.get(feature, 0) + 1
    names = sorted(feature for feature, count in counts.items() if count >= 2)
    first = _regression(rows, labels, names, uneven)
    telling = sorted(names, key=lambda name: (-abs(first.weights[name]) * counts[name] ** 0.5, name))
    kept = sorted(telling[: FEATURES_OF.get(judgement, FEATURES)])
    return _regression(rows, labels, kept, uneven)


def _regression(rows: list[set[str]], labels: numpy.ndarray, names: list[str], uneven: bool) -> Model:
    """A logistic regression on these features, each of which may count by its unevenness."""
    numbers = {name: number for number, name in enumerate(names)}
    columns = [sorted(numbers[feature] for feature in row if feature in numbers) for row in rows]
    pointers = numpy.cumsum([0, *map(len, columns)])
    flat = numpy.array([column for row in columns for column in row])
    matrix = csr_matrix((numpy.ones(len(flat)), flat, pointers), shape=(len(rows), len(names)))
    scale = _unevenness(matrix, labels) if uneven else numpy.ones(len(names))
    model = LogisticRegression(C=STRENGTH, max_iter=3000, solver="liblinear")
    model.fit(matrix @ diags(scale), labels)
    return Model(dict(zip(names, model.coef_[0] * scale)), float(model.intercept_[0]))


def _unevenness(matrix: csr_matrix, labels: numpy.ndarray) -> numpy.ndarray:
    """How unevenly each feature lies between the classes: the root of its log ratio (Wang, Manning 2012)."""
    counts = [1 + numpy.asarray(matrix[labels == label].sum(axis=0)).ravel() for label in (1, 0)]
    ones, noughts = (count / count.sum() for count in counts)
    return numpy.sqrt(numpy.abs(numpy.log(ones / noughts)))


def crossed(own: Texts, further: Texts, judgement: str) -> numpy.ndarray:
    """The log odds of each text by a model that has not seen it."""
    rows = [features(judgement, text) for text in own.texts]
    more = [features(judgement, text) for text in further.texts]
    scores = numpy.zeros(len(own))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1)
    for seen, unseen in folds.split(rows, own.labels):
        model = trained(
            judgement,
            [*(rows[number] for number in seen), *more],
            numpy.concatenate([own.labels[seen], further.labels]),
        )
        scores[unseen] = model.scores([rows[number] for number in unseen])
    return scores


def calibration(judgement: str, scores: numpy.ndarray, labels: numpy.ndarray) -> tuple[float, float]:
    """Slope and shift that turn log odds into honest ones (Platt), from scores of texts not seen.

    Some judgements lean towards raising (`LEANS`).
    """
    model = LogisticRegression(C=1e6).fit(scores.reshape(-1, 1), labels)
    return float(model.coef_[0][0]), float(model.intercept_[0]) + LEANS.get(judgement, 0.0)


def table_row(judgement: str, scores: numpy.ndarray, labels: numpy.ndarray) -> str:
    """A row: texts, decided, precision of what is raised, recall of what is due."""
    raised = JUDGEMENTS[judgement].raised
    chance = 1 / (1 + numpy.exp(-scores))
    chance, due = (chance, labels == 1) if raised else (1 - chance, labels == 0)
    found, passed = chance >= SURE, chance < 0.5
    decided = found | passed
    precision = due[found].mean() if found.any() else 0
    recall = (found & due).sum() / max(1, (decided & due).sum())
    of_all = (found & due).sum() / max(1, due.sum())
    cells = (f"{decided.mean():.1%}", f"{precision:.1%}", f"{recall:.1%}", f"{of_all:.1%}")
    return f"| {JUDGEMENTS[judgement].label} | {len(labels)} | {' | '.join(cells)} |"


def written(judgement: str) -> str:
    """Evaluates a judgement 10-fold, trains it on all texts, writes its weights; the row of its results."""
    own, further = read("corpus", judgement), read("further", judgement)
    scores = crossed(own, further, judgement)
    slope, shift = calibration(judgement, scores, own.labels)
    model = trained(
        judgement,
        [features(judgement, text) for text in (*own.texts, *further.texts)],
        numpy.concatenate([own.labels, further.labels]),
    )
    weights = {feature: weight * slope for feature, weight in model.weights.items()}
    WEIGHTS.mkdir(exist_ok=True)
    (WEIGHTS / f"{judgement}.bin").write_bytes(packed(weights, model.intercept * slope + shift))
    return table_row(judgement, scores * slope + shift, own.labels)


def tried(judgement: str) -> str:
    """The row of the results of the frozen weights on `second`."""
    own = read("second", judgement)
    return table_row(judgement, numpy.array([log_odds(judgement, text) for text in own.texts]), own.labels)


def rows_of(path: Path) -> dict[str, str]:
    """The rows that a table of results holds, by their label."""
    lines = path.read_text(encoding="utf-8").splitlines()[2:] if path.exists() else []
    return {line.split("|")[1].strip(): line for line in lines}


def main() -> None:
    """Trains, evaluates, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--second", action="store_true", help="evaluate the frozen weights on `second`")
    parser.add_argument(
        "--only", nargs="+", choices=JUDGEMENTS, help="leave the other judgements as they are"
    )
    options = parser.parse_args()
    path = HERE / ("second.md" if options.second else "folds.md")
    rows = rows_of(path) if options.only else {}
    for judgement in options.only or JUDGEMENTS:
        row = tried(judgement) if options.second else written(judgement)
        rows[JUDGEMENTS[judgement].label] = row
        print(row, flush=True)
    heads = ("判断", "句数", "拿得准", "提出的问题中对的", "拿得准的里找出的", "全部里找出的")
    ordered = [rows[judgement.label] for judgement in JUDGEMENTS.values() if judgement.label in rows]
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *ordered]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
