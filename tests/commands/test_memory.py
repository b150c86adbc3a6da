import resource

import pytest
import torch

from deepdive.commands.terminal import memory
from deepdive.commands.terminal.memory import within_memory

linux = pytest.mark.skipif(not hasattr(resource, "RLIMIT_DATA") or memory._free() is None, reason="Linux alone tells")


@pytest.fixture
def little(monkeypatch):
    monkeypatch.setattr(memory, "_free", lambda: 2**28)
    monkeypatch.setattr(memory, "_has_graphics_card", lambda: False)


@linux
@pytest.mark.parametrize("take", [lambda: torch.empty(2**30, dtype=torch.uint8), lambda: bytearray(2**30)])
def test_more_than_there_is_is_refused_in_one_line_and_the_limit_ends(little, take):
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with pytest.raises(MemoryError, match=r"^this needs more memory than there is; make .* or use fewer examples$"):
        with within_memory():
            take()
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    torch.empty(2**30, dtype=torch.uint8)


@linux
def test_what_there_is_is_given(little):
    with within_memory():
        assert len(bytearray(2**26)) == 2**26


def test_what_a_graphics_card_says_is_as_clear():
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has ...")
    error.add_note("go on with: deepdive resume x")
    with pytest.raises(MemoryError, match="this needs more memory than there is") as found:
        with within_memory():
            raise error
    assert found.value.__notes__ == ["go on with: deepdive resume x"]


def test_other_errors_stay_as_they_are():
    with pytest.raises(RuntimeError, match=r"^shapes differ$"):
        with within_memory():
            raise RuntimeError("shapes differ")


def test_a_control_group_has_its_own_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_CONTROL_GROUP", tmp_path)
    monkeypatch.setattr(memory, "_sizes", lambda path: {"MemAvailable": 5000, "SwapFree": 500})
    assert memory._free() == 5500
    (tmp_path / "memory.stat").write_text("anon 300\nfile 900\n")
    for limit, free in (("max", 5500), ("4000", 3700), ("100000", 5500)):
        (tmp_path / "memory.max").write_text(limit)
        assert memory._free() == free
