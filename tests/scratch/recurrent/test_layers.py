"""Recurrent layers against the library's with the same weights, and against a loop over their cells."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from deepdive import scratch
from deepdive.proofs import difference, differentiable, mapped, tensors

KINDS = ("RNN", "LSTM", "GRU")
OPTIONS = {
    "num_layers": st.integers(1, 3),
    "bidirectional": st.booleans(),
    "batch_first": st.booleans(),
    "bias": st.booleans(),
}


def twins(kind, input_size, hidden_size, **options):
    """The library's layer and ours, with its weights."""
    theirs, ours = (getattr(side, kind)(input_size, hidden_size, **options).double() for side in (nn, scratch))
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return theirs, ours


def apart(theirs, ours, *inputs):
    """The largest difference of an output, or of a gradient of all outputs' sum of squares."""
    results = [module(*inputs) for module in (ours, theirs)]
    gradients = [
        torch.autograd.grad(sum((y**2).sum() for y in differentiable(result)), [*leaves(inputs), *module.parameters()])
        for result, module in zip(results, (ours, theirs), strict=True)
    ]
    return max(difference(*results), difference(*gradients))


def leaves(inputs):
    return [x for x in tensors(inputs) if x.requires_grad]


def drawn(*shape):
    return torch.randn(shape, dtype=torch.float64, requires_grad=True)


def first_state(kind, layer, *batch):
    shape = (layer.num_layers * (2 if layer.bidirectional else 1), *batch, layer.hidden_size)
    return (drawn(*shape), drawn(*shape)) if kind == "LSTM" else drawn(*shape)


@given(
    kind=st.sampled_from(KINDS),
    steps=st.integers(1, 5),
    batch=st.integers(0, 4),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    started=st.booleans(),
    options=st.fixed_dictionaries(OPTIONS),
)
@settings(max_examples=60)
def test_sequences_of_one_length(kind, steps, batch, sizes, started, options):
    theirs, ours = twins(kind, *sizes, **options)
    shape = (batch, steps) if options["batch_first"] else (steps, batch)
    inputs = (drawn(*shape, sizes[0]), *([first_state(kind, ours, batch)] if started else []))
    assert apart(theirs, ours, *inputs) < 1e-12


@given(
    kind=st.sampled_from(KINDS),
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    started=st.booleans(),
    ordered=st.booleans(),
    options=st.fixed_dictionaries(OPTIONS),
)
@settings(max_examples=60)
def test_sequences_of_several_lengths(kind, lengths, sizes, started, ordered, options):
    lengths = sorted(lengths, reverse=True) if ordered else lengths
    theirs, ours = twins(kind, *sizes, **options)
    padded = torch.randn(max(lengths), len(lengths), sizes[0], dtype=torch.float64)
    packed = pack_padded_sequence(padded, lengths, enforce_sorted=ordered)
    packed = PackedSequence(packed.data.requires_grad_(), *packed[1:])
    inputs = (packed, *([first_state(kind, ours, len(lengths))] if started else []))
    assert apart(theirs, ours, *inputs) < 1e-12


@given(
    kind=st.sampled_from(KINDS), steps=st.integers(1, 4), started=st.booleans(), options=st.fixed_dictionaries(OPTIONS)
)
@settings(max_examples=30)
def test_a_sequence_alone(kind, steps, started, options):
    theirs, ours = twins(kind, 3, 2, **options)
    inputs = (drawn(steps, 3), *([first_state(kind, ours)] if started else []))
    assert apart(theirs, ours, *inputs) < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_is_a_loop_over_its_cell(kind):
    layer, cell = getattr(scratch, kind)(3, 4), getattr(scratch, f"{kind}Cell")(3, 4)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()}, strict=True)
    x, state, outputs = torch.randn(5, 2, 3), None, []
    for step in x:
        state = cell(step, state)
        outputs.append(next(tensors(state)))
    output, last = layer(x)
    torch.testing.assert_close(output, torch.stack(outputs))
    torch.testing.assert_close(mapped(lambda s: s.squeeze(0), last), state)


@pytest.mark.parametrize("kind", KINDS)
def test_two_directions_are_two_layers_of_which_one_reads_from_the_end(kind):
    both = getattr(scratch, kind)(3, 4, bidirectional=True)
    there, back = (getattr(scratch, kind)(3, 4) for _ in range(2))
    for alone, reverse in ((there, False), (back, True)):
        alone.load_state_dict(
            {n.removesuffix("_reverse"): p for n, p in both.state_dict().items() if n.endswith("_reverse") is reverse}
        )
    x = torch.randn(5, 2, 3)
    expected = torch.cat([there(x)[0], back(x.flip(0))[0].flip(0)], dim=-1)
    torch.testing.assert_close(both(x)[0], expected)


@pytest.mark.parametrize("kind", KINDS)
def test_carrying_the_state_on_is_as_one_long_sequence(kind):
    layer, x = getattr(scratch, kind)(3, 4, num_layers=2).double(), drawn(7, 2, 3)
    whole, last = layer(x)
    first, state = layer(x[:4])
    second, end = layer(x[4:], state)
    assert difference((torch.cat([first, second]), end), (whole, last)) < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_packed_sequences_are_as_each_alone(kind):
    layer, lengths = getattr(scratch, kind)(3, 4, num_layers=2, bidirectional=True).double(), [2, 5, 1, 5]
    x = torch.randn(5, 4, 3, dtype=torch.float64)
    packed, state = layer(pack_padded_sequence(x, lengths, enforce_sorted=False))
    output, _ = scratch.utils.rnn.pad_packed_sequence(packed)
    for b, length in enumerate(lengths):
        alone, last = layer(x[:length, b])
        torch.testing.assert_close(output[:length, b], alone)
        torch.testing.assert_close(mapped(lambda s, b=b: s[:, b], state), last)


@pytest.mark.parametrize(("kind", "more"), [("RNN", {}), ("RNN", {"nonlinearity": "relu"}), ("LSTM", {}), ("GRU", {})])
def test_gradients_are_those_of_finite_differences(kind, more):
    layer = getattr(scratch, kind)(2, 3, num_layers=2, bidirectional=True, **more).double()
    names = [name for name, _ in layer.named_parameters()]

    def run(x, *weights):
        result = torch.func.functional_call(layer, dict(zip(names, weights, strict=True)), (x,))
        return tuple(tensors(result))

    torch.manual_seed(0)
    x = drawn(3, 2, 2)
    assert torch.autograd.gradcheck(run, (x, *layer.parameters()), fast_mode=True)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_acts_between_layers_and_in_training_only(kind):
    theirs, ours = twins(kind, 3, 40, num_layers=2, dropout=0.5)
    x = drawn(4, 2, 3)
    assert apart(theirs.eval(), ours.eval(), x) < 1e-12
    ours.train()
    seen, still = ours(x)[1], ours.eval()(x)[1]
    for a, b in zip(tensors(seen), tensors(still), strict=True):
        torch.testing.assert_close(a[0], b[0])  # the first layer has nothing before it
        assert not torch.allclose(a[1], b[1])


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_of_everything_leaves_the_second_layer_its_biases(kind):
    layer = getattr(scratch, kind)(3, 4, num_layers=2, dropout=1.0)
    output, _ = layer(torch.randn(5, 2, 3))
    above = getattr(scratch, kind)(4, 4)
    above.load_state_dict({n.replace("l1", "l0"): p for n, p in layer.state_dict().items() if "l1" in n}, strict=True)
    torch.testing.assert_close(output, above(torch.zeros(5, 2, 4))[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_layer_starts_within_one_over_root_of_its_units(kind):
    layer = getattr(scratch, kind)(300, 100)
    for parameter in layer.parameters():
        assert parameter.abs().max() <= 1 / 10
        assert parameter.std().item() == pytest.approx(1 / 10 / 3**0.5, rel=0.15)


def test_device_and_dtype_are_those_asked_for():
    for kind in KINDS:
        for layer in (getattr(scratch, kind), getattr(scratch, f"{kind}Cell")):
            weights = list(layer(2, 3, device="meta", dtype=torch.float64).parameters())
            assert {(w.device.type, w.dtype) for w in weights} == {("meta", torch.float64)}


def test_a_relu_at_zero_has_no_slope():
    theirs, ours = twins("RNN", 3, 4, nonlinearity="relu", bias=False)
    x = torch.zeros(2, 1, 3, dtype=torch.float64, requires_grad=True)
    assert apart(theirs, ours, x) == 0
    assert not torch.autograd.grad(ours(x)[0].sum(), x)[0].any()
