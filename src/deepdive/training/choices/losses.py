"""Losses by name, by class, by a function or as a module."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from deepdive.checks import told
from deepdive.names import suggestion

LossChoice = str | type[nn.Module] | Callable[[Tensor, Tensor], Tensor]
"""What is accepted as a loss."""

NAMES: dict[str, type[nn.Module]] = {
    "cross_entropy": nn.CrossEntropyLoss,
    "nll": nn.NLLLoss,
    "bce_with_logits": nn.BCEWithLogitsLoss,
    "bce": nn.BCELoss,
    "mse": nn.MSELoss,
    "mae": nn.L1Loss,
    "l1": nn.L1Loss,
    "huber": nn.HuberLoss,
    "smooth_l1": nn.SmoothL1Loss,
    "poisson_nll": nn.PoissonNLLLoss,
}
"""Losses by name: PyTorch's, which are means over a batch."""


def choose_loss(choice: LossChoice) -> Callable[[Tensor, Tensor], Tensor]:
    """The loss of that name or class, or as it is given.

    Raises:
        TypeError: it is something else.
        ValueError: there is no loss of that name.
    """
    if isinstance(choice, str):
        plain = choice.casefold().replace("-", "").replace("_", "").replace(" ", "").removesuffix("loss")
        name = {known.replace("_", ""): known for known in NAMES}.get(plain)
        if name is None:
            raise ValueError(f"loss must be the name of one, got {choice!r}{suggestion(choice, list(NAMES))}")
        return NAMES[name]()
    if isinstance(choice, type) and issubclass(choice, nn.Module):
        return choice()
    if not callable(choice):
        raise TypeError(f"loss must be a name, a function of outputs and targets or a module, got {told(choice)}")
    return choice


def by_element(loss: Any) -> bool:
    """Whether a loss compares outputs and targets of one shape, number by number: those of PyTorch and of ours."""
    base = getattr(loss, "func", loss)
    name = getattr(base, "__name__", type(base).__name__)
    return name in _BY_ELEMENT or type(base).__name__ in _BY_ELEMENT


def of_classes(loss: Any) -> bool:
    """Whether a loss is cross-entropy or the like, of one output per class."""
    base = getattr(loss, "func", loss)
    return {getattr(base, "__name__", ""), type(base).__name__} & {
        "CrossEntropyLoss", "cross_entropy", "NLLLoss", "nll_loss"
    } != set()  # fmt: skip


def of_binary_classes(loss: Any) -> bool:
    """Whether a loss is binary cross-entropy."""
    base = getattr(loss, "func", loss)
    return {getattr(base, "__name__", ""), type(base).__name__} & _BINARY != set()


def divided_at(loss: Any) -> float:
    """Where a loss divides outputs of two classes: probabilities at 1/2, logits at 0."""
    base = getattr(loss, "func", loss)
    return 0.5 if {getattr(base, "__name__", ""), type(base).__name__} & _OF_PROBABILITIES else 0.0


_OF_PROBABILITIES = {"BCELoss", "binary_cross_entropy"}
_BINARY = _OF_PROBABILITIES | {"BCEWithLogitsLoss", "binary_cross_entropy_with_logits"}
_BY_ELEMENT = _BINARY | {
    "MSELoss", "L1Loss", "HuberLoss", "SmoothL1Loss", "mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss",
}  # fmt: skip
