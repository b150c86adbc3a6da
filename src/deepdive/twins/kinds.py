"""What a row of the table of proofs can be: a pair of layers, functions, initialisers, optimisers or schedules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import torch
from torch import Generator, Tensor, nn


@dataclass(frozen=True)
class Sample:
    """A tensor to be drawn: ``normal`` values, ``uniform`` ones in [0, 1), whole ``classes``, or ``probabilities``."""

    shape: tuple[int, ...]
    kind: Literal["normal", "uniform", "classes", "probabilities"] = "normal"
    classes: int = 10

    def draw(self, generator: Generator, dtype: torch.dtype) -> Tensor:
        """The tensor; ``normal`` ones ask for a gradient."""
        if self.kind == "classes":
            return torch.randint(self.classes, self.shape, generator=generator)
        if self.kind == "normal":
            return torch.randn(self.shape, generator=generator, dtype=dtype).requires_grad_()
        x = torch.rand(self.shape, generator=generator, dtype=dtype)
        return x / x.sum(1, keepdim=True) if self.kind == "probabilities" else x


@dataclass(frozen=True)
class Case:
    """Arguments to make a layer with, and inputs to call it on; samples among the arguments are drawn, too."""

    inputs: tuple[Sample, ...]
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LayerTwin:
    """Two modules whose state dicts fit each other. The first case is the one that is timed, the rest are small."""

    ours: Callable[..., nn.Module]
    theirs: Callable[..., nn.Module]
    cases: tuple[Case, ...]
    random: bool = False
    """Draws in training; compared from one seed, and compiled in evaluation only."""
    stateful: bool = False
    """Remembers what it has seen in training; compared after many steps, too."""
    compiled: bool = True
    """Compared compiled, too; a network of many layers takes the compiler long, and its layers are."""
    single: float = 1e-4
    """Largest relative difference in float32; sums run in another order than the library's."""
    double: float = 1e-10
    """Largest relative difference in float64."""


@dataclass(frozen=True)
class FunctionTwin:
    """Two functions of tensors; a case's arguments are given by name."""

    ours: Callable[..., Tensor]
    theirs: Callable[..., Tensor]
    cases: tuple[Case, ...]

    def as_layers(self) -> LayerTwin:
        """Modules that call the functions, so that one proof serves both."""
        return LayerTwin(partial(_Call, self.ours), partial(_Call, self.theirs), self.cases)


class _Call(nn.Module):
    def __init__(self, function: Callable[..., Tensor], **arguments: Any) -> None:
        super().__init__()
        self.forward = partial(function, **arguments)


@dataclass(frozen=True)
class InitTwin:
    """Two initialisers that draw the same numbers from equal generators."""

    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    arguments: tuple[Mapping[str, Any], ...]
    in_place: bool = True
    """Fills the tensor it is given first."""
    shape: tuple[int, ...] = (6, 4, 3, 3)
    """Of that tensor."""


@dataclass(frozen=True)
class OptimizerTwin:
    """Two optimisers, equal update by update."""

    ours: Callable[..., torch.optim.Optimizer]
    theirs: Callable[..., torch.optim.Optimizer]
    arguments: tuple[Mapping[str, Any], ...]
    tolerance: float = 1e-10


@dataclass(frozen=True)
class ScheduleTwin:
    """Two schedules, equal step by step."""

    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    arguments: tuple[Mapping[str, Any], ...]
    tolerance: float = 1e-12
