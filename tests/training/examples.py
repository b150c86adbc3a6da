"""Small data and tasks that the tests of training share."""

from functools import partial

import torch
from torch import Tensor, nn

from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule, Transform
from deepdive.training import Classification, Record, Task


class Blobs(DataModule):
    """Three Gaussian clouds in four dimensions; ``rows`` of them to learn from."""

    labels = ("a", "b", "c")

    def __init__(
        self, rows: int = 90, *, batch_size: int = 16, val: int = 0, test: int = 30, transform: Transform | None = None
    ) -> None:
        generator = torch.Generator().manual_seed(5)
        self.y = torch.arange(rows + val + test) % 3
        centres = 3 * torch.eye(3, 4)
        self.x = centres[self.y] + torch.randn(len(self.y), 4, generator=generator)
        self.rows, self.val, self.batch_size, self.transform = rows, val, batch_size, transform

    def prepare(self) -> None:
        pass

    def train_loader(self) -> TensorLoader:
        fields = (self.x[: self.rows], self.y[: self.rows])
        return TensorLoader(fields, self.batch_size, shuffle=True, seed=3, transform=self.transform)

    def val_loader(self) -> TensorLoader | None:
        return self._rest(self.rows, self.rows + self.val)

    def test_loader(self) -> TensorLoader | None:
        return self._rest(self.rows + self.val, len(self.x))

    def _rest(self, begin: int, end: int) -> TensorLoader | None:
        return TensorLoader((self.x[begin:end], self.y[begin:end]), 16) if end > begin else None


def network(dropout: float = 0.0) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 3))


def task(net: nn.Module | None = None, **words) -> Classification:
    words = {"optimizer": partial(torch.optim.SGD, lr=0.1, momentum=0.9)} | words
    return Classification(network() if net is None else net, **words)


def weights(of: Task) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in of.network.state_dict().items()}


def assert_same_weights(left: dict[str, Tensor], right: dict[str, Tensor], **tolerance: float) -> None:
    tolerance = tolerance or {"rtol": 0.0, "atol": 0.0}
    assert left.keys() == right.keys()
    for name in left:
        torch.testing.assert_close(left[name], right[name], **tolerance, msg=lambda text, name=name: f"{name}: {text}")


class Heard:
    """A listener that keeps everything; ``at`` is called with each record."""

    def __init__(self, at=None) -> None:
        self.records: list[Record] = []
        self.finished = 0
        self.at = at

    def start(self, plan) -> None:
        self.plan = plan

    def record(self, record: Record) -> None:
        self.records.append(record)
        if self.at:
            self.at(record)

    def finish(self) -> None:
        self.finished += 1


class KilledError(Exception):
    """What ends a run from outside."""


def killed_at(step: int) -> Heard:
    """A listener that ends the run at the first record from this step on."""

    def at(record: Record) -> None:
        if record.step >= step:
            raise KilledError

    return Heard(at)
