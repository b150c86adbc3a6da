"""Surfaces on which optimisers are watched, with the minima that are known of them (D2L sections 12.1 and 12.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked

Function = Callable[[Float[Tensor, "*batch n"]], Float[Tensor, "*batch"]]
"""A function of vectors, which may be given many at once."""
Interval = tuple[int | float, int | float]


@checked
def rosenbrock(x: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch"]:
    """``(1 - x₁)² + 100 (x₂ - x₁²)²``: a curved valley whose floor hardly falls (Rosenbrock, 1960).

    >>> rosenbrock(torch.tensor([1.0, 1.0])).item()
    0.0
    """
    a, b = x.unbind(-1)
    return (1 - a).square() + 100 * (b - a.square()).square()


@checked
def beale(x: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch"]:
    """``(1.5 - x₁ + x₁x₂)² + (2.25 - x₁ + x₁x₂²)² + (2.625 - x₁ + x₁x₂³)²``: flat, with steep corners (Beale, 1958)."""
    a, b = x.unbind(-1)
    return sum((c - a + a * b**k).square() for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))  # pyright: ignore[reportReturnType]


@checked
def himmelblau(x: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch"]:
    """``(x₁² + x₂ - 11)² + (x₁ + x₂² - 7)²``: four minima of value 0 (Himmelblau, 1972)."""
    a, b = x.unbind(-1)
    return (a.square() + b - 11).square() + (a + b.square() - 7).square()


@checked
def saddle(x: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch"]:
    """``x₁² - x₂² + x₂⁴ / 4``: at 0 the gradient vanishes and the Hessian has a negative eigenvalue (D2L 12.1.2.2)."""
    a, b = x.unbind(-1)
    return a.square() - b.square() + b**4 / 4


@checked
@dataclass(frozen=True)
class Quadratic:
    """``f(x) = ½ xᵀ A x - bᵀ x`` with a symmetric positive definite ``A``; its minimum solves ``A x = b``.

    >>> f = Quadratic(torch.tensor([[2.0, 0.0], [0.0, 4.0]]), torch.tensor([2.0, 4.0]))
    >>> f.minimum, float(f(f.minimum)), float(f.condition)
    (tensor([1., 1.]), -3.0, 2.0)
    """

    a: Float[Tensor, "n n"]
    b: Float[Tensor, " n"]

    def __post_init__(self) -> None:
        if not torch.equal(self.a, self.a.T) or not bool((torch.linalg.eigvalsh(self.a) > 0).all()):
            raise ValueError("a must be symmetric positive definite, got another matrix")

    def __call__(self, x: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
        """The value."""
        return (x * (x @ self.a)).sum(-1) / 2 - x @ self.b

    @property
    def minimum(self) -> Float[Tensor, " n"]:
        """Where the gradient ``A x - b`` is 0."""
        return torch.linalg.solve(self.a, self.b)

    @property
    def condition(self) -> Float[Tensor, ""]:
        """``κ``, the largest eigenvalue of ``A`` by the smallest."""
        eigenvalues = torch.linalg.eigvalsh(self.a)
        return eigenvalues[-1] / eigenvalues[0]


@dataclass(frozen=True)
class Surface:
    """A function of two numbers, where its minima are, and where one begins."""

    function: Function
    minima: tuple[tuple[float, float], ...]
    start: tuple[float, float]
    x: Interval
    y: Interval


_ROOT = 2**0.5
SURFACES: Mapping[str, Surface] = {
    "rosenbrock": Surface(rosenbrock, ((1.0, 1.0),), (-1.2, 1.0), (-2.0, 2.0), (-1.0, 3.0)),
    "beale": Surface(beale, ((3.0, 0.5),), (1.0, 1.2), (-1.0, 4.5), (-2.0, 2.0)),
    "himmelblau": Surface(
        himmelblau,
        (
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        ),
        (-1.0, -1.0),
        (-5.0, 5.0),
        (-5.0, 5.0),
    ),
    "saddle": Surface(saddle, ((0.0, _ROOT), (0.0, -_ROOT)), (1.5, 0.01), (-2.0, 2.0), (-2.0, 2.0)),
    "ill-conditioned": Surface(
        Quadratic(torch.diag(torch.tensor([1.0, 30.0], dtype=torch.float64)), torch.zeros(2, dtype=torch.float64)),
        ((0.0, 0.0),),
        (-4.5, 1.0),
        (-5.0, 5.0),
        (-2.0, 2.0),
    ),
}
"""Those of two numbers, by name."""
