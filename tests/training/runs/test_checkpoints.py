import errno
import hashlib
import json
import os
import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from deepdive.training import CheckpointError, FolderCheckpoints, MemoryCheckpoints, load_checkpoint, save_checkpoint
from deepdive.training.runs.checkpoints import checkpoint_checksum

scalars = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text()
nests = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4).filter(lambda key: not key.startswith("$")), inner, max_size=3)
        | st.dictionaries(st.integers(), inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("checkpoints") / "x.safetensors"


@given(content=st.dictionaries(st.text(max_size=4).filter(lambda key: not key.startswith("$")), nests, max_size=3))
def test_any_nest_comes_back_as_it_was(place, content):
    save_checkpoint(place, content)
    assert load_checkpoint(place) == content


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.bool])
def test_tensors_come_back_exactly(place, dtype):
    tensors = {
        "a": (100 * torch.rand(3, 4)).to(dtype),
        "b": torch.ones((), dtype=dtype),
        "empty": torch.ones(0, 2, dtype=dtype),
    }
    save_checkpoint(place, {"nest": [tensors, (tensors["a"].t(),)]})
    [back, (transposed,)] = load_checkpoint(place)["nest"]
    for name, value in tensors.items():
        assert back[name].dtype == dtype
        torch.testing.assert_close(back[name], value, rtol=0, atol=0)
    torch.testing.assert_close(transposed, tensors["a"].t(), rtol=0, atol=0)


def test_tied_weights_are_stored_once_and_views_are_cut_out(place):
    net = nn.ModuleDict({"a": nn.Linear(3, 3), "b": nn.Linear(3, 3)})
    net["b"].weight = net["a"].weight
    base = torch.arange(1000.0)
    save_checkpoint(place, {"model": net.state_dict(), "view": base[10:12]})
    stored = load_file(place)
    assert sum("weight" in name for name in stored) == 1
    back = load_checkpoint(place)
    torch.testing.assert_close(back["model"]["b.weight"], net["a"].weight.detach())
    torch.testing.assert_close(back["view"], base[10:12])
    assert place.stat().st_size < 2000
    other = nn.ModuleDict({"a": nn.Linear(3, 3), "b": nn.Linear(3, 3)})
    other["b"].weight = other["a"].weight
    other.load_state_dict(back["model"])
    assert other["a"].weight is other["b"].weight


def test_equal_content_gives_equal_bytes(place):
    found = set()
    for _ in range(8):  # the order of a hash map would be another one soon
        save_checkpoint(place, {"model": {"b": torch.arange(3.0), "a": torch.ones(2)}, "step": 3, "name": "x"})
        found.add(place.read_bytes())
    assert len(found) == 1


def test_the_checksum_is_read_without_the_tensors(place):
    seen = []
    for value in (1.0, 2.0, 1.0):
        save_checkpoint(place, {"w": torch.tensor([value])})
        seen.append(checkpoint_checksum(place))
    assert seen[0] == seen[2] != seen[1]


def test_what_was_tested_counts_for_the_checkpoint_that_it_is_of(tmp_path):
    folder = FolderCheckpoints(tmp_path)
    folder.save_tested({"test_loss": 1.0})
    assert folder.tested() is None, "there is no checkpoint"
    folder.save("last", {"step": 1})
    folder.save_tested({"test_loss": 0.25})
    assert folder.tested() == {"test_loss": 0.25}
    folder.save("last", {"step": 2})
    assert folder.tested() is None
    assert MemoryCheckpoints().tested() is None


def test_other_programs_can_read_the_weights(place):
    save_checkpoint(place, {"model": nn.Linear(2, 1).state_dict(), "step": 3})
    assert set(load_file(place)) == {"model.weight", "model.bias"}


def test_optimisers_come_back(place):
    net = nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(net.parameters())
    net(torch.rand(1, 3)).sum().backward()
    optimizer.step()
    save_checkpoint(place, {"optimizer": optimizer.state_dict()})
    back = load_checkpoint(place)["optimizer"]
    assert back["param_groups"] == optimizer.state_dict()["param_groups"]
    torch.testing.assert_close(back["state"][0]["exp_avg"], optimizer.state_dict()["state"][0]["exp_avg"])


def test_what_cannot_be_saved_is_named_with_its_place(place):
    with pytest.raises(TypeError, match=r"a checkpoint cannot hold a\.b\.1 of type set"):
        save_checkpoint(place, {"a": {"b": [1, {2}]}})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*none\.safetensors"):
        load_checkpoint(tmp_path / "none.safetensors")


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_a_truncated_file_is_refused(tmp_path, keep):
    path = tmp_path / "x.safetensors"
    save_checkpoint(path, {"model": nn.Linear(20, 20).state_dict()})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError, match=r"x\.safetensors is damaged or no safetensors file"):
        load_checkpoint(path)


def test_a_flipped_bit_anywhere_in_the_weights_is_noticed(tmp_path):
    path = tmp_path / "x.safetensors"
    save_checkpoint(path, {"model": nn.Linear(20, 20).state_dict()})
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"x\.safetensors is damaged: its checksum does not fit"):
        load_checkpoint(path)


def test_content_that_is_nested_too_deep_is_refused(tmp_path):
    path, content = tmp_path / "x.safetensors", "[" * 100_000 + "]" * 100_000
    save_file({}, path, {"deepdive": f"3 {hashlib.sha256(content.encode()).hexdigest()} {content}"})
    with pytest.raises(CheckpointError, match=r"x\.safetensors is damaged: its content is nested too deep"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"model": {"$tensor": "gone"}}', "another form: KeyError"),
        ('{"model": {"$tensor": ["a"]}}', "another form: TypeError"),
        ('{"model": {"$tuple": 3}}', "another form: TypeError"),
        ('{"model": {"$pairs": [[1, 2, 3]]}}', "another form: ValueError"),
        ('{"model": ', "another form: JSONDecodeError"),
        ("[1, 2]", "no parts by name"),
    ],
)
def test_content_of_another_form_is_refused_though_its_checksum_fits(tmp_path, content, reason):
    path = tmp_path / "x.safetensors"
    save_file({}, path, {"deepdive": f"3 {hashlib.sha256(content.encode()).hexdigest()} {content}"})
    with pytest.raises(CheckpointError, match=rf"x\.safetensors is damaged: its content has {reason}"):
        load_checkpoint(path)


def test_the_tested_epoch_is_the_best_one_then_the_last(tmp_path):
    kept = FolderCheckpoints(tmp_path)
    assert kept.tested_epoch() is None
    kept.save("last", {"model": {"w": torch.ones(2)}, "progress": {"epoch": 7}})
    assert kept.tested_epoch() == 7
    kept.save("best", {"progress": {"epoch": 3}})
    assert kept.tested_epoch() == 3
    kept.save("best", {"of": "a loop of another kind"})
    assert kept.tested_epoch() is None
    kept.save("best", {"progress": "3"})
    with pytest.raises(CheckpointError, match="is damaged: its content has another form"):
        kept.tested_epoch()


def test_foreign_files_are_refused(tmp_path):
    path = tmp_path / "x.safetensors"
    save_file({"weight": torch.ones(2)}, path)
    with pytest.raises(CheckpointError, match="is a safetensors file, but not a checkpoint of deepdive"):
        load_checkpoint(path)
    torch.save({"weight": torch.ones(2)}, path)
    with pytest.raises(CheckpointError, match="is damaged or no safetensors file"):
        load_checkpoint(path)
    save_file({"weight": torch.ones(2)}, path, {"deepdive": "99 a {}"})
    with pytest.raises(CheckpointError, match="has checkpoint format 99; this version of deepdive reads format 3"):
        load_checkpoint(path)
    save_file({}, path, {"deepdive.format": "1", "deepdive.checksum": "a", "deepdive.content": json.dumps({"a": 1})})
    with pytest.raises(CheckpointError, match="has checkpoint format 1; this version of deepdive reads format 3"):
        load_checkpoint(path)
    save_file({}, path, {"deepdive": f"3 abc {json.dumps({'a': 1})}"})
    with pytest.raises(CheckpointError, match="its checksum does not fit"):
        load_checkpoint(path)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import torch
from deepdive.training import save_checkpoint
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    save_checkpoint(Path(sys.argv[1]), {"w": torch.ones(100_000)})
except OSError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more_leaves_the_checkpoint_before(tmp_path):
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, {"w": torch.zeros(3)})
    before = path.read_bytes()
    done = subprocess.run([sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, check=True)
    assert "cannot write: File too large; the file there before is unchanged" in done.stdout
    assert str(path) in done.stdout
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["last.safetensors"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_disk_is_named(tmp_path, monkeypatch, code):
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, {"w": torch.zeros(3)})

    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match=rf"cannot write: {os.strerror(code)}; .*last\.safetensors"):
        save_checkpoint(path, {"w": torch.ones(3)})
    assert torch.equal(load_checkpoint(path)["w"], torch.zeros(3))


def test_memory_keeps_a_copy_of_the_best_only():
    kept, weight = MemoryCheckpoints(), torch.ones(2)
    kept.save("last", {"model": {"w": weight}})
    kept.save("best", {"model": {"w": weight}, "step": 1})
    weight.zero_()
    assert not kept.has("last")
    assert torch.equal(kept.load("best")["model"]["w"], torch.ones(2))


@pytest.mark.parametrize("linked", ["checkpoints", "checkpoints/first", "checkpoints/first/last.safetensors"])
def test_no_checkpoint_is_written_through_a_link(tmp_path, linked):
    other = tmp_path / "other"
    run, place = tmp_path / "run", tmp_path / "run" / linked
    place.parent.mkdir(parents=True)
    other.touch() if linked.endswith("safetensors") else (other / "first").mkdir(parents=True)
    place.symlink_to(other)
    with pytest.raises(FileExistsError, match=f"must be a (plain file|folder), got a symbolic link.*{linked}"):
        FolderCheckpoints(run, "checkpoints", "first").save("last", {"step": 1})
    assert place.is_symlink()
    assert [path for path in other.rglob("*") if path.is_file()] == []
    assert other.is_dir() or other.read_bytes() == b""


def test_a_folder_makes_itself(tmp_path):
    folder = FolderCheckpoints(tmp_path / "checkpoints")
    assert not folder.has("last")
    folder.save("last", {"step": 1})
    assert folder.load("last") == {"step": 1}
