"""The recorded graph of a tensor as a drawing."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from deepdive.graphs import Vertex, draw_graph
from deepdive.scratch.autograd._graph import Node
from deepdive.scratch.autograd.tensor import Tensor


def draw(
    tensor: Tensor,
    *,
    names: Mapping[str, Tensor] | None = None,
    direction: Literal["right", "down"] = "right",
    limit: int = 200,
) -> str:
    """How ``tensor`` was computed, as the text of an SVG: leaves, constants and operations, with shapes or values.

    Args:
        tensor: the result; draw it before ``backward()``, which lets go of the graph.
        names: what to call which tensors, for example ``{"w": w, "b": b}``.
        direction: where arrows lead.
        limit: how many boxes there may be; more would not be read.

    Raises:
        ValueError: nothing was recorded, the graph was freed by a backward pass, or it has more than ``limit`` boxes.
    """
    if tensor._node is None:
        raise ValueError("draw needs a tensor that requires a gradient: of others nothing is recorded")
    called = {x._node: name for name, x in (names or {}).items() if x._node is not None}
    constants = [(x._data, name) for name, x in (names or {}).items() if x._node is None]
    vertices: dict[Node | tuple[Node, int], Vertex] = {}
    edges: list[tuple[Node | tuple[Node, int], Node]] = []
    waiting = [tensor._node]
    while waiting:
        node = waiting.pop()
        if node in vertices:
            continue
        if node.edges is None:
            raise ValueError(
                f"the graph was freed by a backward pass (at {node.name} {node.shape}); "
                "draw before it, or give it retain_graph=True"
            )
        kind = "result" if node is tensor._node else "variable" if node.is_leaf else "operation"
        title = f"{called[node]} = {node.name}" if node in called and not node.is_leaf else called.get(node, node.name)
        vertices[node] = Vertex(node, (title, _content(node.shape, node.value)), kind)
        for i, edge in enumerate(node.edges):
            if edge.node is not None:
                edges.append((edge.node, node))
                waiting.append(edge.node)
            else:
                source = edge.source() if edge.source is not None else None
                name = next((name for data, name in constants if data is source), "constant")
                vertices[node, i] = Vertex((node, i), (name, _content(edge.shape, edge.value)), "constant")
                edges.append(((node, i), node))
        if len(vertices) > limit:
            raise ValueError(f"the graph has more than limit={limit} boxes; draw a part of it, or raise the limit")
    return draw_graph(list(vertices.values()), edges, direction=direction, title=f"computational graph of {tensor!r}")


def _content(shape: tuple[int, ...], value: np.ndarray | None) -> str:
    """The values of a small tensor, the shape of another."""
    if value is None:
        return " × ".join(map(str, shape))
    return np.array2string(value, separator=", ", formatter={"all": "{:.4g}".format}).replace("\n", "")
