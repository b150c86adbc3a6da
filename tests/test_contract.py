"""What every layer and network keeps: type, shape, state, copies, modes, device placement, words."""

import copy

import pytest
import torch
from torch import nn

from deepdive.proofs import differentiable, mapped, pair_of, tensors
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
    try:
        library = list(tensors(theirs(*inputs)))
    except NotImplementedError as missing:  # of a kernel in half precision
        pytest.skip(f"the library does not: {missing}")
    for y, expected in zip(tensors(ours(*inputs)), library, strict=True):
        assert y.dtype == expected.dtype == dtype
        assert y.shape == expected.shape
        if not PARTS[name].random:  # a few digits are all that bfloat16 has
            torch.testing.assert_close(y.float(), expected.float(), atol=0.05, rtol=0.05)


def test_autocast_gives_the_type_that_the_library_gives(name):
    theirs, ours, inputs = pair_of(PARTS[name], PARTS[name].cases[1], torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        y, expected = ours(*inputs), theirs(*inputs)
    assert [y.dtype for y in tensors(y)] == [y.dtype for y in tensors(expected)]


@pytest.mark.filterwarnings("ignore:Mismatch dtype")  # which the library says of its RMSNorm
@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize(("asked", "given"), [("bfloat16", "float16"), ("float16", "bfloat16")])
def test_autocast_takes_half_precision_of_the_other_kind_as_the_library_does(name, asked, given):
    theirs, ours, inputs = pair_of(PARTS[name], PARTS[name].cases[1], torch.float32)
    inputs = mapped(lambda x: x.to(getattr(torch, given)) if x.is_floating_point() else x, inputs)
    with torch.autocast("cpu", getattr(torch, asked)):
        try:
            expected = tensors(theirs(*inputs))
        except RuntimeError as missing:  # of a kernel, which some processors have
            pytest.skip(f"the library does not: {missing}")
        y = tensors(ours(*inputs))
    for one, theirs_one in zip(y, expected, strict=True):
        assert one.shape == theirs_one.shape
        if not PARTS[name].random:
            torch.testing.assert_close(one.float(), theirs_one.float(), atol=0.05, rtol=0.05)


def test_gradients_are_finite_and_reach_every_parameter(name):
    module, inputs = part(name)
    sum(y.sum() for y in tensors(module(*inputs))).backward()
    gradients = [p.grad for p in module.parameters()] + [x.grad for x in differentiable(inputs)]
    assert gradients
    assert all(g is not None and g.isfinite().all() for g in gradients)


def test_the_output_of_evaluation_is_always_the_same(name):
    module, inputs = part(name)
    module.eval()
    assert equal(module(*inputs), module(*inputs))


def equal(a, b):
    return all(torch.equal(x, y) for x, y in zip(tensors(a), tensors(b), strict=True))


def test_the_input_is_left_as_it_was(name):
    module, inputs = part(name)
    before = mapped(lambda x: x.detach().clone(), inputs)
    module(*inputs)
    assert equal(inputs, before)


def test_a_state_dict_restores_the_module(name):
    module, inputs = part(name)
    module.eval()
    saved = copy.deepcopy(module.state_dict())
    expected = module(*inputs)
    with torch.no_grad():
        for p in [*module.parameters(), *module.buffers()]:
            p.add_(1)
    module.load_state_dict(saved, strict=True)
    assert equal(module(*inputs), expected)


def test_a_copy_is_equal_and_independent(name):
    module, inputs = part(name)
    module.eval()
    expected = mapped(torch.detach, module(*inputs))
    twin = copy.deepcopy(module)
    with torch.no_grad():
        for p in [*module.parameters(), *module.buffers()]:
            p.zero_()
    assert equal(twin(*inputs), expected)
    ours, theirs = ({x.data_ptr() for x in m.state_dict().values()} for m in (module, twin))
    assert not ours & theirs


def test_training_and_evaluation_modes_reach_all_modules(name):
    module, _ = part(name)
    for mode in (False, True):
        assert all(m.training is mode for m in module.train(mode).modules())


def test_it_moves_to_another_device(name):
    if name == "CTCLoss":
        pytest.skip("lengths of sequences are numbers of the host")
    module, inputs = part(name)
    ys = tensors(module(*inputs))
    moved = list(tensors(module.to("meta")(*mapped(lambda x: x.detach().to("meta"), inputs))))
    assert {y.device.type for y in moved} == {"meta"}
    assert [y.shape for y in moved] == [y.shape for y in ys]


def test_it_says_what_it_is(name):
    module, _ = part(name)
    assert repr(module).startswith(type(module).__name__ + "(")


@pytest.mark.parametrize("name", sorted(set(PARTS) - LOSSES - {"Softmax", "LogSoftmax", "Flatten", "Identity"}))
def test_examples_of_a_batch_do_not_see_each_other(name):
    module, inputs = part(name, case=0)
    module.eval()
    rows = [x.detach()[:3] for x in inputs]
    several, alone = (next(tensors(module(*xs))) for xs in (rows, [x[1:2] for x in rows]))
    torch.testing.assert_close(several[1:2], alone, atol=1e-4, rtol=1e-4)


def test_all_layers_here_are_modules():
    assert all(issubclass(twin.ours, nn.Module) for twin in LAYERS.values())
