"""The backward pass: from a result to everything it was made of, youngest operation first.

D2L section 2.5. Each operation ``y = f(x₁, x₂, ...)`` has for each input a rule that takes ``∂L/∂y`` and gives
``∂L/∂xᵢ``; gradients that reach a tensor over several ways add up. The rules are operations on tensors themselves:
recorded (``create_graph=True``) their results can be differentiated again, to any order.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from deepdive.scratch.autograd._graph import Edge, Node
from deepdive.scratch.autograd._recording import Operand, as_operand
from deepdive.scratch.autograd.modes import set_grad_enabled
from deepdive.scratch.autograd.operations.reductions import sum_to
from deepdive.scratch.autograd.tensor import Tensor


def backward(
    output: Tensor, gradient: Operand | None = None, *, retain_graph: bool | None = None, create_graph: bool = False
) -> None:
    """Add ``∂output/∂x`` to ``x.grad`` for every leaf ``x`` that ``output`` was made of.

    Args:
        output: what to differentiate.
        gradient: ``∂L/∂output`` in the shape of ``output``; by default 1, for an output of one element.
        retain_graph: keep what is needed for another backward pass; by default what ``create_graph`` is.
        create_graph: record the backward pass, so that gradients can be differentiated again.

    Raises:
        ValueError: the output does not require a gradient, or has several elements and no ``gradient`` is given, or
            shapes differ, or its graph was freed by an earlier pass, or a value that is needed was changed in place.
    """
    _run([(output, gradient)], None, create_graph if retain_graph is None else retain_graph, create_graph)


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Operand | Sequence[Operand | None] | None = None,
    *,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]:
    """``Σ ∂output/∂input`` for each input, a leaf or not; no ``.grad`` is touched, and only the way there is walked.

    Args:
        outputs: what to differentiate; several are added up.
        inputs: with respect to what.
        grad_outputs: one gradient for each output, as in ``backward``.
        retain_graph: as in ``backward``.
        create_graph: as in ``backward``; ``grad`` of a ``grad`` is a second derivative.
        allow_unused: give ``None`` for an input of which no output depends, instead of an error.

    Raises:
        ValueError: as ``backward``; or an input does not require a gradient, or no output depends on it.
    """
    roots = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    targets = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    gradients: list[Operand | None] = [None] * len(roots)
    if grad_outputs is not None:
        gradients = list(grad_outputs) if isinstance(grad_outputs, list | tuple) else [grad_outputs]
    if len(gradients) != len(roots):
        raise ValueError(f"grad_outputs must hold one gradient per output, got {len(gradients)} for {len(roots)}")
    nodes = [x._node for x in targets]
    if None in nodes:
        raise ValueError(f"input {nodes.index(None)} does not require a gradient")
    wanted = [node for node in nodes if node is not None]
    keep = create_graph if retain_graph is None else retain_graph
    found = _run(list(zip(roots, gradients, strict=True)), set(wanted), keep, create_graph)
    results = tuple(found.get(node) for node in wanted)
    unused = [i for i, result in enumerate(results) if result is None]
    if unused and not allow_unused:
        raise ValueError(f"no output depends on input {unused[0]}; allow_unused=True gives None for it")
    return results


def zero_grad(tensors: Iterable[Tensor]) -> None:
    """Forget the gradients of ``tensors``: the next backward pass starts to add up anew."""
    for x in tensors:
        x.grad = None


def _run(
    roots: list[tuple[Tensor, Operand | None]], targets: set[Node] | None, retain: bool, create: bool
) -> dict[Node, Tensor]:
    """Gradients of the targets; or, without any, gradients added to the leaves."""
    pending: dict[Node, Tensor] = {}
    private: set[Node] = set()  # whose pending gradient is an array of nobody else's, and may be added to in place
    with set_grad_enabled(create):
        for output, gradient in roots:
            _add(pending, private, *_start(output, gradient), False, create)
        found: dict[Node, Tensor] = {}
        for node, edges in _order(list(pending), targets):
            gradient = pending.pop(node, None)
            if gradient is None:
                continue
            if targets is not None and node in targets:
                found[node] = gradient
            elif targets is None and node.keeper is not None:
                _keep(node, gradient, node in private, create)
            if edges:
                node.check_saved()
            for edge in edges:
                parent, rule = edge.node, edge.rule
                if parent is None or rule is None:
                    continue
                part = rule(gradient)
                if part.shape != parent.shape:
                    part = sum_to(part, parent.shape)
                if part.dtype != parent.dtype:
                    part = part.astype(parent.dtype)
                fresh = part._data.base is None and part._data is not gradient._data
                _add(pending, private, parent, part, fresh, create)
            if edges and not retain:  # a node where the way ends gave nothing away
                node.free()
    return found


def _start(output: Tensor, gradient: Operand | None) -> tuple[Node, Tensor]:
    if output._node is None:
        raise ValueError(
            "this tensor does not require a gradient: no recorded operation on a tensor with requires_grad=True made it"
        )
    if gradient is None:
        if output.size != 1:
            raise ValueError(
                f"an output of shape {output.shape} needs a gradient of that shape; "
                "only for one element it is 1 by default (did you mean .sum() or .mean()?)"
            )
        return output._node, Tensor._wrap(np.ones_like(output._data))
    gradient = as_operand("gradient", gradient)
    if gradient.shape != output.shape:
        raise ValueError(f"gradient must have the shape of the output, {output.shape}, got {gradient.shape}")
    return output._node, gradient.astype(output.dtype)


def _order(roots: list[Node], targets: set[Node] | None) -> list[tuple[Node, list[Edge]]]:
    """All nodes below the roots, youngest first, each with the edges that lead to a target (by default: to leaves)."""
    reached, waiting = set(roots), list(roots)
    while waiting:
        node = waiting.pop()
        if node.edges is None:
            raise ValueError(
                f"the graph was freed by an earlier backward pass (at {node.name} {node.shape}); "
                "give that one retain_graph=True, or compute the output again"
            )
        for edge in node.edges:
            if edge.node is not None and edge.node not in reached:
                reached.add(edge.node)
                waiting.append(edge.node)
    useful: set[Node] = set()
    order: list[tuple[Node, list[Edge]]] = []
    for node in sorted(reached, key=lambda node: node.age):
        edges = [e for e in node.edges or () if e.node is not None and (targets is None or e.node in useful)]
        if targets is None or node in targets or edges:
            useful.add(node)
            order.append((node, edges))
    return order[::-1]


def _add(pending: dict[Node, Tensor], private: set[Node], node: Node, part: Tensor, fresh: bool, create: bool) -> None:
    before = pending.get(node)
    if before is None:
        pending[node] = part
        if fresh:
            private.add(node)
    elif create:
        pending[node] = before + part
    elif node in private:
        np.add(before._data, part._data, out=before._data)
    else:
        pending[node] = before + part
        private.add(node)


def _keep(node: Node, gradient: Tensor, private: bool, create: bool) -> None:
    """Add to the ``grad`` of the tensor, which owns that array from then on."""
    x = node.keeper() if node.keeper is not None else None
    if x is None:
        return
    if x._grad is None:
        x._grad = gradient if private and node.is_leaf else gradient.clone()
    elif create or x._grad.requires_grad:
        x._grad = x._grad + gradient
    else:
        np.add(x._grad._data, gradient._data, out=x._grad._data)
        x._grad._version[0] += 1
