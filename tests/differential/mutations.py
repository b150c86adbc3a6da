"""Calls that a user might make by mistake, made out of the samples of the table of twins.

Every call is a sample with one thing changed: a dtype, a shape, a value, an argument, or the context it runs in. A new
row of the table is mutated like all the others.
"""

import contextlib
import inspect
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from deepdive.proofs import mapped, tensors

HALVES = (torch.bfloat16, torch.float16)
FLOATS = (*HALVES, torch.float64)
WHOLE = (torch.int64, torch.int32, torch.int16, torch.uint8, torch.bool)
DTYPES = (*FLOATS, torch.float32, *WHOLE, torch.complex64)


@dataclass(frozen=True)
class Call:
    """What both sides are made with and called with."""

    words: str
    """What was changed, by which exceptions are found."""
    arguments: dict[str, Any]
    inputs: list[Any]
    dtype: torch.dtype = torch.float32
    """Of the parameters and buffers."""
    context: Callable[[], AbstractContextManager[Any]] = field(default=contextlib.nullcontext)
    training: bool = True
    precision: torch.dtype = torch.float32
    """The least precise dtype that takes part, which says how near results must be."""


def calls(arguments: dict[str, Any], inputs: list[Any], parameters: list[inspect.Parameter]) -> Iterator[Call]:
    """The sample itself, and everything that can be changed in it; of the arguments tensors and ``parameters``."""
    yield Call("as it is", arguments, inputs)
    yield Call("in evaluation", arguments, inputs, training=False)
    yield from _in_contexts(arguments, inputs)
    yield from _in_dtypes(arguments, inputs)
    yield from _of_other_shapes(arguments, inputs)
    for i, each in enumerate(inputs):
        for words, changed in variants(each):
            yield Call(f"input {i} {words}", arguments, [*inputs[:i], changed, *inputs[i + 1 :]])
    yield from _with_arguments(arguments, inputs, parameters)


def _in_contexts(arguments: dict[str, Any], inputs: list[Any]) -> Iterator[Call]:
    for context in (torch.no_grad, torch.inference_mode):
        yield Call(f"under {context.__name__}", arguments, inputs, context=context)
    for half in HALVES:

        def context(half: torch.dtype = half) -> torch.autocast:
            return torch.autocast("cpu", half)

        words = f"under autocast {name_of(half)}"
        for dtype in (torch.float32, torch.float64, half):
            changed = [as_dtype(x, dtype) for x in inputs]
            yield Call(f"{words}, inputs {name_of(dtype)}", arguments, changed, context=context, precision=half)
            if dtype != torch.float32:
                more = f"{words}, everything {name_of(dtype)}"
                yield Call(more, _drawn(arguments, dtype), changed, dtype, context, precision=half)
        yield Call(f"{words}, in evaluation", arguments, inputs, context=context, training=False, precision=half)


def _in_dtypes(arguments: dict[str, Any], inputs: list[Any]) -> Iterator[Call]:
    for dtype in DTYPES:
        changed = [mapped(lambda x, d=dtype: converted(x, d), x) for x in inputs]
        precision = dtype if dtype in HALVES else torch.float32
        yield Call(f"all inputs {name_of(dtype)}", arguments, changed, precision=precision)
        if dtype.is_floating_point or dtype.is_complex:
            changed = [as_dtype(x, dtype) for x in inputs]
            words = f"everything {name_of(dtype)}"
            yield Call(words, _drawn(arguments, dtype), changed, dtype, precision=precision)
            yield Call(f"parameters {name_of(dtype)}", _drawn(arguments, dtype), inputs, dtype, precision=precision)


def _of_other_shapes(arguments: dict[str, Any], inputs: list[Any]) -> Iterator[Call]:
    least = min((x.ndim for x in tensors(inputs)), default=0)
    for d in range(min(least, 3)):
        empty = [mapped(lambda x, d=d: remade(x, x.narrow(d, 0, 0)), x) for x in inputs]
        yield Call(f"all inputs empty along {d}", arguments, empty)
        one = [mapped(lambda x, d=d: remade(x, x.narrow(d, 0, 1)), x) for x in inputs]
        yield Call(f"all inputs of size 1 along {d}", arguments, one)
    if least:
        yield Call("all inputs' first", arguments, [mapped(lambda x: remade(x, x[0]), x) for x in inputs])
    yield Call("all inputs wrapped", arguments, [mapped(lambda x: remade(x, x.unsqueeze(0)), x) for x in inputs])


def variants(value: Any) -> Iterator[tuple[str, Any]]:
    """One input, changed in every way."""
    if isinstance(value, Tensor):
        yield from _tensor_variants(value)
    elif isinstance(value, PackedSequence):
        for words, data in _tensor_variants(value.data):
            if isinstance(data, Tensor) and data.ndim and len(data) == len(value.data):
                yield f"packed {words}", PackedSequence(data, *value[1:])
        yield "is its data", value.data
    elif isinstance(value, tuple):
        for i, each in enumerate(value):
            for words, changed in variants(each):
                yield f"[{i}] {words}", (*value[:i], changed, *value[i + 1 :])
        yield from (("is a list", list(value)), ("is its first", value[0]), ("of one", value[:1]))
        yield from (("of three", (*value, value[0])), ("of none", ()), ("is None", None))
    else:
        yield from (("is None", None), ("is a string", "true"), ("is 1", 1))


def _tensor_variants(x: Tensor) -> Iterator[tuple[str, Any]]:
    for dtype in DTYPES:
        if dtype != x.dtype:
            yield f"as {name_of(dtype)}", converted(x, dtype)
    yield "wrapped", remade(x, x.unsqueeze(0))
    yield "wrapped at the end", remade(x, x.unsqueeze(-1))
    if x.ndim:
        yield "a number", remade(x, x.flatten()[0])
        yield "its first", remade(x, x[0])
        yield "strided", remade(x, x.transpose(0, -1).contiguous().transpose(0, -1))
        yield "expanded", remade(x, x[:1].expand_as(x))
        yield "flat", remade(x, x.flatten())
    for d, size in enumerate(x.shape):
        yield f"empty along {d}", remade(x, x.narrow(d, 0, 0))
        yield f"longer along {d}", remade(x, torch.cat([x, x.narrow(d, 0, 1)], d))
        if size > 1:
            yield f"shorter along {d}", remade(x, x.narrow(d, 0, size - 1))
            yield f"of size 1 along {d}", remade(x, x.narrow(d, 0, 1))
    yield from (("is a list", x.tolist()), ("is an array", x.detach().numpy()), ("is None", None), ("is 1.5", 1.5))
    yield from (("is a string", "text"), ("in a tuple", (x,)), ("in a list", [x]))
    yield from _other_values(x)


def _other_values(x: Tensor) -> Iterator[tuple[str, Tensor]]:
    if not x.numel():
        return
    if x.is_floating_point():
        values = (math.nan, math.inf, -math.inf)
        yield from ((f"with {v}", remade(x, _with_last(x, v))) for v in values)
        yield from ((f"all {v}", remade(x, torch.full_like(x, v))) for v in (-math.inf, 0.0, 2.0))
        yield "huge", remade(x, 1e4 * x)
        yield "tiny", remade(x, 1e-30 * x)
    elif x.dtype == torch.bool:
        yield from (("all true", torch.ones_like(x)), ("all false", torch.zeros_like(x)))
    else:
        yield from ((f"with {v}", _with_last(x, v)) for v in (-1, -100, 10, 10**6))
        yield "all -100", torch.full_like(x, -100)


def _with_last(x: Tensor, value: float) -> Tensor:
    y = x.detach().clone()
    y.view(-1)[-1] = value
    return y


ARGUMENTS: tuple[Any, ...] = (
    *(0, 1, 2, 3, -1, -2, 7, 20),
    *(0.5, 2.0, -0.5, 1.5, math.nan, math.inf),
    *(None, True, False, "x", "mean", "none"),
    *((), (1,), (2, 1), (1, 2, 3), [2, 1], [1], (2, -1), (1, 0), (1.0, 2.0), {}, 2j),
    *(np.int64(2), np.float32(0.5), np.array([2, 1]), torch.tensor(1), torch.tensor(0.5), torch.tensor([2, 1])),
    *(torch.float64, torch.int64, "cpu", torch.rand(3), torch.ones(2, 3)),
)
"""What is given in place of an argument."""


def _with_arguments(
    arguments: dict[str, Any], inputs: list[Any], parameters: list[inspect.Parameter]
) -> Iterator[Call]:
    for name, own in arguments.items():
        if isinstance(own, Tensor):
            yield from (Call(f"{name} {w}", {**arguments, name: changed}, inputs) for w, changed in variants(own))
    for parameter in parameters:
        name = parameter.name
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        for value in ARGUMENTS:
            words = repr(value).replace("\n", "")
            yield Call(f"{name}={words}", {**arguments, name: value}, inputs)
    if parameters:
        for name in arguments:
            yield Call(f"without {name}", {k: v for k, v in arguments.items() if k != name}, inputs)


def _drawn(arguments: dict[str, Any], dtype: torch.dtype) -> dict[str, Any]:
    return {name: as_dtype(x, dtype) if isinstance(x, Tensor) else x for name, x in arguments.items()}


def as_dtype(value: Any, dtype: torch.dtype) -> Any:
    """The same with its floating-point numbers in another dtype."""
    return mapped(lambda x: converted(x, dtype) if x.is_floating_point() else x, value)


def converted(x: Tensor, dtype: torch.dtype) -> Tensor:
    """The same numbers in another dtype, made whole and positive where they must be."""
    if x.is_floating_point() and not (dtype.is_floating_point or dtype.is_complex):
        return (3 * x.detach().abs()).to(dtype)
    return remade(x, x.detach().to(dtype))


def remade(x: Tensor, y: Tensor) -> Tensor:
    """A leaf that asks for a gradient if ``x`` does and it can."""
    y = y.detach()
    return y.requires_grad_(x.requires_grad and (y.is_floating_point() or y.is_complex()))


def name_of(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
