"""Settings files of others, key by key: which of their keys are ours, which mean nothing here, and which are refused.

A table says of every key that a publisher may write one of three things: it is honoured as an argument, it is harmless,
or it is refused unless it has a value that changes nothing. So no key can change numbers without being heard.
"""

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Tell = Callable[[str], object]
"""Whoever hears notes; without one they are warnings."""


@dataclass(frozen=True)
class Kind:
    """What a value must be, in words and as a check, and what it is called here."""

    rule: str
    accepts: Callable[[Any], bool]
    ours: Callable[[Any], Any] = lambda value: value


@dataclass(frozen=True)
class Honoured:
    """The value is what an argument of ours takes."""

    argument: str
    kind: Kind
    needed: bool = False
    nullable: bool = False
    """``null`` is as good as no such key."""


@dataclass(frozen=True)
class Harmless:
    """Changes no number that is computed here."""

    why: str


@dataclass(frozen=True)
class RefusedUnless:
    """Would change numbers in a way that is not built here, unless it is of this kind."""

    kind: Kind
    why: str


Key = Honoured | Harmless | RefusedUnless
Keys = Mapping[str, Key]


def is_size(value: Any) -> bool:
    """Whether it is a whole number of at least 1."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


SIZE = Kind("a whole number of at least 1", is_size)
RATE = Kind("a number from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1)
EPS = Kind("a finite number of at least 0", lambda value: _is_number(value) and value >= 0)
FLAG = Kind("true or false", lambda value: isinstance(value, bool))


def one_of(values: Mapping[Any, Any]) -> Kind:
    """One of these, which are called otherwise here."""
    return Kind(
        f"one of {', '.join(map(repr, values))}",
        lambda value: isinstance(value, str) and value in values,
        lambda value: values[value],
    )


def only(*values: Any) -> Kind:
    """One of these; ``True`` and ``"true"`` are two things."""

    def accepts(value: Any) -> bool:
        return any(type(value) is type(each) and value == each for each in values)

    return Kind(" or ".join(map(repr, values)), accepts)


def harmless(why: str, *names: str) -> dict[str, Key]:
    """These keys are harmless for one reason."""
    return {name: Harmless(why) for name in names}


def refused_unless(kind: Kind, why: str, *names: str) -> dict[str, Key]:
    """These keys are refused for one reason, unless they are of this kind."""
    return {name: RefusedUnless(kind, why) for name in names}


def read_keys(found: Mapping[str, Any], keys: Keys, source: str, *, tell: Tell | None = None) -> dict[str, Any]:
    """Our arguments from a settings file; those whose keys are missing are left out. Unknown keys are told.

    Raises:
        ValueError: a needed key is missing, a value is not of its kind, or a key is refused; names the key, the value
            and the rule.
    """
    arguments: dict[str, Any] = {}
    for name, value in found.items():
        key = keys.get(name)
        if key is None or isinstance(key, Harmless):
            continue
        if isinstance(key, Honoured) and key.nullable and value is None:
            continue
        if not key.kind.accepts(value):
            why = f" ({key.why})" if isinstance(key, RefusedUnless) else ""
            raise ValueError(f"{name} must be {key.kind.rule}, got {_shown(value)} in {source}{why}")
        if isinstance(key, Honoured):
            arguments[key.argument] = key.kind.ours(value)
    missing = [name for name, key in keys.items() if isinstance(key, Honoured) and key.needed and name not in found]
    if missing:
        raise ValueError(f"{source} lacks {', '.join(missing)}")
    if unknown := [name for name in found if name not in keys]:
        (tell or _warn)(f"{source} has keys that are not known here and are passed over: {', '.join(unknown)}")
    return arguments


def require(found: Mapping[str, Any], name: str, fits: bool, rule: str, source: str) -> None:
    """Check a key against other keys, once each of them is of its kind.

    Raises:
        ValueError: ``fits`` is false.
    """
    if not fits:
        raise ValueError(f"{name} must be {rule}, got {_shown(found.get(name))} in {source}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."


def _warn(note: str) -> None:
    warnings.warn(note, stacklevel=4)
