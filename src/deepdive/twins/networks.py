"""Networks, each from layers of either toolkit."""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from deepdive import scratch
from deepdive.models import MLP, LeNet, SoftmaxRegression
from deepdive.twins._rows import case
from deepdive.twins.kinds import Case, LayerTwin

_GRAY = (case((128, 1, 28, 28)), case((2, 1, 28, 28)))
"""The first case is timed, the second one shows what is the same for any input."""


def _network(make: Callable[..., nn.Module], *cases: Case, **more: Any) -> LayerTwin:
    return LayerTwin(partial(make, nn=scratch), make, cases, **more)


NETWORKS: dict[str, LayerTwin] = {
    "SoftmaxRegression": _network(partial(SoftmaxRegression, 784, 10), *_GRAY),
    "MLP": _network(partial(MLP, 784, 10), *_GRAY),
    "LeNet": _network(LeNet, *_GRAY),
    "LeNet(modern=True)": _network(partial(LeNet, modern=True), *_GRAY),
}
