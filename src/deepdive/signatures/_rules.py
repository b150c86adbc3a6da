"""What one argument must be, and the words in which another is refused."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from deepdive.checks import shown, told

Sizes = Any
"""A dictionary of what the names of dimensions stand for in one call: a size, or several for ``*names``. (Not written
as its type, so that what is checked in tests still compiles whole there.)"""


class Rule(ABC):
    """What one argument must be."""

    description: str

    @abstractmethod
    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        """Raise unless the value is that; learn sizes from it."""

    def refuse(self, name: str, value: Any) -> TypeError:
        """The error for a value of another kind."""
        return TypeError(f"{name} must be {self.description}, got {told(value)}")


class KindRule(Rule):
    """An instance of a class; a number is not one of its kind by being a boolean."""

    def __init__(self, description: str, kinds: tuple[type, ...]) -> None:
        self.description, self.kinds = description, kinds

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        if not isinstance(value, self.kinds):
            raise self.refuse(name, value)


class IntegerRule(Rule):
    description = "an integer"

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        if isinstance(value, bool | Tensor) or not hasattr(value, "__index__"):
            raise self.refuse(name, value)


class NumberRule(Rule):
    description = "a number"

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        if isinstance(value, bool | Tensor | str | complex) or not hasattr(value, "__float__"):
            raise self.refuse(name, value)
        if value != value:
            raise ValueError(f"{name} must be a number, got {value}")


class CallableRule(Rule):
    description = "callable"

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        if not callable(value):
            raise self.refuse(name, value)


class ChoiceRule(Rule):
    def __init__(self, words: tuple[Any, ...]) -> None:
        self.words = words
        self.description = " or ".join(map(repr, words))

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        if not isinstance(value, str) or value not in self.words:
            raise ValueError(f"{name} must be {self.description}, got {value!r}")


class SequenceRule(Rule):
    """A sequence, each of whose elements must be something; a string or a tensor is none."""

    def __init__(self, of: Rule | None, *, length: int | None = None, only_iterable: bool = False) -> None:
        self.of, self.length, self.only_iterable = of, length, only_iterable
        number = "" if length is None else f"{length} "
        self.description = f"{'several' if only_iterable else 'a sequence of'} {number}{_plural(of)}"

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        indexed = hasattr(value, "__getitem__") and hasattr(value, "__len__")
        if isinstance(value, str | bytes | Tensor | Mapping) or not (
            indexed or (self.only_iterable and isinstance(value, Iterable))
        ):
            raise self.refuse(name, value)
        if self.length is not None and len(list(value)) != self.length:
            raise ValueError(f"{name} must be {self.description}, got {len(list(value))}")
        if self.of is not None and indexed:
            for i, each in enumerate(value):
                self.of.check(f"{name}[{i}]", each, sizes)


class MappingRule(Rule):
    def __init__(self, of: Rule | None) -> None:
        self.of = of
        self.description = f"a mapping to {_plural(of)}"

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        if not isinstance(value, Mapping):
            raise self.refuse(name, value)
        if self.of is not None:
            for key, each in value.items():
                self.of.check(f"{name}[{key!r}]", each, sizes)


class UnionRule(Rule):
    """One of several: the message is that of the alternative that fails by its shape or value, or names all."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.description = " or ".join(dict.fromkeys(rule.description for rule in rules))

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        errors: list[ValueError] = []
        for rule in self.rules:
            learnt = dict(sizes)
            try:
                rule.check(name, value, learnt)
            except TypeError:
                continue
            except ValueError as error:
                errors.append(error)
                continue
            sizes.update(learnt)
            return
        if len(errors) == 1:
            raise errors[0]
        if not errors:
            raise self.refuse(name, value)
        start = f"{name} must have shape "
        wanted = " or ".join(str(error).removeprefix(start).partition(", got")[0] for error in errors)
        raise ValueError(f"{start}{wanted}, got {told(value)}")


_KINDS = {
    "Float": "floating-point", "Int": "integer", "Integer": "integer", "Bool": "boolean", "Shaped": "",
    "Num": "numeric", "Real": "real",
}  # fmt: skip


class ArrayRule(Rule):
    """A tensor (or an array) of some dtypes whose dimensions have names or sizes, as jaxtyping writes them."""

    def __init__(self, annotation: Any) -> None:
        self.array_type: type = annotation.array_type
        self.dimensions: list[str] = annotation.dim_str.split()
        dimensions = [int(each) if each.isdecimal() else each for each in self.dimensions]
        place = next((i for i, each in enumerate(self.dimensions) if each[0] in "*."), len(dimensions))
        self.front, self.back = dimensions[:place], dimensions[place + 1 :]
        self.some = self.dimensions[place] if place < len(dimensions) else None
        names = annotation.dtypes if isinstance(annotation.dtypes, tuple) else ()
        self.dtypes = frozenset(getattr(torch, name) for name in names if hasattr(torch, name))
        if self.array_type is not Tensor:
            self.dtypes = frozenset(names)
        written: str = annotation.dtype.__name__
        kind = _KINDS.get(written, written.lower())
        noun = "tensor" if self.array_type is Tensor else "array"
        article = "an" if kind[:1] in ("i", "a") else "a"
        self.description = f"{article} {kind} {noun}" if kind else f"{article} {noun}"

    def check(self, name: str, value: Any, sizes: Sizes) -> None:
        if not isinstance(value, self.array_type):
            raise self.refuse(name, value)
        shape: Any = value.shape  # pyright: ignore[reportAttributeAccessIssue]
        dtype = value.dtype  # pyright: ignore[reportAttributeAccessIssue]
        if self.dtypes and (dtype if self.array_type is Tensor else str(dtype)) not in self.dtypes:
            raise TypeError(
                f"{name} must be {self.description}, got {str(dtype).removeprefix('torch.')} of shape {shown(shape)}"
            )
        if not self._fits(shape, sizes):
            raise ValueError(f"{name} must have shape {self._wanted(sizes)}, got {shown(shape)}")

    def _fits(self, shape: Any, sizes: Sizes) -> bool:
        """Whether the shape is that of the dimensions, given what is known of these; learns the rest from it."""
        if self.some is None:
            return len(shape) == len(self.front) and _match(self.front, shape, sizes)
        front, back = len(self.front), len(shape) - len(self.back)
        if back < front or not _match(self.front, shape[:front], sizes) or not _match(self.back, shape[back:], sizes):
            return False
        middle = shape[front:back]
        return self.some == "..." or sizes.setdefault(self.some, middle) == middle

    def _wanted(self, sizes: Sizes) -> str:
        parts: list[str] = []
        for each in self.dimensions:
            known = sizes.get(each.lstrip("#"))
            if isinstance(known, tuple):
                parts += [str(size) for size in known]
            else:
                parts.append(each if known is None else f"{each}={known}")
        return shown(parts)


def _match(dimensions: Any, shape: Any, sizes: Sizes) -> bool:
    """Whether sizes are those of as many dimensions: numbers, names, ``_`` for any, ``#name`` for a name's or 1."""
    for dimension, size in zip(dimensions, shape, strict=True):
        if isinstance(dimension, int):
            if size != dimension:
                return False
        elif dimension[0] == "#":
            if size != 1 and sizes.setdefault(dimension[1:], size) != size:
                return False
        elif dimension[0] != "_" and sizes.setdefault(dimension, size) != size:
            return False
    return True


def _plural(rule: Rule | None) -> str:
    if rule is None:
        return "things"
    words = {
        "a string": "strings",
        "an integer": "integers",
        "a number": "numbers",
        "callable": "callables",
        "a token": "tokens",
    }
    known = words.get(rule.description)
    return known or rule.description.removeprefix("a ").removeprefix("an ").replace("tensor", "tensors")
