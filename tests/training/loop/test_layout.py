"""Convolutions laid out channels last: the same numbers, and a resumed run is still the same run."""

from functools import partial

import pytest
import torch
from tests.training.examples import assert_same_weights, weights
from torch import nn

from deepdive import scratch
from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.training import Classification, FolderCheckpoints, Trainer
from deepdive.training.formats import choose_format, lay_out

CPU = torch.device("cpu")


class Images(DataModule):
    def prepare(self) -> None:
        pass

    def train_loader(self) -> TensorLoader:
        generator = torch.Generator().manual_seed(1)
        x = torch.randn(60, 3, 12, 12, generator=generator)
        return TensorLoader((x, torch.arange(60) % 3), 16, shuffle=True, seed=2)


def network(nn=nn):
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(5, 7, 3), nn.ReLU(), nn.Flatten(), nn.Linear(63, 3)
    )  # fmt: skip


def task(name):
    words = {"momentum": 0.9} if name == "SGD" else {}
    return Classification(network(), optimizer=partial(getattr(torch.optim, name), lr=0.01, **words))


def channels_last(tensor):
    return tensor.is_contiguous(memory_format=torch.channels_last) and not tensor.is_contiguous()


def test_only_the_layout_changes():
    plain, laid_out = network(), network()
    lay_out(laid_out, choose_format(laid_out, CPU, precision="fp32").layout)
    assert channels_last(laid_out[0].weight)
    assert_same_weights(plain.state_dict(), laid_out.state_dict())
    x = torch.randn(4, 3, 12, 12)
    assert channels_last(laid_out[0](x))
    torch.testing.assert_close(laid_out(x), plain(x), rtol=1e-5, atol=1e-6)


def test_other_devices_and_other_toolkits_are_left_alone():
    on_meta = network().to("meta")
    lay_out(on_meta, choose_format(on_meta, torch.device("meta")).layout)
    assert on_meta[0].weight.is_contiguous()
    ours = scratch.Conv2d(3, 5, 3)
    lay_out(ours, "channels-last")
    assert ours.weight.is_contiguous()


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_a_resumed_run_computes_in_the_same_layout(name, tmp_path, without_shape_checks):
    whole = task(name)
    Trainer(epochs=4, device="cpu").fit(whole, Images())
    begun = task(name)
    Trainer(epochs=4, steps=8, device="cpu").fit(begun, Images(), checkpoints=FolderCheckpoints(tmp_path))
    rest = task(name)
    session = Trainer(epochs=4, device="cpu").session(rest, Images(), FolderCheckpoints(tmp_path))
    session.resume()
    state = session._stepper.optimizer.state[rest.network[0].weight]
    assert all(channels_last(value) for value in state.values() if isinstance(value, torch.Tensor) and value.dim() == 4)
    list(session)
    assert_same_weights(weights(rest), weights(whole))
