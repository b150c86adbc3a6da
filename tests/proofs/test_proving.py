"""What ``deepdive prove`` computes."""

import pytest
import torch

from deepdive.proofs import Proof, prove, proving

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.mark.compiles
@pytest.mark.slow
def test_a_layer_is_proven_with_both_ratios():
    [proof] = prove("MSELoss")
    assert proof.ok
    assert proof.twin == "torch.nn.modules.loss.MSELoss"
    assert proof.eager_ratio > 0
    assert proof.compiled_ratio > 0


def test_without_a_compiler_the_proof_says_so(monkeypatch):
    def no_compiler(*args, **kwargs):
        raise RuntimeError("No working C++ compiler found\nand more")

    monkeypatch.setattr(torch, "compile", no_compiler)
    [proof] = prove("ReLU")
    assert proof.ok
    assert proof.compiled_ratio is None
    assert proof.reason == "torch.compile: No working C++ compiler found"


def test_a_deep_network_is_proven_without_the_compiler(monkeypatch):
    monkeypatch.setattr(torch, "compile", None)
    [proof] = prove("VGG")
    assert proof.ok
    assert proof.eager_ratio > 0
    assert proof.reason == "of many layers, which take the compiler long"


def test_a_function_whose_result_has_no_fixed_size_is_not_compiled():
    [proof] = prove("utils.rnn.pad_packed_sequence")
    assert proof.ok
    assert proof.eager_ratio > 0
    assert proof.compiled_ratio is None
    assert proof.reason == "the size of the result depends on values"


@pytest.mark.parametrize(
    "name", ["init.xavier_normal_", "optim.SGD", "optim.lr_scheduler.StepLR", "utils.clip_grad_norm_"]
)
def test_parts_that_are_no_layers_are_proven(name):
    [proof] = prove(name)
    assert proof.ok
    assert proof.name == name
    assert proof.max_gradient_difference is None
    assert (proof.eager_ratio is not None) == (name in ("optim.SGD", "utils.clip_grad_norm_"))


def test_all_are_proven_one_by_one(monkeypatch):
    monkeypatch.setattr(proving, "_prove", lambda name: Proof(name, "", 0.0, None, 0.0))
    assert [proof.name for proof in prove()] == list(proving.TWINS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lstm", r"there is no proof named 'lstm'; did you mean 'LSTM' or 'LSTMCell'\?$"),
        ("qqqq", r"there are Identity, ReLU, .* and \d+ more$"),
        ("Conv2", "there is no proof named 'Conv2'; did you mean 'Conv2d'"),
        ("optim.Adm", "did you mean 'optim.Adam'"),
        ("zzzzzz", "there are Identity, ReLU"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(name, words):
    with pytest.raises(ValueError, match=words):
        prove(name)


@pytest.mark.parametrize(
    ("output", "gradient", "ok"),
    [(1e-5, 1e-9, True), (1e-3, 0.0, False), (0.0, 1e-7, False), (1e-5, None, True)],
)
def test_a_proof_holds_within_its_tolerances(output, gradient, ok):
    assert Proof("", "", output, gradient, tolerance=1e-4, gradient_tolerance=1e-8).ok is ok


def test_the_gradients_of_a_proof_are_in_double_precision(monkeypatch):
    monkeypatch.setattr(proving, "time_ratio", lambda *sides: 1.0)
    [proof] = prove("TransformerDecoder")  # a million kinks, some of which rounding crosses in single precision
    assert proof.ok
    assert 1e-9 < proof.max_output_difference < 1e-5
    assert proof.max_gradient_difference < 1e-12
