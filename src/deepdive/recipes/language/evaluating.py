"""The predictions for labelled texts, or pairs of them, beside simpler models of the same texts."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from deepdive.data.parts import Part
from deepdive.data.sentences import LabelledTexts
from deepdive.recipes.reports import ClassEvaluation, Evaluation, Fold, NumberEvaluation
from deepdive.recipes.reports.examples import text_columns, text_table


def text_evaluations(
    train: LabelledTexts,
    texts: LabelledTexts,
    labels: tuple[str, ...],
    outputs: Mapping[str, Tensor],
    part: Part,
    *,
    heads: bool = True,
) -> list[Evaluation]:
    """Of the logits ``label`` and the numbers ``score``, as far as texts have them.

    Metrics are named as those of the training: after their head, or plainly where a network has no ``heads`` by name.
    """
    found: list[Evaluation] = []
    what = "texts" if texts.seconds is None else "pairs"
    words: dict[str, Any] = {"part": part, "what": what}
    inputs = _joined(train), _joined(texts)
    if texts.labels is not None and train.labels is not None:
        number = {name: i for i, name in enumerate(labels)}
        known, true = (torch.tensor([number[name] for name in each]) for each in (train.labels, texts.labels))
        p, show = outputs["label"].double().softmax(1), text_table(texts.texts, texts.seconds)
        fold = Fold(known, true, lambda: inputs)
        found.append(ClassEvaluation(labels, true, p, [fold], output="label" if heads else "", show=show, **words))
    if texts.scores is not None and train.scores is not None:
        known, true = (torch.tensor(each, dtype=torch.float64) for each in (train.scores, texts.scores))
        predicted, fold = outputs["score"].double().flatten(), Fold(known, true, lambda: inputs)
        found.append(
            NumberEvaluation(
                "score",
                true,
                predicted,
                [fold],
                output="score" if heads else "",
                describe=lambda i: text_columns(texts.texts, texts.seconds, i),
                **words,
            )
        )
    return found


def _joined(texts: LabelledTexts) -> list[str]:
    """What a bag of words sees: both texts of a pair, with words of the second told apart."""
    if texts.seconds is None:
        return list(texts.texts)
    marked = (" ".join(f"2{word}" for word in second.split()) for second in texts.seconds)
    return [f"{first} {second}" for first, second in zip(texts.texts, marked, strict=True)]
