"""What a training loop tells the world: a plan at the start, then one record after another."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of the work ahead, known before the first step."""

    total_steps: int
    """Optimiser steps of the whole run."""
    steps_per_epoch: int
    """Optimiser steps of one epoch."""
    start_step: int = 0
    """Optimiser steps done before this session: more than 0 after a resume."""
    start_records: int = 0
    """Records kept from before this session; a listener that stored later ones drops them."""
    start_epoch: int = 0
    """Epochs finished before this session."""
    precision: str | None = None
    """Of matrix products; ``None``: not said."""
    layout: str | None = None
    """Of convolutions in memory; ``None``: as the network came."""
    notes: tuple[str, ...] = ()
    """What the user should know of the choices that were made."""


@dataclass(frozen=True, slots=True)
class Record:
    """Measurements at one moment of a run; the same run gives the same records, so they hold no clock time."""

    kind: Literal["train", "epoch", "test"]
    """``train``: means since the previous record; ``epoch``: a whole epoch, with validation; ``test``: the end."""
    epoch: int
    """Epochs begun so far, from 1."""
    step: int
    """Optimiser steps done so far."""
    metrics: dict[str, float]
    """Named values, e.g. ``train_loss``, ``val_accuracy``, ``learning_rate``."""


@runtime_checkable
class Listener(Protocol):
    """Somebody who is told: a progress bar, a metrics file, a plot."""

    def start(self, plan: Plan) -> None:
        """Before the first step of a session."""
        ...

    def record(self, record: Record) -> None:
        """One record; after a resume, only the new ones."""
        ...

    def finish(self) -> None:
        """Once, at the end of a session, also after an error or an interruption."""
        ...


@runtime_checkable
class Storing(Protocol):
    """A listener whose records a resumed run goes on from."""

    def sync(self) -> None:
        """Wait until every record is where a power cut leaves it: called before each checkpoint."""
        ...
