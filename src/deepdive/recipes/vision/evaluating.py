"""Class probabilities of the images that a classifier is tested on, beside simpler models of the same images."""

import copy

import torch
from torch import nn

from deepdive.data.images import ImageSet, ImageSpec
from deepdive.data.parts import Part
from deepdive.recipes.reports import ClassEvaluation, Fold
from deepdive.recipes.reports.examples import image_grid
from deepdive.recipes.vision.labelling import predict_probabilities
from deepdive.training import Run
from deepdive.training.formats import lay_out
from deepdive.training.listeners import read_metrics

_LEAST, _FRACTION = 2000, 0.1
"""Images that are always affordable, and of the examples that training has seen those that cost it a few per cent."""


def image_evaluation(
    run: Run,
    network: nn.Module,
    spec: ImageSpec,
    train: ImageSet,
    images: ImageSet,
    *,
    part: Part = "test",
    device: str = "auto",
    probabilities: torch.Tensor | None = None,
) -> ClassEvaluation:
    """The predictions for the images of a part, or as many of them, evenly taken, as cost little beside training.

    ``probabilities`` of all of them are not found again where they are known.
    """
    few, sampled = images, None
    if probabilities is None:
        rows = _affordable(run, len(images.labels))
        if len(rows) < len(images.labels):
            few, sampled = images.rows(rows), rows
        # laid out as it was made: a run whose report alone is made must give the same to the last digit
        network = copy.deepcopy(network)
        lay_out(network, "contiguous")
        probabilities = predict_probabilities(network, spec, few.images, device=device)
    return ClassEvaluation(
        spec.labels,
        few.labels,
        probabilities,
        [Fold(train.labels, images.labels, lambda: (train.images, images.images))],
        part=part,
        what="images",
        sampled=sampled,
        show=image_grid(few, run.folder / "mistakes.png"),
    )


def _affordable(run: Run, count: int) -> torch.Tensor:
    """Numbers of the images that are looked at again after the test, from the first to the last."""
    records = read_metrics(run.metrics_file) if run.metrics_file.exists() else []
    steps = max((record.step for record in records), default=0)
    seen = steps * run.settings.get("batch_size", 1) * run.settings.get("accumulate", 1)
    return torch.linspace(0, count - 1, min(count, max(_LEAST, int(_FRACTION * seen)))).long()
