"""Labelled images in memory as a data module."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Int64, UInt8
from torch import Tensor
from torch.nn.functional import one_hot

from deepdive.checks import check_labels
from deepdive.data.checks import check_classes_kept
from deepdive.data.images.spec import ImageSpec, background_of, scaled
from deepdive.data.loaders import TensorLoader
from deepdive.data.splits import stratified_split
from deepdive.data.types import Batch, DataModule, Transform
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt

Augment = Callable[[Tensor, torch.Generator], Tensor]
"""A random map of byte images ``(b, c, h, w)``, which it leaves as they are, to float ones in 0..1."""


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Images with the indices of their classes."""

    images: UInt8[Tensor, "n c h w"]
    labels: Int64[Tensor, " n"]

    def rows(self, rows: Int64[Tensor, " m"]) -> "ImageSet":
        """Some of them."""
        return ImageSet(self.images[rows], self.labels[rows])


@dataclass(frozen=True, slots=True)
class ImageSplits:
    """Everything that was read of a data set, before any validation split."""

    labels: tuple[str, ...]
    """Names of the classes in the order of their numbers."""
    train: ImageSet
    val: ImageSet | None = None
    test: ImageSet | None = None
    notes: tuple[str, ...] = ()
    """What a user should know of how they were read, e.g. that images were resized."""


class ImageDataModule(DataModule):
    """Batches of float images ``(b, c, h, w)`` and class numbers ``(b)``.

    The images stay in memory as bytes; a whole batch at a time becomes floats, resized and standardised as
    `ImageSpec.to_float` says. Training batches go through ``augment`` before they are resized, if then still needed,
    and standardised; with ``mix`` the class numbers become probabilities ``(b, classes)``, and it maps images and
    probabilities at the end.

    Args:
        read: gives the images; called once, by `prepare`.
        batch_size: images per batch.
        validation: how many (int) or which fraction (float) of the training images to hold out, the same fraction
            of every class and the same images whatever the seed; ignored where the data has its own.
        seed: of the order of the training images, of ``augment`` and of ``mix``.
        image_size: height and width of what the network gets, if not those of the images.
        normalize: whether to subtract the mean and divide by the standard deviation of the training images,
            per channel.
        augment: a random map of a batch of byte images to floats in 0..1, e.g. an `Augmentation`.
        mix: a random map of a whole batch, e.g. `MixUp` or `CutMix`.
        test_batch_size: for validation and test, where no gradient needs memory.

    Raises:
        ValueError: from `prepare`, where labels are out of range, sets differ in their shapes, or holding out leaves
            nothing to learn from of a class.

    """

    @checked
    def __init__(
        self,
        read: Callable[[], ImageSplits],
        *,
        batch_size: PositiveInt = 128,
        validation: int | float = 0,
        seed: NonNegativeInt = 0,
        image_size: tuple[int, int] | None = None,
        normalize: bool = False,
        augment: Augment | None = None,
        mix: Transform | None = None,
        test_batch_size: PositiveInt = 512,
    ) -> None:
        self.batch_size = batch_size
        self.validation = validation
        self.seed = seed
        self.image_size = image_size
        self.normalize = normalize
        self.test_batch_size = test_batch_size
        self.notes: tuple[str, ...] = ()
        self._read = read
        self._splits: ImageSplits | None = None
        self._augment = augment
        self._mix = mix
        self._spec: ImageSpec | None = None
        self._sets: dict[str, ImageSet] = {}

    @property
    def splits(self) -> ImageSplits:
        """The images as they are read, before any are held out."""
        if self._splits is None:
            self._splits = self._read()
        return self._splits

    def prepare(self) -> None:
        """Read the images and make the splits; a second call does nothing."""
        if self._spec is not None:
            return
        splits, self._splits = self.splits, None
        train, val = splits.train, splits.val
        if val is None and self.validation:
            kept, held = stratified_split(train.labels, self.validation, name="validation")
            train, val = train.rows(kept), train.rows(held)
        sets = {"train": train, "val": val, "test": splits.test}
        self._sets = {name: part for name, part in sets.items() if part is not None}
        for name, part in self._sets.items():
            check_labels(f"labels of the {name} set", part.labels, len(splits.labels))
            if part.images.shape[1:] != train.images.shape[1:]:
                shapes = f"{tuple(part.images.shape[1:])}, those of the train set {tuple(train.images.shape[1:])}"
                raise ValueError(f"images of the {name} set have shape {shapes}; they must be equal")
        if train is not splits.train and val is not None:
            held_out = f"{len(val.labels)} validation images"
            check_classes_kept(splits.train.labels, train.labels, splits.labels, name=held_out)
        self.labels, self.notes = splits.labels, splits.notes
        self._spec = self._describe(train.images)

    @property
    def spec(self) -> ImageSpec:
        """The form of the images that the loaders give; calls `prepare`."""
        self.prepare()
        if self._spec is None:
            raise RuntimeError("prepare has run without making a spec")
        return self._spec

    def image_set(self, part: str = "train") -> ImageSet | None:
        """The images of ``train``, ``val`` or ``test`` as they were read, or ``None``; calls `prepare`."""
        self.prepare()
        return self._sets.get(part)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """The images and the labels of every part as they were read; calls `prepare`."""
        self.prepare()
        return tuple(tensor for each in self._sets.values() for tensor in (each.images, each.labels))

    def train_loader(self) -> TensorLoader:
        """Shuffled and, if so asked, augmented training batches."""
        spec, train, augment, mix = self.spec, self._sets["train"], self._augment, self._mix

        def transform(batch: Batch, generator: torch.Generator) -> Batch:
            images, labels = batch
            x = scaled(images) if augment is None else augment(images, generator)
            x = spec.standardized_(spec.resized(x))
            return (x, labels) if mix is None else mix((x, one_hot(labels, len(spec.labels)).float()), generator)

        fields = (train.images, train.labels)
        return TensorLoader(fields, self.batch_size, shuffle=True, seed=self.seed, transform=transform)

    def val_loader(self) -> TensorLoader | None:
        """Validation batches in a fixed order, or ``None``."""
        return self._plain("val")

    def test_loader(self) -> TensorLoader | None:
        """Test batches in a fixed order, or ``None``."""
        return self._plain("test")

    def _plain(self, part: str) -> TensorLoader | None:
        image_set, spec = self.image_set(part), self.spec
        if image_set is None:
            return None
        fields = (image_set.images, image_set.labels)
        return TensorLoader(fields, self.test_batch_size, transform=spec.batch_to_float)

    def _describe(self, images: UInt8[Tensor, "n c h w"]) -> ImageSpec:
        c, (h, w) = images.shape[1], self.image_size or images.shape[-2:]
        mean, std = (0.0,) * c, (1.0,) * c
        if self.normalize:
            mean, std = channel_statistics(images)
        return ImageSpec(c, h, w, self.labels, mean, std, background_of(images))


def channel_statistics(images: UInt8[Tensor, "n c h w"]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel over all images, in the range 0..1; exact.

    A channel that never changes gets the standard deviation 1.
    """
    n, c = images.shape[:2]
    values = torch.arange(256, dtype=torch.float64) / 255
    flat = images.reshape(n, c, -1)
    counts = torch.stack([flat[:, i].flatten().bincount(minlength=256) for i in range(c)]).double()  # (c, 256)
    p = counts / counts.sum(dim=1, keepdim=True)
    mean = p @ values
    std = (p @ values.square() - mean.square()).clamp(min=0).sqrt()
    return tuple(mean.tolist()), tuple(torch.where(std > 1e-6, std, 1.0).tolist())
