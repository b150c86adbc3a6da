"""The IDX file format of MNIST and its kin."""

import math
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
    with path.open("rb") as file:
        head = file.read(4)
        if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _TYPES:
            raise ValueError(f"{path} is no IDX file: it begins with {head.hex(' ') or 'nothing'}")
        dtype, ndim = np.dtype(_TYPES[head[2]]), head[3]
        shape = np.fromfile(file, ">u4", ndim).tolist()
        size, expected = path.stat().st_size, 4 + 4 * ndim + math.prod(shape) * dtype.itemsize
        if len(shape) < ndim or size != expected:
            raise ValueError(
                f"{path} is {size:,} bytes long; with dimensions {shape} it must be {expected:,} bytes long"
            )
        values = np.fromfile(file, dtype)
    return torch.from_numpy(values.astype(dtype.newbyteorder("="), copy=False).reshape(shape))
