"""Forward and backward propagation of a perceptron written out by hand (D2L section 5.3).

Rows are examples. Layer ``i`` computes ``aᵢ = hᵢ₋₁ Wᵢᵀ + bᵢ`` and ``hᵢ = φ(aᵢ)`` from ``h₀ = x``; the last one has no
``φ``: its ``a`` are the outputs ``o``. ``L`` is the loss, ``s = λ/2 Σ ||Wᵢ||²`` the penalty, ``J = L + s`` what is
minimised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Integer, Real
from torch import Tensor

from deepdive.checks import check_bounds, check_dimensions, check_labels, check_not_empty, shown
from deepdive.graphs import Vertex, draw_graph
from deepdive.signatures import checked

Activation = Literal["sigmoid", "tanh", "relu"]
Loss = Literal["cross-entropy", "squared"]


@dataclass(frozen=True)
class Propagation:
    """Every value of a forward pass, each list from the first layer to the last."""

    inputs: Float[Tensor, "batch inputs"]
    pre_activations: list[Tensor]
    """``a``, one per layer; the last is ``o``."""
    hidden: list[Tensor]
    """``h``, one per hidden layer."""
    predictions: Float[Tensor, "batch outputs"]
    """``ŷ``: the softmax of ``o`` under cross-entropy, else ``o`` itself."""
    loss: Float[Tensor, ""]
    """``L``, the mean over the batch."""
    penalty: Float[Tensor, ""]
    objective: Float[Tensor, ""]


@dataclass(frozen=True)
class Gradients:
    """Derivatives of the objective ``J``, each list from the first layer to the last."""

    weights: list[Tensor]
    biases: list[Tensor]
    pre_activations: list[Tensor]
    hidden: list[Tensor]
    inputs: Float[Tensor, "batch inputs"]


@checked
class Perceptron:
    """A perceptron of any depth whose gradients are formulas, not recorded.

    Args:
        weights: ``Wᵢ (outputs, inputs)`` of each layer, at least one.
        biases: ``bᵢ (outputs,)`` of each layer.
        activation: ``φ``.
        loss: ``cross-entropy`` with class indices ``(batch,)`` or probabilities ``(batch, classes)`` as targets, or
            ``squared``: half the squared distance, with targets ``(batch, outputs)``.
        weight_decay: ``λ``, from 0 up.

    Raises:
        ValueError: the shapes do not fit each other, or there is no such activation or loss.

    """

    def __init__(
        self,
        weights: Sequence[Float[Tensor, "_ _"]],
        biases: Sequence[Float[Tensor, " _"]],
        *,
        activation: Activation = "relu",
        loss: Loss = "cross-entropy",
        weight_decay: int | float = 0,
    ) -> None:
        if not weights or len(weights) != len(biases):
            raise ValueError(
                f"weights and biases must have one entry for each layer, got {len(weights)} and {len(biases)}"
            )
        for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
            width = w.shape[1] if i == 0 else len(weights[i - 1])
            if w.dim() != 2 or w.shape[1] != width or b.shape != w.shape[:1]:
                raise ValueError(
                    f"weights and biases of layer {i + 1} must have shape (outputs, {width}) and (outputs,), got "
                    f"{shown(w.shape)} and {shown(b.shape)}"
                )
        check_bounds("weight_decay", weight_decay, 0)
        self.weights = list(weights)
        self.biases = list(biases)
        self.activation: Activation = activation
        self.loss: Loss = loss
        self.weight_decay = weight_decay

    @checked
    def forward(self, x: Float[Tensor, "batch inputs"], y: Real[Tensor, "batch *outputs"]) -> Propagation:
        """All values from the inputs to the objective.

        Raises:
            ValueError: ``x`` or ``y`` does not fit the layers.
        """
        check_not_empty("x", x)
        check_dimensions("x", x, "batch", self.weights[0].shape[1])
        h, a, hidden = x, [], []
        for i, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            a.append(h @ w.T + b)
            if i + 1 < len(self.weights):
                h = _activation(a[-1], self.activation)
                hidden.append(h)
        o, t = a[-1], self._shares(y)
        if self.loss == "cross-entropy":
            log_shares = o - o.logsumexp(dim=1, keepdim=True)
            predictions, loss = log_shares.exp(), -(t * log_shares).sum() / len(x)
        else:
            predictions, loss = o, 0.5 * (o - t).square().sum() / len(x)
        penalty = 0.5 * self.weight_decay * torch.stack([w.square().sum() for w in self.weights]).sum()
        return Propagation(x, a, hidden, predictions, loss, penalty, loss + penalty)

    @checked
    def backward(self, values: Propagation, y: Real[Tensor, "batch *outputs"]) -> Gradients:
        """From the objective back to the inputs, by the chain rule.

        ``∂J/∂o = (ŷ - y) / n`` under both losses; then, layer by layer, ``∂J/∂Wᵢ = (∂J/∂aᵢ)ᵀ hᵢ₋₁ + λ Wᵢ``,
        ``∂J/∂bᵢ = Σ ∂J/∂aᵢ``, ``∂J/∂hᵢ₋₁ = ∂J/∂aᵢ Wᵢ`` and ``∂J/∂aᵢ₋₁ = ∂J/∂hᵢ₋₁ ⊙ φ'(aᵢ₋₁)``.

        Raises:
            ValueError: ``y`` does not fit the layers or the examples.
        """
        if len(y) != len(values.inputs):
            raise ValueError(f"y must have one target for each of {len(values.inputs)} examples, got {len(y)}")
        t = self._shares(y)
        below = [values.inputs, *values.hidden]
        delta = (
            values.predictions * t.sum(dim=1, keepdim=True) if self.loss == "cross-entropy" else values.predictions
        ) - t
        delta = delta / len(t)
        weights, biases, pre_activations, hidden = [], [], [], []
        for i in reversed(range(len(self.weights))):
            pre_activations.append(delta)
            weights.append(delta.T @ below[i] + self.weight_decay * self.weights[i])
            biases.append(delta.sum(dim=0))
            hidden.append(delta @ self.weights[i])
            if i:
                delta = hidden[-1] * _derivative(values.pre_activations[i - 1], below[i], self.activation)
        *hidden, inputs = hidden
        return Gradients(weights[::-1], biases[::-1], pre_activations[::-1], hidden[::-1], inputs)

    @checked
    def draw(self, values: Propagation | None = None) -> str:
        """The computational graph as the text of an SVG: from inputs and parameters to the objective.

        With ``values`` of a small batch, the boxes show them.
        """
        depth = len(self.weights)
        shown: dict[str, Tensor] = {}
        if values is not None:
            shown = {"x": values.inputs, "ŷ": values.predictions, "L": values.loss, "J": values.objective}
            shown |= {f"a{i + 1}": a for i, a in enumerate(values.pre_activations)}
            shown |= {f"h{i + 1}": h for i, h in enumerate(values.hidden)} | {"s": values.penalty}

        def box(key: str, *lines: str, kind: Literal["operation", "variable", "constant", "result"]) -> Vertex:
            number = shown.get(key)
            return Vertex(
                key, (*lines, *([_digits(number)] if number is not None and number.numel() <= 8 else [])), kind
            )

        vertices, edges = [box("x", "x", kind="constant"), box("y", "y", kind="constant")], []
        for i, w in enumerate(self.weights, start=1):
            size = " × ".join(map(str, w.shape))
            vertices += [box(f"W{i}", f"W{i}", size, kind="variable"), box(f"b{i}", f"b{i}", kind="variable")]
            last = f"h{i - 1}" if i > 1 else "x"
            vertices.append(box(f"a{i}", f"a{i} = {last} W{i}ᵀ + b{i}", kind="operation"))
            edges += [(last, f"a{i}"), (f"W{i}", f"a{i}"), (f"b{i}", f"a{i}")]
            if i < depth:
                vertices.append(box(f"h{i}", f"h{i} = {self.activation}(a{i})", kind="operation"))
                edges.append((f"a{i}", f"h{i}"))
        said = f"ŷ = softmax(a{depth})" if self.loss == "cross-entropy" else f"ŷ = a{depth}"
        vertices += [
            box("ŷ", said, kind="operation"),
            box("L", f"L = {self.loss}(ŷ, y)", kind="operation"),
            box("s", "s = λ/2 Σ||W||²", kind="operation"),
            box("J", "J = L + s", kind="result"),
        ]
        edges += [(f"a{depth}", "ŷ"), ("ŷ", "L"), ("y", "L"), ("L", "J"), ("s", "J")]
        edges += [(f"W{i}", "s") for i in range(1, depth + 1)]
        return draw_graph(vertices, edges, title="computational graph of a perceptron")

    def _shares(self, y: Tensor) -> Float[Tensor, "batch outputs"]:
        """Targets in the shape of the outputs: class numbers as ones among zeros."""
        outputs = len(self.weights[-1])
        if self.loss == "cross-entropy" and y.dim() == 1 and not y.is_floating_point():
            return _one_hot(y, outputs).to(self.weights[-1])
        if y.dim() != 2 or y.shape[1] != outputs:
            raise ValueError(f"y must have shape (batch, {outputs}), got {shown(y.shape)}")
        return y.to(self.weights[-1])


def _one_hot(y: Integer[Tensor, " batch"], classes: int) -> Tensor:
    check_labels("y", y, classes)
    return y[:, None] == torch.arange(classes, device=y.device)


def _activation(a: Tensor, name: Activation) -> Tensor:
    if name == "sigmoid":
        return 1 / (1 + torch.exp(-a))
    return torch.tanh(a) if name == "tanh" else a.clamp(min=0)


def _derivative(a: Tensor, h: Tensor, name: Activation) -> Tensor:
    """``φ'(a)``, by ``h = φ(a)`` where that is shorter: ``h (1 - h)``, ``1 - h²``, ``[a > 0]``."""
    if name == "sigmoid":
        return h * (1 - h)
    return 1 - h.square() if name == "tanh" else (a > 0).to(a)


def _digits(values: Tensor) -> str:
    return ", ".join(f"{v:.3f}" for v in values.detach().flatten().tolist())
