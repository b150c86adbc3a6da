"""Recipes found: the library's, those of packages, and those of files of one's own. Free of torch."""

import hashlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from deepdive.names import tell
from deepdive.recipes.finding import recipe_hint
from deepdive.recipes.registry import DECLARED, Recipe
from deepdive.recipes.settings import with_preset

ENTRY_POINTS = "deepdive.recipes"
"""The group of entry points by which a package makes its recipes known."""
_OWN = "deepdive_own_recipe_"
"""How the module of a recipe file is called."""


@cache
def recipes() -> Mapping[str, Recipe]:
    """Every recipe by name, in the order of the book: the library's, and those of packages that declare some.

    A package does so by an entry point of the group ``deepdive.recipes`` that names a module with declarations.
    """
    importlib.import_module("deepdive.recipes.catalog")
    for point in entry_points(group=ENTRY_POINTS):
        before = {*DECLARED}
        try:
            point.load()
        except (Exception, SystemExit) as error:  # a package that is broken must not take the others along
            for name in {*DECLARED} - before:
                del DECLARED[name]
            tell(f"note: the recipes of {point.value} cannot be loaded: {type(error).__name__}: {error}")
    listed = [each for each in DECLARED.values() if not _module_of(each.name).startswith(_OWN)]
    return {each.name: each for each in sorted(listed, key=lambda each: (each.order, each.name))}


def load_recipe(name: str) -> Recipe:
    """One recipe: by its name, or by the path of a Python file that declares one.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: there is no recipe of that name, or the file is not Python, cannot be imported, does not declare
            exactly one recipe, or declares one whose name is taken or one of whose presets does not fit its settings.
    """
    if name.endswith(".py"):
        return _from_file(Path(name))
    known = recipes()
    if name in known:
        return known[name]
    raise ValueError(f"there is no recipe {name!r}{recipe_hint(name, known)}")


def where_in_own_file(error: BaseException) -> str:
    """The last line of a recipe file that an error came through, e.g. ``my.py, line 30``; empty if through none."""
    files = {module.__file__ for name, module in sys.modules.items() if name.startswith(_OWN)}
    lines = [each for each in traceback.extract_tb(error.__traceback__) if each.filename in files]
    return f"{Path(lines[-1].filename).name}, line {lines[-1].lineno}" if lines else ""


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
        del DECLARED[name]
    digest = hashlib.sha256(place.read_bytes()).hexdigest()[:16]
    sys.modules[module] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(sys.modules[module])
        found = _names_in(module)
        for name in found:
            for changes in DECLARED[name].presets.values():
                with_preset(DECLARED[name].settings_type, changes)
    except SyntaxError as error:
        raise ValueError(f"a recipe file must be Python, got {error} in {path}") from error
    except (Exception, SystemExit) as error:
        said = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ValueError(f"{said} ({where_in_own_file(error) or path})") from error
    if len(found) != 1:
        raise ValueError(f"a recipe file must declare one recipe, got {len(found)} in {path}")
    return replace(DECLARED[found[0]], source=str(place), digest=digest)


def _module_of(name: str) -> str:
    return DECLARED[name].settings_type.__module__


def _names_in(module: str) -> list[str]:
    """The recipes that a module has declared so far."""
    return [name for name in DECLARED if _module_of(name) == module]
