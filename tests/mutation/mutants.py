"""Small errors planted in a source file, one at a time: what a person might get wrong, as the text of the file.

A mutant replaces the text of one node of the syntax tree, and leaves every other character of the file as it is.
"""

import ast
import copy
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from .rules import Place, worthless

_OTHER_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
_OTHER_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.LShift: ast.RShift,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One error: ``replacement`` stands in a file for what was from ``start`` to ``end``, counted in bytes."""

    path: str
    """From the folder of the package."""
    line: int
    kind: str
    start: int
    end: int
    replacement: str
    before: str
    """The line that it changes, as it was."""
    number: int = 0
    """Of those in the file that read the same."""

    @property
    def name(self) -> str:
        """The same in every run, and after changes elsewhere in the file."""
        number = f" #{self.number}" if self.number else ""
        return f"{self.path}: {self.kind}: {self.before} -> {self.replacement}{number}"

    def counts(self, source: bytes) -> bool:
        """Whether the file with the error in it is a program, and another one."""
        try:
            return ast.dump(ast.parse(self.applied(source))) != ast.dump(ast.parse(source))
        except SyntaxError:
            return False

    def applied(self, source: bytes) -> bytes:
        """The file with the error in it."""
        return source[: self.start] + self.replacement.encode() + source[self.end :]

    def diff(self, source: bytes) -> str:
        """What changes, as a unified diff without context."""
        old, new = (text.decode().splitlines() for text in (source, self.applied(source)))
        return "\n".join(list(difflib.unified_diff(old, new, lineterm="", n=0))[2:])


def mutants_of(path: Path, root: Path) -> list[Mutant]:
    """Every mutant of a file below ``root``, but those that `rules` leaves out."""
    source = path.read_bytes()
    tree = ast.parse(source)
    starts = [0]
    for line in source.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    name, found = path.relative_to(root).as_posix(), {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for kind, node, replacement in _changes(tree, Place(name, _imported(tree))):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        before = source[starts[node.lineno - 1] : starts[node.lineno] - 1].decode().strip()
        if (start, end, replacement) not in found and source[start:end] != replacement.encode():
            number = seen[kind, before, replacement]
            seen[kind, before, replacement] += 1
            found[start, end, replacement] = Mutant(name, node.lineno, kind, start, end, replacement, before, number)
    return list(found.values())


def _imported(tree: ast.AST) -> frozenset[str]:
    """Names of modules, and of what is in them."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return frozenset(alias.asname or alias.name for node in nodes for alias in node.names)


def drawn(mutants: list[Mutant], count: int, seed: int, root: Path) -> list[Mutant]:
    """So many of them, each kind in turn. A change of the source leaves most of the others where they are."""

    def place(mutant: Mutant) -> str:
        return sha256(f"{seed} {mutant.name}".encode()).hexdigest()

    kinds: dict[str, list[Mutant]] = {}
    for mutant in sorted(mutants, key=place):
        kinds.setdefault(mutant.kind, []).append(mutant)
    turns = [(i, kind, mutant) for kind, each in kinds.items() for i, mutant in enumerate(each)]
    ordered = (mutant for _, _, mutant in sorted(turns, key=lambda turn: turn[:2]))
    return list(islice((m for m in ordered if m.counts((root / m.path).read_bytes())), count))


def _changes(tree: ast.AST, place: Place) -> Iterator[tuple[str, ast.AST, str]]:
    for parent, node, where in _walk(tree, place):
        for kind, target, replacement in _of(parent, node):
            if not worthless(kind, node, target, where):
                yield kind, target, replacement


def _walk(node: ast.AST, place: Place) -> Iterator[tuple[ast.AST, ast.AST, Place]]:
    """Every node that counts, with its parent and with where it is."""
    for name, child in ast.iter_fields(node):
        for each in child if isinstance(child, list) else [child]:
            if isinstance(each, ast.AST) and (inner := place.within(node, name, each)):
                yield node, each, inner
                yield from _walk(each, inner)


def _of(parent: ast.AST, node: ast.AST) -> Iterator[tuple[str, ast.AST, str]]:
    if isinstance(node, ast.Compare):
        for i, operator in enumerate(node.ops):
            for other in _OTHER_COMPARISONS[type(operator)]:
                yield "comparison", node, _with(node, lambda n, i=i, other=other: n.ops.__setitem__(i, other()))
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OTHER_OPERATORS:
        other = _OTHER_OPERATORS[type(node.op)]
        yield "arithmetic", node, _with(node, lambda n: setattr(n, "op", other()))
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield "boolean", node, _with(node, lambda n: setattr(n, "op", other()))
    elif isinstance(node, ast.UnaryOp):
        kind = "boolean" if isinstance(node.op, ast.Not) else "arithmetic"
        yield kind, node, f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.Constant):
        yield from (("constant", node, other) for other in _other_constants(node.value))
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "boolean", node.test, f"not ({ast.unparse(node.test)})"
    if isinstance(node, ast.stmt) and not isinstance(parent, ast.ClassDef | ast.Module):
        yield from _of_statement(node)
    for decoration in getattr(node, "decorator_list", ()):
        # its sign stands before it; an identity stands for it
        yield "decoration", decoration, "(lambda same: same)"


def _of_call(node: ast.Call) -> Iterator[tuple[str, ast.AST, str]]:
    for i in range(len(node.keywords)):
        yield "keyword", node, _with(node, lambda n, i=i: n.keywords.pop(i))
    for i in range(len(node.args) - 1):
        if not any(isinstance(each, ast.Starred) for each in node.args):
            yield "swap", node, _with(node, lambda n, i=i: n.args.insert(i, n.args.pop(i + 1)))
    if isinstance(node.func, ast.Attribute):
        yield "call", node, f"({ast.unparse(node.func.value)})"
    elif len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
        yield "call", node, f"({ast.unparse(node.args[0])})"


def _of_statement(node: ast.stmt) -> Iterator[tuple[str, ast.AST, str]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "statement", node, "pass"
    elif isinstance(node, ast.AugAssign | ast.Raise | ast.Break | ast.Continue):
        yield "statement", node, "pass"
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute | ast.Subscript):
        yield "statement", node, "pass"


def _other_constants(value: object) -> list[str]:
    if isinstance(value, bool):
        return [str(not value)]
    if isinstance(value, int):
        return [str(value + 1), *([str(value - 1)] if value > 0 else [])]
    if isinstance(value, float):
        return [repr(2 * value if value else 1.0), *([repr(value / 2)] if value else [])]
    if isinstance(value, str) and value.isidentifier():
        return [repr(f"{value}_")]
    return []


def _with(node: ast.AST, change) -> str:
    other = copy.deepcopy(node)
    change(other)
    return ast.unparse(ast.fix_missing_locations(other))
