"""Rows that are in memory already as a data module."""

from deepdive.data.loaders import TensorLoader
from deepdive.data.types import Batch, DataModule, Transform
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt


class RowsDataModule(DataModule):
    """Tensors given as they are: one batch of all rows for each split, empty where there is none.

    A subclass may fill ``train``, ``val`` and ``test`` in ``prepare``.

    Args:
        train: all training rows, e.g. ``(features, targets)``.
        val: all validation rows.
        test: all test rows.
        batch_size: rows per training batch.
        seed: of the order of training batches.
        test_batch_size: for validation and test, where no gradient needs memory.
        transform: maps every batch.

    """

    @checked
    def __init__(
        self,
        train: Batch,
        val: Batch = (),
        test: Batch = (),
        *,
        batch_size: PositiveInt = 128,
        seed: NonNegativeInt = 0,
        test_batch_size: PositiveInt = 4096,
        transform: Transform | None = None,
    ) -> None:
        self.train, self.val, self.test = train, val, test
        self.batch_size = batch_size
        self.seed = seed
        self.test_batch_size = test_batch_size
        self.transform = transform

    def prepare(self) -> None:
        """Nothing to do."""

    def train_loader(self) -> TensorLoader:
        """Shuffled training rows."""
        self.prepare()
        return TensorLoader(self.train, self.batch_size, shuffle=True, seed=self.seed, transform=self.transform)

    def val_loader(self) -> TensorLoader | None:
        """Validation rows in order, or ``None`` where there are none."""
        self.prepare()
        return self._in_order(self.val)

    def test_loader(self) -> TensorLoader | None:
        """Test rows in order, or ``None`` where there are none."""
        self.prepare()
        return self._in_order(self.test)

    def _in_order(self, rows: Batch) -> TensorLoader | None:
        there = rows and len(rows[0])
        return TensorLoader(rows, self.test_batch_size, transform=self.transform) if there else None
