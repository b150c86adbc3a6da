"""Settings as flags of the command line: each says in its help what it may be, and is checked as any setting is."""

import ast
import inspect
import textwrap
from collections.abc import Sequence
from dataclasses import MISSING, Field, asdict, field, fields, make_dataclass
from functools import cache, reduce
from itertools import pairwise
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import tyro
from msgspec import Meta

from deepdive.recipes.ranges.checked import Checked, CheckedType, SettingError, checked_from, fields_of
from deepdive.recipes.ranges.rules import bounds_of


def parse(*parts: "Checked | type[Checked]", arguments: Sequence[str] | None, prog: str, description: str = "") -> Any:
    """What a command line says: one object per part, each an object with the defaults, or a type.

    A wrong word ends the program with status 2, as ``--help`` does with 0.

    Raises:
        SettingError: a value is out of its range; names the flag.
    """
    line = make_dataclass(
        "line", [(f"part_{i}", Annotated[_flags(part), tyro.conf.arg(name="")]) for i, part in enumerate(parts)]
    )
    found = tyro.cli(line, args=arguments, prog=prog, description=description, config=(tyro.conf.FlagCreatePairsOff,))
    plain = [asdict(getattr(found, each.name)) for each in fields(line)]
    try:
        made = [checked_from(_type(part), values) for part, values in zip(parts, plain, strict=True)]
    except SettingError as error:
        raise error.of_flag() from None
    return made


def parse_one(part: CheckedType | type[CheckedType], **words: Any) -> CheckedType:
    """What a command line with one part says; see `parse`."""
    return parse(part, **words)[0]


def _type(part: Checked | type[Checked]) -> type[Checked]:
    return part if isinstance(part, type) else type(part)


def _flags(part: Checked | type[Checked]) -> type:
    """A dataclass of the same fields that checks nothing, with these defaults, whose help texts tell the bounds."""
    kind = _type(part)
    own = {each.name: each for each in fields(kind)}
    found: list[tuple[str, Any, Field[Any]]] = []
    for name, hint, nested in fields_of(kind):
        value = _default(own[name]) if isinstance(part, type) else getattr(part, name)
        words = _flags(cast(Checked, value)) if nested else _words(hint)
        metavar = None if nested or words == hint else _metavar(hint)
        told = tyro.conf.arg(help=_help(kind, name, hint), metavar=metavar)
        default = field() if nested or value is MISSING else field(default_factory=lambda value=value: value)
        found.append((name, Annotated[words, told], default))
    flags = make_dataclass(kind.__name__, found, kw_only=True)
    flags.__doc__ = kind.__doc__
    return flags


def _words(hint: Any) -> Any:
    """The type of what may be typed: whatever stands for a number or a choice, so that our own check refuses it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in (int, float):
        return int | float | str
    if origin is Literal:
        return str
    if origin is Annotated and any(isinstance(each, Meta) for each in arguments[1:]):
        return _words(arguments[0])
    if origin in (Union, UnionType):  # None first, as a string is anything
        return reduce(or_, sorted(map(_words, arguments), key=lambda each: each is not NoneType))
    if origin is tuple:
        return tuple[reduce(or_, (_words(each) for each in arguments if each is not ...)), ...]
    return hint


def _metavar(hint: Any) -> str:
    """How a help text shows the type that a value must have."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return f"{{{','.join(map(str, arguments))}}}"
    if origin is Annotated:
        return _metavar(arguments[0])
    if origin in (Union, UnionType):
        return "|".join(sorted(map(_metavar, arguments), key=lambda each: each != "{None}"))
    if origin is tuple:
        first = _metavar(arguments[0])
        return f"[{first} [{first} ...]]" if arguments[1:] == (...,) else " ".join(map(_metavar, arguments))
    return "{None}" if hint is NoneType else hint.__name__.upper()


def _default(item: "Field[Any]") -> Any:
    factory = item.default_factory
    return item.default if factory is MISSING else factory()


def _help(kind: type, name: str, hint: Any) -> str | None:
    """What stands under a field, and its bounds."""
    text = kind.__dataclass_fields__[name].metadata.get("help")
    text = text or next((docs[name] for each in kind.__mro__ if name in (docs := _docs(each))), None)
    bounds = bounds_of(hint)
    return f"{text.removesuffix('.')}; {bounds}." if text and bounds else text


@cache
def _docs(kind: type) -> dict[str, str]:
    """The strings under the fields of one class."""
    try:
        [node] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    except (OSError, TypeError, SyntaxError):  # made at run time, or no class of Python's
        return {}
    found = {}
    for item, below in pairwise(getattr(node, "body", [])):
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and isinstance(below, ast.Expr):
            found[item.target.id] = " ".join(str(ast.literal_eval(below.value)).split())
    return found
