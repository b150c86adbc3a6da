"""BERT's pretraining: tokens that were hidden, and whether one text follows the other (D2L section 15.10)."""

from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from deepdive.data.types import Batch
from deepdive.targets import IGNORED
from deepdive.training.losses import LossFunction, MeanLoss, Weight, stack_weights
from deepdive.training.metrics import Accuracy, Mean
from deepdive.training.sequences.metrics import Perplexity, TokenAccuracy
from deepdive.training.task import Supervised


class MaskedOutputs(Protocol):
    """What the network makes of a batch."""

    tokens: Tensor
    """Logits of hidden tokens, ``(n, v)``."""
    is_next: Tensor
    """Logits ``(b, 2)``."""


class MaskedLanguageModelling(Supervised):
    """``loss = -mean log p(hidden tokens) - mean log p(is next)`` (Devlin et al., 2019, section 3.1).

    Batches are ``(x_1, ..., x_k, y (b, t), z (b))``: targets ``y`` of hidden tokens, -100 elsewhere, and class ``z`` of
    the pair, 0 where the second text follows the first. The network is called with ``x_1, ..., x_k`` and the positions
    of hidden tokens in the flat batch, e.g. `BERTForPretraining`. Each mean has its own weight: the number of hidden
    tokens, the number of pairs; where nothing is hidden the first one is 0. Reported are ``masked_perplexity``,
    ``masked_accuracy``, ``masked_loss``, ``next_accuracy`` and ``next_loss``.

    Args:
        network: gives `MaskedOutputs`.
        loss: of hidden tokens, from logits and classes; cross-entropy if not given.
        next_loss: of pairs, likewise.
        next_weight: of the second loss; 0 leaves it out.
        supervised: see `Supervised`.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        loss: LossFunction | None = None,
        next_loss: LossFunction | None = None,
        next_weight: float = 1.0,
        **supervised: Any,
    ) -> None:
        metrics = {
            "masked_perplexity": Perplexity(),
            "masked_accuracy": TokenAccuracy(),
            "masked_loss": Mean(),
            "next_accuracy": Accuracy(),
            "next_loss": Mean(),
        }
        super().__init__(network, loss=loss or nn.CrossEntropyLoss(), metrics=metrics, **supervised)
        self.next_weight = next_weight
        self.next_loss = next_loss or nn.CrossEntropyLoss()
        self._hidden = MeanLoss(self.loss, ignored=IGNORED)
        self._next = MeanLoss(self.next_loss, name="next_loss")

    def batch_weight(self, batch: Batch) -> Weight:
        """The number of hidden tokens and that of pairs."""
        *_, targets, is_next = batch
        return stack_weights([self._hidden.weight(targets.flatten()), self._next.weight(is_next)], targets.device)

    def _mean_loss(self, batch: Batch) -> Tensor:
        *inputs, targets, is_next = batch
        flat = targets.flatten().long()  # in which no class is taken for one that is ignored
        hidden = (flat != IGNORED).nonzero().squeeze(1)
        said: MaskedOutputs = self.network(*inputs, hidden)
        classes = flat.index_select(0, hidden)
        masked, following = self._hidden(said.tokens, classes), self._next(said.is_next, is_next)
        if self.metrics:
            tokens, told = said.tokens.detach(), self._hidden.marked(classes, IGNORED)
            self.metrics["masked_perplexity"].update(self._hidden.nats(masked, tokens, told, IGNORED), told)
            self.metrics["masked_accuracy"].update(tokens, told)
            cast(Mean, self.metrics["masked_loss"]).update(masked.detach(), classes, self._hidden.weight(classes))
            self.metrics["next_accuracy"].update(said.is_next.detach(), self._next.marked(is_next, IGNORED))
            cast(Mean, self.metrics["next_loss"]).update(following.detach(), is_next, self._next.weight(is_next))
        return torch.stack([masked, self.next_weight * following])
