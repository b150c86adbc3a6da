"""Softmax regression to its optimum, where a network's last layer is all that learns (D2L section 4.1)."""

import torch
from jaxtyping import Float, Integer
from torch import Tensor
from torch.nn.functional import cross_entropy

from deepdive.checks import check_bounds, check_dimensions, check_finite, check_labels, check_not_empty
from deepdive.signatures import checked

_STEPS = 200


@checked
def fit_softmax_regression(
    features: Float[Tensor, "n d"],
    labels: Integer[Tensor, " n"],
    num_classes: int,
    *,
    penalty: int | float = 0.0,
    directions: Float[Tensor, "classes d"] | None = None,
) -> tuple[Float[Tensor, "classes d"], Float[Tensor, " classes"]]:
    """Weight and bias that minimise ``1/n Σ_i ce(W x_i + b, y_i) + penalty/2 Σ V²``, by L-BFGS over all rows at once.

    ``ce`` is the cross-entropy, ``W = V + diag(a) D``: what is known of a class is a row of the ``directions`` ``D``,
    all 0 where nothing is, and of that each class takes what it likes. Without them ``W = V``. With a
    ``penalty`` above 0 there is one minimum, whatever the order of rows: it is what stochastic gradient descent on a
    linear layer with weight decay wanders around. A feature counts by its scale.

    Raises:
        TypeError: labels are no integers.
        ValueError: ``penalty`` is negative, there are no rows, fewer than two classes, a class out of range, directions
            of another number of classes, or a number is not finite.
    """
    check_bounds("penalty", penalty, 0)
    check_bounds("num_classes", num_classes, 2)
    check_not_empty("features", features)
    check_finite("features", features)
    check_labels("labels", labels, num_classes)
    if directions is not None:
        check_dimensions("directions", directions, num_classes, features.shape[1])
        check_finite("directions", directions)
    x, labels = features.detach(), labels.long()
    known = x.new_zeros(len(x), num_classes) if directions is None else x @ directions.T
    shift, scale = known.mean(0), known.std(0, correction=0).clamp(min=1e-12)
    known = (known - shift) / scale
    amount = x.new_zeros(num_classes, requires_grad=True)
    weight = x.new_zeros(num_classes, x.shape[1], requires_grad=True)
    bias = x.new_zeros(num_classes, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weight, bias, amount],
        max_iter=_STEPS,
        tolerance_grad=1e-6,
        tolerance_change=1e-9,
        line_search_fn="strong_wolfe",
    )

    def objective() -> Tensor:
        optimizer.zero_grad()
        loss = cross_entropy(x @ weight.T + amount * known + bias, labels) + penalty / 2 * weight.square().sum()
        loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(objective)
    with torch.no_grad():
        amount /= scale
        if directions is not None:
            weight += amount[:, None] * directions
        return weight.detach(), (bias - amount * shift).detach()


@checked
def telling_outputs(
    outputs: Float[Tensor, "n m"], labels: Integer[Tensor, " n"], num_classes: int, *, least: float = 1.0
) -> list[int | None]:
    """The one of ``m`` outputs that tells each class best from the rest; ``None`` where none tells it well.

    It is the output ``z`` with the greatest ``(mean(z | class) - mean(z | rest)) / √(var(z | class) + var(z | rest))``,
    if that is at least ``least``. Classes with fewer than two rows, or all of them, have none.

    Raises:
        TypeError: labels are no integers.
        ValueError: there is no output, one is not finite, a class is out of range, or ``num_classes`` is below 1.
    """
    check_bounds("num_classes", num_classes, 1)
    check_not_empty("outputs", outputs)
    check_finite("outputs", outputs)
    check_labels("labels", labels, num_classes)
    found: list[int | None] = []
    for each in range(num_classes):
        here = labels == each
        if not 2 <= int(here.sum()) <= len(labels) - 2:
            found.append(None)
            continue
        inside, outside = outputs[here], outputs[~here]
        spread = (inside.var(0) + outside.var(0)).sqrt().clamp(min=1e-12)
        separation, best = ((inside.mean(0) - outside.mean(0)) / spread).max(0)
        found.append(int(best) if float(separation) >= least else None)
    return found
