"""The tape: what is remembered of an operation so that its gradient can be computed later."""

import itertools
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

Rule = Callable[[Any], Any]
"""Takes ∂L/∂(output) and gives ∂L/∂(one input), both tensors, by operations that may be recorded in their turn."""

Version = list[int]
"""``[n]``: how often an array was written into; all tensors that share its memory share this list."""

_age = itertools.count()
_SHOWN = 4  # values of at most so many elements are kept for drawings


class Edge:
    """One input of an operation: its node (``None`` for a constant) and the rule that leads there."""

    __slots__ = ("node", "rule", "shape", "source", "value")

    def __init__(self, node: "Node | None", rule: Rule | None, data: np.ndarray) -> None:
        self.node, self.rule, self.shape = node, rule, data.shape
        self.value = data if data.size <= _SHOWN and node is None else None
        self.source = weakref.ref(data) if node is None else None  # which constant it was, for a drawing


class Node:
    """An operation that was recorded, or a leaf.

    ``age`` grows: a node is older than every node made from it, so youngest first is a topological order.
    ``edges`` is ``None`` once a backward pass has freed the node. Holds its tensor weakly: no cycle of references,
    so memory is given back as soon as the last tensor of a graph is gone.
    """

    __slots__ = ("__weakref__", "age", "dtype", "edges", "keeper", "name", "saved", "shape", "value")

    def __init__(self, name: str, data: np.ndarray, edges: tuple[Edge, ...] | None) -> None:
        self.name, self.shape, self.dtype, self.edges = name, data.shape, data.dtype, edges
        self.age = next(_age)
        self.keeper: weakref.ref[Any] | None = None
        """The tensor whose ``grad`` is to be filled: a leaf's, or one of which ``retain_grad`` was asked."""
        self.saved: tuple[tuple[Version, int], ...] = ()
        self.value = data if data.size <= _SHOWN else None

    @property
    def is_leaf(self) -> bool:
        """Made by the user, not by an operation."""
        return self.edges == ()

    def check_saved(self) -> None:
        """See that no array which a rule needs was written into since.

        Raises:
            ValueError: one was; names the operation.
        """
        if any(version[0] != then for version, then in self.saved):
            raise ValueError(
                f"an array that the gradient of {self.name} {self.shape} needs was changed in place after it was used; "
                "update after backward(), or change a clone()"
            )

    def free(self) -> None:
        """Let go of everything that was kept for the backward pass."""
        self.edges, self.saved = None, ()
