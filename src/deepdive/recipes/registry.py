"""What can be run: every recipe's description, read from its source without importing it.

A recipe is a function under the decorator ``recipe(...)``. The decorator's arguments are plain literals, ``Target``s,
and names of such in the same file, so the list of recipes comes from the syntax trees of the files in a few
milliseconds, and torch is loaded only for a run.
"""

import ast
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdive.data.registry import DATASETS
from deepdive.names import suggestion

if TYPE_CHECKING:
    from deepdive.recipes.experiment import Experiment

PRESETS = ("smoke", "quick", "book")
"""Of every recipe; one on other data has the name of these."""


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

    def __str__(self) -> str:
        return f"{self.metric} {'≥' if self.higher_is_better else '≤'} {self.value:g}"


@dataclass(frozen=True, kw_only=True)
class RecipeInfo:
    """What is known of a recipe before it is imported."""

    name: str
    chapter: str
    """Section of the textbook."""
    title: str
    data: str
    """The named data set that the targets are stated for."""
    targets: tuple[Target, ...]
    """The first that fits the settings counts."""
    presets: Mapping[str, Mapping[str, Any]]
    """Settings that differ from the defaults, by preset; nested ones as nested mappings. A preset that is named like a
    data set is for that one."""
    module: str = ""
    function: str = ""

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


@dataclass(frozen=True)
class Recipe:
    """A recipe ready to run: its description, its settings' type and its function."""

    info: RecipeInfo
    settings_type: type
    build: "Callable[[Any], Experiment]"


def recipe(
    name: str,
    *,
    chapter: str,
    title: str,
    data: str,
    targets: tuple[Target, ...],
    presets: Mapping[str, Mapping[str, Any]],
) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Register a function ``settings -> Experiment`` as a recipe; its arguments are literals, or names of literals.

    Raises:
        ValueError: a preset is not one of smoke, quick, book, nor a data set.
    """
    unknown = set(presets) - set(PRESETS) - set(DATASETS)
    if unknown:
        raise ValueError(
            f"recipe {name!r} has presets {sorted(unknown)}; they must be of {', '.join(PRESETS)}, or data sets"
        )
    return lambda function: function


@cache
def recipes() -> Mapping[str, RecipeInfo]:
    """Every recipe by name, in the order of the textbook."""
    folder = Path(__file__).parent
    found = [info for path in sorted(folder.rglob("*.py")) for info in _described(path, folder)]
    found.sort(key=lambda info: ([int(part) for part in info.chapter.split(".")], info.name))
    names = [info.name for info in found]
    double = {name for name in names if names.count(name) > 1}
    if double:
        raise ValueError(f"recipe names must be unique; there are several of {', '.join(sorted(double))}")
    return {info.name: info for info in found}


def recipe_info(name: str) -> RecipeInfo:
    """The description of one recipe.

    Raises:
        ValueError: there is none of that name; suggests similar ones.
    """
    known = recipes()
    if name in known:
        return known[name]
    raise ValueError(f"there is no recipe {name!r}{suggestion(name, known)}")


def load_recipe(name: str) -> Recipe:
    """Import one recipe.

    Raises:
        ValueError: there is none of that name.
    """
    info = recipe_info(name)
    function = getattr(importlib.import_module(info.module), info.function)
    settings_type = inspect.signature(function).parameters["settings"].annotation
    return Recipe(info, settings_type, function)


def _described(path: Path, root: Path) -> list[RecipeInfo]:
    source = path.read_text(encoding="utf-8")
    if "@recipe(" not in source:
        return []
    module = ".".join((__package__ or "", *path.relative_to(root).with_suffix("").parts))
    body = ast.parse(source).body
    shared = {
        node.targets[0].id: node.value
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    return [
        _info(node, decorator, module, shared)
        for node in body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "recipe"
    ]


def _info(function: ast.FunctionDef, decorator: ast.Call, module: str, shared: Mapping[str, ast.expr]) -> RecipeInfo:
    arguments = {word.arg: _value(word.value, shared) for word in decorator.keywords if word.arg}
    name = ast.literal_eval(decorator.args[0])
    return RecipeInfo(name=name, module=module, function=function.name, **arguments)


def _value(node: ast.expr, shared: Mapping[str, ast.expr]) -> Any:
    """A literal, in which calls of ``Target`` may stand, and names of others in the same file."""
    if isinstance(node, ast.Name) and node.id in shared:
        return _value(shared[node.id], shared)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Target":
        words = {word.arg: ast.literal_eval(word.value) for word in node.keywords if word.arg}
        return Target(*[ast.literal_eval(argument) for argument in node.args], **words)
    if isinstance(node, ast.Tuple):
        return tuple(_value(element, shared) for element in node.elts)
    return ast.literal_eval(node)
