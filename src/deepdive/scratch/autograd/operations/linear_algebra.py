"""Products of matrices; each rule stands beside its operation."""

import numpy as np

from deepdive.scratch.autograd._recording import Operand, as_operand, check_broadcast, record
from deepdive.scratch.autograd.tensor import Tensor


def matmul(a: Operand, b: Operand) -> Tensor:
    """``y = a b``: ``∂L/∂a = g bᵀ`` and ``∂L/∂b = aᵀ g``.

    Shapes ``(..., n, k)`` and ``(..., k, m)``, where leading dimensions broadcast; a vector counts as a row on the
    left and as a column on the right.

    Raises:
        ValueError: an operand is a number, or inner sizes differ, or leading ones do not broadcast.
    """
    a, b = as_operand("matmul", a), as_operand("matmul", b)
    if not a.ndim or not b.ndim:
        raise ValueError(f"matmul needs vectors or matrices, got shapes {a.shape} and {b.shape}; use *")
    if a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ValueError(f"matmul: inner sizes must agree, got shapes {a.shape} and {b.shape}")
    a, b = _same_float([a, b])
    if a.ndim == 1:
        return matmul(a.unsqueeze(0), b).squeeze(-2 if b.ndim > 1 else 0)
    if b.ndim == 1:
        return matmul(a, b.unsqueeze(1)).squeeze(-1)
    if a.ndim > 2 and b.ndim == 2:  # one large product instead of many small ones, whose gradients would be summed
        return matmul(a.reshape(-1, a.shape[-1]), b).reshape(*a.shape[:-1], b.shape[1])
    check_broadcast("matmul", a.shape[:-2] or (1,), b.shape[:-2] or (1,))
    return record(
        "matmul",
        a._data @ b._data,
        (a, lambda g: matmul(g, b.swapaxes(-1, -2))),
        (b, lambda g: matmul(a.swapaxes(-1, -2), g)),
        saves=(a, b),
    )


def einsum(subscripts: str, *tensors: Operand) -> Tensor:
    """Sums of products by Einstein's notation, ``einsum("bik,bkj->bij", a, b)``; the output has to be named.

    The gradient of one operand is the same kind of sum with that operand and the output exchanged.

    Raises:
        ValueError: no ``->``, an ellipsis, a letter twice in one operand, or sizes that do not agree.
    """
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow or "." in subscripts:
        raise ValueError(f"einsum: subscripts must name the output after '->' and have no '...', got {subscripts!r}")
    if len(terms) != len(tensors):
        raise ValueError(f"einsum: {subscripts!r} names {len(terms)} operands, got {len(tensors)}")
    if any(len(set(term)) < len(term) for term in [*terms, right]):
        raise ValueError(f"einsum: a letter may stand only once in each operand, got {subscripts!r}")
    parts = [as_operand("einsum", x) for x in tensors]
    sizes: dict[str, int] = {}
    for term, x in zip(terms, parts, strict=True):
        if len(term) != x.ndim:
            raise ValueError(f"einsum: {term!r} names {len(term)} dimensions, got shape {x.shape}")
        for letter, size in zip(term, x.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ValueError(f"einsum: {letter!r} has sizes {sizes[letter]} and {size} in {subscripts!r}")
    if not set(right) <= set(sizes):
        raise ValueError(f"einsum: the output of {subscripts!r} has letters that no operand has")
    parts = list(_same_float(parts))

    def rule(i: int, g: Tensor) -> Tensor:
        others = [(term, x) for j, (term, x) in enumerate(zip(terms, parts, strict=True)) if j != i]
        known = set(right).union(*(term for term, _ in others))
        found = "".join(letter for letter in terms[i] if letter in known)  # the rest was only summed over
        y = einsum(",".join([right, *(term for term, _ in others)]) + f"->{found}", g, *(x for _, x in others))
        shape = tuple(sizes[letter] if letter in known else 1 for letter in terms[i])
        return y.reshape(shape).expand(parts[i].shape)

    y = np.einsum(subscripts, *(x._data for x in parts), optimize=len(parts) > 1)
    inputs = [(x, lambda g, i=i: rule(i, g)) for i, x in enumerate(parts)]
    return record("einsum", np.array(y) if y.base is not None else y, *inputs, saves=tuple(parts))


def _same_float(parts: list[Tensor]) -> tuple[Tensor, ...]:
    """Whole numbers become what the floats are; among floats the wider type wins."""
    dtype = np.result_type(*([x.dtype for x in parts if x.dtype.kind == "f"] or [x.dtype for x in parts]))
    return tuple(x.astype(dtype) for x in parts)
