from contextlib import nullcontext

import pytest
import torch
from tests.training.examples import Blobs, task
from torch import nn

from deepdive.training import Trainer, choose_device
from deepdive.training.devices import autocast_dtype
from deepdive.training.loop.evaluation import evaluate


def test_auto_is_the_best_there_is(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device() == torch.device("cpu")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device() == torch.device("mps")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device() == torch.device("cuda")
    assert choose_device("cpu") == torch.device("cpu")


def test_a_device_is_taken_as_it_is():
    assert choose_device(torch.device("meta")) == torch.device("meta")


def test_a_misspelt_device_is_met_with_a_suggestion():
    with pytest.raises(ValueError, match=r"device is 'cdua'; it must be one of .*did you mean 'cuda'\?"):
        choose_device("cdua")
    with pytest.raises(ValueError, match="device is 'cpu:x'"):
        choose_device("cpu:x")


def test_an_absent_device_is_named_with_the_present_ones(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ValueError, match="device is 'cuda', but this machine has only cpu"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ValueError, match="device is 'cuda:2', but this machine has 2 CUDA devices"):
        choose_device("cuda:2")


def test_an_unknown_precision_is_refused():
    assert autocast_dtype("bf16") == torch.bfloat16
    with pytest.raises(ValueError, match="precision is 'fp8'; it must be one of auto, fp32, bf16, fp16"):
        autocast_dtype("fp8")


class Forgetful(nn.Module):
    """Holds a tensor and a layer that no one has told torch of."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.known = nn.Linear(4, 3)
        self.scale = torch.ones(3, device="meta" if where == "tensor" else "cpu")
        self.layers = [nn.Linear(3, 3, device="meta" if where == "layer" else "cpu")]

    def forward(self, x):
        return self.layers[0](self.known(x)) * self.scale


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("tensor", r"one device, but network\.known\.weight is on cpu, network\.scale is on meta"),
        ("layer", r"one device, but network\.known\.weight is on cpu, network\.layers: weight is on meta"),
    ],
)
def test_what_was_left_on_another_device_is_named(where, words):
    with pytest.raises(ValueError, match=words) as caught:
        Trainer().fit(task(Forgetful(where)), Blobs())
    assert isinstance(caught.value.__cause__, RuntimeError)


@pytest.mark.parametrize("loader", ["train_loader", "test_loader"])
def test_a_batch_on_another_device_is_named(loader):
    class Elsewhere(Blobs):
        def _loader(self, found):
            batches = found.batches
            found.batches = lambda *a, **k: (tuple(x.to("meta") for x in b) for b in batches(*a, **k))
            return found

    setattr(Elsewhere, loader, lambda self: self._loader(getattr(Blobs, loader)(self)))
    with pytest.raises(ValueError, match=r"but network\.0\.weight is on cpu, field 0 of the batch is on meta"):
        Trainer().fit(task(), Elsewhere())


def test_other_errors_are_no_matter_of_devices():
    with pytest.raises(
        ValueError, match=r"must get 5 features, not 4, got .*: mat1 and mat2 shapes cannot be multiplied"
    ):
        Trainer().fit(task(nn.Linear(5, 3)), Blobs())


class WithoutKernel(nn.Module):
    """Of a layer that the device computes in full precision alone, forward or backward."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.layer, self.way = nn.Linear(4, 3), way

    def forward(self, x):
        y = self.layer(x)
        if y.dtype == torch.bfloat16:
            if self.way == "backward":
                y.register_hook(self.refuse)
            else:
                self.refuse(y)
        return y

    def refuse(self, _):
        raise RuntimeError("could not create a primitive descriptor for the LSTM forward. Run workload with more words")


@pytest.mark.parametrize("way", ["forward", "backward"])
def test_a_precision_that_the_device_lacks_is_named(way):
    rule = "precision must be one that the device has for this network, got bf16: could not .* LSTM forward$"
    with pytest.raises(ValueError, match=rule):
        Trainer(precision="bf16").fit(task(WithoutKernel(way)), Blobs())
    Trainer(precision="fp32").fit(task(WithoutKernel(way)), Blobs())


def test_an_evaluation_in_a_precision_that_the_device_lacks_is_named():
    with pytest.raises(ValueError, match="precision must be one that the device has for this network, got bf16"):
        evaluate(
            task(WithoutKernel("forward")), Blobs().test_loader(), torch.device("cpu"), prefix="test",
            precision="bf16",
        )  # fmt: skip


def test_an_lstm_in_fp16_trains_or_is_refused():
    class Last(nn.LSTM):
        def forward(self, x):
            return super().forward(x[:, None])[0][:, -1]

    refused = pytest.raises(ValueError, match="precision must be one that the device has for this network, got fp16")
    with nullcontext() if has_lstm_in_fp16() else refused:
        Trainer(precision="fp16").fit(task(Last(4, 3, batch_first=True)), Blobs())


def has_lstm_in_fp16():
    try:
        with torch.autocast("cpu", torch.float16):
            nn.LSTM(4, 3)(torch.ones(1, 1, 4))
    except RuntimeError:
        return False
    return True
