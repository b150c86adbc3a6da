"""A language model beside those that count single tokens, and pairs of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Int64
from torch import Tensor

from deepdive.algorithms.language import NGramModel
from deepdive.recipes.reports.evaluation import Baseline, Baselines, Evaluation
from deepdive.training.report import Section

_PAIRS = 20_000_000
"""Training tokens of which pairs are counted in a few seconds."""


@dataclass(frozen=True)
class TokenEvaluation(Evaluation):
    """The token ids of each part of a text."""

    corpora: Mapping[str, Int64[Tensor, " n"]]
    vocab_size: int
    losses: bool = True
    """Whether losses are measured of the model, too, and not perplexities alone."""

    def sections(self) -> list[Section]:
        """None: what a language model writes is shown by itself."""
        return []

    def measures(self) -> dict[str, float]:
        """None beside perplexities."""
        return {}

    def baselines(self, *, fitted: bool) -> Baselines:
        """Every token by its frequency in the training part; and by the one token before it."""
        train, tested = self.corpora["train"], self._tested()
        if not tested:
            return Baselines()
        how = "every token by its frequency in the training part plus one, whatever comes before it"
        entropies = {part: unigram_entropy(train, ids, self.vocab_size) for part, ids in tested.items()}
        entries = [Baseline("unigram", self._metrics(entropies), how)]
        if not fitted:
            return Baselines(tuple(entries), ("The preset smoke counts no pairs of tokens; quick does.",))
        if len(train) > _PAIRS:
            return Baselines(tuple(entries), (f"Of more than {_PAIRS:,} training tokens no pairs are counted.",))
        if len(train) > 1:
            bigram = NGramModel(train, 2, self.vocab_size)
            entropies = {part: math.log(bigram.perplexity(ids)) for part, ids in tested.items()}
            how = "every token by the one before it, from counts in the training part with Kneser-Ney smoothing"
            entries.append(Baseline("bigram", self._metrics(entropies), how))
        return Baselines(tuple(entries))

    def explained(self) -> tuple[str, ...]:
        """What loss and perplexity are."""
        return (
            "The loss is the cross-entropy of the next token in nats, and perplexity its exponential: among how many "
            f"equally likely tokens the model is left to choose. Without any knowledge it is {self.vocab_size:,}.",
        )

    def _metrics(self, entropies: Mapping[str, float]) -> dict[str, float]:
        """Loss and perplexity of each part."""
        losses = {f"{part}_loss": nats for part, nats in entropies.items()} if self.losses else {}
        return losses | {f"{part}_perplexity": math.exp(nats) for part, nats in entropies.items()}

    def _tested(self) -> dict[str, Tensor]:
        known = {part: self.corpora.get(part) for part in ("val", "test")}
        return {part: ids for part, ids in known.items() if ids is not None and len(ids) > 1}


def unigram_entropy(train: Int64[Tensor, " n"], tested: Int64[Tensor, " m"], vocab_size: int) -> float:
    """``H = -Σ_i ln p(w_i) / m`` in nats with ``p(w) = (n_w + 1) / (n + V)`` (add-one smoothing; D2L section 9.3).

    >>> import torch
    >>> round(unigram_entropy(torch.tensor([0, 0, 0, 1]), torch.tensor([0, 1]), 2), 4)
    0.7521
    """
    counts = train.bincount(minlength=vocab_size).double() + 1
    nats = -(counts / counts.sum()).log()
    return float(nats[tested].mean())
