"""Which image files are there twice, byte for byte."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Sequence

import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from deepdive.data.images.folders.trees import ImageFile
from deepdive.data.images.module import ImageSet

_WHICH = {"val": "validation", "test": "test"}


def first_copies(images: UInt8[Tensor, "n c h w"], files: Sequence[ImageFile]) -> Int64[Tensor, " n"]:
    """For each image the first row that is of the same file content, its own where there is none before it.

    Files of the same content are decoded to the same pixels: only where a checksum of these is equal are files read.
    """
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for row, pixels in enumerate(images.flatten(1).contiguous().numpy()):
        alike[zlib.crc32(pixels)].append(row)
    first = torch.arange(len(images))
    for rows in alike.values():
        if len(rows) > 1:
            seen: dict[bytes, int] = {}
            for row in rows:
                file = files[row]
                content = file.path.read_bytes() if file.content is None else file.content
                first[row] = seen.setdefault(hashlib.sha256(content).digest(), row)
    return first


def copy_notes(sets: dict[str, ImageSet], first: dict[str, Int64[Tensor, " part"]]) -> tuple[str, ...]:
    """In words, how many images of other parts are also learnt from, and how many stand in two classes.

    Args:
        sets: the images of each part.
        first: what `first_copies` gives for them.
    """
    learnt, notes = first["train"], []
    for part, copies in first.items():
        if part != "train" and (count := int(torch.isin(copies, learnt).sum())):
            notes.append(f"{count} images of the {_WHICH[part]} set are also in the training set")
    rows, labels = torch.cat([*first.values()]), torch.cat([sets[part].labels for part in first])
    classes_of = torch.stack([rows, labels], dim=1).unique(dim=0)[:, 0].unique(return_counts=True)[1]
    if count := int((classes_of > 1).sum()):
        notes.append(f"{count} images stand in several classes")
    return tuple(notes)
