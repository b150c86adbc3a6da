"""Arguments held to what a function's signature says of them, whenever it is called.

A type checker reads ``forecasts: Float[Tensor, "n horizon"], truth: Float[Tensor, "n horizon"]`` in the tests;
``checked`` reads it where a user calls, so that no shape is broadcast, no string taken letter by letter and no number
rounded by mistake. It looks at shapes, dtypes and kinds, never at a tensor's values, and waits for no device.
"""

import functools
import inspect
import types
import typing
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, Union

from jaxtyping import AbstractArray
from msgspec import Meta
from torch import Tensor

from deepdive.signatures._rules import ArrayRule as ArrayRule
from deepdive.signatures._rules import (
    BoundedRule,
    CallableRule,
    ChoiceRule,
    IntegerRule,
    MappingRule,
    NumberRule,
    SequenceRule,
    Sizes,
)
from deepdive.signatures._rules import KindRule as KindRule
from deepdive.signatures._rules import Rule as Rule
from deepdive.signatures._rules import UnionRule as UnionRule

Target = TypeVar("Target", bound=Callable[..., Any])


def checked(target: Target) -> Target:
    """Refuse arguments that are not what the annotations of a function (or of a class's constructor) say.

    Looked at are jaxtyping's arrays, numbers, strings, literals, callables, classes, and sequences, mappings and unions
    of these; a dimension that comes twice must have one size. Anything else, and defaults, are taken as they are.

    >>> from jaxtyping import Float
    >>> from torch import Tensor
    >>> @checked
    ... def distance(x: Float[Tensor, "n d"], y: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
    ...     return (x - y).norm(dim=1)
    >>> distance(torch.ones(3, 2), torch.ones(3, 1))
    Traceback (most recent call last):
    ...
    ValueError: y must have shape (n=3, d=2), got (3, 1)

    Raises (the function that comes back):
        TypeError: an argument is of another kind or dtype.
        ValueError: it has another shape, is NaN for a number, or none of the words that are allowed.
    """
    if isinstance(target, type):
        target.__init__ = checked(target.__init__)
        return target  # pyright: ignore[reportReturnType]
    return hold(target, lambda parameter: _rule_of(parameter.annotation))


def hold(function: Target, rule_of: Callable[[inspect.Parameter], Rule | None]) -> Target:
    """The function, each of whose arguments must fit the rule of its parameter; ``None`` where anything goes."""
    rules: dict[str, Rule] = {}
    by_place: list[tuple[int, str, Rule]] = []
    for place, (name, parameter) in enumerate(inspect.signature(function).parameters.items()):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if (rule := rule_of(parameter)) is None:
            continue
        rules[name] = rule
        if parameter.kind is not parameter.KEYWORD_ONLY:
            by_place.append((place, name, rule))

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        sizes: Sizes = {}
        given = len(args)
        for place, name, rule in by_place:
            if place >= given:
                break
            if not rule.fits(args[place], sizes):
                raise rule.error(name, args[place], sizes)
        for name in kwargs:
            if name in rules and not rules[name].fits(kwargs[name], sizes):
                raise rules[name].error(name, kwargs[name], sizes)
        return function(*args, **kwargs)

    call.__dict__["is_checked"] = True  # so that a test finds what is not
    return call  # pyright: ignore[reportReturnType]


_SIMPLE: dict[Any, Rule] = {
    int: IntegerRule(),
    float: NumberRule(),
    str: KindRule("a string", (str,)),
    bool: KindRule("True or False", (bool,)),
    None: KindRule("None", (type(None),)),
    type(None): KindRule("None", (type(None),)),
    Callable: CallableRule(),
}


def _rule_of(annotation: Any) -> Rule | None:
    """The rule that an annotation stands for, or ``None`` where anything goes."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (Union, types.UnionType):
        rules = [_rule_of(each) for each in arguments if not (each is int and float in arguments)]
        return None if None in rules else UnionRule([rule for rule in rules if rule is not None])
    if origin is Annotated and isinstance(arguments[1], Meta):
        kind = _rule_of(arguments[0])
        return None if kind is None else BoundedRule(kind, arguments[1])
    if origin is Literal:
        return ChoiceRule(arguments)
    if origin is Callable:
        return CallableRule()
    if origin is tuple and Ellipsis not in arguments:
        rules = {each: _rule_of(each) for each in arguments}
        return SequenceRule(rules[arguments[0]] if len(rules) == 1 else None, length=len(arguments))
    if origin in (list, tuple, Sequence):
        return SequenceRule(_rule_of(arguments[0]))
    if origin is Iterable:
        return SequenceRule(_rule_of(arguments[0]), only_iterable=True)
    if origin in (dict, Mapping):
        return MappingRule(_rule_of(arguments[1]))
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    return _rule_of_class(annotation)


def _rule_of_class(annotation: Any) -> Rule | None:
    if not isinstance(annotation, type) or annotation in (Any, object, inspect.Parameter.empty):
        return None
    if issubclass(annotation, AbstractArray):
        return ArrayRule(annotation)
    if getattr(annotation, "_is_protocol", False) and not getattr(annotation, "_is_runtime_protocol", False):
        return None
    if annotation is Hashable:
        return KindRule("a token", (Hashable,))
    name = "tensor" if annotation is Tensor else annotation.__name__
    return KindRule(f"{'an' if name[0] in 'AEIOU' else 'a'} {name}", (annotation,))
