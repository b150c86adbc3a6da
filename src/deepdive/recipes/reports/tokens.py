"""A language model beside the one that knows nothing but how frequent each token is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Int64
from torch import Tensor

from deepdive.recipes.reports.evaluation import Baseline, Baselines, Evaluation
from deepdive.training.report import Section


@dataclass(frozen=True)
class TokenEvaluation(Evaluation):
    """The token ids of each part of a text."""

    corpora: Mapping[str, Int64[Tensor, " n"]]
    vocab_size: int

    def sections(self) -> list[Section]:
        """None: what a language model writes is shown by itself."""
        return []

    def measures(self) -> dict[str, float]:
        """None beside perplexities."""
        return {}

    def baselines(self, *, fitted: bool) -> Baselines:
        """Every token by its frequency in the training part, whatever comes before it."""
        entropies = {part: unigram_entropy(self.corpora["train"], ids, self.vocab_size) for part, ids in self._tested()}
        metrics = {f"{part}_loss": nats for part, nats in entropies.items()}
        metrics |= {f"{part}_perplexity": math.exp(nats) for part, nats in entropies.items()}
        how = "every token by its frequency in the training part plus one, whatever comes before it"
        return Baselines((Baseline("unigram", metrics, how),) if metrics else ())

    def explained(self) -> tuple[str, ...]:
        """What loss and perplexity are."""
        return (
            "The loss is the cross-entropy of the next token in nats, and perplexity its exponential: among how many "
            f"equally likely tokens the model is left to choose. Without any knowledge it is {self.vocab_size:,}.",
        )

    def _tested(self) -> list[tuple[str, Tensor]]:
        return [(part, ids) for part in ("val", "test") if (ids := self.corpora.get(part)) is not None and len(ids) > 1]


def unigram_entropy(train: Int64[Tensor, " n"], tested: Int64[Tensor, " m"], vocab_size: int) -> float:
    """``H = -Σ_i ln p(w_i) / m`` in nats with ``p(w) = (n_w + 1) / (n + V)`` (add-one smoothing; D2L section 9.3).

    >>> import torch
    >>> round(unigram_entropy(torch.tensor([0, 0, 0, 1]), torch.tensor([0, 1]), 2), 4)
    0.7521
    """
    counts = train.bincount(minlength=vocab_size).double() + 1
    nats = -(counts / counts.sum()).log()
    return float(nats[tested].mean())
