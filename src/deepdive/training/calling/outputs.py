"""The output of a network that the loss is of."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from deepdive.checks import told
from deepdive.names import printable

_NAMES = ("logits", "output", "outputs", "out", "prediction", "predictions")


def main_output(outputs: Any) -> Tensor:
    """The tensor that the loss is of.

    That is the output itself; its ``.logits``; of a dict ``logits``, ``output``, ``out`` or the only entry; of a tuple
    the first, as in ``(outputs, state)``.

    Raises:
        TypeError: there is none.
    """
    if isinstance(outputs, Tensor):
        return outputs
    if isinstance(logits := getattr(outputs, "logits", None), Tensor):
        return logits
    if isinstance(outputs, Mapping):
        found = [outputs[name] for name in _NAMES if isinstance(outputs.get(name), Tensor)]
        found = found or ([*outputs.values()] if len(outputs) == 1 else [])
        if found and isinstance(found[0], Tensor):
            return found[0]
        what = f"a dict of {', '.join(map(printable, outputs))}"
    elif isinstance(outputs, tuple | list) and outputs and isinstance(outputs[0], Tensor) and outputs[0].ndim:
        return outputs[0]
    else:
        what = told(outputs)
    raise TypeError(
        f"network must return a tensor, something with .logits, a dict with 'logits', or a tuple that begins with the "
        f"outputs, got {what}"
    )
