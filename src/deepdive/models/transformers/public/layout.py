"""Published state dicts by rules: which of their names is which of ours, both ways."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rule:
    """Names that begin with ``ours`` begin with ``public`` in the published form; ``#`` is the number of a layer."""

    ours: str
    public: str
    part: int | None = None
    """Ours is this third of the published tensor, along its outputs: query, key or value."""
    transposed: bool = False
    """Matrices are published as ``(inputs, outputs)``."""


class PublicLayout:
    """How one family of networks is published.

    >>> theirs = layout.cleaned(published, layout.to_public(network.state_dict()))  # doctest: +SKIP
    >>> network.load_state_dict(layout.to_ours(theirs))  # doctest: +SKIP

    Args:
        rules: the first that fits a name counts.
        prefix: what names begin with where the network is published inside a greater one.
        passed_over: regular expressions of published names that hold nothing learnt.
        respelt: old spellings of parts of names, and the new ones.
        tied: names that may be left out, and those whose values they share; either one is enough.
        output: the one of these that networks may have a table of their own for.
        copies: names that are nothing of the network's, but must be equal to others where they are published.
        fallbacks: names whose values older files have under other names, which mean nothing where both are published.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        *,
        prefix: str,
        passed_over: Sequence[str] = (),
        respelt: Mapping[str, str] | None = None,
        tied: Mapping[str, str] | None = None,
        output: str | None = None,
        copies: Mapping[str, str] | None = None,
        fallbacks: Mapping[str, str] | None = None,
    ) -> None:
        self._ours = [(_pattern(rule.ours), rule) for rule in rules]
        self._public = [(_pattern(rule.public), rule) for rule in rules]
        self._prefix = prefix
        self._passed_over = [re.compile(pattern) for pattern in passed_over]
        self._respelt = dict(respelt or {})
        self._tied = dict(tied or {})
        self._output = output
        self._copies = dict(copies or {})
        self._fallbacks = dict(fallbacks or {})

    def to_public(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Our tensors as they are published; names that no rule knows stay.

        Raises:
            ValueError: thirds of a published tensor are missing.
        """
        made: dict[str, Tensor] = {}
        parts: dict[str, dict[int, Tensor]] = {}
        rule_of: dict[str, Rule] = {}
        for name, value in ours.items():
            public, rule = _renamed(name, self._ours, lambda rule: rule.public)
            if rule is None or rule.part is None:
                made[public] = _turned(value, rule)
            else:
                parts.setdefault(public, {})[rule.part] = value
                rule_of[public] = rule
                made[public] = value  # keeps the order of the names
        for name, thirds in parts.items():
            if sorted(thirds) != [0, 1, 2]:
                raise ValueError(f"{name} needs query, key and value, but {len(thirds)} of these are given")
            made[name] = _turned(torch.cat([thirds[part] for part in range(3)]), rule_of[name])
        return made

    def to_ours(self, public: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Published tensors under our names; names that no rule knows stay."""
        made: dict[str, Tensor] = {}
        for name, value in public.items():
            fitting = [rule for pattern, rule in self._public if pattern.match(name)]
            for rule in [rule for rule in fitting if rule.part is not None] or fitting[:1]:
                ours, _ = _renamed(name, [(_pattern(rule.public), rule)], lambda rule: rule.ours)
                whole = _turned(value, rule)
                made[ours] = whole if rule.part is None else whole.chunk(3)[rule.part].contiguous()
            if not fitting:
                made[name] = value
        return made

    def cleaned(self, published: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What is published of the network that is ``wanted``: without a greater network's parts, and respelt.

        Raises:
            ValueError: two tensors are one in the network, but differ as published; or two names become one.
        """
        found = dict(published)
        inside = any(name.startswith(self._prefix) for name in found)
        if inside and not any(name.startswith(self._prefix) for name in wanted):
            kept = [name for name in found if name.startswith(self._prefix) or name in wanted]
            found = _respelt({name: found[name] for name in kept}, lambda name: name.removeprefix(self._prefix))
        for old, new in self._respelt.items():
            found = _respelt(found, lambda name, old=old, new=new: name.replace(old, new))
        for name, older in self._fallbacks.items():
            if name in wanted and older in found:
                value = found.pop(older)
                found.setdefault(name, value)
        self._tie(found, wanted)
        return {
            name: value
            for name, value in found.items()
            if name in wanted or not any(pattern.search(name) for pattern in self._passed_over)
        }

    def has_own_output(self, published: Mapping[str, Tensor]) -> bool:
        """Whether the output's table and the one that it may share are both published, and differ."""
        if self._output is None:
            return False
        names = self._output, self._tied[self._output]
        own, other = ([v for n, v in published.items() if f".{n}".endswith(f".{name}")] for name in names)
        return bool(own and other) and not _same(own[0], other[0])

    def _tie(self, found: dict[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
        """Give values that are published under one of their names to all of these, and take copies away."""

        def is_one(name: str, other: str) -> bool:
            both = name in wanted and other in wanted and not wanted[name].is_meta
            return both and wanted[name].data_ptr() == wanted[other].data_ptr()

        pairs = [pair for pair in self._tied.items() if is_one(*pair)]
        pairs += [(name, other) for name, other in self._copies.items() if other in wanted]
        for name, other in pairs:  # first all that may give its value to another
            if name in found:
                found.setdefault(other, found[name])
        for name, other in pairs:
            if other in found and not _same(found.setdefault(name, found[other]), found[other]):
                hint = ": make the network with tied=False" if name == self._output else ""
                raise ValueError(f"{name} and {other} are one in the network, but differ as published{hint}")
        for name in self._copies:
            if name not in wanted:
                found.pop(name, None)


def _respelt(found: Mapping[str, Tensor], new: Callable[[str], str]) -> dict[str, Tensor]:
    """The same by other names.

    Raises:
        ValueError: two tensors that differ get one name.
    """
    made: dict[str, Tensor] = {}
    first: dict[str, str] = {}
    for name, value in found.items():
        if not _same(made.setdefault(new(name), value), value):
            raise ValueError(f"{first[new(name)]} and {name} are one in the network, but differ as published")
        first.setdefault(new(name), name)
    return made


def _same(a: Tensor, b: Tensor) -> bool:
    """Whether all values are equal, those that are no numbers too, whatever the types that hold them."""
    if a is b:
        return True
    if a.dtype != b.dtype:
        a, b = a.double(), b.double()
    return a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())


def _pattern(beginning: str) -> re.Pattern[str]:
    return re.compile(re.escape(beginning).replace(r"\#", r"(\d+)"))


def _renamed(
    name: str, patterns: Sequence[tuple[re.Pattern[str], Rule]], new: Callable[[Rule], str]
) -> tuple[str, Rule | None]:
    """The name with its beginning exchanged, and the rule that did it."""
    for pattern, rule in patterns:
        if match := pattern.match(name):
            number = match.group(1) if pattern.groups else ""
            return new(rule).replace("#", number) + name[match.end() :], rule
    return name, None


def _turned(value: Tensor, rule: Rule | None) -> Tensor:
    return value.T.contiguous() if rule is not None and rule.transposed and value.ndim == 2 else value
