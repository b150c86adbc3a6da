"""One word for all that an experiment is made of: networks, weights, data, loaders, optimisers, functions."""

import functools
import types
from collections.abc import Iterator
from dataclasses import is_dataclass
from hashlib import sha256
from pathlib import PurePath
from typing import Any

import torch


def fingerprint(whole: Any) -> str:
    """The same for two objects that are made alike; settings objects in them do not count."""
    digest = sha256()
    for word in _words(whole, {}):
        digest.update(word.encode() + b"\0")
    return digest.hexdigest()


def _words(x: Any, seen: dict[int, Any]) -> Iterator[str]:
    """What is found on a walk through an object, each thing once."""
    yield type(x).__name__
    if isinstance(x, str | int | float | complex | bool | bytes | type(None) | PurePath | torch.dtype | torch.device):
        yield repr(x)
        return
    if id(x) in seen or _is_settings(x):
        return
    seen[id(x)] = x  # kept, so that its address is no other one's
    if isinstance(x, torch.Tensor):
        yield f"{x.dtype} {tuple(x.shape)} {x.requires_grad} {_content(x)}"
    elif isinstance(x, type | types.ModuleType | types.BuiltinFunctionType):
        yield x.__name__
    elif isinstance(x, dict):
        for key, value in x.items():
            yield from _words(key, seen)
            yield from _words(value, seen)
    elif isinstance(x, list | tuple | set | frozenset):
        for each in sorted(x, key=repr) if isinstance(x, set | frozenset) else x:
            yield from _words(each, seen)
    else:
        yield from _inside(x, seen)


def _inside(x: Any, seen: dict[int, Any]) -> Iterator[str]:
    """What a function holds on to, what a part of the library was made with, or the attributes of an object."""
    if isinstance(x, types.FunctionType):
        yield f"{x.__module__}.{x.__qualname__}"
        held = [cell.cell_contents for cell in x.__closure__ or () if _is_full(cell)]
        parts = [held, x.__defaults__, x.__kwdefaults__]
    elif isinstance(x, types.MethodType):
        parts = [x.__func__, x.__self__]
    elif isinstance(x, functools.partial):
        parts = [x.func, x.args, x.keywords]
    elif isinstance(x, torch.Generator):
        parts = [x.get_state()]
    elif hasattr(x, "to_dict") and hasattr(x, "columns"):  # a table
        parts = [repr(x.to_dict(as_series=False))] if "polars" in type(x).__module__ else []
    elif type(x).__module__ == "numpy":
        parts = [x.tobytes()] if x.dtype != object else [x.tolist()]
    else:
        slots = [name for each in type(x).__mro__ for name in getattr(each, "__slots__", ()) if hasattr(x, name)]
        parts = [vars(x) if hasattr(x, "__dict__") else {}, {name: getattr(x, name) for name in slots}]
        if isinstance(x, torch.nn.Module):
            parts.append(x.extra_repr())
    for part in parts:
        yield from _words(part, seen)


def _is_settings(x: Any) -> bool:
    return is_dataclass(x) and type(x).__name__.endswith("Settings")


def _content(x: torch.Tensor) -> str:
    whole = x.detach().cpu().contiguous()
    return sha256(whole.view(torch.uint8).numpy().tobytes() if whole.ndim else repr(whole.item()).encode()).hexdigest()


def _is_full(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False
