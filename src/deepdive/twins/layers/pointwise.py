"""Layers without a window: activations, linear maps, embeddings, dropout."""

from deepdive.twins._rows import IMAGES, SOFTMAX, case, classes, layer
from deepdive.twins.kinds import LayerTwin

_POINTS = (case((128, 4096)), case((3, 4)), case((2, 3, 4, 5)))

POINTWISE: dict[str, LayerTwin] = {
    "Identity": layer("Identity", *_POINTS),
    "ReLU": layer("ReLU", *_POINTS),
    "ReLU6": layer("ReLU6", *_POINTS),
    "LeakyReLU": layer("LeakyReLU", *_POINTS, case((3, 4), negative_slope=0.3)),
    "PReLU": layer("PReLU", *_POINTS, case((2, 3, 4), num_parameters=3, init=0.1), case((5,))),
    "Sigmoid": layer("Sigmoid", *_POINTS),
    "Tanh": layer("Tanh", *_POINTS),
    "GELU": layer("GELU", *_POINTS, case((3, 4), approximate="tanh")),
    "Softmax": layer("Softmax", *SOFTMAX),
    "LogSoftmax": layer("LogSoftmax", *SOFTMAX),
    "Dropout": layer("Dropout", *_POINTS, case((3, 4), p=0.0), case((3, 4), p=1.0), case((3, 4), p=0.2), random=True),
    "Flatten": layer("Flatten", case(IMAGES), case((2, 3, 4, 5), start_dim=0, end_dim=2), case((2, 3))),
    "Linear": layer(
        "Linear",
        case((256, 512), in_features=512, out_features=512),
        case((2, 3, 4), in_features=4, out_features=2, bias=False),
        case((4,), in_features=4, out_features=3),
    ),
    "LazyLinear": layer("LazyLinear", case((256, 512), out_features=512), case((2, 3, 4), out_features=2, bias=False)),
    "Embedding": layer(
        "Embedding",
        case(classes(512, 64, classes=1000), num_embeddings=1000, embedding_dim=32),
        case(classes(3, 4), num_embeddings=10, embedding_dim=5, padding_idx=-2),
        case(classes(), num_embeddings=10, embedding_dim=3),
    ),
}
