"""Arguments of the wrong kind, made from right ones by what the signature says."""

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from jaxtyping import AbstractArray
from torch import Tensor


def mutations(call, arguments, free=()):
    """``(name, bad value)`` of every parameter whose annotation is checked."""
    parameters = inspect.signature(call).parameters
    for name, parameter in parameters.items():
        if name in free or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        alternatives = _alternatives(parameter.annotation)
        value = arguments.get(name, parameter.default)
        for bad in _bad(alternatives, value):
            yield name, bad


def _alternatives(annotation):
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)


def _bad(alternatives, value):
    origins = {typing.get_origin(each) for each in alternatives}
    arrays = [each for each in alternatives if isinstance(each, type) and issubclass(each, AbstractArray)]
    if arrays and isinstance(value, Tensor):
        yield "a tensor"
        yield value.tolist() if value.ndim else None
        yield value.to(torch.complex64)
        if all(each.dtype.__name__ != "Shaped" for each in arrays):
            yield value.bool() if value.dtype != torch.bool else value.long()
        if all(each.dtype.__name__ == "Float" for each in arrays):
            yield value.long()
        if not any(token[0] in "*." for each in arrays for token in each.dim_str.split()):
            yield value.unsqueeze(0).unsqueeze(0).unsqueeze(0)
            if value.ndim:
                yield value.flatten()[0]
    elif arrays:
        yield "a tensor"
    elif int in alternatives or float in alternatives:
        yield from ("3", [1], True, 1j, torch.ones(2))
        if float in alternatives:
            yield float("nan")
        else:
            yield 2.5
    elif str in alternatives:
        yield from (3, b"text")
    elif bool in alternatives:
        yield from (1, "yes")
    elif typing.Literal in origins:
        yield from ("nonsense", 7)
    elif origins & {Sequence, list, tuple}:
        yield from ("abc", torch.ones(2, 2), 5)
    elif Iterable in origins:
        yield from ("abc", torch.ones(2, 2), 5)
    elif origins & {Mapping, dict}:
        yield from ("abc", [1])
    elif Callable in origins:
        yield from ("abs", 3)
    elif any(isinstance(each, type) and each.__module__.startswith("deepdive") for each in alternatives):
        yield from ("abc", 3)
