"""Vectors against loops: the same sums of products, an element at a time in Python and by one call (section 3.1.2)."""

import sys
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from benchmarks._table import Row, seconds, show, speed_ratio

ELEMENTS, ROWS, FEATURES, REPEATS = 10_000, 200, 50, 200
"""D2L adds two vectors of 10,000 ones."""


def add_by_loop(a: Tensor, b: Tensor) -> Tensor:
    c = torch.empty_like(a)
    for i in range(len(a)):
        c[i] = a[i] + b[i]
    return c


def predict_by_loop(x: Tensor, w: Tensor) -> Tensor:
    y = torch.zeros(len(x))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            y[i] += x[i, j] * w[j]
    return y


def many(work: Callable[[], Tensor]) -> Callable[[], float]:
    """One call takes microseconds: too little for one look at the clock."""

    def repeated() -> None:
        for _ in range(REPEATS):
            work()

    return lambda: seconds(repeated) / REPEATS


def compared(name: str, vector: Callable[[], Tensor], loop: Callable[[], Tensor]) -> Row:
    torch.testing.assert_close(vector(), loop(), rtol=1e-4, atol=1e-4)
    return speed_ratio(name, many(vector), lambda: seconds(loop), 100.0)


def rows() -> Iterator[Row]:
    torch.manual_seed(0)
    a, b = torch.ones(ELEMENTS), torch.ones(ELEMENTS)
    yield compared(f"a + b of {ELEMENTS:,} elements, against a loop", lambda: a + b, lambda: add_by_loop(a, b))
    x, w = torch.randn(ROWS, FEATURES), torch.randn(FEATURES)
    name = f"X w of {ROWS} rows, {FEATURES} features, against two loops"
    yield compared(name, lambda: x @ w, lambda: predict_by_loop(x, w))


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
