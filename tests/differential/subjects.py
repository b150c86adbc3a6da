"""Every public name of the from-scratch toolkit as something to call: taken from the table of twins, none left out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from inspect import Parameter, signature
from typing import Any

import torch
from torch import Tensor, nn

from deepdive.twins import CLIPPING, FUNCTIONS, INITIALIZERS, LAYERS, Case, LayerTwin, Sample

from .mutations import Call, calls


@dataclass(frozen=True)
class Subject:
    """Two modules to compare, cases to mutate, and the arguments that may be mutated."""

    twin: LayerTwin
    cases: tuple[Case, ...]
    parameters: list[Parameter]

    def calls(self, *, every: bool) -> Iterator[tuple[int, Call]]:
        """All mutations of every case, or of the first small one and of that with the most inputs."""
        most = max(range(len(self.cases)), key=lambda i: (len(self.cases[i].inputs), len(self.cases[i].arguments)))
        for i in range(len(self.cases)) if every else sorted({0, most}):
            case, generator = self.cases[i], torch.Generator().manual_seed(0)
            arguments = {
                name: value.draw(generator, torch.float32) if isinstance(value, Sample) else value
                for name, value in case.arguments.items()
            }
            inputs = [sample.draw(generator, torch.float32) for sample in case.inputs]
            # The arguments of a name are the same for all its cases: one is enough, unless every one is wanted.
            parameters = self.parameters if every or i == 0 else []
            yield from ((i, call) for call in calls(arguments, inputs, parameters))


class Filled(nn.Module):
    """An initialiser, of a tensor that is left as it is."""

    def __init__(self, function: Callable[..., Any], **arguments: Any) -> None:
        super().__init__()
        self.function = partial(function, **arguments)

    def forward(self, *tensors: Any) -> Any:
        return self.function(*[x.detach().clone() if isinstance(x, Tensor) else x for x in tensors])


class Clipped(nn.Module):
    """Gradients, and what a function that changes them makes of them and gives back."""

    def __init__(self, function: Callable[..., Any], **arguments: Any) -> None:
        super().__init__()
        self.function = partial(function, **arguments)

    def forward(self, *gradients: Any) -> tuple[Any, list[Tensor | None]]:
        parameters = [
            nn.Parameter(torch.zeros_like(g))
            if isinstance(g, Tensor) and (g.is_floating_point() or g.is_complex())
            else g
            for g in gradients
        ]
        for p, g in zip(parameters, gradients, strict=True):
            if isinstance(p, nn.Parameter):
                p.grad = g.detach().clone()
        given = self.function([*parameters, nn.Parameter(torch.zeros(2))])
        return given, [getattr(p, "grad", None) for p in parameters]


def _subjects() -> Iterator[tuple[str, Subject]]:
    for name, twin in LAYERS.items():
        yield name, Subject(twin, twin.cases[1:], _arguments(twin.ours))
    for name, twin in FUNCTIONS.items():
        inputs = max(len(case.inputs) for case in twin.cases)
        yield name, Subject(twin.as_layers(), twin.cases[1:], _arguments(twin.ours)[inputs:])
    for name, twin in INITIALIZERS.items():
        shape = (4, 3, 2, 3) if twin.shape == (6, 4, 3, 3) else twin.shape
        inputs = (Sample(shape),) if twin.in_place else ()
        cases = tuple(Case(inputs, {**a, **({"groups": 2} if "groups" in a else {})}) for a in twin.arguments)
        modules = LayerTwin(partial(Filled, twin.ours), partial(Filled, twin.theirs), cases)
        yield name, Subject(modules, cases, _arguments(twin.ours)[len(inputs) :])
    for name, twin in CLIPPING.items():
        cases = tuple(Case((Sample((3, 4)), Sample((4,)), Sample(())), a) for a in twin.arguments)
        modules = LayerTwin(partial(Clipped, twin.ours), partial(Clipped, twin.theirs), cases)
        yield name, Subject(modules, cases, _arguments(twin.ours)[1:])


def _arguments(function: Callable[..., Any]) -> list[Parameter]:
    """What can be given by name: all but the device, and a generator, which is the same object on both sides."""
    parameters = signature(function).parameters.values()
    return [p for p in parameters if p.name not in ("device", "generator")]


SUBJECTS = dict(_subjects())
