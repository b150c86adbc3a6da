"""Which test files are nearest to a module: its mirror, those that name it, its neighbours, those of its importers."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE, TESTS = ROOT / "src" / "deepdive", ROOT / "tests"
ENOUGH = 10
"""Test files; further ones are hardly near."""


def nearest(path: str) -> list[str]:
    """Test files for a module at ``path`` of the package, the nearest first, as paths from the root of the project."""
    parts = Path(path).with_suffix("").parts
    folder = TESTS.joinpath(*parts[:-1])
    while not any(folder.glob("test_*.py")):
        folder = folder.parent
    ranks: dict[str, tuple[float, ...]] = {}

    def add(rank: int, files: "list[Path] | set[Path]") -> None:
        for file in files:
            ranks.setdefault(file.relative_to(ROOT).as_posix(), (rank, _distance(file.parent, folder), len(ranks)))

    near = sorted(folder.glob("test_*.py"))
    add(0, [file for file in near if file.name == f"test_{parts[-1].strip('_')}.py"])
    named = _naming(path)
    add(1, sorted(set(near) & named))
    add(2, sorted(named, key=lambda file: (_distance(file.parent, folder), file)))
    add(3, near)
    importers = [importer for importer in modules() if path in _imported(importer)]
    add(4, sorted({file for each in importers for file in _naming(each)}, key=str))
    if "recipes" in parts:  # which look at every recipe, whatever they import
        add(4, [TESTS / "recipes" / name for name in ("test_results.py", "test_registry.py")])
    add(5, sorted(folder.parent.glob("test_*.py")) if folder != TESTS else [])
    return sorted(ranks, key=ranks.__getitem__)[:ENOUGH]


@cache
def modules() -> tuple[str, ...]:
    """All files of the package."""
    return tuple(sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py")))


def _distance(one: Path, other: Path) -> int:
    shared = len([True for a, b in zip(one.parts, other.parts, strict=False) if a == b])
    return len(one.parts) + len(other.parts) - 2 * shared


@cache
def _naming(path: str) -> set[Path]:
    """The test files that import a module, or a public name of it from its package, or speak of its recipe."""
    dotted = ".".join(("deepdive", *Path(path).with_suffix("").parts)).removesuffix(".__init__")
    package = dotted.rpartition(".")[0]
    names = _defined(path)
    recipes = set(re.findall(r"@recipe\(\s*[\"']([\w-]+)", (SOURCE / path).read_text(encoding="utf-8")))
    found = set()
    for file, (imports, text) in _tests().items():
        told = {name for module, name in imports if module == package or package.startswith(f"{module}.")}
        whole = any(dotted == module or f"{module}.{name}" == dotted for module, name in imports)
        if whole or told & names or any(f'"{name}"' in text for name in recipes):
            found.add(file)
    return found


@cache
def _tests() -> dict[Path, tuple[set[tuple[str, str]], str]]:
    files = sorted(TESTS.rglob("test_*.py"))
    return {file: (_imports(file), file.read_text(encoding="utf-8")) for file in files if "mutation" not in file.parts}


def _imports(file: Path) -> set[tuple[str, str]]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {(node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
    return found


@cache
def _defined(path: str) -> set[str]:
    body = ast.parse((SOURCE / path).read_text(encoding="utf-8")).body
    return {
        node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }


@cache
def _imported(path: str) -> set[str]:
    """The modules that a module imports, within functions also."""
    found = set()
    for module, name in _imports(SOURCE / path):
        for dotted in (module, f"{module}.{name}"):
            parts = dotted.split(".")
            if parts[0] == "deepdive":
                found.add("/".join(parts[1:]) + ".py")
    return found
