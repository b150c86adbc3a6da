"""Data modules whose rows are sequences in memory."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

from deepdive.data.sequences.buckets import BucketLoader, Field
from deepdive.data.types import DataModule, Transform


class BucketDataModule(DataModule):
    """Parts ``train``, ``val`` and ``test``, each some fields of as many rows, batched by `BucketLoader`.

    A subclass gives the fields; they are made once, by `prepare`.

    Args:
        batch_size: rows per training batch.
        test_batch_size: for validation and test, where no gradient needs memory.
        seed: of the order of training batches, and of what is drawn for them.
    """

    def __init__(self, *, batch_size: int, test_batch_size: int, seed: int) -> None:
        self.batch_size = batch_size
        self.test_batch_size = test_batch_size
        self.seed = seed
        self._fields: dict[str, Sequence[Field]] = {}

    @abstractmethod
    def _make_fields(self) -> Mapping[str, Sequence[Field]]:
        """The fields of every part there is, ``train`` at least."""

    @abstractmethod
    def _pads(self) -> Sequence[int]:
        """What each field is filled up with."""

    def _transform(self, part: str) -> Transform | None:
        """What happens to every batch of a part."""
        return None

    def prepare(self) -> None:
        """Read and number everything; a second call does nothing."""
        if not self._fields:
            self._fields = dict(self._make_fields())

    def fields(self, part: str) -> Sequence[Field]:
        """The fields of a part, ``train``, ``val`` or ``test``, in the order in which it was read.

        Raises:
            ValueError: there is no such part; names those that there are.
        """
        self.prepare()
        if part not in self._fields:
            raise ValueError(f"there is no part {part!r}; there are: {', '.join(self._fields)}")
        return self._fields[part]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts there are."""
        self.prepare()
        return tuple(self._fields)

    def train_loader(self) -> BucketLoader:
        """Shuffled batches of training rows of about the same length."""
        return self._loader("train", self.batch_size, shuffle=True)

    def val_loader(self) -> BucketLoader | None:
        """Validation rows, the shortest first, or ``None`` where there are none."""
        self.prepare()
        return self._loader("val", self.test_batch_size) if "val" in self._fields else None

    def test_loader(self) -> BucketLoader | None:
        """Test rows, the shortest first, or ``None`` where there are none."""
        self.prepare()
        return self._loader("test", self.test_batch_size) if "test" in self._fields else None

    def _loader(self, part: str, batch_size: int, *, shuffle: bool = False) -> BucketLoader:
        fields = self.fields(part)
        return BucketLoader(
            fields, batch_size, pads=self._pads(), shuffle=shuffle, seed=self.seed, transform=self._transform(part)
        )
