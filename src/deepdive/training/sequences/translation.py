"""Translation: one sentence from another, token by token (D2L sections 10.6 and 10.7)."""

from collections.abc import Mapping
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from deepdive.data.types import Batch
from deepdive.targets import IGNORED
from deepdive.training.losses import LossFunction
from deepdive.training.metrics import Metric
from deepdive.training.sequences.metrics import Perplexity
from deepdive.training.sequences.tokens import TokenClassification


class EncoderDecoder(Protocol):
    """A network that can also write step by step."""

    def encode(self, source: Tensor, lengths: Tensor) -> Any:
        """The state before the first token."""
        ...

    def step(self, tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Logits of the token after one more, and the next state."""
        ...


class Translation(TokenClassification):
    """Predict each token of a translation from the sentence and the tokens before it; padding does not count.

    Batches are ``(source (b, s), source_lengths (b), target (b, t))``; targets begin with the token that begins a
    sentence, end with the one that ends it, and are filled up with ``padding``. In training the tokens before are the
    true ones (teacher forcing). With ``sampling`` above 0 each is, with this probability, what the network itself holds
    most likely (scheduled sampling, Bengio et al., 2015); the fraction grows evenly from 0 over the first ``ramp``
    epochs.

    Args:
        network: called with source, lengths and the target without its last token, it gives logits
            ``(b, t - 1, tokens)``; for ``sampling`` it also has ``encode`` and ``step``.
        padding: id of the padding token.
        sampling: highest probability to go on from a token of the network's own, 0 to 1.
        ramp: epochs until then; 0 means from the start.
        loss: of logits ``(n, tokens)`` and targets ``(n)``; cross-entropy without targets of -100 if not given.
        metrics: by name; perplexity if not given.
        supervised: see `Supervised`.

    Raises:
        ValueError: ``sampling`` is not from 0 to 1, or ``ramp`` is negative.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        padding: int,
        sampling: float = 0.0,
        ramp: int = 0,
        loss: LossFunction | None = None,
        metrics: Mapping[str, Metric] | None = None,
        **supervised: Any,
    ) -> None:
        if not 0 <= sampling <= 1:
            raise ValueError(f"sampling is {sampling}; it must be from 0 to 1")
        if ramp < 0:
            raise ValueError(f"ramp is {ramp}; it must not be negative")
        metrics = {"perplexity": Perplexity()} if metrics is None else metrics
        super().__init__(network, loss=loss, metrics=metrics, **supervised)
        self.padding = padding
        self.sampling = sampling
        self.ramp = ramp
        self.sampling_probability = sampling
        """Of tokens sampled in this epoch."""

    def begin_epoch(self, epoch: int) -> None:
        """Set the fraction of sampled tokens."""
        super().begin_epoch(epoch)
        self.sampling_probability = self.sampling * (min(1.0, epoch / self.ramp) if self.ramp else 1.0)

    def targets(self, batch: Batch) -> Tensor:
        """Each next token, padding replaced by -100."""
        after = batch[2][:, 1:].long()  # so that -100 is one of them
        return torch.where(after == self.padding, IGNORED, after)

    def logits(self, batch: Batch) -> Tensor:
        """Logits of each next token."""
        source, lengths, target = batch
        before = target[:, :-1]
        if self.training and self.sampling_probability > 0:
            return self._sampled(source, lengths, before)
        return self.network(source, lengths, before)

    def _sampled(self, source: Tensor, lengths: Tensor, before: Tensor) -> Tensor:
        """Logits where some of the tokens before are the network's own: step by step, as each needs the last."""
        network = cast(EncoderDecoder, self.network)
        state = network.encode(source, lengths)
        tokens, steps = before[:, 0], []
        for t in range(before.shape[1]):
            logits, state = network.step(tokens, state)
            steps.append(logits)
            if t + 1 < before.shape[1]:
                own = torch.rand(len(tokens), device=tokens.device) < self.sampling_probability
                tokens = torch.where(own, logits.detach().argmax(dim=-1), before[:, t + 1])
        return torch.stack(steps, dim=1)  # (b, t, tokens)
