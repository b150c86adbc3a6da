"""Tensors in tuples, lists and packed sequences: what layers take and give that have more than one."""

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def tensors(value: Any) -> Iterator[Tensor]:
    """Every tensor, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from tensors(inner)


def differentiable(value: Any) -> list[Tensor]:
    """The tensors that ask for a gradient."""
    return [x for x in tensors(value) if x.requires_grad]


def mapped(function: Callable[[Tensor], Tensor], value: Any) -> Any:
    """The same nest of other tensors; of a packed sequence only the data change, not where they lie."""
    if isinstance(value, Tensor):
        return function(value)
    if isinstance(value, PackedSequence):
        return PackedSequence(function(value.data), *value[1:])
    if isinstance(value, tuple | list):
        return type(value)(mapped(function, inner) for inner in value)
    return value
