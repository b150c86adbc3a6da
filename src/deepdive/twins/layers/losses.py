"""Losses."""

from deepdive.twins._rows import case, classes, layer
from deepdive.twins.kinds import Given, LayerTwin, Part, Sample

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
    **{
        name: layer(
            name,
            case((512, 64), (512, 64)),
            case((5,), (5,), reduction="sum", **option),
            case((2, 3), (2, 3), reduction="none", **option),
            case((2, 3), (2, 3), **option),
        )
        for name, option in {"L1Loss": {}, "SmoothL1Loss": {"beta": 0.3}, "HuberLoss": {"delta": 0.3}}.items()
    },
    "KLDivLoss": layer(
        "KLDivLoss",
        case(_LOGITS, Sample(_LOGITS, "probabilities"), reduction="batchmean"),
        case((5, 4), Sample((5, 4), "probabilities"), reduction="sum"),
        case((2, 4, 3), (2, 4, 3), reduction="none", log_target=True),
    ),
    "BCELoss": layer(
        "BCELoss",
        case(Sample(_LOGITS, "rates"), Sample(_LOGITS, "uniform")),
        case(Sample((5, 10), "rates"), Sample((5, 10), "uniform"), reduction="sum"),
        case(Sample((5, 10), "rates"), Sample((5, 10), "uniform"), weight=_WEIGHT, reduction="none"),
    ),
    "GaussianNLLLoss": layer(
        "GaussianNLLLoss",
        case(_LOGITS, _LOGITS, Sample(_LOGITS, "rates")),
        case((5, 4), (5, 4), Sample((5, 4), "rates"), full=True, eps=0.3, reduction="sum"),
        case((5, 4), (5, 4), Sample((5, 1), "rates"), reduction="none"),
        case((5, 4), (5, 4), Sample((5,), "rates")),
    ),
    "PoissonNLLLoss": layer(
        "PoissonNLLLoss",
        case(_LOGITS, Sample(_LOGITS, "uniform")),
        case((5, 4), Sample((5, 4), "uniform"), full=True, reduction="sum"),
        case(Sample((5, 4), "rates"), Sample((5, 4), "uniform"), log_input=False, eps=1e-3, reduction="none"),
        case(Sample((7,), "rates"), Given((0, 1, 2, 3, 5, 8, 2)), log_input=False, full=True),
    ),
    "SoftMarginLoss": layer(
        "SoftMarginLoss",
        case(_LOGITS, Sample(_LOGITS, "signs")),
        case((5, 4), Sample((5, 4), "signs"), reduction="sum"),
        case((5,), Sample((5,), "signs"), reduction="none"),
    ),
    "MultiLabelSoftMarginLoss": layer(
        "MultiLabelSoftMarginLoss",
        case(_LOGITS, Sample(_LOGITS, "uniform")),
        case((5, 10), Sample((5, 10), "uniform"), reduction="sum"),
        case((5, 10), Sample((5, 10), "uniform"), weight=_WEIGHT, reduction="none"),
        case((10,), Sample((10,), "uniform")),
    ),
    "MarginRankingLoss": layer(
        "MarginRankingLoss",
        case(_LOGITS, _LOGITS, Sample(_LOGITS, "signs")),
        case((5, 4), (5, 4), Sample((5, 4), "signs"), margin=0.3, reduction="sum"),
        case((5,), (5,), Sample((5,), "signs"), margin=-0.2, reduction="none"),
    ),
    "HingeEmbeddingLoss": layer(
        "HingeEmbeddingLoss",
        case(_LOGITS, Sample(_LOGITS, "signs")),
        case((5, 4), Sample((5, 4), "signs"), margin=0.3, reduction="sum"),
        case((5,), Given((1, -1, -1, 1, 0)), margin=0.4, reduction="none"),
    ),
    "MultiMarginLoss": layer(
        "MultiMarginLoss",
        case(_LOGITS, classes(512)),
        case((7, 10), classes(7), margin=0.7, reduction="sum"),
        case((7, 10), classes(7), p=2, margin=0.7, weight=_WEIGHT, reduction="none"),
        case((10,), classes(), weight=_WEIGHT),
        case((7, 10), classes(7), p=2),
    ),
    "MultiLabelMarginLoss": layer(
        "MultiLabelMarginLoss",
        case(_LOGITS, classes(512, 10)),
        case((3, 5), classes(3, 5, classes=4), reduction="sum"),
        case((5,), Given((3, 0, -1, 1, 2))),
        case((3, 5), classes(3, 5, classes=3), reduction="none"),
    ),
    "CosineEmbeddingLoss": layer(
        "CosineEmbeddingLoss",
        case((512, 64), (512, 64), Sample((512,), "signs")),
        case((5, 4), (5, 4), Sample((5,), "signs"), margin=-0.4, reduction="sum"),
        case((5, 4), (5, 4), Given((1, -1, -1, 1, 0)), margin=0.2, reduction="none"),
        case((4,), (4,), Sample((), "signs")),
    ),
    "TripletMarginLoss": layer(
        "TripletMarginLoss",
        case((512, 64), (512, 64), (512, 64)),
        case((5, 4), (5, 4), (5, 4), margin=0.4, p=1.0, eps=1e-3, swap=True, reduction="sum"),
        case((4,), (4,), (4,), p=3.0),
        case((5, 4), (5, 4), (5, 4), swap=True, reduction="none"),
    ),
    "TripletMarginWithDistanceLoss": layer(
        "TripletMarginWithDistanceLoss",
        case((512, 64), (512, 64), (512, 64)),
        case((5, 4), (5, 4), (5, 4), margin=0.4, swap=True, reduction="sum"),
        case((5, 4), (5, 4), (5, 4), distance_function=Part("CosineSimilarity"), reduction="none"),
    ),
    "CTCLoss": layer(
        "CTCLoss",
        case((40, 16, 20), classes(16, 8, classes=19), Given((40,) * 16), Given((8,) * 16), blank=19),
        case((7, 3, 5), classes(3, 3, classes=4), Given((7, 6, 7)), Given((3, 2, 0)), blank=4),
        case((7, 3, 5), classes(6, classes=4), Given((7, 5, 6)), Given((3, 2, 1)), blank=4, reduction="none"),
        case((5, 4), classes(2, classes=3), Given((5,)), Given((2,)), blank=3, reduction="sum"),
        case((4, 2, 5), Sample((2, 3), "classes", 2), Given((4, 1)), Given((2, 3)), blank=4, zero_infinity=True),
        uncompiled="a target's form depends on values",
        compiled=False,
    ),
}
