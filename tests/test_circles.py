"""No circle of imports, those in functions and under TYPE_CHECKING counted: what is read first needs nothing later."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

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


def test_there_is_no_circle_of_imports():
    assert circle({module: imported(module) for module in MODULES}) == []
