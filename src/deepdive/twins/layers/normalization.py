"""Layers that normalise; those of batches also keep running statistics."""

from deepdive.twins._rows import IMAGES, case, layer
from deepdive.twins.kinds import LayerTwin

_FIVE = (3, 5, 4, 2)
_TIMED = {1: (32, 16, 512), 2: IMAGES, 3: (8, 8, 12, 12, 12)}


def _instances(n: int) -> LayerTwin:
    shape = (3, 5, *(4, 2, 3)[:n])
    return layer(
        f"InstanceNorm{n}d",
        case(_TIMED[n], num_features=_TIMED[n][1]),
        case(shape, num_features=5, momentum=0.01, eps=1e-3, affine=True, track_running_stats=True),
        case(shape, num_features=5, affine=True, bias=False),
        case(shape, num_features=5, track_running_stats=True),
        case(shape[1:], num_features=5, affine=True),
        stateful=True,
    )


def _lazy(name: str, n: int) -> LayerTwin:
    shape = (3, 5, *(4, 2, 3)[:n])
    return layer(
        f"Lazy{name}{n}d",
        case(_TIMED[n]),
        case(shape, momentum=0.01, eps=1e-3),
        case(shape, track_running_stats=False, bias=False),
        case(shape, affine=False),
    )


NORMALIZATION: dict[str, LayerTwin] = {
    "BatchNorm1d": layer(
        "BatchNorm1d",
        case((512, 256), num_features=256),
        case((6, 5, 3), num_features=5, momentum=0.01, eps=1e-3),
        case((4, 5), num_features=5),
        case((4, 5), num_features=5, affine=False),
        case((4, 5), num_features=5, track_running_stats=False),
        case((1, 5, 3), num_features=5, momentum=None),
        case((4, 5), num_features=5, bias=False),
        stateful=True,
    ),
    "BatchNorm2d": layer(
        "BatchNorm2d",
        case(IMAGES, num_features=16),
        case(_FIVE, num_features=5, momentum=0.01, eps=1e-3),
        case((1, 5, 4, 2), num_features=5),
        case((1, 5, 4, 2), num_features=5, momentum=None, affine=False),
        case(_FIVE, num_features=5, affine=False, track_running_stats=False),
        case(_FIVE, num_features=5, momentum=None),
        stateful=True,
    ),
    "BatchNorm3d": layer(
        "BatchNorm3d",
        case(_TIMED[3], num_features=8),
        case((3, 5, 4, 2, 3), num_features=5, momentum=0.01, eps=1e-3),
        case((1, 5, 4, 2, 3), num_features=5, momentum=None, bias=False),
        case((3, 5, 4, 2, 3), num_features=5, affine=False, track_running_stats=False),
        stateful=True,
    ),
    **{f"InstanceNorm{n}d": _instances(n) for n in (1, 2, 3)},
    **{f"Lazy{name}{n}d": _lazy(name, n) for name in ("BatchNorm", "InstanceNorm") for n in (1, 2, 3)},
    "LocalResponseNorm": layer(
        "LocalResponseNorm",
        case(IMAGES, size=5),
        case((2, 6, 3, 2), size=4, alpha=0.5, beta=0.6, k=2.0),
        case((2, 3, 4), size=7, alpha=0.3),
    ),
    "LayerNorm": layer(
        "LayerNorm",
        case((32, 128, 256), normalized_shape=256),
        case(_FIVE, normalized_shape=(4, 2), eps=1e-3),
        case((3, 5), normalized_shape=[5], bias=False),
        case((2, 3, 5), normalized_shape=(3, 5), elementwise_affine=False),
        case((5,), normalized_shape=5),
    ),
    "RMSNorm": layer(
        "RMSNorm",
        case((32, 128, 256), normalized_shape=256),
        case(_FIVE, normalized_shape=(4, 2), eps=1e-3),
        case((2, 3, 5), normalized_shape=(3, 5), elementwise_affine=False),
        case((5,), normalized_shape=[5]),
    ),
    "GroupNorm": layer(
        "GroupNorm",
        case(IMAGES, num_groups=4, num_channels=16),
        case((2, 6, 3, 2), num_groups=3, num_channels=6, eps=1e-3),
        case((2, 6), num_groups=2, num_channels=6),
        case((1, 6, 3), num_groups=6, num_channels=6, affine=False),
        case((2, 6, 3), num_groups=2, num_channels=6, bias=False),
        case((2, 6, 3, 2, 2), num_groups=1, num_channels=6),
    ),
}
