"""How counts of n-grams become probabilities that leave something for what was never seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float64
from torch import Tensor

from deepdive.checks import check_bounds
from deepdive.signatures import checked

Rule = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]
"""``P(w | h)`` from ``n(h, w)``, ``n(h) = Σ_w n(h, w)``, ``N(h) = |{w: n(h, w) > 0}|``, ``P(w | h')`` one token of
context shorter, and ``P(w)`` without context; element by element. The shortest context has ``P(w | h') = 1 / V``."""


@runtime_checkable
class Smoothing(Protocol):
    """What an `NGramModel` does with its counts."""

    @property
    def counts_continuations(self) -> bool:
        """Whether all orders but the highest count after how many tokens an n-gram occurs, not how often."""
        ...

    def fit(self, counts: Float64[Tensor, " grams"]) -> Rule:
        """The rule of one order, from the counts of all its n-grams."""
        ...


@dataclass(frozen=True)
class MaximumLikelihood:
    """``P(w | h) = n(h, w) / n(h)``, and where ``h`` was never seen ``P(w | h')``: what was not seen has no chance."""

    counts_continuations = False

    def fit(self, counts: Float64[Tensor, " grams"]) -> Rule:
        """The rule, the same for all orders."""
        return lambda count, total, distinct, lower, unigram: torch.where(total > 0, count / total, lower)


@checked
@dataclass(frozen=True)
class AddAlpha:
    """``P(w | h) = (n(h, w) + α) / (n(h) + α V)``: as if every token had followed every context ``α`` more times.

    Raises:
        ValueError: ``alpha`` is not positive, or ``vocab_size`` is below 1.

    Source: Lidstone, 1920; ``α = 1`` is Laplace's rule of succession.
    """

    vocab_size: int
    alpha: int | float = 1.0
    counts_continuations = False

    def __post_init__(self) -> None:
        check_bounds("alpha", self.alpha, above=0)
        check_bounds("vocab_size", self.vocab_size, 1)

    def fit(self, counts: Float64[Tensor, " grams"]) -> Rule:
        """The rule, the same for all orders."""
        alpha, size = self.alpha, self.vocab_size
        return lambda count, total, distinct, lower, unigram: (count + alpha) / (total + alpha * size)


@checked
@dataclass(frozen=True)
class Laplace:
    """Laplace smoothing as D2L has it, towards the frequency of the token without context.

    ``P(w) = (n(w) + ε / V) / (n + ε)``, ``P(w | h) = (n(h, w) + ε P(w)) / (n(h) + ε)``.

    Raises:
        ValueError: ``epsilon`` is not positive.

    Source: D2L section 9.3.1.2.
    """

    epsilon: int | float = 1.0
    counts_continuations = False

    def __post_init__(self) -> None:
        check_bounds("epsilon", self.epsilon, above=0)

    def fit(self, counts: Float64[Tensor, " grams"]) -> Rule:
        """The rule, the same for all orders; ``unigram`` is uniform at the first one."""
        e = self.epsilon
        return lambda count, total, distinct, lower, unigram: (count + e * unigram) / (total + e)


@checked
@dataclass(frozen=True)
class KneserNey:
    """Interpolated Kneser-Ney smoothing with one absolute discount ``D`` per order.

    ``P(w | h) = max(n(h, w) - D, 0) / n(h) + D N(h) / n(h) · P(w | h')``; below the highest order ``n`` counts the
    different tokens before ``(h, w)``: a token that follows many contexts is likely after a new one, however rare.
    ``D = n_1 / (n_1 + 2 n_2)`` from the numbers of n-grams counted once and twice, unless ``discount`` says otherwise;
    0.5 where none is counted once.

    Raises:
        ValueError: ``discount`` is not between 0 and 1.

    Source: Kneser and Ney, Improved backing-off for m-gram language modeling, 1995; Ney, Essen and Kneser, 1994; Chen
    and Goodman, 1999, for the interpolated form.
    """

    discount: int | float | None = None
    counts_continuations = True

    def __post_init__(self) -> None:
        if self.discount is not None:
            check_bounds("discount", self.discount, above=0, most=1)

    def fit(self, counts: Float64[Tensor, " grams"]) -> Rule:
        """The rule with the discount of these counts."""
        d = absolute_discount(counts) if self.discount is None else self.discount

        def rule(count: Tensor, total: Tensor, distinct: Tensor, lower: Tensor, unigram: Tensor) -> Tensor:
            seen = ((count - d).clamp(min=0) + d * distinct * lower) / total
            return torch.where(total > 0, seen, lower)

        return rule


@checked
def absolute_discount(counts: Float64[Tensor, " grams"]) -> float:
    """``n_1 / (n_1 + 2 n_2)`` with the numbers of n-grams counted once and twice; 0.5 where none is counted once.

    Source: Ney, Essen and Kneser, On structuring probabilistic dependences in stochastic language modelling, 1994.
    """
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    return once / (once + 2 * twice) if once else 0.5
