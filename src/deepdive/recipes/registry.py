"""What can be run: recipes are declarations that register themselves when they are imported. Free of torch."""

import importlib
import re
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from deepdive.data.registry import DATASETS
from deepdive.recipes.ranges import Checked

if TYPE_CHECKING:
    from deepdive.recipes.experiments import Experiment

Settings = TypeVar("Settings", bound=Checked)
PRESETS = ("smoke", "quick", "book")
"""Of every recipe; one on other data has the name of these."""
DECLARED: "dict[str, Recipe]" = {}
"""What has declared itself so far, by name."""


@dataclass(frozen=True)
class Target:
    """The value a metric must reach: at least ``value``, or at most with ``higher_is_better=False``.

    ``when`` restricts it to runs with these settings, or to a preset, e.g. ``{"modern": True, "preset": "book"}``.
    """

    metric: str
    value: float
    when: Mapping[str, Any] = field(default_factory=dict)
    higher_is_better: bool = True

    def passed(self, measured: float) -> bool:
        """Whether a measured value reaches the target; NaN does not."""
        return measured >= self.value if self.higher_is_better else measured <= self.value

    @property
    def sign(self) -> str:
        """Of the bound, as it is written."""
        return "≥" if self.higher_is_better else "≤"

    def __str__(self) -> str:
        return f"{self.metric} {self.sign} {self.value:g}"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A declaration: what an experiment is called, where it belongs, what it must reach, and its settings."""

    name: str
    chapter: int = 0
    """Of *Dive into Deep Learning*; 0 for a recipe that is none of the book's."""
    section: str | None = None
    """The number that the book gives to the topic; ``None`` where the book lacks it."""
    title: str
    data: str
    """The named data set that the targets are stated for."""
    experiment: str
    """The class that runs it, as ``package.module:Class``; ``:Class`` in the file of the declaration. Also a function
    of the settings, where they choose the class."""
    targets: tuple[Target, ...] = ()
    """The first that fits the settings counts."""
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"quick": {}})
    """Settings that differ from the defaults, by preset; nested ones as nested mappings. A preset that is named like a
    data set is for that one."""
    keywords: tuple[str, ...] = ()
    """Words that a user may look for it by, in lower case: tasks, kinds of data, names of networks."""
    settings_type: type[Any]
    source: str = ""
    """The file of a recipe that is none of the library's."""
    digest: str = ""
    """What tells whether that file is as it was."""

    @property
    def order(self) -> tuple[int, ...]:
        """By chapter and section; what the book lacks comes last in its chapter."""
        section = int(self.section.partition(".")[2]) if self.section else sys.maxsize
        return self.chapter, section

    @property
    def place(self) -> str:
        """Section, or chapter where the book lacks the topic; a dash for what is none of the book's."""
        return self.section or str(self.chapter or "-")

    def data_of(self, preset: str) -> str:
        """The data that the values of a preset, and its targets, are stated for."""
        return preset if preset in DATASETS else self.data

    def target(self, preset: str, settings: Mapping[str, Any] | None = None) -> Target | None:
        """The target of a run with these settings (the defaults if not given); ``None`` on other data."""
        data = self.data_of(preset)
        facts = {"preset": preset, "data": data} | dict(settings or {})
        if facts["data"] != data:
            return None
        for target in self.targets:
            if all(facts.get(key) == value for key, value in target.when.items()):
                return target
        return None

    def build(self, settings: Any) -> "Experiment[Any]":
        """The experiment of these settings, which imports torch.

        Raises:
            ValueError: a setting is out of its range, or there is no such experiment.
        """
        module, _, name = self.experiment.partition(":")
        home = importlib.import_module(module) if module else sys.modules[self.settings_type.__module__]
        make: Any = getattr(home, name, None)
        wrong = not callable(make) or (isinstance(make, type) and not hasattr(make, "prepare"))
        made: Any = None if wrong else make(settings)
        if not hasattr(made, "prepare"):  # as every experiment has; to ask for the class would import torch
            raise ValueError(f"experiment of recipe {self.name} must name an Experiment, got {self.experiment!r}")
        return made

    def build_for(self, settings: Any, preset: str, left_open: Collection[str] = ()) -> "Experiment[Any]":
        """The same, where settings whose names are ``left_open`` may follow the data.

        They may not if the data is what the preset's values are stated for.

        Raises:
            ValueError: as `build`.
        """
        made = self.build(settings)
        if getattr(settings, "data", self.data_of(preset)) != self.data_of(preset):
            made.left_open = left_open
        return made


def recipe(
    name: str,
    *,
    title: str,
    data: str,
    experiment: str,
    chapter: int = 0,
    section: str | None = None,
    targets: tuple[Target, ...] = (),
    presets: Mapping[str, Mapping[str, Any]] | None = None,
    keywords: tuple[str, ...] = (),
) -> Callable[[type[Settings]], type[Settings]]:
    """Declare a dataclass of settings to be a recipe; see `Recipe` for what is said of it.

    >>> @recipe("tiny", chapter=7, title="A tiny network", data="digits", experiment=":Tiny")
    ... @dataclass(frozen=True)
    ... class TinySettings(Checked):
    ...     hidden: int = 8
    >>> DECLARED["tiny"].settings_type is TinySettings
    True

    Raises:
        TypeError: it decorates no dataclass that checks itself.
        ValueError: there is another recipe of that name, or one of the facts is not as `Recipe` has it; names it.
    """

    def register(settings_type: type[Settings]) -> type[Settings]:
        own = isinstance(settings_type, type) and "__dataclass_fields__" in vars(settings_type)  # not its parent's
        if not (own and issubclass(settings_type, Checked)):
            raise TypeError(f"recipe {name!r} must decorate a dataclass below Checked, got {settings_type!r}")
        made = Recipe(
            name=name,
            chapter=chapter,
            section=section,
            title=title,
            data=data,
            experiment=experiment,
            targets=targets,
            presets={"quick": {}} if presets is None else presets,
            keywords=keywords,
            settings_type=settings_type,
        )
        for fact, (good, rule) in _facts(made).items():
            if not good:
                raise ValueError(f"{fact} of recipe {name!r} must be {rule}, got {getattr(made, fact)!r}")
        before = DECLARED.get(name)
        if before is not None and _place_of(before) != _place_of(made):
            raise ValueError(f"recipe names must be unique, got {name!r} for a second time, in {_place_of(made)[0]}")
        DECLARED[name] = made
        return settings_type

    return register


def _place_of(recipe: Recipe) -> tuple[str, str]:
    return recipe.settings_type.__module__, recipe.settings_type.__qualname__


def _facts(made: Recipe) -> dict[str, tuple[bool, str]]:
    """Of each fact whether it is as it must be, and the rule."""
    name, title, data, chapter = made.name, made.title, made.data, made.chapter
    numbered = type(chapter) is int and chapter >= 0
    section = made.section is None or (
        isinstance(made.section, str) and bool(re.fullmatch(rf"{chapter}\.\d+", made.section))
    )
    targets = isinstance(made.targets, tuple) and all(
        isinstance(each, Target) and isinstance(each.metric, str) and type(each.value) in (int, float)
        for each in made.targets
    )
    presets = isinstance(made.presets, Mapping) and all(
        key in (*PRESETS, *DATASETS) and isinstance(value, Mapping) for key, value in made.presets.items()
    )
    keywords = isinstance(made.keywords, tuple) and all(
        _is_word(each, r"[^\W_]+([-.][^\W_]+)*") and each == each.lower() for each in made.keywords
    )
    return {
        "name": (_is_word(name, "[A-Za-z0-9]+([-_][A-Za-z0-9]+)*"), "letters and digits, with dashes between"),
        "title": (isinstance(title, str) and title.isprintable(), "one line of text"),
        "data": (isinstance(data, str) and data.isprintable(), "the name of a data set or a path"),
        "experiment": (_is_word(made.experiment, r"[\w.]*:\w+"), "like 'package.module:Class' or ':Class'"),
        "chapter": (numbered, "a whole number"),
        "section": (section, f"one of chapter {chapter}"),
        "targets": (targets, "a tuple of Target, each with the name of a metric and a number"),
        "keywords": (keywords, "a tuple of words in lower case"),
        "presets": (presets, f"settings by {', '.join(PRESETS)} or the name of a data set"),
    }


def _is_word(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None
