"""Layers that normalise; those of batches also keep running statistics."""

from deepdive.twins._rows import IMAGES, case, layer
from deepdive.twins.kinds import LayerTwin

_FIVE = (3, 5, 4, 2)

NORMALIZATION: dict[str, LayerTwin] = {
    "BatchNorm1d": layer(
        "BatchNorm1d",
        case((512, 256), num_features=256),
        case((6, 5, 3), num_features=5, momentum=0.01, eps=1e-3),
        case((4, 5), num_features=5),
        case((4, 5), num_features=5, affine=False),
        case((4, 5), num_features=5, track_running_stats=False),
        case((1, 5, 3), num_features=5, momentum=None),
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
        case((2, 6, 3, 2, 2), num_groups=1, num_channels=6),
    ),
}
