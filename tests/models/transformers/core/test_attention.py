import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from deepdive.models.transformers.core import Attention, attention_maps, causal_mask


def librarys(attention, width):
    """The library's attention with the same weights."""
    theirs = nn.MultiheadAttention(width, attention.num_heads, batch_first=True).double()
    parts = (attention.query, attention.key, attention.value)
    theirs.load_state_dict(
        {
            "in_proj_weight": torch.cat([part.weight for part in parts]),
            "in_proj_bias": torch.cat([part.bias for part in parts]),
            "out_proj.weight": attention.output.weight,
            "out_proj.bias": attention.output.bias,
        }
    )
    return theirs


@given(
    b=st.integers(1, 3),
    q=st.integers(1, 5),
    k=st.integers(1, 6),
    heads=st.integers(1, 3),
    kind=st.sampled_from(["none", "boolean", "added"]),
)
def test_it_is_the_librarys_attention_with_its_weights_and_gradients(b, q, k, heads, kind):
    width = 4 * heads
    ours = Attention(width, heads).double()
    theirs = librarys(ours, width)
    x, y = (torch.randn(b, t, width, dtype=torch.float64, requires_grad=True) for t in (q, k))
    allowed = torch.rand(b, 1, q, k) < 0.6
    allowed[..., 0] = True  # the library's weights are NaN where nothing may be looked at
    added = torch.randn(b, 1, q, k, dtype=torch.float64)
    mask = {"none": None, "boolean": allowed, "added": added}[kind]
    forbidden = {"none": None, "boolean": ~allowed, "added": added}[kind]
    per_head = None if forbidden is None else forbidden.expand(b, heads, q, k).flatten(0, 1)
    seen = ours.project(y)
    found = ours(x, seen, mask)
    expected, weights = theirs(x, y, y, attn_mask=per_head, average_attn_weights=False)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(ours.weights(x, seen, mask), weights)
    one = torch.autograd.grad(found.square().sum(), [x, y])
    other = torch.autograd.grad(expected.square().sum(), [x, y])
    torch.testing.assert_close(one, other)


def test_a_place_that_sees_nothing_gathers_nothing():
    attention = Attention(6, 2)
    x = torch.randn(1, 3, 6)
    mask = torch.tensor([[True, False, True], [False, False, False], [True, True, True]])[None, None]
    seen = attention.project(x)
    assert torch.equal(attention.weights(x, seen, mask)[0, :, 1], torch.zeros(2, 3))
    torch.testing.assert_close(attention(x, seen, mask)[0, 1], attention.output.bias)


def test_causal_is_the_mask_below_the_diagonal():
    attention = Attention(6, 2)
    x = torch.randn(2, 4, 6)
    seen = attention.project(x)
    mask = causal_mask(4, 4)[None, None]
    torch.testing.assert_close(attention(x, seen, is_causal=True), attention(x, seen, mask))
    torch.testing.assert_close(attention.weights(x, seen, is_causal=True), attention.weights(x, seen, mask))


def test_causal_queries_are_the_last_places():
    assert causal_mask(2, 4).tolist() == [[True, True, True, False], [True, True, True, True]]


def test_dropout_is_of_weights_and_in_training_alone():
    attention = Attention(4, 1, dropout=0.5)
    x = torch.randn(1, 50, 4)
    seen = attention.project(x)
    assert not torch.equal(attention(x, seen), attention(x, seen))
    attention.eval()
    assert torch.equal(attention(x, seen), attention(x, seen))


def test_maps_name_every_attention():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.other = Attention(4, 2), Attention(4, 1)

        def forward(self, x):
            y = self.one(x, self.one.project(x))
            return self.other(y, self.other.project(x), is_causal=True)

    network, x = Two(), torch.randn(2, 3, 4)
    maps = attention_maps(network, lambda: network(x))
    assert {name: tuple(weights.shape) for name, weights in maps.items()} == {
        "one": (2, 2, 3, 3),
        "other": (2, 1, 3, 3),
    }
    torch.testing.assert_close(maps["one"], network.one.weights(x, network.one.project(x)))
    assert maps["other"].triu(1).eq(0).all()


def test_maps_of_a_network_without_attention():
    network = nn.Linear(2, 2)
    with pytest.raises(ValueError, match="Linear made no use of an Attention module"):
        attention_maps(network, lambda: network(torch.zeros(1, 2)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((6, 4), "num_heads must divide hidden_size, but 6 is not a multiple of 4"),
        ((0, 1), "hidden_size must be at least 1, got 0"),
        ((4, 0), "heads must be at least 1, got 0"),
    ],
)
def test_sizes_that_do_not_fit(arguments, words):
    with pytest.raises(ValueError, match=words):
        Attention(*arguments)
