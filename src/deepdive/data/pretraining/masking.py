"""Hiding tokens that are to be guessed (Devlin et al., 2019, section 3.1; D2L section 15.8.5)."""

import torch
from torch import Tensor

from deepdive.data.devices import OnDevices
from deepdive.data.subwords import MASK, Subwords
from deepdive.data.types import Batch
from deepdive.targets import IGNORED


class MaskTokens:
    """From batches ``(tokens (b, t), ...)`` to ``(hidden (b, t), ..., targets (b, t))``, drawn anew for every batch.

    Of the ``n`` tokens of a row that are not special, ``max(1, round(p n))`` are to be predicted, ``p`` being the
    ``mlm_probability``: of these, 80 in 100 become ``[MASK]``, 10 any other token that is not special, and 10 stay.
    ``targets`` are what they were, and -100 at all other positions. They are put behind the first ``target_index``
    fields.

    Args:
        subwords: knows which tokens are special, padding among them.
        mlm_probability: fraction of tokens to be predicted, above 0 and up to 1.
        target_index: index of the targets among the fields of the batch.

    Raises:
        ValueError: ``mlm_probability`` is out of its range, or there is no ``[MASK]``.
    """

    def __init__(self, subwords: Subwords, *, mlm_probability: float = 0.15, target_index: int = 1) -> None:
        if not 0 < mlm_probability <= 1:
            raise ValueError(f"mlm_probability must be above 0 and at most 1, got {mlm_probability}")
        ordinary = torch.ones(len(subwords), dtype=torch.bool)
        ordinary[list(subwords.special)] = False
        self.mlm_probability = mlm_probability
        self.target_index = target_index
        self._mask = subwords.id_of(MASK)
        self._ordinary = OnDevices(ordinary, ordinary.nonzero().flatten())

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch with hidden tokens, and with what they were."""
        tokens, *others = batch
        ordinary, choice = self._ordinary.on(tokens.device)
        chosen = self._chosen(ordinary[tokens], generator)
        kind = torch.rand(tokens.shape, generator=generator).to(tokens.device)
        other = choice[torch.randint(len(choice), tokens.shape, generator=generator).to(tokens.device)]
        hidden = torch.where(chosen & (kind < 0.8), self._mask, tokens)
        hidden = torch.where(chosen & (kind >= 0.9), other, hidden)
        fields = [hidden, *others]
        return (*fields[: self.target_index], torch.where(chosen, tokens, IGNORED), *fields[self.target_index :])

    def _chosen(self, can_be: Tensor, generator: torch.Generator) -> Tensor:
        """As many of each row as there should be."""
        # In random order, those that cannot be chosen last; the first k are.
        order = torch.rand(can_be.shape, generator=generator).to(can_be.device).masked_fill(~can_be, 2.0)
        rank = order.argsort(dim=1).argsort(dim=1)
        k = (can_be.sum(1, keepdim=True) * self.mlm_probability).round().clamp(min=1)
        return (rank < k) & can_be
