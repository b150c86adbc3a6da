"""Encoders, decoders and both together against the library's with the same weights."""

import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scratch.transformer.comparing import apart, causal, drawn, slopes, some_mask, twins
from torch import nn

from deepdive import scratch

KINDS = st.sampled_from(("none", "boolean", "numbers", "infinite"))


@given(
    layers=st.integers(1, 3),
    norm=st.booleans(),
    norm_first=st.booleans(),
    batch_first=st.booleans(),
    hint=st.sampled_from((None, True, False)),
    numbers=st.booleans(),
    padded=st.booleans(),
)
@settings(max_examples=40)
def test_encoders_and_decoders_that_see_no_later_place(layers, norm, norm_first, batch_first, hint, numbers, padded):
    options = {"dropout": 0.0, "norm_first": norm_first, "batch_first": batch_first}

    def encoder(side):
        one = side.TransformerEncoderLayer(4, 2, 6, **options)
        return side.TransformerEncoder(one, layers, side.LayerNorm(4) if norm else None, enable_nested_tensor=False)

    def decoder(side):
        one = side.TransformerDecoderLayer(4, 2, 6, **options)
        return side.TransformerDecoder(one, layers, side.LayerNorm(4) if norm else None)

    x, memory = (drawn(2, n, 4) if batch_first else drawn(n, 2, 4) for n in (3, 5))
    mask = scratch.Transformer.generate_square_subsequent_mask(3, dtype=x.dtype) if numbers else causal(3)
    padding = torch.tensor([[False, False, True], [False, False, False]]) if padded else None
    if numbers and padded:
        padding = torch.zeros(2, 3, dtype=x.dtype).masked_fill(padding, -torch.inf)
    assert apart(twins(encoder), [x], mask=mask, src_key_padding_mask=padding, is_causal=hint) < 1e-10
    more = {"tgt_mask": mask, "tgt_key_padding_mask": padding, "tgt_is_causal": hint}
    assert apart(twins(decoder), [x, memory], **more) < 1e-10


@given(
    layers=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    kinds=st.tuples(KINDS, KINDS, KINDS),
    padded=st.booleans(),
    alone=st.booleans(),
    options=st.fixed_dictionaries(
        {
            "batch_first": st.booleans(),
            "norm_first": st.booleans(),
            "bias": st.booleans(),
            "activation": st.sampled_from(("relu", "gelu", torch.sin)),
        }
    ),
)
@settings(max_examples=40)
def test_transformers(layers, kinds, padded, alone, options):
    pair = twins(lambda side: side.Transformer(4, 2, *layers, 6, dropout=0.0, **options))
    src, tgt = (drawn(n, 4) if alone else drawn(2, n, 4) if options["batch_first"] else drawn(n, 2, 4) for n in (5, 3))
    masks = {}
    for name, kind, queries, keys in zip(("src", "tgt", "memory"), kinds, (5, 3, 3), (5, 3, 5), strict=True):
        masks[f"{name}_mask"] = some_mask(kind, queries, keys)
        masks[f"{name}_key_padding_mask"] = some_mask(kind, *(() if alone else (2,)), keys) if padded else None
    assert apart(pair, [src, tgt], **masks) < 1e-9


def test_no_gradient_from_a_later_word_and_one_from_every_source_word():
    model = scratch.Transformer(6, 2, 1, 2, 8, dropout=0.0).double()
    src, tgt = drawn(5, 6), drawn(4, 6)
    mask = model.generate_square_subsequent_mask(4, dtype=tgt.dtype)
    s = slopes(lambda x: model(src, x, tgt_mask=mask), tgt)
    assert (s.triu(1) == 0).all()
    assert (s[torch.ones_like(s).tril() > 0] > 0).all()
    assert (slopes(lambda x: model(x, tgt, tgt_mask=mask), src) > 0).all()


def test_evaluation_equals_the_librarys_fast_path_wherever_there_is_no_padding():
    pair = twins(lambda side: side.TransformerEncoder(side.TransformerEncoderLayer(8, 2, 12, batch_first=True), 2))
    theirs, ours = (encoder.eval() for encoder in pair)
    x, padding = drawn(2, 5, 8).detach(), torch.arange(5) >= torch.tensor([[5], [3]])
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The PyTorch API of nested tensors is in prototype stage")
        torch.testing.assert_close(ours(x), theirs(x))
        told = [side(x, src_key_padding_mask=padding)[~padding] for side in (ours, theirs)]
        torch.testing.assert_close(*told)


def test_layers_are_copies_that_share_nothing():
    layer = scratch.TransformerEncoderLayer(4, 2, 6)
    encoder = scratch.TransformerEncoder(layer, 2)
    a, b = (one.linear1.weight for one in encoder.layers)
    assert torch.equal(a, b)
    assert len({layer.linear1.weight.data_ptr(), a.data_ptr(), b.data_ptr()}) == 3


def test_a_new_transformer_starts_as_the_librarys_does():
    states = []
    for side in (nn, scratch):
        torch.manual_seed(0)
        states.append(side.Transformer(8, 2, 1, 2, 12, batch_first=True).state_dict())
    assert list(states[0]) == list(states[1])
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


def test_the_causal_mask_is_the_librarys():
    for dtype in (None, torch.float64):
        ours, theirs = (side.Transformer.generate_square_subsequent_mask(4, dtype=dtype) for side in (scratch, nn))
        assert torch.equal(ours, theirs)
        assert ours.dtype == theirs.dtype


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (((5, 2, 4), (3, 3, 4)), r"src and tgt must be of as many sequences, got src \(5, 2, 4\) and tgt \(3, 3, 4\)"),
        (((5, 2, 4), (3, 2, 6)), r"last dimension of src and tgt must be d_model=4, got .* tgt \(3, 2, 6\)"),
        (((5, 4), (3, 2, 4)), r"must both have 3 dimensions, or 2 for one sequence, got src \(5, 4\)"),
    ],
)
def test_inputs_that_do_not_fit_are_named(shapes, words):
    with pytest.raises(ValueError, match=words):
        scratch.Transformer(4, 2, 1, 1, 6)(*map(torch.ones, shapes))


def test_there_is_a_layer_at_least():
    with pytest.raises(ValueError, match="num_layers must be at least 1, got 0"):
        scratch.TransformerEncoder(scratch.TransformerEncoderLayer(4, 2), 0)
    with pytest.raises(ValueError, match="num_layers must be at least 1, got -1"):
        scratch.TransformerDecoder(scratch.TransformerDecoderLayer(4, 2), -1)


@pytest.mark.parametrize("name", ["src_mask", "tgt_mask", "memory_mask"])
def test_a_wrong_mask_is_named(name):
    with pytest.raises(ValueError, match=rf"^{name} must be .* got \(4, 4\)"):
        scratch.Transformer(4, 2, 1, 1, 6)(torch.ones(5, 2, 4), torch.ones(3, 2, 4), **{name: torch.zeros(4, 4)})
