"""The predictions of a classifier: confusion, scores by class, calibration, the most confident errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.algorithms.evaluation import ClassScores, Reliability, class_scores, confusion_matrix, reliability
from deepdive.data.parts import Part
from deepdive.figures import to_svg
from deepdive.names import cut
from deepdive.recipes.reports.baselines import class_baselines
from deepdive.recipes.reports.evaluation import Baselines, Evaluation
from deepdive.recipes.reports.figures import NUMBERED, confusion_figure, reliability_figure
from deepdive.recipes.reports.folds import Fold
from deepdive.training.report import Html, Section, figure, folded, join, table, text

_PAIRS, _WORST, _ROWS = 20, 24, 30
_NAME = 80
"""Characters of a class's name in a table."""
Show = Callable[["ClassEvaluation", Sequence[int]], Html]
SETS: dict[Part, str] = {"train": "training set", "val": "validation set", "test": "test set"}


@dataclass(frozen=True)
class ClassEvaluation(Evaluation):
    """Class probabilities of examples of one part, beside their true classes."""

    labels: tuple[str, ...]
    true: Int64[Tensor, " n"]
    probabilities: Float[Tensor, "n classes"]
    """A row with NaN is no prediction: it is left out, and said."""
    folds: Sequence[Fold]
    """What baselines learn from, and the examples they are measured on: all of the part."""
    part: Part = "test"
    output: str = ""
    """The name of the output, where a network has several."""
    what: str = "examples"
    """What examples are called."""
    show: "Show | None" = None
    """The examples of some numbers, as HTML."""
    sampled: Int64[Tensor, " n"] | None = None
    """Numbers of these examples among those of the folds, where they are some of them alone."""
    calibrated: bool = True
    """Whether probabilities are known, not classes alone."""

    @cached_property
    def kept(self) -> Int64[Tensor, " kept"]:
        """Numbers of the examples that have a prediction."""
        return (~self.probabilities.isnan().any(1)).nonzero().flatten()

    @cached_property
    def predicted(self) -> Int64[Tensor, " kept"]:
        """The most likely class of each."""
        return self.probabilities[self.kept].argmax(1)

    @cached_property
    def confusion(self) -> Int64[Tensor, "classes classes"]:
        """Rows are true classes, columns predicted ones."""
        return confusion_matrix(self.predicted, self.true[self.kept], len(self.labels))

    @cached_property
    def scores(self) -> ClassScores:
        """Precision, recall, F1 and support of each class."""
        return class_scores(self.confusion)

    @cached_property
    def reliability(self) -> Reliability:
        """Confidence against accuracy."""
        confidence = self.probabilities[self.kept].amax(1).clamp(0, 1)
        return reliability(confidence.float(), self.predicted == self.true[self.kept])

    def mistakes(self, most: int = _WORST) -> list[int]:
        """Numbers of examples with a wrong prediction, the most confident first: by its lead over the true class."""
        p, true = self.probabilities[self.kept], self.true[self.kept]
        lead = p.amax(1) - p.gather(1, true[:, None])[:, 0]
        wrong = (self.predicted != true).nonzero().flatten()
        order = wrong[lead[wrong].argsort(descending=True, stable=True)][:most]
        return self.kept[order].tolist()

    def measures(self) -> dict[str, float]:
        """F1 as means over classes, and the expected calibration error."""
        if not len(self.kept):
            return {}
        found = {"macro_f1": self.scores.macro.f1, "weighted_f1": self.scores.weighted.f1}
        if self.calibrated:
            found["ece"] = self.reliability.error
        return {self._metric(name): value for name, value in found.items()}

    def baselines(self, *, fitted: bool) -> Baselines:
        """The most frequent class, a linear model, and trees on a table."""
        if not any(len(fold.test) for fold in self.folds):
            return Baselines()
        found = class_baselines(self.folds, self.labels, self._scored, what=self.what, fitted=fitted)
        return found if self.sampled is None else Baselines(found.entries, (*found.notes, self._sample(self.sampled)))

    def _sample(self, rows: Tensor) -> str:
        """Of how many examples which metric is, of the network and of baselines alike."""
        total, names = sum(len(fold.test) for fold in self.folds), ["macro_f1", "weighted_f1", "ece"]
        some = ", ".join(map(self._metric, names if self.calibrated else names[:2]))
        return f"{self._metric('accuracy')} is of all {total:,} {self.what}, {some} of {len(rows):,}, evenly spaced."

    def sections(self) -> list[Section]:
        """Confusion, scores by class, calibration, the most confident errors."""
        if not len(self.kept):
            return [
                Section(self._title("Confusion"), text(f"No {self.what} of the {SETS[self.part]} have a prediction."))
            ]
        found = [self._confusion(), self._by_class()]
        if self.calibrated:
            found.append(self._calibration())
        return [*found, *self._most_confident()]

    def _metric(self, name: str) -> str:
        return f"{self.part}_{self.output}_{name}" if self.output else f"{self.part}_{name}"

    def _title(self, words: str) -> str:
        return f"{words}: {self.output}" if self.output else words

    def _scored(self, predicted: Tensor, true: Tensor) -> dict[str, float]:
        right = float((predicted == true).double().mean())
        if self.sampled is not None:
            predicted, true = predicted[self.sampled], true[self.sampled]
        macro = class_scores(confusion_matrix(predicted, true, len(self.labels))).macro
        return {self._metric("accuracy"): right, self._metric("macro_f1"): macro.f1}

    def _confusion(self) -> Section:
        """The whole matrix; of many classes those that are confused most, and the pairs."""
        n, right = len(self.labels), int(self.confusion.diagonal().sum())
        tested, lost = len(self.kept), len(self.true) - len(self.kept)
        words = f"{right:,} of {tested:,} {self.what} of the {SETS[self.part]} are correct ({right / tested:.2%})."
        total = sum(len(fold.test) for fold in self.folds)
        words += f" They are evenly spaced among all {total:,}." if len(self.true) < total else ""
        words += f" {lost:,} more have no prediction: the network's output is NaN." if lost else ""
        shown = list(range(n))
        wrong = self.confusion.clone().fill_diagonal_(0)
        caption = "Rows are true classes, columns predicted ones; the darker, the larger the fraction of the row."
        if n > NUMBERED:
            most = (wrong.sum(0) + wrong.sum(1)).argsort(descending=True, stable=True)[:NUMBERED]
            shown = most.sort().values.tolist()
            caption = f"The {NUMBERED} of {n} classes that are most often confused with others. {caption}"
        drawn = confusion_figure(self.confusion[shown][:, shown], [self.labels[i] for i in shown])
        pairs = self._pairs(wrong)
        more = [text("Most frequent confusions:"), table(pairs)] if pairs else []
        return Section(
            self._title("Confusion"), join([text(words), figure(to_svg(drawn).decode(), caption=caption), *more])
        )

    def _pairs(self, wrong: Tensor) -> list[dict[str, object]]:
        n, counts = len(self.labels), wrong.flatten()
        order = counts.argsort(descending=True, stable=True)[: _PAIRS if n > NUMBERED else _PAIRS // 2]
        support = self.scores.support.tolist()
        return [
            {
                "true": cut(self.labels[i // n], _NAME),
                "predicted": cut(self.labels[i % n], _NAME),
                self.what: int(counts[i]),
                "of the true class": f"{int(counts[i]) / support[i // n]:.1%}",
            }
            for i in order.tolist()
            if counts[i]
        ]

    def _by_class(self) -> Section:
        scores = self.scores
        columns = (scores.precision.tolist(), scores.recall.tolist(), scores.f1.tolist(), scores.support.tolist())
        rows = [_row(cut(name, _NAME), *values) for name, *values in zip(self.labels, *columns, strict=True)]
        total, absent = int(scores.support.sum()), int((scores.support == 0).sum())
        means = [_row("macro mean", *scores.macro, total), _row("weighted mean", *scores.weighted, total)]
        words = (
            "Precision: the fraction of the predictions of a class that are correct. Recall: the fraction of its "
            f"{self.what} that are predicted correctly. F1: their harmonic mean. Support: {self.what} of the class."
        )
        if absent:
            words += (
                f" {absent:,} of the classes {'has' if absent == 1 else 'have'} no {self.what} here, "
                "and count as 0 in the macro mean."
            )
        body = [table([*rows, *means])]
        if len(rows) > _ROWS:
            worst = scores.f1.argsort(stable=True)[:10].tolist()
            body = [
                table([*means, *(rows[i] for i in worst)]),
                text("Above: the means, and the ten classes of lowest F1."),
                folded(f"All {len(rows):,} classes", table(rows)),
            ]
        return Section(self._title("Scores by class"), join([*body, text(words)]))

    def _calibration(self) -> Section:
        found = self.reliability
        mean, right = (float((found.counts * each.nan_to_num(0)).sum() / found.counts.sum()) for each in found[1:])
        tendency = "overconfident" if mean > right else "underconfident"
        words = (
            f"Expected calibration error (ECE): {found.error:.4f}. The mean confidence is {mean:.1%}, the accuracy "
            f"{right:.1%}" + (f": the network is {tendency}." if abs(mean - right) > 0.01 else ".")
        )
        more = (
            "ECE is the mean distance between accuracy and confidence over ten bins, each weighted by its predictions."
        )
        caption = "Accuracy of the predictions in each bin of confidence; on the dashed line they are calibrated."
        drawn = figure(to_svg(reliability_figure(found)).decode(), caption=caption)
        return Section(self._title("Calibration"), join([text(words), drawn, text(more)]))

    def _most_confident(self) -> list[Section]:
        mistakes = self.mistakes()
        if self.show is None or not mistakes:
            return []
        words = (
            f"The {self.what} of the {SETS[self.part]} that are misclassified with the largest difference between the "
            "probabilities of the predicted and the true class."
        )
        return [Section(self._title("Most confident errors"), join([text(words), self.show(self, mistakes)]))]


def _row(name: str, precision: float, recall: float, f1: float, support: int) -> dict[str, object]:
    scores = {"precision": precision, "recall": recall, "F1": f1}
    return {"class": name, **{key: f"{value:.4f}" for key, value in scores.items()}, "support": support}


def probability_words(evaluation: ClassEvaluation, i: int) -> dict[str, object]:
    """Of an example what was predicted and what is true, each with its probability."""
    p = evaluation.probabilities[i]
    guess, true = int(p.argmax()), int(evaluation.true[i])
    names = evaluation.labels
    return {
        "predicted": f"{cut(names[guess], _NAME)} {float(p[guess]):.1%}",
        "true": f"{cut(names[true], _NAME)} {float(p[true]):.1%}",
    }


def one_hot(predicted: Tensor, classes: int) -> Tensor:
    """Predicted classes as probabilities, where no others are known."""
    return torch.nn.functional.one_hot(predicted.long(), classes).float()
