"""What a type of settings allows, in words: the rule of an error, and of a help text."""

from collections.abc import Iterator, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Meta

_NOUNS = {int: ("an integer", "integers"), float: ("a number", "numbers"), bool: ("True or False", "True or False")}
_NOUNS |= {str: ("a string", "strings"), NoneType: ("None", "None")}
_LONGEST = 60


def rule_of(annotation: Any, *, several: bool = False) -> str:
    """What a value must be.

    >>> rule_of(Annotated[int, Meta(ge=1, le=64)] | None)
    'an integer from 1 to 64 or None'
    >>> rule_of(Annotated[tuple[Annotated[float, Meta(ge=0, lt=1)], ...], Meta(min_length=2)])
    '2 or more numbers from 0 up and below 1'
    >>> rule_of(Annotated[str, Meta(max_length=9, description="a name of at most 9 letters")])
    'a name of at most 9 letters'
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        meta = _meta(arguments)
        if meta.description:
            return meta.description
        least = f"{meta.min_length} or more" if meta.min_length else ""
        rule = rule_of(arguments[0], several=several)
        return " ".join(filter(None, [least, rule.replace("some of", "of", 1) if least else rule, _bounds(meta)]))
    if origin in (Union, UnionType):
        return " or ".join(rule_of(each, several=several) for each in arguments)
    if origin is Literal:
        return ("some of " if several else "") + _listed([repr(each) for each in arguments])
    if origin is tuple and arguments[1:] == (...,):
        return rule_of(arguments[0], several=True)
    if origin is tuple:
        same = len(set(arguments)) == 1
        each = rule_of(arguments[0], several=True) if same else f"values: {', '.join(map(rule_of, arguments))}"
        return f"{len(arguments)} {each}"
    return _NOUNS.get(annotation, (getattr(annotation, "__name__", str(annotation)),) * 2)[several]


def rule_for(annotation: Any, value: Any) -> str:
    """The rule that a value breaks: the bounds alone where it is a number, and only these are at fault."""
    members = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    numbers = [each for each in members if each is not NoneType]
    kinds = [get_args(each)[0] for each in numbers if get_origin(each) is Annotated]
    if kinds in ([int], [float]) and len(numbers) == 1 and type(value) in (int, *kinds):
        return _bounds(_meta(get_args(numbers[0]))) + (" or None" if NoneType in members else "")
    return rule_of(annotation)


def bounds_of(annotation: Any) -> str:
    """The bounds of a number, or of each of several; of what is more than that the whole rule, of no numbers nothing.

    >>> bounds_of(Annotated[float, Meta(gt=0, le=1)] | None)
    'above 0 and at most 1'
    """
    found = list(dict.fromkeys(_all_bounds(annotation)))
    plain = len(found) == 1 and "or more" not in rule_of(annotation)
    return found[0] if plain else rule_of(annotation) if found else ""


def _all_bounds(annotation: Any) -> Iterator[str]:
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        meta = _meta(arguments)
        yield from filter(None, [meta.description or _bounds(meta)])
        arguments = arguments[:1]
    for each in arguments if get_origin(annotation) is not Literal else ():
        yield from _all_bounds(each)


def _meta(arguments: Sequence[Any]) -> Meta:
    return next((each for each in arguments[1:] if isinstance(each, Meta)), Meta())


def _bounds(meta: Meta) -> str:
    if meta.ge is not None and meta.le is not None:
        return f"from {_number(meta.ge)} to {_number(meta.le)}"
    parts = [(meta.ge, "from {} up"), (meta.gt, "above {}"), (meta.le, "at most {}"), (meta.lt, "below {}")]
    return " and ".join(words.format(_number(bound)) for bound, words in parts if bound is not None)


def shown(value: Any) -> str:
    """A value as it stands at the end of a message, short whatever it is.

    >>> shown(float("nan")), shown((1, 2)), shown(10**5000)
    ('nan', '(1, 2)', 'an integer of 16,610 bits')
    """
    if isinstance(value, int) and value.bit_length() > 400:
        return f"an integer of {value.bit_length():,} bits"
    if isinstance(value, tuple | list):
        items = ", ".join(shown(each) for each in value[:12]) + (", ..." if len(value) > 12 else "")
        return f"({items},)" if len(value) == 1 else f"({items})"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _number(bound: int | float) -> str:
    return f"{int(bound)}" if bound == int(bound) and abs(bound) < 1e12 else f"{bound:g}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
