"""Functions that losses are made of."""

import torch
from torch import nn

from deepdive import scratch
from deepdive.twins._rows import SOFTMAX, case, classes
from deepdive.twins.kinds import FunctionTwin

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
