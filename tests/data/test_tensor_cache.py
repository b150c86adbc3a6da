"""Tensors that are kept in the cache."""

import pytest
import torch
from safetensors.torch import load_file

from deepdive.data.tensor_cache import CachedTensors, cached

TENSORS = {
    "odd": torch.arange(7, dtype=torch.uint8),
    "long": torch.tensor([[-1, 1 << 40]]),
    "turned": torch.arange(6.0).reshape(2, 3).T,
    "half": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
    "float16": torch.tensor([0.5], dtype=torch.float16),
    "double": torch.tensor(0.1, dtype=torch.float64),
    "no": torch.tensor([True, False, True]),
    "none": torch.empty(0, 3, 2, 2, dtype=torch.int32),
    "short": torch.tensor([-300], dtype=torch.int16),
    "byte": torch.tensor([-3], dtype=torch.int8),
}


def kept(tmp_path, make, report=None):
    return cached({"a": 1}, [tmp_path / "file"], make, report=report)


def test_what_is_kept_is_what_was_made_and_what_the_format_has(cache, tmp_path):
    (tmp_path / "file").touch()
    first = kept(tmp_path, lambda: CachedTensors(TENSORS, {"é": [1]}))
    again = kept(tmp_path, lambda: pytest.fail("made twice"))
    assert first.facts == again.facts == {"é": [1]}
    [path] = (cache / "images").glob("*.safetensors")
    for found in (again.tensors, load_file(path)):
        assert found.keys() == TENSORS.keys()
        for name, tensor in TENSORS.items():
            assert found[name].dtype == tensor.dtype
            assert torch.equal(found[name], tensor)


def test_a_place_that_is_a_link_is_told_and_left(cache, tmp_path):
    (tmp_path / "file").touch()
    kept(tmp_path, lambda: CachedTensors(TENSORS, {}))
    [path] = (cache / "images").glob("*.safetensors")
    left = path.with_name(".deepdive-0123456789abcdef.part")
    left.touch()  # of a killed process
    path.unlink()
    path.symlink_to(tmp_path / "file")
    told = []
    assert kept(tmp_path, lambda: CachedTensors(TENSORS, {"b": 2}), told.append).facts == {"b": 2}
    assert "must be a plain file, got a symbolic link" in told[-1].what
    assert (tmp_path / "file").read_bytes() == b""
    assert path.is_symlink()
    assert not left.exists()
