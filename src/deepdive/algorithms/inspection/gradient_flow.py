"""What one batch does to a network: gradients and activations, layer by layer (D2L section 5.4)."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from deepdive.algorithms.inspection.lazy import check_sizes_known
from deepdive.figures import BLUE, GREY, ORANGE, figure_style, log_scale
from deepdive.names import label
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class ParameterFlow:
    """The gradient of one parameter; norms are square roots of sums of squares."""

    name: str
    gradient_norm: float
    weight_norm: float
    zeros: float
    """Fraction of the gradient's elements that are exactly 0."""
    used: bool
    """Whether the loss depends on the parameter at all."""

    @property
    def ratio(self) -> float:
        """``gradient_norm / weight_norm``: times the learning rate, how far a step of SGD moves the weights."""
        return self.gradient_norm / self.weight_norm if self.weight_norm else float("nan")


@dataclass(frozen=True)
class LayerFlow:
    """What one layer put out; a layer called twice has two."""

    name: str
    kind: str
    mean: float
    std: float
    zeros: float
    """Fraction of the elements that are exactly 0."""
    dead: float
    """Fraction of the units (channels, features) that are 0 for every example."""
    gradient_norm: float
    """Of the loss by the output."""


@dataclass(frozen=True)
class GradientFlow:
    """Everything, from the input to the output."""

    loss: float
    parameters: tuple[ParameterFlow, ...]
    layers: tuple[LayerFlow, ...]

    def parameter_rows(self) -> list[dict[str, object]]:
        """As lines of a table."""
        return [
            {
                "parameter": p.name,
                "gradient norm": p.gradient_norm,
                "weight norm": p.weight_norm,
                "ratio": p.ratio if p.weight_norm else None,
                "zero gradients": p.zeros,
            }
            for p in self.parameters
        ]

    def layer_rows(self) -> list[dict[str, object]]:
        """As lines of a table."""
        return [
            {
                "layer": f"{layer.name} ({layer.kind})",
                "mean": layer.mean,
                "std": layer.std,
                "zeros": layer.zeros,
                "dead units": layer.dead,
                "gradient norm": layer.gradient_norm,
            }
            for layer in self.layers
        ]


@checked
def gradient_flow(
    network: nn.Module, batch: tuple[Tensor, ...], loss: Callable[[Tensor, Tensor], Tensor]
) -> GradientFlow:
    """Run ``loss(network(x_1, ..., x_k), y)`` for a batch ``(x_1, ..., x_k, y)`` and look at what flows back.

    A copy of the network is run, in the mode the network is in, so that weights, gradients, running statistics and
    the random generators stay as they are.

    Raises:
        ValueError: fewer than two fields, no parameter to learn, a layer of unknown size, a loss that is no single
            number, or one that depends on no parameter.
    """
    if len(batch) < 2:
        raise ValueError(f"batch must be inputs and targets, got {len(batch)} fields")
    check_sizes_known(network)
    *inputs, targets = batch
    twin, outputs = copy.deepcopy(network), list[tuple[str, str, Tensor]]()
    for name, module in twin.named_modules():
        if not any(True for _ in module.children()):
            module.register_forward_hook(_listen(name, outputs))
    learnt = [(name, p) for name, p in twin.named_parameters() if p.requires_grad]
    if not learnt:
        raise ValueError("network has no parameter that is learnt, so nothing flows back")
    with torch.random.fork_rng(), torch.enable_grad():
        value = loss(twin(*inputs), targets)
        if value.ndim:
            raise ValueError(f"loss must be a single number, got the shape {tuple(value.shape)}")
        if not value.requires_grad:
            raise ValueError("loss does not depend on any parameter, so nothing flows back")
        places = [y for _, _, y in outputs if y.requires_grad]
        found = torch.autograd.grad(value, [*(p for _, p in learnt), *places], allow_unused=True)
    by_parameter, by_place = found[: len(learnt)], iter(found[len(learnt) :])
    return GradientFlow(
        float(value.detach()),
        tuple(_of_parameter(name, p, g) for (name, p), g in zip(learnt, by_parameter, strict=True)),
        tuple(_of_layer(name, kind, y, next(by_place) if y.requires_grad else None) for name, kind, y in outputs),
    )


@checked
def gradient_flow_figure(flow: GradientFlow) -> "Figure":
    """Norms of weights and of their gradients above, mean and standard deviation of what the layers put out below."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 5.4), layout="constrained")
        upper, lower = figure.subplots(2, 1)
        names = [label(p.name) for p in flow.parameters]
        places = range(len(names))
        for what, color, marker in (("weight", GREY, "s"), ("gradient", BLUE, "o")):
            norms = [getattr(p, f"{what}_norm") or float("nan") for p in flow.parameters]
            upper.plot(places, norms, marker=marker, color=color, label=f"{what} norm")
        log_scale(upper, "y")
        upper.set_ylabel("norm")
        layers = [label(f"{layer.name} {layer.kind}".strip()) for layer in flow.layers]
        means, stds = [layer.mean for layer in flow.layers], [layer.std for layer in flow.layers]
        lower.errorbar(
            range(len(layers)), means, stds, fmt="o", color=BLUE, capsize=3, label="output: mean ± standard deviation"
        )
        lower.plot(
            range(len(layers)),
            [layer.dead for layer in flow.layers],
            color=ORANGE,
            linestyle="--",
            marker="x",
            label="fraction of dead units",
        )
        for ax, ticks in ((upper, names), (lower, layers)):
            every = max(1, len(ticks) // 24)  # as many as can be read
            ax.set_xticks(
                range(0, len(ticks), every), ticks[::every], rotation=35, ha="right", rotation_mode="anchor", fontsize=8
            )
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, fontsize="small")
    return figure


def _listen(name: str, outputs: list[tuple[str, str, Tensor]]) -> Callable[..., None]:
    def hook(module: nn.Module, _: Any, output: Any) -> None:
        if isinstance(output, Tensor) and output.is_floating_point():
            outputs.append((name, type(module).__name__, output))

    return hook


def _of_parameter(name: str, parameter: Tensor, gradient: Tensor | None) -> ParameterFlow:
    weight = float(torch.linalg.vector_norm(parameter.detach()))
    if gradient is None:
        return ParameterFlow(name, 0.0, weight, 1.0, used=False)
    return ParameterFlow(
        name, float(torch.linalg.vector_norm(gradient)), weight, float((gradient == 0).double().mean()), used=True
    )


def _of_layer(name: str, kind: str, output: Tensor, gradient: Tensor | None) -> LayerFlow:
    y = output.detach()
    zero = y == 0
    units = zero.movedim(1, 0).flatten(1) if y.ndim > 1 else zero[None]
    return LayerFlow(
        name,
        kind,
        float(y.double().mean()),
        float(y.double().std(correction=0)),
        float(zero.double().mean()),
        float(units.all(1).double().mean()),
        0.0 if gradient is None else float(torch.linalg.vector_norm(gradient)),
    )
