"""How rows are written: a case by its shapes and arguments, a layer by its name."""

from typing import Any

from torch import nn

from deepdive import scratch
from deepdive.twins.kinds import Case, Input, LayerTwin, Sample, Several


def case(*inputs: Input | tuple[int, ...], **arguments: Any) -> Case:
    """Inputs, normal where only a shape is given, and the arguments to make the layer with."""
    return Case(tuple(Sample(x) if isinstance(x, tuple) else x for x in inputs), arguments)


def pair(*shape: int) -> Several:
    """Two tensors of this shape, given as one."""
    return Several((Sample(shape), Sample(shape)))


def layer(name: str, *cases: Case, **more: Any) -> LayerTwin:
    """The layer that both toolkits have under this name."""
    return LayerTwin(getattr(scratch, name), getattr(nn, name), cases, **more)


def classes(*shape: int, classes: int = 10) -> Sample:
    """Whole numbers below ``classes``."""
    return Sample(shape, "classes", classes)


IMAGES = (32, 16, 32, 32)
SOFTMAX = (case((512, 1000), dim=1), case((2, 3, 4), dim=-2), case((5,), dim=0))
