"""The IDX file format of MNIST and its kin."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: Path) -> Tensor:
    """The array in an IDX file, with the shape and the type that the file states.

    The format: two zero bytes, the type, the number of dimensions, each dimension as a big-endian 32-bit number,
    then the values, big-endian, the last dimension running fastest.
    Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.

    Raises:
        ValueError: the file is no IDX file, or its length is not that of its dimensions.
        OSError: it cannot be read.

    """
    content = path.read_bytes()
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES:
        raise ValueError(f"{path} is no IDX file: it begins with {content[:4].hex(' ') or 'nothing'}")
    dtype, ndim = np.dtype(_TYPES[content[2]]), content[3]
    offset = 4 + 4 * ndim
    shape = np.frombuffer(content[4:offset], ">u4").astype(int).tolist() if len(content) >= offset else []
    expected = offset + int(np.prod(shape, dtype=object)) * dtype.itemsize
    if len(content) < offset or len(content) != expected:
        raise ValueError(
            f"{path} is {len(content):,} bytes long; with dimensions {shape} it must be {expected:,} bytes long"
        )
    values = np.frombuffer(content, dtype, offset=offset).reshape(shape)
    return torch.from_numpy(values.astype(dtype.newbyteorder("=")))
