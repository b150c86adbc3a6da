"""Encoder and decoder layers against the library's with the same weights, over shapes, options and masks."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scratch.transformer.comparing import apart, causal, drawn, slopes, some_mask, twins
from torch import nn

from deepdive import scratch

KINDS = st.sampled_from(("none", "boolean", "numbers", "infinite"))
OPTIONS = {
    "batch_first": st.booleans(),
    "norm_first": st.booleans(),
    "bias": st.booleans(),
    "activation": st.sampled_from(("relu", "gelu", torch.sin)),
    "layer_norm_eps": st.sampled_from((1e-5, 1e-2)),
}
SIZES = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 6))
"""Heads, width of each, width of the layers between."""


def pair(name, sizes, options):
    heads, width, inner = sizes
    return twins(lambda side: getattr(side, name)(heads * width, heads, inner, dropout=0.0, **options))


def sequences(batch, places, width, batch_first):
    if batch is None:
        return drawn(places, width)
    return drawn(batch, places, width) if batch_first else drawn(places, batch, width)


def masks(kind, per_head, padded, heads, batch, queries, keys):
    """A mask of this kind, with a padding mask or not."""
    b = 1 if batch is None else batch
    mask = some_mask(kind, *((b * heads,) if per_head else ()), queries, keys)
    padding = some_mask(kind, *(() if batch is None else (batch,)), keys) if padded else None
    return mask, padding


BATCH, PLACES = st.one_of(st.none(), st.integers(1, 3)), st.integers(1, 4)


@given(
    sizes=SIZES,
    batch=BATCH,
    places=PLACES,
    kind=KINDS,
    per_head=st.booleans(),
    padded=st.booleans(),
    options=st.fixed_dictionaries(OPTIONS),
)
@settings(max_examples=100)
def test_encoder_layers(sizes, batch, places, kind, per_head, padded, options):
    layers = pair("TransformerEncoderLayer", sizes, options)
    src = sequences(batch, places, sizes[0] * sizes[1], options["batch_first"])
    mask, padding = masks(kind, per_head, padded, sizes[0], batch, places, places)
    assert apart(layers, [src], src_mask=mask, src_key_padding_mask=padding) < 1e-10


@given(
    sizes=SIZES,
    batch=BATCH,
    places=st.tuples(PLACES, PLACES),
    kinds=st.tuples(KINDS, KINDS),
    per_head=st.booleans(),
    padded=st.tuples(st.booleans(), st.booleans()),
    options=st.fixed_dictionaries(OPTIONS),
)
@settings(max_examples=100)
def test_decoder_layers(sizes, batch, places, kinds, per_head, padded, options):
    layers, (t, s) = pair("TransformerDecoderLayer", sizes, options), places
    inputs = [sequences(batch, n, sizes[0] * sizes[1], options["batch_first"]) for n in places]
    own = masks(kinds[0], per_head, padded[0], sizes[0], batch, t, t)
    seen = masks(kinds[1], per_head, padded[1], sizes[0], batch, t, s)
    named = zip(("tgt_mask", "tgt_key_padding_mask", "memory_mask", "memory_key_padding_mask"), own + seen, strict=True)
    assert apart(layers, inputs, **dict(named)) < 1e-10


@given(places=st.integers(1, 5), norm_first=st.booleans(), padded=st.booleans())
@settings(max_examples=20)
def test_the_hint_of_causality(places, norm_first, padded):
    options = {"norm_first": norm_first, "batch_first": True}
    x, mask = drawn(2, places, 4), causal(places)
    padding = torch.arange(places) >= torch.tensor([[places], [1]]) if padded else None
    encoders, decoders = (pair(f"Transformer{name}Layer", (2, 2, 6), options) for name in ("Encoder", "Decoder"))
    assert apart(encoders, [x], src_mask=mask, src_key_padding_mask=padding, is_causal=True) < 1e-10
    more = {"tgt_mask": mask, "tgt_key_padding_mask": padding, "tgt_is_causal": True}
    assert apart(decoders, [x, drawn(2, 3, 4)], **more) < 1e-10


@pytest.mark.parametrize("hint", [True, False])
@pytest.mark.parametrize("norm_first", [True, False])
def test_no_gradient_from_a_later_place(norm_first, hint):
    options, mask, x, memory = {"dropout": 0.0, "norm_first": norm_first}, causal(4), drawn(4, 6), drawn(3, 6)
    encoder = scratch.TransformerEncoderLayer(6, 2, 8, **options).double()
    decoder = scratch.TransformerDecoderLayer(6, 2, 8, **options).double()
    for s in (
        slopes(lambda x: encoder(x, mask, is_causal=hint), x),
        slopes(lambda x: decoder(x, memory, mask, tgt_is_causal=hint), x),
    ):
        assert (s.triu(1) == 0).all()
        assert (s[torch.ones_like(s).tril() > 0] > 0).all()


def test_memory_reaches_every_place_that_may_look_at_it():
    decoder, x, memory = scratch.TransformerDecoderLayer(6, 2, 8, dropout=0.0).double(), drawn(4, 6), drawn(3, 6)
    hidden = torch.tensor([[0, 1, 1], [1, 1, 0], [0, 0, 0], [1, 1, 1]], dtype=torch.bool)
    s = slopes(lambda m: decoder(x, m, memory_mask=hidden, tgt_mask=~torch.eye(4, dtype=torch.bool)), memory)
    assert torch.equal(s > 0, ~hidden)


def test_evaluation_equals_the_librarys_fast_path():
    theirs, ours = (layer.eval() for layer in pair("TransformerEncoderLayer", (2, 4, 16), {"batch_first": True}))
    x = drawn(2, 5, 8).detach()
    with torch.inference_mode():
        torch.testing.assert_close(ours(x), theirs(x))
        torch.testing.assert_close(ours(x, causal(5)), theirs(x, causal(5)))


def test_dropout_of_everything_leaves_what_came_in():
    x = drawn(5, 2, 6)
    encoder = scratch.TransformerEncoderLayer(6, 2, 8, dropout=1.0, norm_first=True).double()
    decoder = scratch.TransformerDecoderLayer(6, 2, 8, dropout=1.0, norm_first=True).double()
    torch.testing.assert_close(encoder(x), x)
    torch.testing.assert_close(decoder(x, x), x)


@pytest.mark.parametrize("name", ["TransformerEncoderLayer", "TransformerDecoderLayer"])
def test_a_new_layer_starts_as_the_librarys_does(name):
    states = []
    for side in (nn, scratch):
        torch.manual_seed(0)
        states.append(getattr(side, name)(8, 2, 12).state_dict())
    assert list(states[0]) == list(states[1])
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


@pytest.mark.parametrize("name", ["TransformerEncoderLayer", "TransformerDecoderLayer"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"nhead": 3}, "nhead must divide d_model=8, got 3"),
        ({"nhead": 0}, "nhead must be at least 1, got 0"),
        ({"d_model": 0}, "d_model must be at least 1, got 0"),
        ({"dim_feedforward": 0}, "dim_feedforward must be at least 1, got 0"),
        ({"dropout": -0.1}, "must be a probability, between 0 and 1, got -0.1"),
        ({"activation": "swish"}, "activation must be 'relu', 'gelu' or a function, got 'swish'"),
    ],
)
def test_sizes_that_make_no_sense_are_named(name, arguments, words):
    with pytest.raises(ValueError, match=words):
        getattr(scratch, name)(**{"d_model": 8, "nhead": 2, **arguments})


@pytest.mark.parametrize("name", ["src_mask", "src_key_padding_mask"])
def test_a_wrong_mask_of_an_encoder_layer_is_named(name):
    layer, x = scratch.TransformerEncoderLayer(8, 2, 8, batch_first=True), torch.ones(2, 3, 8)
    with pytest.raises(ValueError, match=rf"^{name} must be .* got \(4, 4\)"):
        layer(x, **{name: torch.zeros(4, 4)})
    with pytest.raises(TypeError, match=rf"^{name} must be torch.bool, .* got torch.int64"):
        layer(x, **{name: torch.zeros(3, 3).long()})


@pytest.mark.parametrize("name", ["tgt_mask", "tgt_key_padding_mask", "memory_mask", "memory_key_padding_mask"])
def test_a_wrong_mask_of_a_decoder_layer_is_named(name):
    layer, x, memory = scratch.TransformerDecoderLayer(8, 2, 8), torch.ones(3, 2, 8), torch.ones(5, 2, 8)
    with pytest.raises(ValueError, match=rf"^{name} must be .* got \(4, 4\)"):
        layer(x, memory, **{name: torch.zeros(4, 4)})
    with pytest.raises(TypeError, match=rf"^{name} must be torch.bool, .* got torch.int64"):
        layer(x, memory, **{name: torch.zeros(3, 3).long()})


def test_a_hint_without_a_mask_is_refused():
    x = torch.ones(3, 2, 8)
    with pytest.raises(ValueError, match="src_mask must be given with is_causal"):
        scratch.TransformerEncoderLayer(8, 2, 8)(x, is_causal=True)
    with pytest.raises(ValueError, match="tgt_mask must be given with is_causal"):
        scratch.TransformerDecoderLayer(8, 2, 8)(x, x, tgt_is_causal=True)
    with pytest.raises(ValueError, match="memory_mask must be given with is_causal"):
        scratch.TransformerDecoderLayer(8, 2, 8)(x, x, memory_is_causal=True)
