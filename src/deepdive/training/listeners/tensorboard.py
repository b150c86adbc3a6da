"""Records as TensorBoard scalars."""

import importlib
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from deepdive.files import make_folder
from deepdive.names import printable
from deepdive.training.listeners._text import split_name
from deepdive.training.listeners._warn_once import WarnOnce
from deepdive.training.records import Plan, Record

if TYPE_CHECKING:
    import torch.utils.tensorboard.writer as tensorboard


def require_tensorboard() -> None:
    """Do nothing where TensorBoard is installed.

    Raises:
        ImportError: it is not; says how to install it.
    """
    try:
        importlib.import_module("torch.utils.tensorboard.writer")
    except ImportError as error:
        raise ImportError('TensorBoard is not installed: pip install "deepdive[tensorboard]"') from error


class TensorBoard:
    """Write every metric as a scalar; ``tensorboard --logdir FOLDER`` shows them.

    ``train_loss`` and ``val_loss`` become ``loss/train`` and ``loss/val``, one group of charts; a training
    mean over a whole epoch is ``loss/train_epoch``. After a resume, what an interrupted session wrote beyond
    its last checkpoint is hidden. Events that cannot be written are one warning and do not end the run.

    Args:
        root: where the events lie, and may be a link.
        names: of folders below it, each in the one before, where the events lie then; they are made, and are no links.

    Raises:
        ImportError: without the ``tensorboard`` package.
    """

    def __init__(self, root: Path | str, *names: str) -> None:
        require_tensorboard()
        from torch.utils.tensorboard.writer import SummaryWriter

        self._make_writer = SummaryWriter
        self._root, self._names = Path(root), names
        self._writer: tensorboard.SummaryWriter | None = None
        self._warn_once = WarnOnce("the TensorBoard events")

    def start(self, plan: Plan) -> None:
        """Open a new event file."""
        purge_step = plan.start_step + 1 if plan.start_step else None
        with self._warn_once:
            folder = make_folder(self._root, *self._names)
            # TensorBoard makes its file from the time of day, through a link where there is one of that name
            suffix = f".{secrets.token_hex(8)}"
            self._writer = self._make_writer(str(folder), purge_step=purge_step, filename_suffix=suffix)

    def record(self, record: Record) -> None:
        """Add the record's scalars."""
        with self._warn_once:
            if self._writer is not None:
                for name, value in record.metrics.items():
                    self._writer.add_scalar(_tag(name, record.kind), value, record.step)

    def finish(self) -> None:
        """Write what is waiting and close the file."""
        with self._warn_once:
            if self._writer is not None:
                self._writer.close()
        self._writer = None


def _tag(name: str, kind: str) -> str:
    family, split = split_name(printable(name))
    if split == "train" and kind == "epoch":
        return f"{family}/train_epoch"
    return f"{family}/{split}" if split else family
