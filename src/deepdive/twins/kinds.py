"""What a row of the table of proofs can be: two layers, functions, initialisers, optimisers, schedules, clippings."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import torch
from torch import Generator, Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence


@dataclass(frozen=True)
class Sample:
    """A tensor to be drawn: ``normal`` values, ``uniform`` ones in [0, 1), whole ``classes``, or ``probabilities``.

    ``rates`` lie well between 0 and 1 and ask for a gradient; ``signs`` are 1 or -1; ``places`` are whole numbers below
    ``classes`` that differ from each other but for the first two dimensions.

    ``hidden`` is true at some places of the last dimension, never at the first, ``seen`` at the others; ``future``
    is true right of the diagonal.
    """

    shape: tuple[int, ...]
    kind: Literal[
        "normal", "uniform", "classes", "probabilities", "rates", "signs", "places", "hidden", "seen", "future"
    ] = "normal"
    classes: int = 10

    def draw(self, generator: Generator, dtype: torch.dtype) -> Tensor:
        """The tensor; ``normal`` ones and ``rates`` ask for a gradient."""
        if self.kind == "classes":
            return torch.randint(self.classes, self.shape, generator=generator)
        if self.kind == "places":
            order = torch.rand(*self.shape[:2], self.classes, generator=generator).argsort(-1)
            return order[..., : math.prod(self.shape[2:])].reshape(self.shape)
        if self.kind == "future":
            return torch.ones(self.shape, dtype=torch.bool).triu(1)
        if self.kind == "normal":
            return torch.randn(self.shape, generator=generator, dtype=dtype).requires_grad_()
        x = torch.rand(self.shape, generator=generator, dtype=dtype)
        if self.kind == "rates":
            return (0.05 + 0.9 * x).requires_grad_()
        if self.kind == "signs":
            return torch.where(x < 0.5, -1.0, 1.0).to(dtype)
        if self.kind in ("hidden", "seen"):
            hidden = (x < 0.4) & (torch.arange(self.shape[-1]) > 0)
            return hidden if self.kind == "hidden" else ~hidden
        return x / x.sum(1, keepdim=True) if self.kind == "probabilities" else x


@dataclass(frozen=True)
class Several:
    """Samples that are one argument, such as the pair ``(h, c)``."""

    samples: tuple[Sample, ...]

    def draw(self, generator: Generator, dtype: torch.dtype) -> tuple[Tensor, ...]:
        """All of them."""
        return tuple(sample.draw(generator, dtype) for sample in self.samples)


@dataclass(frozen=True)
class Packed:
    """Normal sequences of these lengths, in no order, as one packed sequence."""

    lengths: tuple[int, ...]
    features: int

    def draw(self, generator: Generator, dtype: torch.dtype) -> PackedSequence:
        """The sequences; their data ask for a gradient."""
        x = torch.randn(max(self.lengths), len(self.lengths), self.features, generator=generator, dtype=dtype)
        packed = pack_padded_sequence(x, list(self.lengths), enforce_sorted=False)
        return PackedSequence(packed.data.requires_grad_(), *packed[1:])


@dataclass(frozen=True)
class Given:
    """Whole numbers that are always the same, such as lengths."""

    values: tuple[int, ...]

    def draw(self, generator: Generator, dtype: torch.dtype) -> Tensor:
        """The numbers."""
        return torch.tensor(self.values)


@dataclass(frozen=True)
class Plain:
    """What is no tensor, such as a flag."""

    value: bool | None

    def draw(self, generator: Generator, dtype: torch.dtype) -> bool | None:
        """The value."""
        return self.value


Input = Sample | Several | Packed | Given | Plain


@dataclass(frozen=True)
class Part:
    """A layer that another is made with, out of the same toolkit."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def made(self, toolkit: Any) -> nn.Module:
        """The layer, and those it is made with itself."""
        return getattr(toolkit, self.name)(**made(self.arguments, toolkit))


def made(arguments: Mapping[str, Any], toolkit: Any) -> dict[str, Any]:
    """The arguments, with every layer among them made out of this toolkit."""
    return {name: value.made(toolkit) if isinstance(value, Part) else value for name, value in arguments.items()}


@dataclass(frozen=True)
class Case:
    """Arguments to make a layer with, and inputs for it; samples among the arguments are drawn, parts made."""

    inputs: tuple[Input, ...]
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
    """Compared compiled, too, on the last case."""
    uncompiled: str = "of many layers, which take the compiler long"
    """Why it is not, where it is not."""
    single: float = 1e-4
    """Largest relative difference in float32; sums run in another order than the library's.

    Of gradients, besides what rounding alone can do, as at a kink: see ``deepdive.proofs.rounding``.
    """
    double: float = 1e-10
    """Largest relative difference in float64."""


@dataclass(frozen=True)
class FunctionTwin:
    """Two functions of tensors; a case's arguments are given by name."""

    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    cases: tuple[Case, ...]
    uncompiled: str = ""
    """Why it is not compared compiled, where it is not."""

    def as_layers(self) -> LayerTwin:
        """Modules that call the functions, so that one proof serves both."""
        ours, theirs = partial(_Call, self.ours), partial(_Call, self.theirs)
        return LayerTwin(ours, theirs, self.cases, compiled=not self.uncompiled, uncompiled=self.uncompiled)


class _Call(nn.Module):
    def __init__(self, function: Callable[..., Any], **arguments: Any) -> None:
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
class GradientTwin:
    """Two functions that change the gradients of parameters in place."""

    ours: Callable[..., Tensor | None]
    theirs: Callable[..., Tensor | None]
    arguments: tuple[Mapping[str, Any], ...]
    tolerance: float = 1e-10


@dataclass(frozen=True)
class OptimizerTwin:
    """Two optimisers, equal update by update."""

    ours: Callable[..., torch.optim.Optimizer]
    theirs: Callable[..., torch.optim.Optimizer]
    arguments: tuple[Mapping[str, Any], ...]
    tolerance: float = 1e-10
    problem: Literal["groups", "matrices", "rows", "closure"] = "groups"
    """For parameters in two groups, for matrices, for tables with gradients of some rows, or for a closure."""


@dataclass(frozen=True)
class ScheduleTwin:
    """Two schedules, equal step by step.

    ``schedulers`` among the arguments are names and arguments of members, out of the same toolkit.
    """

    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    arguments: tuple[Mapping[str, Any], ...]
    tolerance: float = 1e-12
    metric: Callable[[int], float] | None = None
    """What a step is told, where it waits for a metric."""
