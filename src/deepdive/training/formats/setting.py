"""The format of one session: told, taken over from a checkpoint, or measured."""

from typing import Any, Literal

import torch

from deepdive.data.types import Loader
from deepdive.training.devices import Precision
from deepdive.training.formats.choice import Choice, choose_format, told_format
from deepdive.training.formats.layout import Format, Layout, lay_out
from deepdive.training.loop.random_state import random_tensors, restore_random_tensors
from deepdive.training.loop.step import Stepper
from deepdive.training.runs.environment import accelerator, processor
from deepdive.training.task import Task


class FormatSetting:
    """In which precision and layout a task is trained; left open until ``settle`` where it is to be measured."""

    def __init__(
        self,
        task: Task,
        stepper: Stepper,
        device: torch.device,
        *,
        precision: Precision | Literal["auto"],
        layout: Layout | Literal["auto"],
    ) -> None:
        self._task = task
        self._stepper = stepper
        self._device = device
        self._layout: Layout | Literal["auto"] = layout
        self._choice: Choice | None = None
        if precision != "auto":
            self._use(Choice(told_format(precision, layout, device)))

    @property
    def format(self) -> Format:
        """Full precision until it is settled."""
        return Format() if self._choice is None else self._choice.format

    def settle(self, loader: Loader, epoch: int) -> None:
        """Measure on the first batch of an epoch, unless told or loaded."""
        if self._choice is None:
            random = random_tensors()  # a transform may draw from the global generators
            batch = next(iter(loader.batches(epoch, device=self._device)))
            restore_random_tensors(random)
            self._use(choose_format(self._task, batch, self._device, self._layout))

    def fields(self) -> dict[str, Any]:
        """What a plan says of it."""
        if self._choice is None:
            return {}
        notes = (self._choice.note,) if self._choice.note else ()
        return {"precision": self.format.precision, "layout": self.format.layout, "notes": notes}

    def state_dict(self) -> dict[str, Any]:
        """The format, and the machine it was chosen for."""
        return {"precision": self.format.precision, "layout": self.format.layout, "machine": self._machine}

    def load_state_dict(self, state: dict[str, Any] | None) -> None:
        """Go on in the format of a checkpoint if it was left open; that of another machine may be slow on this one."""
        if self._choice is None and state is not None and state["machine"] == self._machine:
            self._use(Choice(Format(state["precision"], state["layout"]), "as before the break"))

    @property
    def _machine(self) -> str:
        return processor() if self._device.type == "cpu" else f"{self._device.type} {accelerator()}"

    def _use(self, choice: Choice) -> None:
        self._choice = choice
        lay_out(self._task.network, choice.format.layout)
        self._stepper.compute_in(choice.format.precision)
