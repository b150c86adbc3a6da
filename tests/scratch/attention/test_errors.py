"""What is wrong with sizes, inputs and masks, in words."""

import pytest
import torch

from deepdive import scratch


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"num_heads": 3}, "num_heads must divide embed_dim=8, got 3"),
        ({"num_heads": 0}, "num_heads must be at least 1, got 0"),
        ({"embed_dim": 0}, "embed_dim must be at least 1, got 0"),
        ({"kdim": 0}, "kdim must be at least 1, got 0"),
        ({"vdim": -1}, "vdim must be at least 1, got -1"),
        ({"dropout": 1.5}, "dropout must be a probability, between 0 and 1, got 1.5"),
    ],
)
def test_sizes_that_make_no_sense_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        scratch.MultiheadAttention(**{"embed_dim": 8, "num_heads": 2, **arguments})


Q, K = (2, 3, 8), (2, 5, 8)


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (
            (Q, (5, 8), (5, 8)),
            r"must all have 3 dimensions, or 2 for one sequence, got query \(2, 3, 8\), key \(5, 8\)",
        ),
        (((8,), (8,), (8,)), r"or 2 for one sequence, got query \(8,\)"),
        (((2, 3, 7), K, K), r"the last dimension of query must be embed_dim=8, got query \(2, 3, 7\)"),
        ((Q, (2, 5, 6), K), r"the last dimension of key must be kdim=8, got .* key \(2, 5, 6\)"),
        ((Q, K, (2, 5, 6)), r"the last dimension of value must be vdim=8, got .* value \(2, 5, 6\)"),
        ((Q, K, (2, 4, 8)), r"key and value must be of as many sequences and places, got .* value \(2, 4, 8\)"),
        ((Q, (1, 5, 8), (1, 5, 8)), r"query, key and value must be of as many sequences, got query \(2, 3, 8\)"),
    ],
)
def test_inputs_that_do_not_fit_are_named(shapes, words):
    with pytest.raises(ValueError, match=words):
        scratch.MultiheadAttention(8, 2, batch_first=True)(*map(torch.ones, shapes))


NOT = "must be torch.bool, true where a query may NOT attend, or torch.float32, added to the scores; got torch."


@pytest.mark.parametrize(
    ("name", "mask", "error", "words"),
    [
        ("attn_mask", torch.ones(5, 3), ValueError, r"\(queries, keys\) = \(3, 5\) or .* = \(4, 3, 5\), got \(5, 3\)"),
        ("attn_mask", torch.ones(2, 3, 5), ValueError, r"\(batch \* num_heads, queries, keys\) .* got \(2, 3, 5\)"),
        ("attn_mask", torch.ones(3, 5).long(), TypeError, f"{NOT}int64"),
        ("attn_mask", torch.ones(3, 5).double(), TypeError, f"{NOT}float64"),
        ("key_padding_mask", torch.ones(5, 2), ValueError, r"must be \(batch, keys\) = \(2, 5\), got \(5, 2\)"),
        ("key_padding_mask", torch.ones(2, 3), ValueError, r"must be \(batch, keys\) = \(2, 5\), got \(2, 3\)"),
        ("key_padding_mask", torch.ones(2, 5).int(), TypeError, f"{NOT}int32"),
    ],
)
@pytest.mark.parametrize("batch_first", [True, False])
def test_a_wrong_mask_is_named(name, mask, error, words, batch_first):
    shapes = [shape if batch_first else (shape[1], shape[0], 8) for shape in (Q, K, K)]
    with pytest.raises(error, match=f"^{name} .*{words}"):
        scratch.MultiheadAttention(8, 2, batch_first=batch_first)(*map(torch.ones, shapes), **{name: mask})


def test_masks_of_one_sequence_have_its_shape():
    layer, x = scratch.MultiheadAttention(8, 2), torch.ones(3, 8)
    with pytest.raises(ValueError, match=r"key_padding_mask must be \(keys,\) = \(3,\), got \(1, 3\)"):
        layer(x, x, x, key_padding_mask=torch.zeros(1, 3))
    with pytest.raises(ValueError, match=r"attn_mask must be .* = \(3, 3\) or .* = \(2, 3, 3\), got \(1, 3, 3\)"):
        layer(x, x, x, attn_mask=torch.zeros(1, 3, 3))


def test_a_hint_without_a_mask_is_refused():
    layer, x = scratch.MultiheadAttention(8, 2), torch.ones(3, 8)
    with pytest.raises(ValueError, match="attn_mask must be given with is_causal, which is a hint about it, got None"):
        layer(x, x, x, is_causal=True)
