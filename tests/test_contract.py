"""What every layer and network keeps: type, shape, state, copies, modes, device placement, words."""

import copy

import pytest
import torch
from torch import nn

from deepdive.proofs import pair_of
from deepdive.twins import LAYERS, NETWORKS

PARTS = {**LAYERS, **NETWORKS}
LOSSES = {name for name in LAYERS if name.endswith("Loss")}


def part(name, dtype=torch.float32, case=1):
    """The module and inputs for it."""
    _, module, inputs = pair_of(PARTS[name], PARTS[name].cases[case], dtype)
    return module, inputs


@pytest.fixture(params=PARTS)
def name(request):
    return request.param


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
def test_the_output_has_the_type_of_the_input_and_the_shape_of_the_librarys(name, dtype):
    theirs, ours, inputs = pair_of(PARTS[name], PARTS[name].cases[1], dtype)
    y, expected = ours(*inputs), theirs(*inputs)
    assert y.dtype == expected.dtype == dtype
    assert y.shape == expected.shape
    if not PARTS[name].random:  # a few digits are all that bfloat16 has
        torch.testing.assert_close(y.float(), expected.float(), atol=0.05, rtol=0.05)


def test_autocast_gives_the_type_that_the_library_gives(name):
    theirs, ours, inputs = pair_of(PARTS[name], PARTS[name].cases[1], torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        y, expected = ours(*inputs), theirs(*inputs)
    assert y.dtype == expected.dtype


def test_gradients_are_finite_and_reach_every_parameter(name):
    module, inputs = part(name)
    module(*inputs).sum().backward()
    gradients = [p.grad for p in module.parameters()] + [x.grad for x in inputs if x.requires_grad]
    assert gradients
    assert all(g is not None and g.isfinite().all() for g in gradients)


def test_the_output_of_evaluation_is_always_the_same(name):
    module, inputs = part(name)
    module.eval()
    assert torch.equal(module(*inputs), module(*inputs))


def test_the_input_is_left_as_it_was(name):
    module, inputs = part(name)
    before = [x.detach().clone() for x in inputs]
    module(*inputs)
    assert all(torch.equal(a, b) for a, b in zip(inputs, before, strict=True))


def test_a_state_dict_restores_the_module(name):
    module, inputs = part(name)
    module.eval()
    saved = copy.deepcopy(module.state_dict())
    expected = module(*inputs)
    with torch.no_grad():
        for p in [*module.parameters(), *module.buffers()]:
            p.add_(1)
    module.load_state_dict(saved, strict=True)
    assert torch.equal(module(*inputs), expected)


def test_a_copy_is_equal_and_independent(name):
    module, inputs = part(name)
    module.eval()
    expected = module(*inputs).detach()
    twin = copy.deepcopy(module)
    with torch.no_grad():
        for p in [*module.parameters(), *module.buffers()]:
            p.zero_()
    assert torch.equal(twin(*inputs), expected)
    ours, theirs = ({x.data_ptr() for x in m.state_dict().values()} for m in (module, twin))
    assert not ours & theirs


def test_training_and_evaluation_modes_reach_all_modules(name):
    module, _ = part(name)
    for mode in (False, True):
        assert all(m.training is mode for m in module.train(mode).modules())


def test_it_moves_to_another_device(name):
    module, inputs = part(name)
    y = module(*inputs)
    moved = module.to("meta")(*(x.detach().to("meta") for x in inputs))
    assert moved.device.type == "meta"
    assert moved.shape == y.shape


def test_it_says_what_it_is(name):
    module, _ = part(name)
    assert repr(module).startswith(type(module).__name__ + "(")


@pytest.mark.parametrize("name", sorted(set(PARTS) - LOSSES - {"Softmax", "LogSoftmax", "Flatten", "Identity"}))
def test_examples_of_a_batch_do_not_see_each_other(name):
    module, (x,) = part(name, case=0)
    module.eval()
    rows = x.detach()[:3]
    torch.testing.assert_close(module(rows)[1:2], module(rows[1:2]), atol=1e-4, rtol=1e-4)


def test_all_layers_here_are_modules():
    assert all(issubclass(twin.ours, nn.Module) for twin in LAYERS.values())
