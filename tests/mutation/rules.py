"""What is not mutated, for no test could tell: messages, appearance, types, speed."""

import ast
from dataclasses import dataclass, replace
from typing import Any

QUIET_KEYWORDS = {
    "encoding": "UTF-8 is the default where the tests run",
    "newline": "line ends are the same where the tests run",
    "strict": "lengths are equal by construction; it is a second line of defence",
    "report": "progress is shown", "desc": "progress is shown", "caption": "a text of a report",
    "non_blocking": "speed", "pin_memory": "speed", "timeout": "for what never happens in a test",
    "stacklevel": "a text of a warning", "frozen": "nothing changes a settings object", "kw_only": "a signature",
    "title": "a text of a report", "help": "a text", "align": "appearance", "description": "a text",
}  # fmt: skip
CONVERSIONS = {
    "list", "tuple", "set", "frozenset", "dict", "float", "int", "str", "bool", "iter", "cast", "Path", "range",
    "to", "cpu", "detach", "contiguous", "copy", "clone", "numpy", "item", "tolist", "values", "keys", "items",
    "double", "long", "as_posix", "absolute", "resolve", "join",
}  # fmt: skip
"""Calls whose loss is another type of the same value, or a value twice in memory."""
IDLE_DECORATIONS = {"cache", "lru_cache", "cached_property", "runtime_checkable", "overload", "abstractmethod", "final"}
"""For speed, or for a type checker and a reader."""
PLAIN_DECORATIONS = {"property", "dataclass", "contextmanager", "staticmethod", "classmethod", "recipe"}
"""Without which nothing works at all: that they are found says nothing of the tests."""
SYMMETRIC = {"min", "max", "equal", "minimum", "maximum", "logical_and", "logical_or", "gcd", "lcm"}
"""Functions whose arguments may be swapped."""
DRAWING = {"ax", "axes", "axis", "fig", "figure", "plt", "legend", "bars", "twin", "sheet", "draw", "panel"}
"""Names of what is drawn on: how a figure looks is for the eye."""
TINY = 1e-4
"""Smaller numbers are tolerances, and guards against a division by zero: half of one does as well."""
TALKING = {"sys.stderr.write", "sys.stdout.write", "warnings.warn", "print", "_tell"}
MESSAGES = {"hint", "mend", "shown", "near", "caption", "note", "problem", "facts"}
"""Names of what only words are made of."""
SPEED = {"_CHUNK", "_ROWS", "_BLOCK", "_MOST", "_POLL", "_WAIT", "_PAUSE"}
"""How much is done at a time, and how long is waited: names of constants."""


@dataclass(frozen=True)
class Place:
    """Where in a file a node is."""

    path: str
    imported: frozenset[str] = frozenset()
    """Names of modules and of what comes from them."""
    drawing: bool = False
    words: str | None = None
    """The keyword that the node is the value of."""
    chosen: bool = False
    """Whether a string is one that decides: compared, looked up, or a default."""

    def within(self, parent: ast.AST, field: str, child: ast.AST) -> "Place | None":
        """Where a child is; ``None`` if nothing in it counts."""
        if field in ("annotation", "returns") or isinstance(child, ast.JoinedStr | ast.Import | ast.ImportFrom):
            return None
        if isinstance(parent, ast.Raise) or _named(child) in TALKING or _is_docstring(parent, child):
            return None  # the words of an error
        if isinstance(child, ast.If) and _named(child.test) == "TYPE_CHECKING":
            return None
        if isinstance(child, ast.If) and ast.unparse(child.test).startswith("__name__"):
            return None
        if isinstance(child, ast.Call) and _named(child) in ("File", "Target"):
            return None  # sizes and checksums of what is fetched; see below for targets
        if isinstance(child, ast.Subscript) and _named(child.value) in ("Literal", "Protocol", "Generic", "Callable"):
            return None
        if field == "decorator_list" or (
            isinstance(child, ast.Assign) and _named(child.targets[0]) in SPEED | MESSAGES
        ):
            return None  # numbers of presets and targets are choices, which the records of results hold
        if isinstance(child, ast.keyword) and child.arg in QUIET_KEYWORDS:
            return None
        drawing = self.drawing or _root(child) in {"Figure", *DRAWING}
        words = child.arg if isinstance(child, ast.keyword) else None
        chosen = isinstance(parent, ast.Compare) or (isinstance(parent, ast.Subscript) and field == "slice")
        chosen = chosen or (isinstance(parent, ast.AnnAssign) and field == "value")
        return replace(self, drawing=drawing, words=words, chosen=chosen)


def worthless(kind: str, node: ast.AST, target: ast.AST, place: Place) -> bool:
    """Whether nobody could tell the mutant from the original, or everybody at once."""
    if place.drawing or (kind == "constant" and place.path.endswith(("figures.py", "progress.py", "_terminal.py"))):
        return True
    if kind == "constant" and isinstance(node, ast.Constant) and isinstance(node.value, str):
        return not place.chosen
    if kind == "constant" and isinstance(node, ast.Constant) and isinstance(node.value, float):
        return 0 < node.value < TINY
    if kind == "keyword" and isinstance(node, ast.Call):
        return bool({each.arg for each in node.keywords} & {*QUIET_KEYWORDS, None})
    if kind == "call" and isinstance(node, ast.Call):
        receiver, _, name = _named(node.func).rpartition(".")  # of a module or of itself nothing is left: see above
        return name in CONVERSIONS or receiver == "self" or receiver.partition(".")[0] in place.imported
    if kind == "swap":
        return _named(node).rpartition(".")[2] in SYMMETRIC
    if kind == "decoration":
        return _named(target).rpartition(".")[2] in IDLE_DECORATIONS | PLAIN_DECORATIONS
    if kind == "arithmetic" and isinstance(node, ast.BinOp):
        return any(isinstance(each, ast.JoinedStr) or _is_text(each) for each in (node.left, node.right))
    return kind == "statement" and isinstance(node, ast.Expr) and _named(node.value) in TALKING


def _named(node: Any) -> str:
    """``a.b`` of ``a.b``, and of a call of it."""
    while isinstance(node, ast.Call | ast.Expr):
        node = node.func if isinstance(node, ast.Call) else node.value
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def _root(node: ast.AST) -> str:
    """``a`` of a call of ``a.b[c].d``, also where it is a whole statement."""
    node = node.value if isinstance(node, ast.Expr) else node
    if not isinstance(node, ast.Call):
        return ""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_docstring(parent: ast.AST, child: ast.AST) -> bool:
    return isinstance(child, ast.Expr) and _is_text(child.value)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
