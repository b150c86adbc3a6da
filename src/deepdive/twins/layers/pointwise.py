"""Layers without a window: linear maps, embeddings, dropout, shapes, distances."""

import torch

from deepdive.twins._rows import IMAGES, case, classes, layer
from deepdive.twins.kinds import Given, LayerTwin, Sample

_POINTS = (case((128, 4096)), case((3, 4)), case((2, 3, 4, 5)))
_DROPPED = (case((3, 4), p=0.0), case((3, 4), p=1.0), case((3, 4), p=0.2))
_CHANNELS = {1: (32, 16, 512), 2: IMAGES, 3: (8, 8, 12, 12, 12)}

POINTWISE: dict[str, LayerTwin] = {
    "Dropout": layer("Dropout", *_POINTS, *_DROPPED, random=True),
    "AlphaDropout": layer("AlphaDropout", *_POINTS, *_DROPPED, random=True),
    "FeatureAlphaDropout": layer("FeatureAlphaDropout", case(IMAGES), *_POINTS[1:], *_DROPPED, random=True),
    **{
        f"Dropout{n}d": layer(
            f"Dropout{n}d",
            case(_CHANNELS[n]),
            case((3, 4, *(2, 3, 2)[:n])),
            case((3, 4, *(2, 3, 2)[:n]), p=0.0),
            case((3, 4, *(2, 3, 2)[:n]), p=1.0),
            case((3, 4, *(2, 3, 2)[:n]), p=0.2),
            *((case((4, *(2, 3, 2)[:n]), p=0.3),) if n != 2 else ()),
            random=True,
        )
        for n in (1, 2, 3)
    },
    "Flatten": layer("Flatten", case(IMAGES), case((2, 3, 4, 5), start_dim=0, end_dim=2), case((2, 3))),
    "Unflatten": layer(
        "Unflatten",
        case((128, 4096), dim=1, unflattened_size=(64, 64)),
        case((2, 6, 5), dim=1, unflattened_size=(2, 3)),
        case((2, 6), dim=-1, unflattened_size=torch.Size((1, 2, 3))),
    ),
    "Linear": layer(
        "Linear",
        case((256, 512), in_features=512, out_features=512),
        case((2, 3, 4), in_features=4, out_features=2, bias=False),
        case((4,), in_features=4, out_features=3),
    ),
    "LazyLinear": layer("LazyLinear", case((256, 512), out_features=512), case((2, 3, 4), out_features=2, bias=False)),
    "Bilinear": layer(
        "Bilinear",
        case((256, 32), (256, 48), in1_features=32, in2_features=48, out_features=64),
        case((2, 3, 4), (2, 3, 5), in1_features=4, in2_features=5, out_features=2, bias=False),
        case((4,), (5,), in1_features=4, in2_features=5, out_features=3),
    ),
    "CosineSimilarity": layer(
        "CosineSimilarity", case((512, 256), (512, 256)), case((2, 3, 4), (2, 3, 4)), case((5, 3), (1, 3), dim=0)
    ),
    "PairwiseDistance": layer(
        "PairwiseDistance",
        case((512, 256), (512, 256)),
        case((2, 3, 4), (2, 3, 4), keepdim=True),
        case((5, 3), (1, 3), p=1.0, eps=1e-3),
        case((5, 3), (5, 3), p=3.0),
        case((5, 3), (5, 3), p=float("inf")),
    ),
    "Embedding": layer(
        "Embedding",
        case(classes(512, 64, classes=1000), num_embeddings=1000, embedding_dim=32),
        case(classes(3, 4), num_embeddings=10, embedding_dim=5, padding_idx=-2),
        case(classes(), num_embeddings=10, embedding_dim=3),
    ),
    "EmbeddingBag": layer(
        "EmbeddingBag",
        case(classes(512, 64, classes=1000), num_embeddings=1000, embedding_dim=32),
        case(classes(3, 4), num_embeddings=10, embedding_dim=5, padding_idx=-2),
        case(classes(7), Given((0, 3, 3)), num_embeddings=10, embedding_dim=5, mode="sum"),
        case(classes(7), Given((0, 3, 7)), num_embeddings=10, embedding_dim=5, mode="max", include_last_offset=True),
        case(classes(7), Given((0, 3, 5)), Sample((7,)), num_embeddings=10, embedding_dim=5, mode="sum", padding_idx=1),
        case(classes(3, 4), num_embeddings=10, embedding_dim=3),
    ),
}
