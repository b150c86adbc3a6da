"""Settings that check themselves, however they are made: in Python, from a file, from the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar, NamedTuple, TypeVar, get_type_hints

import msgspec

from deepdive.recipes.ranges.rules import rule_for, shown

CheckedType = TypeVar("CheckedType", bound="Checked")


class SettingError(ValueError):
    """A setting is not what it must be: ``NAME must be RULE, got VALUE``."""

    def __init__(self, name: str, rule: str, value: Any) -> None:
        super().__init__(f"{name} must be {rule}, got {shown(value)}")
        self.name, self.rule, self.value = name, rule, value

    def inside(self, name: str) -> "SettingError":
        """The same of a setting within another: ``optimizer.lr``."""
        return SettingError(f"{name}.{self.name}", self.rule, self.value)

    def of_flag(self) -> "SettingError":
        """The same, named as it is typed: ``--optimizer.weight-decay``."""
        return SettingError(f"--{self.name.replace('_', '-')}", self.rule, self.value)


@dataclass(frozen=True)
class Checked:
    """Settings whose values must be of the types of their fields, and within the bounds that stand there.

    A subclass that is more than its fields says so in ``_settle``.

    >>> from deepdive.recipes.ranges.types import Probability
    >>> @dataclass(frozen=True)
    ... class Settings(Checked):
    ...     dropout: Probability = 0.5
    >>> Settings(dropout=float("nan"))
    Traceback (most recent call last):
    ...
    deepdive.recipes.ranges.checked.SettingError: dropout must be from 0 up and below 1, got nan

    Raises:
        SettingError: a value is of another type, or out of its range; names it.
    """

    group: ClassVar[str] = "recipe"
    """Under which title a help text has the settings that this class adds: recipe, data, network, trainer, run ..."""

    counts_with: ClassVar[Mapping[str, tuple[str, Any]]] = {}
    """By the name of a setting that counts with a value of another alone: that other one, and the value, or several.

    A subclass adds its own to what it inherits.
    """

    @classmethod
    def rules(cls) -> dict[str, tuple[str, Any]]:
        """``counts_with`` of the class and of those it derives from."""
        return {
            name: rule for each in reversed(cls.__mro__) for name, rule in vars(each).get("counts_with", {}).items()
        }

    def unused(self, outer: str = "") -> frozenset[str]:
        """Flat names, ``optimizer.momentum``, of settings that do not count with the others as they are."""
        own = (
            name
            for name, (other, value) in self.rules().items()
            if getattr(self, other) not in (value if isinstance(value, tuple) else (value,))
        )
        nested = ((each.name, getattr(self, each.name)) for each in fields_of(type(self)) if each.nested)
        inner = (name for outer_name, part in nested for name in part.unused(f"{outer}{outer_name}."))
        return frozenset((*(outer + name for name in own), *inner))

    def __post_init__(self) -> None:
        for name, kind, nested in fields_of(type(self)):
            value = getattr(self, name)
            if nested and not isinstance(value, kind):
                raise SettingError(name, f"a {kind.__name__}", value)
            if not nested:
                object.__setattr__(self, name, _converted(name, kind, value))
        self._settle()

    def _settle(self) -> None:
        """What is left to do once every value is within its range, e.g. what two settings must be to each other.

        Raises:
            SettingError: they are not.
        """


class FieldOf(NamedTuple):
    """A setting: its name, its type with the bounds, and whether it holds further settings."""

    name: str
    kind: Any
    nested: bool


@cache
def fields_of(settings_type: type[Checked]) -> tuple[FieldOf, ...]:
    """The settings of a type, in order."""
    hints = get_type_hints(settings_type, include_extras=True)
    kinds = ((each.name, hints[each.name]) for each in fields(settings_type))
    return tuple(FieldOf(name, kind, isinstance(kind, type) and issubclass(kind, Checked)) for name, kind in kinds)


def checked_from(settings_type: type[CheckedType], plain: Mapping[str, Any]) -> CheckedType:
    """Settings from plain data, nested ones from nested mappings; what is missing has its default.

    Raises:
        SettingError: a value is of another type, or out of its range; names it from the outermost setting on.
    """
    kinds = {each.name: each for each in fields_of(settings_type)}
    return settings_type(**{name: _made(kinds[name], value) for name, value in plain.items()})


def _made(field: FieldOf, value: Any) -> Any:
    name, kind, nested = field
    if not nested:
        return _converted(name, kind, value)
    if not isinstance(value, Mapping):
        raise SettingError(name, "settings by their names", value)
    try:
        return checked_from(kind, value)
    except SettingError as error:
        raise error.inside(name) from None


def _converted(name: str, kind: Any, value: Any) -> Any:
    plain = float(value) if isinstance(value, float) else value  # NumPy's are floats, too, but not to msgspec
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError:
        raise SettingError(name, rule_for(kind, value), value) from None
