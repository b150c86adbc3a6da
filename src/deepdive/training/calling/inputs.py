"""Which fields of a batch are which arguments of ``forward``."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from deepdive.checks import check_strings, told
from deepdive.data.own import NestedBatch
from deepdive.data.own.batch import TARGETS
from deepdive.data.types import Batch
from deepdive.names import printable, suggestion

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class NetworkCall:
    """Calls a network with the inputs of a batch.

    Of a tuple, all fields but the last, the target, are arguments in their order. The entries of a dict are arguments
    by their names; where ``forward`` takes one argument of another name, it gets the only entry, or else the dict. A
    tuple within a tuple is spread where ``forward`` needs as many arguments.

    Args:
        network: whose ``forward`` is called.
        inputs: names of a dict that the network gets; all but the target if not given.

    Raises:
        TypeError: ``inputs`` are no names.
        ValueError: from a call, the batch has no target, or does not fit ``forward``.
    """

    def __init__(self, network: nn.Module, inputs: Sequence[str] | None = None) -> None:
        if inputs is not None:
            check_strings("inputs", inputs)
        self._inputs = None if inputs is None else list(inputs)
        self._signature = inspect.signature(getattr(network, "_orig_mod", network).forward)  # of one that is compiled
        self._fields = 0
        self._names: tuple[str, ...] | None = None
        self._arguments: Callable[[dict[str, Any]], tuple[tuple[Any, ...], dict[str, Any]]]

    def __call__(self, network: nn.Module, batch: Batch) -> tuple[Any, Tensor]:
        """What the network gives for the inputs, and the target."""
        if isinstance(batch, NestedBatch):
            args, words = self._nested(batch)
            return network(*args, **words), batch.target
        *inputs, targets = batch
        if len(batch) != self._fields:
            self._check(inputs)
            self._fields = len(batch)
        return network(*inputs), targets

    def _check(self, inputs: Sequence[Any]) -> None:
        if self._inputs is not None:
            raise ValueError(f"inputs must be None for batches without names, got {self._inputs}")
        if not inputs:
            raise ValueError("a batch must hold inputs and, last, a target, got one tensor")
        try:
            self._signature.bind(*inputs)
        except TypeError as error:
            raise ValueError(
                f"network must take the {len(inputs)} inputs of a batch, all fields but the last; its "
                f"forward{self._signature}: {error}"
            ) from error

    def _nested(self, batch: NestedBatch) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if not isinstance(batch.target, Tensor):
            if batch.names and batch.target is None:
                raise ValueError(
                    f"target must be given, e.g. Classification(network, target=...), as none of the names of the "
                    f"batch ({_listed(batch.names)}) is one of {', '.join(TARGETS)}"
                )
            raise ValueError(f"the target of a batch must be a tensor, got {told(batch.target)}")
        if batch.names:
            return self._by_name(batch.names)
        if len(batch.inputs) == 1:
            [only] = batch.inputs
            if isinstance(only, Mapping):
                return self._by_name(dict(only))
            if isinstance(only, list | tuple) and len(only) == len(self._needed) > 1:
                return tuple(only), {}
        self._check(batch.inputs)
        return batch.inputs, {}

    def _by_name(self, entries: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if (names := tuple(entries)) != self._names:
            self._arguments, self._names = self._choose(names), names
        return self._arguments(entries)

    def _choose(self, names: Sequence[str]) -> Callable[[dict[str, Any]], tuple[tuple[Any, ...], dict[str, Any]]]:
        chosen = list(names) if self._inputs is None else self._inputs
        for name in chosen:
            if name not in names:
                raise ValueError(f"inputs must be names of the batch, got {name!r}{suggestion(name, names)}")
        parameters = self._signature.parameters.values()
        takes = [p.name for p in parameters if p.kind in _NAMED]
        anything = any(p.kind == inspect.Parameter.VAR_KEYWORD for p in parameters)
        needed = self._needed
        if (anything or set(chosen) <= set(takes)) and {p.name for p in needed if p.kind in _NAMED} <= set(chosen):
            return lambda entries: ((), {name: entries[name] for name in chosen})
        if len(needed) == 1 and needed[0].kind in _POSITIONAL and not set(chosen) & set(takes):
            if len(chosen) == 1:
                return lambda entries: ((entries[chosen[0]],), {})
            return lambda entries: (({name: entries[name] for name in chosen},), {})
        raise ValueError(
            f"network must take the names of the batch, {_listed(chosen)}, got forward{self._signature}; inputs=[...] "
            "of the task chooses among them"
        )

    @property
    def _needed(self) -> list[inspect.Parameter]:
        """Arguments without a default."""
        kinds = (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY)
        return [p for p in self._signature.parameters.values() if p.kind in kinds and p.default is p.empty]


def _listed(names: Any) -> str:
    return ", ".join(printable(name) for name in names)
