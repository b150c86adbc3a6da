import struct

import numpy as np
import pytest
import torch

from deepdive.data.images.idx import read_idx

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def idx_bytes(code, array):
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    return header + array.astype(TYPES[code]).tobytes()


@pytest.mark.parametrize("code", TYPES)
@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4), (0, 3)])
def test_reads_what_the_format_describes(code, shape, tmp_path):
    array = np.random.default_rng(0).normal(0, 40, shape).astype(TYPES[code])
    (tmp_path / "a").write_bytes(idx_bytes(code, array))
    read = read_idx(tmp_path / "a")
    assert read.shape == shape
    np.testing.assert_array_equal(read.numpy(), array.astype(array.dtype.newbyteorder("=")))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no IDX file: it begins with nothing"),
        (b"\0\0\x08", "is no IDX file: it begins with 00 00 08"),
        (b"\x1f\x8b\x08\x00rest", "is no IDX file: it begins with 1f 8b 08 00"),
        (b"\0\0\x07\x01\0\0\0\x01x", "is no IDX file"),
        (b"\0\0\x08\x03\0\0", r"is 6 bytes long; with dimensions \[\] it must be"),
        (b"\0\0\x08\x01\0\0\0\x05abc", r"is 11 bytes long; with dimensions \[5\] it must be 13 bytes long"),
        (b"\0\0\x08\x01\0\0\0\x02abc", r"is 11 bytes long; with dimensions \[2\] it must be 10 bytes long"),
        (
            b"\0\0\x0e\x02" + b"\xff" * 8,
            r"is 12 bytes long; with dimensions \[4294967295, 4294967295\] it must",
        ),
    ],
)
def test_other_files_are_named(content, message, tmp_path):
    (tmp_path / "some-file").write_bytes(content)
    with pytest.raises(ValueError, match=f"some-file {message}"):
        read_idx(tmp_path / "some-file")


def test_the_result_may_be_written_to(tmp_path):
    (tmp_path / "a").write_bytes(idx_bytes(0x08, np.zeros(3)))
    assert read_idx(tmp_path / "a").add_(1).tolist() == [1, 1, 1]
    assert read_idx(tmp_path / "a").dtype == torch.uint8
