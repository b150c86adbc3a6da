"""Settings as flags of the command line: each says in its help what it may be, and is checked as any setting is."""

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, make_dataclass
from functools import cache, reduce
from itertools import pairwise
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import tyro
from msgspec import Meta

from deepdive.recipes.ranges.checked import Checked, CheckedType, SettingError, checked_from, fields_of
from deepdive.recipes.ranges.rules import bounds_of


def parse(*parts: "Checked | type[Checked]", arguments: Sequence[str] | None, prog: str, description: str = "") -> Any:
    """What a command line says: one object per part, each an object with the defaults, or a type.

    A wrong word ends the program with status 2, as ``--help`` does with 0. Help comes in groups: each class of settings
    may name that of its own fields (`Checked.group`), what counts with one value of another setting alone stands under
    that value (`Checked.counts_with`), and settings within others are a group.

    Raises:
        SettingError: a value is out of its range; names the flag.
    """
    flags = [flag for number, part in enumerate(parts) for flag in _flags_of(number, part)]
    names = Counter(name for flag in flags for name in flag.names)
    if twice := [name for name, count in names.items() if count > 1]:
        raise ValueError(f"names of settings and options must be unique, got --{twice[0]} twice")
    titles = sorted(dict.fromkeys(flag.group for flag in flags), key=_rank)
    line = make_dataclass("line", [_group(i, title, flags) for i, title in enumerate(titles)], kw_only=True)
    found = tyro.cli(line, args=arguments, prog=prog, description=description, config=(tyro.conf.OmitArgPrefixes,))
    plain: list[dict[str, Any]] = [{} for _ in parts]
    for flag in flags:
        place = plain[flag.part]
        for outer in flag.path[:-1]:
            place = place.setdefault(outer, {})
        place[flag.path[-1]] = getattr(getattr(found, f"group_{titles.index(flag.group)}"), flag.attribute)
    try:
        made = [checked_from(_type(part), values) for part, values in zip(parts, plain, strict=True)]
    except SettingError as error:
        raise error.of_flag() from None
    return made


def parse_one(part: CheckedType | type[CheckedType], **words: Any) -> CheckedType:
    """What a command line with one part says; see `parse`."""
    return parse(part, **words)[0]


def left_open(part: Checked | type[Checked], arguments: Sequence[str]) -> frozenset[str]:
    """The settings of a part that a command line says nothing of, by their whole names, e.g. ``optimizer.lr``."""
    typed = {word.partition("=")[0].replace("_", "-") for word in arguments if word.startswith("--")}
    flags = ((flag.path, flag.names) for flag in _flags_of(0, part))
    return frozenset(".".join(path) for path, names in flags if not typed & {f"--{name}" for name in names})


def _type(part: Checked | type[Checked]) -> type[Checked]:
    return part if isinstance(part, type) else type(part)


@dataclass(frozen=True)
class _Flag:
    """A setting as it is typed."""

    part: int
    path: tuple[str, ...]
    """Its name, after those of the settings that it is in."""
    group: str
    words: Any
    """The type of what may be typed, and what the help says."""
    default: "Field[Any]"
    names: tuple[str, ...]
    """As it can be typed."""

    @property
    def attribute(self) -> str:
        return "__".join((f"part_{self.part}", *self.path))


_ORDER = "recipe", "data", "network", "optimizer", "augment", "trainer", "run"
"""Groups of a help text; others come after the recipe's own."""


def _rank(title: str) -> float:
    return float(_ORDER.index(title)) if title in _ORDER else 0.5


def _group(number: int, title: str, flags: Sequence[_Flag]) -> tuple[str, Any]:
    """A field of the line: the settings of one group."""
    own = [(flag.attribute, flag.words, flag.default) for flag in flags if flag.group == title]
    return f"group_{number}", Annotated[make_dataclass(title, own, kw_only=True), tyro.conf.arg(name=title)]


def _flags_of(
    number: int, part: Checked | type[Checked], outer: tuple[str, ...] = (), group: str | None = None
) -> Iterator[_Flag]:
    """The settings of a part, those within others too, with these defaults; nothing is checked."""
    kind = _type(part)
    own = {each.name: each for each in fields(kind)}
    for name, hint, nested in fields_of(kind):
        value = _default(own[name]) if isinstance(part, type) else getattr(part, name)
        path = (*outer, name)
        if nested:
            yield from _flags_of(number, value, path, group or name)
            continue
        words = _words(hint)
        *above, last = (each.replace("_", "-") for each in path)
        typed = ".".join((*above, last))
        told = tyro.conf.arg(
            name=typed,
            help=_help(kind, name, hint),
            metavar=None if words == hint else _metavar(hint),
        )
        default = field() if value is MISSING else field(default_factory=lambda value=value: value)
        marks = () if value is True else (tyro.conf.FlagCreatePairsOff,)  # --no-NAME stands beside the --NAME it ends
        names = (typed,) if marks else (typed, ".".join((*above, f"no-{last}")))
        yield _Flag(number, path, group or _group_of(kind, name), Annotated[words, told, *marks], default, names)


def _group_of(kind: type[Checked], name: str) -> str:
    """That of the class in which a setting first appeared, or the value of another with which alone it counts."""
    rules = kind.rules()
    if name in rules and not isinstance(rules[name][1], tuple):
        other, value = rules[name]
        return value if isinstance(value, str) else other.replace("_", "-")
    owner = next(each for each in reversed(kind.__mro__) if name in vars(each).get("__annotations__", {}))
    return vars(owner).get("group", Checked.group)  # not an inherited one


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
            if isinstance(below.value, ast.Constant):
                found[item.target.id] = " ".join(str(below.value.value).split())
    return found
