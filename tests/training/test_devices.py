import pytest
import torch

from deepdive.training import choose_device
from deepdive.training.devices import autocast_dtype


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
    with pytest.raises(ValueError, match="precision is 'fp8'; it must be one of fp32, bf16, fp16"):
        autocast_dtype("fp8")
