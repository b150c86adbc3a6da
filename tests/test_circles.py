"""No circle of imports, those in functions and under TYPE_CHECKING counted: what is read first needs nothing later."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import deepdive

SOURCE = Path(deepdive.__file__).parent


def module_of(path: Path) -> str:
    return ".".join(("deepdive", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")


MODULES = {module_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


def imported(module: str) -> set[str]:
    """The modules that hold what a module imports: a name that a package only passes on counts for where it is from."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {home for alias in node.names if (home := home_of(node.module, alias.name)) is not None}
    return found - {module}


def home_of(module: str, name: str) -> str | None:
    if f"{module}.{name}" in MODULES:
        return f"{module}.{name}"
    if module not in MODULES:
        return None
    for node in ast.parse(MODULES[module].read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and MODULES[module].name == "__init__.py":
            if any((alias.asname or alias.name) == name for alias in node.names):
                original = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
                return home_of(node.module, original)
    return module


def circle(arrows: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_circles_are_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert not circle({"a": {"b", "c"}, "b": {"c"}, "c": set()})
    assert home_of("deepdive.training", "Trainer") == "deepdive.training.loop.trainer"


ARROWS = {module: imported(module) for module in MODULES}
ROOMS = [module for module, path in MODULES.items() if path.name == "__init__.py"]


def test_there_is_no_circle_of_imports():
    assert circle(ARROWS) == []


@pytest.mark.parametrize("room", ROOMS)
def test_there_is_no_circle_between_the_rooms_and_files_of_a_room(room):
    within = f"{room}."
    arrows: dict[str, set[str]] = {}
    for module, others in ARROWS.items():
        if module.startswith(within):
            own, *there = [each[len(within) :].split(".")[0] for each in (module, *others) if each.startswith(within)]
            arrows.setdefault(own, set()).update({*there} - {own})
    assert circle(arrows) == []


def test_every_import_is_one_that_the_walk_sees():
    """Neither relative ones nor those by a function, but for the few that load by name what no name can say."""
    for module, path in MODULES.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        relative = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
        assert not relative, f"{module} imports relatively"
        by_function = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)]
        called = {getattr(node, "attr", getattr(node, "id", "")) for node in by_function}
        assert not called & {"import_module", "__import__"} or module in BY_NAME, f"{module} imports by a function"


BY_NAME = {
    "deepdive",  # its modules, when they are asked for
    "deepdive.cli",  # the command that is asked for
    "deepdive.data",  # names, when they are asked for
    "deepdive.models",  # names, when they are asked for
    "deepdive.recipes.loading",  # the catalog
    "deepdive.recipes.registry",  # the experiment that a declaration names
    "deepdive.training.listeners.tensorboard",  # a library that may be missing
}
