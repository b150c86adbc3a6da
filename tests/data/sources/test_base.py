import gzip
import io

import pytest

from deepdive.data.registry import DATASETS
from deepdive.data.sources import Folders, Source
from deepdive.data.sources.base import decompressed, is_intact

CONTENT = bytes(range(256)) * 2000


def test_every_source_is_one():
    assert all(isinstance(source, Source) for dataset in DATASETS.values() for source in (*dataset.sources, Folders()))


def test_only_what_should_not_be_gzipped_is_unpacked(file_of):
    packed = gzip.compress(CONTENT)
    assert decompressed(io.BytesIO(packed), "numbers.bin.gz", file_of(CONTENT)).read() == CONTENT
    assert decompressed(io.BytesIO(packed), "a.gz", file_of(packed, "a.gz")).read() == packed
    assert decompressed(io.BytesIO(CONTENT), "numbers.bin", file_of(CONTENT)).read() == CONTENT


def test_content_decides_whether_a_file_is_intact(file_of, tmp_path):
    plain, packed = tmp_path / "numbers.bin", tmp_path / "numbers.bin.gz"
    plain.write_bytes(CONTENT)
    packed.write_bytes(gzip.compress(CONTENT))
    assert is_intact(plain, file_of(CONTENT))
    assert is_intact(packed, file_of(CONTENT))
    assert not is_intact(tmp_path / "gone", file_of(CONTENT))
    assert not is_intact(tmp_path, file_of(CONTENT))


@pytest.mark.parametrize("damage", [CONTENT[:-1], CONTENT + b"x", b"x" + CONTENT[1:], b""])
def test_damage_is_noticed(damage, file_of, tmp_path):
    plain, packed = tmp_path / "numbers.bin", tmp_path / "numbers.bin.gz"
    plain.write_bytes(damage)
    packed.write_bytes(gzip.compress(damage))
    assert not is_intact(plain, file_of(CONTENT))
    assert not is_intact(packed, file_of(CONTENT))
    packed.write_bytes(gzip.compress(CONTENT)[:-10])
    assert not is_intact(packed, file_of(CONTENT))
