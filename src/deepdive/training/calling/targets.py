"""Targets as the loss needs them: what is one thing in another form is brought into it, anything else refused."""

from inspect import unwrap
from typing import Any

import torch
from torch import Tensor

from deepdive.checks import shown, told
from deepdive.training.choices.losses import by_element, divided_at, of_binary_classes, of_classes
from deepdive.training.losses import option

_RULES = {
    "outputs": "outputs must be probabilities, from 0 to 1, unless loss='bce_with_logits'",
    "targets": "targets of binary cross-entropy must be from 0 to 1",
}


def explain_probabilities(error: Exception) -> None:
    """Raise a clearer error from that of binary cross-entropy, if it is one; else do nothing.

    Raises:
        ValueError: outputs or targets are no probabilities.
    """
    if "should be between 0 and 1" in str(error):
        rule = _RULES["targets" if "target" in str(error) else "outputs"]
        raise ValueError(f"{rule}, got others or NaN") from error


class TargetFit:
    """Targets in the shape and dtype that a loss of PyTorch or of ours needs; of other losses they stay.

    Of cross-entropy, class numbers of any integer dtype and of shape ``(n,)`` or ``(n, 1)``; of losses that compare
    number by number, targets ``(n,)`` for outputs ``(n, 1)`` and the reverse: never are they broadcast. Binary
    cross-entropy takes 0 to 1 in any dtype. Numbers of classes and probabilities are looked at whenever a
    batch has another shape than the one before.

    Raises:
        TypeError: from a call, targets are of a wrong dtype.
        ValueError: from a call, shapes do not fit, or a class number is out of range.
    """

    def __init__(self, loss: Any) -> None:
        self._classes, self._binary = of_classes(loss), of_binary_classes(loss)
        self._probabilities = divided_at(loss) > 0
        self._any = not (self._classes or by_element(loss))
        index = option(unwrap(loss), "ignore_index")
        self._ignored = index if isinstance(index, int) else None
        self._seen: tuple[Any, ...] = ()
        self._shape: tuple[int, ...] | None = None
        self._dtype: torch.dtype | None = None

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The targets for these outputs."""
        if self._any:
            return targets
        seen = (outputs.shape, targets.shape, targets.dtype)
        if seen != self._seen:
            self._shape, self._dtype = None, None
            if self._classes:
                self._look_at_classes(outputs, targets)
            else:
                self._look_at_numbers(outputs, targets)
            self._seen = seen
        if self._shape is not None:
            targets = targets.reshape(self._shape)
        return targets if self._dtype is None else targets.to(self._dtype)

    def _look_at_classes(self, outputs: Tensor, targets: Tensor) -> None:
        if outputs.ndim < 2 or outputs.shape[1] == 1:
            raise ValueError(
                f"outputs must have one column per class, got shape {shown(outputs.shape)}; of two classes the network "
                "needs two outputs, or loss='bce_with_logits'"
            )
        expected = (outputs.shape[0], *outputs.shape[2:])
        if targets.is_floating_point() or targets.is_complex():
            if targets.shape == outputs.shape:
                return  # probabilities
            raise TypeError(
                f"targets of classes must be class numbers, integers of shape {shown(expected)}, or probabilities of "
                f"shape {shown(outputs.shape)}, got {told(targets)}; Regression is for numbers"
            )
        if targets.shape != expected:
            if targets.shape != (*expected, 1):
                one_hot = "; targets.argmax(1) of one-hot rows" if targets.shape == outputs.shape else ""
                raise ValueError(
                    f"targets must have shape {shown(expected)} for outputs of shape {shown(outputs.shape)}, got "
                    f"{shown(targets.shape)}{one_hot}"
                )
            self._shape = expected
        self._dtype = torch.int64 if targets.dtype != torch.int64 else None
        if not torch.compiler.is_compiling():
            self._check_numbers(outputs.shape[1], targets)

    def _check_numbers(self, classes: int, targets: Tensor) -> None:
        """Once: it waits for the device, where a number out of range would end the process."""
        kept = targets.long()
        kept = kept if self._ignored is None else kept[kept != self._ignored]
        if not kept.numel():
            return
        least, most = (int(end) for end in kept.aminmax())
        if most >= classes or least < 0:
            raise ValueError(
                f"targets must be class numbers from 0 to {classes - 1}, as the network has {classes} outputs, got "
                f"{most if most >= classes else least}"
            )

    def _check_probabilities(self, outputs: Tensor, targets: Tensor) -> None:
        """Once, as of class numbers: of what is NaN the loss will be."""
        given = {"outputs": outputs} if self._probabilities else {}
        for name, values in {**given, "targets": targets}.items():
            if not values.numel() or values.is_complex():
                continue
            outside = values[(values < 0) | (values > 1)]
            if outside.numel():
                raise ValueError(f"{_RULES[name]}, got {outside[0].item():.6g}")

    def _look_at_numbers(self, outputs: Tensor, targets: Tensor) -> None:
        if not (targets.is_floating_point() or targets.is_complex()):
            if not self._binary:
                raise TypeError(
                    f"targets of a regression must be floating-point, got {told(targets)}; targets.float() if they are "
                    "numbers; Classification is for classes"
                )
            self._dtype = outputs.dtype if outputs.is_floating_point() else None
        if self._binary and not torch.compiler.is_compiling():
            self._check_probabilities(outputs, targets)
        if targets.shape == outputs.shape:
            return
        if outputs.shape not in (
            (*targets.shape, 1),
            tuple(targets.shape[:-1]) if targets.shape[-1:] == (1,) else None,
        ):
            raise ValueError(
                f"targets must have the shape of outputs, {shown(outputs.shape)}, got {shown(targets.shape)}"
            )
        self._shape = tuple(outputs.shape)
