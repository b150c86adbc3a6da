"""What is known of a named data set: its files by checksum, its licence, and who has it."""

from dataclasses import dataclass

from deepdive.data.sources import File, Source


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named data set: its files, known by checksum, and who has them."""

    name: str
    title: str
    licence: str
    homepage: str
    files: tuple[File, ...]
    sources: tuple[Source, ...]
    """In the order of trial, after the cache and the folders in ``DEEPDIVE_DATA``."""
    labels: tuple[str, ...] = ()
    """Names of the classes in the order of their numbers."""
    instead: tuple[str, ...] = ()
    """Names of data sets with the same examples in another form, which serve where this one cannot be had."""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedWeights(Dataset):
    """Published weights of a network: one file, and the form of the images that they were learnt from."""

    image_size: int
    """Height and width."""
    mean: tuple[float, ...]
    """Subtracted from pixels in the range 0..1, one number per channel."""
    std: tuple[float, ...]
    """Divided by, one number per channel."""
    classes: int
    head: str
    """With this the names of the classifier's parameters begin, e.g. ``fc.``; another task has another classifier."""
