"""The learning rate of the first transformer (D2L section 11.7; Vaswani et al., 2017, section 5.3)."""

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler


class InverseSquareRootLR(LRScheduler):
    """Up in a line during ``warmup`` steps, then down with the square root of the step.

    ``lr_t = lr min((t + 1) / w, √(w / (t + 1)))`` with ``w = warmup``: the paper's ``width^-0.5 min(s^-0.5, s w^-1.5)``
    of step ``s = t + 1`` has the highest rate ``lr = (width w)^-0.5``. Each parameter group has its own ``lr``.

    Raises:
        ValueError: ``warmup`` is less than 1.
    """

    def __init__(self, optimizer: Optimizer, warmup: int, last_epoch: int = -1) -> None:
        if warmup < 1:
            raise ValueError(f"warmup is {warmup}; it must be at least 1")
        self.warmup = warmup
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        """The learning rate of every group at ``t = last_epoch``."""
        step = self.last_epoch + 1
        share = min(step / self.warmup, (self.warmup / step) ** 0.5)
        return [lr * share for lr in self.base_lrs]
