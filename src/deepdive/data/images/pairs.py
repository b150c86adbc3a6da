"""Pairs of images of the same class or of two, drawn anew every epoch, whole batches at a time."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from deepdive.data.images.module import ImageDataModule, ImageSet
from deepdive.data.types import Batch, DataModule


class PairLoader:
    """Batches ``(left, right, different)``: every image once to the left, half of the pairs of the same class.

    ``different`` is 1.0 for images of two classes, else 0.0. The pairs of an epoch are drawn from ``(seed, epoch)``;
    ``fixed`` ones are those of epoch 0, in the order of the images. The skipped batches of a late start cost nothing.

    Args:
        image_set: at least two classes, and at least two images of each.
        batch_size: pairs per batch; the last one has what remains.
        to_float: maps a batch of byte images to what the network gets.
        seed: any integer from 0.
        fixed: whether every epoch has the same pairs.

    Raises:
        ValueError: there are too few classes, or too few images of one.
    """

    def __init__(
        self,
        image_set: ImageSet,
        batch_size: int,
        to_float: Callable[[Tensor], Tensor],
        *,
        seed: int = 0,
        fixed: bool = False,
    ) -> None:
        self.batch_size = batch_size
        self.seed = seed
        self.fixed = fixed
        self.image_set = image_set
        self._classes = _Classes(image_set.labels)
        self._to_float = to_float
        self._images = {image_set.images.device: image_set.images}
        self._home = image_set.images.device

    @property
    def num_examples(self) -> int:
        """Pairs in one epoch."""
        return len(self.image_set.labels)

    def __len__(self) -> int:
        """Batches in one epoch."""
        return -(-self.num_examples // self.batch_size)

    def pairs(self, epoch: int = 0) -> tuple[Int64[Tensor, " n"], Int64[Tensor, " n"], Bool[Tensor, " n"]]:
        """Rows of the images to the left and to the right, and whether their classes differ."""
        seed = int(np.random.SeedSequence(self.seed, spawn_key=(0 if self.fixed else epoch,)).generate_state(1)[0])
        generator = torch.Generator().manual_seed(seed)
        n = self.num_examples
        left = torch.arange(n) if self.fixed else torch.randperm(n, generator=generator)
        different = torch.arange(n)[torch.randperm(n, generator=generator)] % 2 == 1
        return left, self._classes.partners(left, different, generator), different

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """Batches ``start``, ``start + 1``, ... of an epoch, on ``device``."""
        place = self._home if device is None else torch.device(device)
        if place not in self._images:
            self._images[place] = self._images[self._home].to(place)
        images = self._images[place]
        rows = [each[start * self.batch_size :].to(place).split(self.batch_size) for each in self.pairs(epoch)]
        if start >= len(self):
            return
        for left, right, different in zip(*rows, strict=True):
            yield self._to_float(images[left]), self._to_float(images[right]), different.float()


class _Classes:
    """Rows sorted by class, so that a partner is drawn by arithmetic for all pairs at once."""

    def __init__(self, labels: Int64[Tensor, " n"]) -> None:
        names, self.number, self.counts = labels.unique(return_inverse=True, return_counts=True)
        if len(names) < 2 or int(self.counts.min()) < 2:
            raise ValueError(
                f"pairs need at least two classes of at least two images, but there are {len(names)} classes, the "
                f"smallest of {int(self.counts.min()) if len(names) else 0}"
            )
        self.rows = self.number.argsort(stable=True)
        self.starts = self.counts.cumsum(0) - self.counts
        self.place = torch.empty_like(self.rows)
        self.place[self.rows] = torch.arange(len(labels))

    def partners(self, left: Tensor, different: Tensor, generator: torch.Generator) -> Tensor:
        """For each row another one, of its own class but not itself, or of any other class, all equally likely."""
        own, k = self.number[left], len(self.counts)
        other = (own + 1 + _below(torch.full_like(own, k - 1), generator)) % k
        shift = 1 + _below(self.counts[own] - 1, generator)
        within = (self.place[left] - self.starts[own] + shift) % self.counts[own]
        same = self.starts[own] + within
        elsewhere = self.starts[other] + _below(self.counts[other], generator)
        return self.rows[torch.where(different, elsewhere, same)]


def _below(limits: Tensor, generator: torch.Generator) -> Tensor:
    """Whole numbers from 0 up to, but without, each limit."""
    return (torch.rand(limits.shape, generator=generator, dtype=torch.float64) * limits).long()


class ImagePairs(DataModule):
    """Pairs of the images of a data module; the last ``unseen`` classes are kept for a test of their own.

    Training and test pairs are of the other classes; those of `unseen_loader` show whether what was learnt holds for
    classes that were never learnt from.

    Raises:
        ValueError: from ``prepare``, where fewer than two classes are left on a side.
    """

    def __init__(self, images: ImageDataModule, *, unseen: int = 0) -> None:
        self.images = images
        self.unseen = unseen

    def prepare(self) -> None:
        """Obtain the images."""
        self.images.prepare()
        self.labels = self.images.labels
        if self.unseen < 0 or self.unseen == 1 or len(self.labels) - self.unseen < 2:
            raise ValueError(
                f"unseen is {self.unseen} of {len(self.labels)} classes; it must be 0 or at least 2, and leave 2"
            )

    def train_loader(self) -> PairLoader:
        """Pairs of training images, others in every epoch."""
        found = self._loader("train", seen=True, fixed=False)
        if found is None:
            raise ValueError("there are no training images")
        return found

    def val_loader(self) -> PairLoader | None:
        """The same pairs of validation images each time, or ``None``."""
        return self._loader("val", seen=True)

    def test_loader(self) -> PairLoader | None:
        """The same pairs of test images each time, of the classes learnt from, or ``None``."""
        return self._loader("test", seen=True)

    def unseen_loader(self) -> PairLoader | None:
        """The same pairs of test images each time, of the classes not learnt from, or ``None``."""
        return self._loader("test", seen=False) if self.unseen else None

    def _loader(self, part: str, *, seen: bool, fixed: bool = True) -> PairLoader | None:
        image_set = self.images.image_set(part)
        if image_set is None:
            return None
        kept = (image_set.labels < len(self.labels) - self.unseen) == seen
        size = self.images.test_batch_size if fixed else self.images.batch_size
        return PairLoader(
            image_set.rows(kept.nonzero().flatten()),
            size,
            self.images.spec.to_float,
            seed=self.images.seed if not fixed else 0,
            fixed=fixed,
        )
