"""Language modelling: the next token from those before it (D2L sections 9.3 and 9.5)."""

from collections.abc import Mapping
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from deepdive.data.types import Batch
from deepdive.training.losses import LossFunction
from deepdive.training.metrics import Metric
from deepdive.training.sequences.metrics import Perplexity
from deepdive.training.sequences.tokens import TokenClassification


class Recurrent(Protocol):
    """A network that reads on: called with tokens ``(b, t)`` and a state, it gives logits and the next state."""

    def begin_state(self, rows: int) -> Any:
        """The state before the first token: a tensor, or several, with the rows in dimension 1."""
        ...


class LanguageModelling(TokenClassification):
    """Predict ``y_t = x_{t+1}`` at every ``t`` of windows of a text; perplexity unless other metrics are given.

    Batches are ``(x, y)``, each window read from an empty state, or ``(x, y, fresh)`` of parallel streams, whose state
    is carried from batch to batch without its gradient, and forgotten in the rows where ``fresh`` is true (truncated
    backpropagation through time). Of ``streams`` rows in training the state is kept with the task, so that a run goes
    on within an epoch where it was left.

    The network is called with tokens, and for streams with its state, too; it gives logits, or logits and a state, and
    has ``begin_state(rows)``.

    Args:
        network: e.g. a `RecurrentLanguageModel`.
        streams: rows of training batches ``(x, y, fresh)``.
        loss: of logits ``(n, tokens)`` and targets ``(n)``; cross-entropy without targets of -100 if not given.
        metrics: by name.
        supervised: see `Supervised`.

    Raises:
        ValueError: from a step, if a batch of streams has another number of rows than ``streams``.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        streams: int | None = None,
        loss: LossFunction | None = None,
        metrics: Mapping[str, Metric] | None = None,
        **supervised: Any,
    ) -> None:
        metrics = {"perplexity": Perplexity()} if metrics is None else metrics
        super().__init__(network, loss=loss, metrics=metrics, **supervised)
        self.streams = streams
        self._evaluated: tuple[Tensor, ...] = ()
        if streams is not None:
            for i, part in enumerate(_parts(cast(Recurrent, network).begin_state(streams))):
                self.register_buffer(f"state_{i}", part)

    def targets(self, batch: Batch) -> Tensor:
        """The tokens after those of the windows."""
        return batch[1]

    def logits(self, batch: Batch) -> Tensor:
        """Logits of a batch, read on from the batch before it if that is asked for."""
        x, _, *rest = batch
        if not rest:
            outputs = self.network(x)
            return outputs if isinstance(outputs, Tensor) else outputs[0]
        [fresh] = rest
        carried = self._carried(len(x))
        kept = [torch.where(fresh.view(1, -1, 1), 0.0, part) for part in carried]
        logits, state = self.network(x, kept[0] if len(kept) == 1 else tuple(kept))
        for part, new in zip(carried, _parts(state), strict=True):
            part.copy_(new.detach())
        return logits

    def _carried(self, rows: int) -> tuple[Tensor, ...]:
        """The state left by the batch before, to be written to."""
        if self.training:
            if rows != self.streams:
                raise ValueError(f"a batch has {rows} streams, but streams is {self.streams}")
            return tuple(buffer for name, buffer in self.named_buffers(recurse=False) if name.startswith("state_"))
        if not self._evaluated or self._evaluated[0].shape[1] != rows:
            self._evaluated = _parts(cast(Recurrent, self.network).begin_state(rows))
        return self._evaluated


def _parts(state: Any) -> tuple[Tensor, ...]:
    return (state,) if isinstance(state, Tensor) else tuple(state)
