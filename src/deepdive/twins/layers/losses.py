"""Losses, and the functions they are made of."""

import torch
from torch import nn

from deepdive import scratch
from deepdive.twins._rows import SOFTMAX, case, classes, layer
from deepdive.twins.kinds import FunctionTwin, LayerTwin, Sample

_WEIGHT = Sample((10,), "uniform")
_LOGITS = (512, 10)

LOSSES: dict[str, LayerTwin] = {
    "MSELoss": layer(
        "MSELoss",
        case((512, 64), (512, 64)),
        case((5,), (5,), reduction="sum"),
        case((2, 3), (2, 3), reduction="none"),
    ),
    "BCEWithLogitsLoss": layer(
        "BCEWithLogitsLoss",
        case(_LOGITS, Sample(_LOGITS, "uniform")),
        case((5, 10), Sample((5, 10), "uniform"), pos_weight=_WEIGHT, reduction="sum"),
        case((5, 10), Sample((5, 10), "uniform"), weight=_WEIGHT, pos_weight=_WEIGHT, reduction="none"),
    ),
    "NLLLoss": layer(
        "NLLLoss",
        case(_LOGITS, classes(512)),
        case((7, 10), classes(7), weight=_WEIGHT, ignore_index=3),
        case((2, 10, 3), classes(2, 3), weight=_WEIGHT, reduction="sum"),
        case((10,), classes(), reduction="none"),
    ),
    "CrossEntropyLoss": layer(
        "CrossEntropyLoss",
        case(_LOGITS, classes(512)),
        case((7, 10), classes(7), weight=_WEIGHT, ignore_index=3, label_smoothing=0.1),
        case((2, 10, 3), classes(2, 3), ignore_index=1, label_smoothing=0.2, reduction="none"),
        case((7, 10), Sample((7, 10), "probabilities"), weight=_WEIGHT, label_smoothing=0.1),
        case((2, 10, 3), Sample((2, 10, 3), "probabilities"), weight=_WEIGHT, reduction="none"),
        case((10,), classes(), reduction="sum"),
    ),
}

_ONE_HOT = (case(classes(4096), num_classes=10), case(classes(2, 3)), case(classes(5), num_classes=12))

FUNCTIONS: dict[str, FunctionTwin] = {
    f"functional.{name}": FunctionTwin(getattr(scratch.functional, name), theirs, cases)
    for name, theirs, cases in (
        ("logsumexp", torch.logsumexp, (*SOFTMAX, case((2, 3, 4), dim=1, keepdim=True))),
        ("softmax", nn.functional.softmax, SOFTMAX),
        ("log_softmax", nn.functional.log_softmax, SOFTMAX),
        ("one_hot", nn.functional.one_hot, _ONE_HOT),
    )
}
