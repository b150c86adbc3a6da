"""What one argument must be, and the words in which another is refused."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from msgspec import Meta
from torch import Tensor

from deepdive.checks import shown, told

_MANY = 10**6
"""A bound that only keeps numbers from what no machine has: said to who breaks it alone."""
Sizes = Any
"""A dictionary of what the names of dimensions stand for in one call: a size, or several for ``*names``. (Not written
as its type, so that what is checked in tests still compiles whole there.)"""


class Rule(ABC):
    """What one argument must be: whether a value is that, asked in every call, and what is wrong, asked of few."""

    description: str

    @abstractmethod
    def fits(self, value: Any, sizes: Sizes) -> bool:
        """Whether the value is that; learns sizes from it."""

    def error(self, name: str, value: Any, sizes: Sizes) -> Exception:
        """What is wrong with a value that does not fit."""
        return TypeError(f"{name} must be {self.description}, got {told(value)}")


class KindRule(Rule):
    """An instance of a class; a number is not one of its kind by being a boolean."""

    def __init__(self, description: str, kinds: tuple[type, ...]) -> None:
        self.description, self.kinds = description, kinds

    def fits(self, value: Any, sizes: Sizes) -> bool:
        return isinstance(value, self.kinds)


class IntegerRule(Rule):
    description = "an integer"

    def fits(self, value: Any, sizes: Sizes) -> bool:
        return not isinstance(value, bool | Tensor) and hasattr(value, "__index__")


class NumberRule(Rule):
    description = "a number"

    def fits(self, value: Any, sizes: Sizes) -> bool:
        return self._is_number(value) and bool(value == value)

    def error(self, name: str, value: Any, sizes: Sizes) -> Exception:
        if self._is_number(value):
            return ValueError(f"{name} must be a number, got {value}")
        return super().error(name, value, sizes)

    def _is_number(self, value: Any) -> bool:
        return not isinstance(value, bool | Tensor | str | complex) and hasattr(value, "__float__")


class BoundedRule(Rule):
    """A number of a kind, within bounds."""

    def __init__(self, of: Rule, bounds: Meta) -> None:
        self.of, self.bounds = of, bounds
        self.description = f"{of.description} {self._rule(None)}"

    def fits(self, value: Any, sizes: Sizes) -> bool:
        return self.of.fits(value, sizes) and self._within(value)

    def error(self, name: str, value: Any, sizes: Sizes) -> Exception:
        if not self.of.fits(value, sizes):
            return self.of.error(name, value, sizes)
        return ValueError(f"{name} must be {self._rule(value)}, got {value}")

    def _within(self, value: Any) -> bool:
        ge, gt, le = self.bounds.ge, self.bounds.gt, self.bounds.le
        if abs(value) == float("inf") or (ge is not None and value < ge) or (gt is not None and value <= gt):
            return False
        return le is None or value <= le

    def _rule(self, value: Any) -> str:
        """The bounds, or the one that a value breaks."""
        ge, gt, le = self.bounds.ge, self.bounds.gt, self.bounds.le
        if value is not None and abs(value) == float("inf"):
            return "finite"
        if le is not None and le < _MANY:
            return f"from {ge:g} to {le:g}"
        if le is not None and value is not None and value > le:
            return f"at most {le}"
        return f"above {gt:g}" if gt is not None else f"at least {ge:g}"


class CallableRule(Rule):
    description = "callable"

    def fits(self, value: Any, sizes: Sizes) -> bool:
        return callable(value)


class ChoiceRule(Rule):
    def __init__(self, words: tuple[Any, ...]) -> None:
        self.words = words
        self.description = " or ".join(map(repr, words))

    def fits(self, value: Any, sizes: Sizes) -> bool:
        return isinstance(value, str) and value in self.words

    def error(self, name: str, value: Any, sizes: Sizes) -> Exception:
        return ValueError(f"{name} must be {self.description}, got {value!r}")


class SequenceRule(Rule):
    """A sequence, each of whose elements must be something; a string or a tensor is none."""

    def __init__(self, of: Rule | None, *, length: int | None = None, only_iterable: bool = False) -> None:
        self.of, self.length, self.only_iterable = of, length, only_iterable
        number = "" if length is None else f"{length} "
        self.description = f"{'several' if only_iterable else 'a sequence of'} {number}{_plural(of)}"

    def fits(self, value: Any, sizes: Sizes) -> bool:
        if not self._is_sequence(value) or (self.length is not None and len(list(value)) != self.length):
            return False
        of = self.of
        return of is None or not _is_indexed(value) or all([of.fits(each, sizes) for each in value])

    def error(self, name: str, value: Any, sizes: Sizes) -> Exception:
        if not self._is_sequence(value):
            return super().error(name, value, sizes)
        if self.length is not None and len(list(value)) != self.length:
            return ValueError(f"{name} must be {self.description}, got {len(list(value))}")
        return _error_within(self.of, name, enumerate(value), sizes)

    def _is_sequence(self, value: Any) -> bool:
        if isinstance(value, str | bytes | Tensor | Mapping):
            return False
        return _is_indexed(value) or (self.only_iterable and isinstance(value, Iterable))


class MappingRule(Rule):
    def __init__(self, of: Rule | None) -> None:
        self.of = of
        self.description = f"a mapping to {_plural(of)}"

    def fits(self, value: Any, sizes: Sizes) -> bool:
        of = self.of
        return isinstance(value, Mapping) and (of is None or all([of.fits(each, sizes) for each in value.values()]))

    def error(self, name: str, value: Any, sizes: Sizes) -> Exception:
        if not isinstance(value, Mapping):
            return super().error(name, value, sizes)
        return _error_within(self.of, name, value.items(), sizes)


def _is_indexed(value: Any) -> bool:
    return hasattr(value, "__getitem__") and hasattr(value, "__len__")


def _error_within(of: Any, name: str, elements: Iterable[tuple[Any, Any]], sizes: Sizes) -> Exception:
    """What is wrong with the first element that does not fit."""
    key, wrong = next((key, each) for key, each in elements if not of.fits(each, sizes))
    return of.error(f"{name}[{key!r}]", wrong, sizes)


class UnionRule(Rule):
    """One of several: the message is that of the alternative that fails by its shape or value, or names all."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.description = " or ".join(dict.fromkeys(rule.description for rule in rules))

    def fits(self, value: Any, sizes: Sizes) -> bool:
        for rule in self.rules:
            learnt = dict(sizes)
            if rule.fits(value, learnt):
                sizes.update(learnt)
                return True
        return False

    def error(self, name: str, value: Any, sizes: Sizes) -> Exception:
        errors: list[ValueError] = []
        for rule in self.rules:
            learnt = dict(sizes)
            rule.fits(value, learnt)
            if isinstance(error := rule.error(name, value, learnt), ValueError):
                errors.append(error)
        if not errors:
            return super().error(name, value, sizes)
        if len(errors) == 1:
            return errors[0]
        start = f"{name} must have shape "
        wanted = " or ".join(str(error).removeprefix(start).partition(", got")[0] for error in errors)
        return ValueError(f"{start}{wanted}, got {told(value)}")


_KINDS = {
    "Float": "floating-point", "Int": "integer", "Integer": "integer", "Bool": "boolean", "Shaped": "",
    "Num": "numeric", "Real": "real",
}  # fmt: skip


class ArrayRule(Rule):
    """A tensor (or an array) of some dtypes whose dimensions have names or sizes, as jaxtyping writes them."""

    def __init__(self, annotation: Any) -> None:
        self.array_type: type = annotation.array_type
        self.dimensions: list[str] = annotation.dim_str.split()
        places = range(len(self.dimensions))
        self.some = next((place for place in places if self.dimensions[place][0] in "*."), None)
        """Where several dimensions are, if any."""
        if self.some is not None:  # those behind are counted from the end
            places = [*range(self.some), None, *range(self.some + 1 - len(self.dimensions), 0)]
        self.sizes = [
            (place, int(each) if each.isdecimal() else each.lstrip("#"), each[0] == "#")
            for place, each in zip(places, self.dimensions, strict=True)
            if place is not None and each[0] != "_"
        ]
        """Of each other dimension: where it is, its size or name, and whether 1 will do."""
        names = annotation.dtypes if isinstance(annotation.dtypes, tuple) else ()
        self.dtypes = frozenset(getattr(torch, name) for name in names if hasattr(torch, name))
        if self.array_type is not Tensor:
            self.dtypes = frozenset(names)
        written: str = annotation.dtype.__name__
        kind = _KINDS.get(written, written.lower())
        noun = "tensor" if self.array_type is Tensor else "array"
        article = "an" if kind[:1] in ("i", "a") else "a"
        self.description = f"{article} {kind} {noun}" if kind else f"{article} {noun}"

    def fits(self, value: Any, sizes: Sizes) -> bool:
        if not self._is_of_dtype(value):
            return False
        shape, least, some = value.shape, len(self.dimensions), self.some
        if len(shape) != least and (some is None or len(shape) < least - 1):
            return False
        for place, wanted, one_will_do in self.sizes:
            size = shape[place]
            if one_will_do and size == 1:
                continue
            if size != (wanted if isinstance(wanted, int) else sizes.setdefault(wanted, size)):
                return False
        if some is None or self.dimensions[some] == "...":
            return True
        several = shape[some : len(shape) - least + some + 1]
        return sizes.setdefault(self.dimensions[some], several) == several

    def error(self, name: str, value: Any, sizes: Sizes) -> Exception:
        if self._is_of_dtype(value):
            return ValueError(f"{name} must have shape {self._wanted(sizes)}, got {shown(value.shape)}")
        if not isinstance(value, self.array_type):
            return super().error(name, value, sizes)
        dtype = str(value.dtype).removeprefix("torch.")  # pyright: ignore[reportAttributeAccessIssue]
        return TypeError(f"{name} must be {self.description}, got {dtype} of shape {shown(value.shape)}")  # pyright: ignore[reportAttributeAccessIssue]

    def _is_of_dtype(self, value: Any) -> bool:
        if not isinstance(value, self.array_type):
            return False
        return not self.dtypes or (value.dtype if self.array_type is Tensor else str(value.dtype)) in self.dtypes

    def _wanted(self, sizes: Sizes) -> str:
        parts: list[str] = []
        for each in self.dimensions:
            known = sizes.get(each.lstrip("#"))
            if isinstance(known, tuple):
                parts += [str(size) for size in known]
            else:
                parts.append(each if known is None else f"{each}={known}")
        return shown(parts)


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
