"""What can be run: recipes are declarations that register themselves when they are imported. Free of torch."""

import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from deepdive.data.registry import DATASETS
from deepdive.names import suggestion, tell
from deepdive.recipes.ranges import Checked

if TYPE_CHECKING:
    from deepdive.recipes.experiments import Experiment

Settings = TypeVar("Settings", bound=Checked)
PRESETS = ("smoke", "quick", "book")
"""Of every recipe; one on other data has the name of these."""
ENTRY_POINTS = "deepdive.recipes"
"""The group of entry points by which a package declares recipes."""
_OWN = "recipe_file_"
_RECIPES: "dict[str, Recipe]" = {}


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
    settings_type: type[Any]
    source: str = ""
    """The file of a recipe that is none of the library's."""

    @property
    def order(self) -> tuple[int, ...]:
        """By chapter and section; what the book lacks comes last in its chapter."""
        section = int(self.section.partition(".")[2]) if self.section else sys.maxsize
        return self.chapter, section

    @property
    def place(self) -> str:
        """Section, or chapter where the book lacks the topic; a dash for what is none of the book's."""
        return self.section or str(self.chapter or "-")

    def target(self, preset: str, settings: Mapping[str, Any] | None = None) -> Target | None:
        """The target of a run with these settings (the defaults if not given); ``None`` on other data."""
        data = preset if preset in DATASETS else self.data
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
            ValueError: a setting is out of its range.
        """
        module, _, name = self.experiment.partition(":")
        home = importlib.import_module(module) if module else sys.modules[self.settings_type.__module__]
        return getattr(home, name)(settings)


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
) -> Callable[[type[Settings]], type[Settings]]:
    """Declare a dataclass of settings to be a recipe; see `Recipe` for what is said of it.

    >>> @recipe("tiny", chapter=7, title="A tiny network", data="digits", experiment=":Tiny")
    ... @dataclass(frozen=True)
    ... class TinySettings(Checked):
    ...     hidden: int = 8
    >>> load_recipe("tiny").settings_type is TinySettings
    True

    Raises:
        TypeError: it decorates no dataclass that checks itself.
        ValueError: there is another recipe of that name, a preset is not one of smoke, quick, book, nor a data set, or
            the section is not one of the chapter.
    """
    presets = {"quick": {}} if presets is None else presets
    if unknown := set(presets) - set(PRESETS) - set(DATASETS):
        raise ValueError(
            f"recipe {name!r} has presets {sorted(unknown)}; they must be of {', '.join(PRESETS)}, or data sets"
        )
    if section is not None and section.partition(".")[0] != str(chapter):
        raise ValueError(f"section of recipe {name!r} must be one of chapter {chapter}, got {section!r}")

    def register(settings_type: type[Settings]) -> type[Settings]:
        if not (is_dataclass(settings_type) and issubclass(settings_type, Checked)):
            raise TypeError(f"recipe {name!r} must decorate a dataclass below Checked, got {settings_type!r}")
        place = (settings_type.__module__, settings_type.__qualname__)
        if name in _RECIPES and place != (_settings_module(name), _RECIPES[name].settings_type.__qualname__):
            raise ValueError(f"recipe names must be unique, got {name!r} for a second time, in {place[0]}")
        _RECIPES[name] = Recipe(
            name=name,
            chapter=chapter,
            section=section,
            title=title,
            data=data,
            experiment=experiment,
            targets=targets,
            presets=presets,
            settings_type=settings_type,
        )
        return settings_type

    return register


@cache
def recipes() -> Mapping[str, Recipe]:
    """Every recipe by name, in the order of the book: the library's, and those of packages that declare some.

    A package does so by an entry point of the group ``deepdive.recipes`` that names a module with declarations.
    """
    importlib.import_module("deepdive.recipes.catalog")
    for point in entry_points(group=ENTRY_POINTS):
        try:
            point.load()
        except Exception as error:  # a package that is broken must not take the others along
            tell(f"note: the recipes of {point.value} cannot be loaded: {type(error).__name__}: {error}")
    listed = [each for each in _RECIPES.values() if not _settings_module(each.name).startswith(_OWN)]
    return {each.name: each for each in sorted(listed, key=lambda each: (each.order, each.name))}


def load_recipe(name: str) -> Recipe:
    """One recipe: by its name, or by the path of a Python file that declares one.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: there is no recipe of that name, or the file is not Python, does not declare exactly one recipe, or
            declares one whose name is taken.
    """
    if name.endswith(".py"):
        return _from_file(Path(name))
    known = recipes()
    if name in known:
        return known[name]
    raise ValueError(f"there is no recipe {name!r}{suggestion(name, known)}")


def _from_file(path: Path) -> Recipe:
    if not path.is_file():
        raise FileNotFoundError(f"there is no recipe file {path}")
    place = path.resolve()
    module = f"{_OWN}{hashlib.sha256(os.fsencode(place)).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(module, place)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no Python file")
    recipes()  # whose names are taken
    for name in _names_in(module):  # of this file before it was changed
        del _RECIPES[name]
    sys.modules[module] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(sys.modules[module])
    except SyntaxError as error:
        raise ValueError(f"a recipe file must be Python, got {error} in {path}") from error
    found = _names_in(module)
    if len(found) != 1:
        raise ValueError(f"a recipe file must declare one recipe, got {len(found)} in {path}")
    return replace(_RECIPES[found[0]], source=str(place))


def _settings_module(name: str) -> str:
    return _RECIPES[name].settings_type.__module__


def _names_in(module: str) -> list[str]:
    """The recipes that a module has declared so far."""
    return [name for name in _RECIPES if _settings_module(name) == module]
