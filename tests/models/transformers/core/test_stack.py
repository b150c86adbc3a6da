import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from deepdive.algorithms.attention import length_mask
from deepdive.models.transformers.core import Block, FeedForward, RelativeBias, Rotary, Stack, select_past


def librarys_state(stack, cross=False):
    """Our blocks' weights under the library's names."""
    state = {}
    for i, block in enumerate(stack.blocks):
        parts = [("self_attn", block.self_attention)] + ([("multihead_attn", block.cross_attention)] if cross else [])
        for name, attention in parts:
            for kind in ("weight", "bias"):
                projections = (attention.query, attention.key, attention.value)
                state[f"layers.{i}.{name}.in_proj_{kind}"] = torch.cat([getattr(p, kind) for p in projections])
                state[f"layers.{i}.{name}.out_proj.{kind}"] = getattr(attention.output, kind)
        norms = [block.around_self, *([block.around_cross] if cross else []), block.around_feed_forward]
        named = [("linear1", block.feed_forward.into), ("linear2", block.feed_forward.out)]
        named += [(f"norm{j + 1}", around.norm) for j, around in enumerate(norms)]
        for name, part in named:
            state |= {f"layers.{i}.{name}.{kind}": getattr(part, kind) for kind in ("weight", "bias")}
    if stack.norm is not None:
        state |= {f"norm.{kind}": getattr(stack.norm, kind) for kind in ("weight", "bias")}
    return state


def shaken(module):
    """Norms and biases begin alike, so that a mistake in them would not show."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return module


@given(
    norm_first=st.booleans(),
    activation=st.sampled_from(["relu", "gelu"]),
    heads=st.integers(1, 3),
    layers=st.integers(1, 2),
    t=st.integers(1, 5),
)
def test_an_encoder_is_the_librarys_with_all_gradients(norm_first, activation, heads, layers, t):
    width = 4 * heads
    blocks = [Block(width, heads, 7, norm_first=norm_first, activation=activation) for _ in range(layers)]
    ours = shaken(Stack(blocks, norm=nn.LayerNorm(width) if norm_first else None).double())
    layer = nn.TransformerEncoderLayer(
        width, heads, 7, dropout=0.0, activation=activation, batch_first=True, norm_first=norm_first
    )
    end = nn.LayerNorm(width) if norm_first else None
    theirs = nn.TransformerEncoder(layer, layers, norm=end, enable_nested_tensor=False).double()
    theirs.load_state_dict(librarys_state(ours))
    x = torch.randn(3, t, width, dtype=torch.float64, requires_grad=True)
    lengths = torch.randint(1, t + 1, (3,))
    mask = length_mask(lengths, t).unsqueeze(1)
    found, _ = ours(x, mask)
    expected = theirs(x, src_key_padding_mask=~mask[:, 0, 0])
    torch.testing.assert_close(found, expected)
    scale = torch.randn_like(found)
    (one,) = torch.autograd.grad((found * scale).sum(), x, retain_graph=True)
    (other,) = torch.autograd.grad((expected * scale).sum(), x, retain_graph=True)
    torch.testing.assert_close(one, other)
    (found * scale).sum().backward()
    (expected * scale).sum().backward()
    gradient = ours.blocks[0].feed_forward.into.weight.grad
    torch.testing.assert_close(gradient, theirs.layers[0].linear1.weight.grad)


@given(norm_first=st.booleans(), t=st.integers(1, 5), s=st.integers(1, 5))
def test_a_decoder_is_the_librarys(norm_first, t, s):
    blocks = [Block(8, 2, 7, cross_attention=True, norm_first=norm_first, activation="relu") for _ in range(2)]
    ours = shaken(Stack(blocks, causal=True, norm=nn.LayerNorm(8) if norm_first else None).double())
    layer = nn.TransformerDecoderLayer(8, 2, 7, dropout=0.0, batch_first=True, norm_first=norm_first)
    theirs = nn.TransformerDecoder(layer, 2, norm=nn.LayerNorm(8) if norm_first else None).double()
    theirs.load_state_dict(librarys_state(ours, cross=True))
    x, memory = torch.randn(3, t, 8).double(), torch.randn(3, s, 8).double()
    mask = length_mask(torch.randint(1, s + 1, (3,)), s).unsqueeze(1)
    found, _ = ours(x, memory=ours.remember(memory, mask))
    later = torch.ones(t, t, dtype=torch.bool).triu(1)
    expected = theirs(x, memory, tgt_mask=later, memory_key_padding_mask=~mask[:, 0, 0])
    torch.testing.assert_close(found, expected)


def causal(relative=False, rotary=False):
    blocks = [Block(8, 2, 16, rotary=Rotary(4) if rotary else None) for _ in range(2)]
    bias = RelativeBias(2, 8, 20, bidirectional=False) if relative else None
    return Stack(blocks, causal=True, norm=nn.LayerNorm(8), relative=bias).double()


@given(kind=st.sampled_from(["plain", "relative", "rotary"]), cuts=st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_pieces_with_their_past_are_the_whole(kind, cuts):
    stack = causal(relative=kind == "relative", rotary=kind == "rotary")
    x = torch.randn(2, sum(cuts), 8).double()
    whole, kept = stack(x)
    past, pieces = None, []
    for piece in x.split(cuts, dim=1):
        y, past = stack(piece, past=past)
        pieces.append(y)
    torch.testing.assert_close(torch.cat(pieces, 1), whole)
    torch.testing.assert_close([tuple(a) for a in past], [tuple(a) for a in kept])


@pytest.mark.parametrize("kind", ["plain", "relative", "rotary"])
@pytest.mark.parametrize("masked", [False, True])
def test_the_future_has_no_gradient(kind, masked):
    stack = causal(relative=kind == "relative", rotary=kind == "rotary")
    x = torch.randn(2, 6, 8, dtype=torch.float64, requires_grad=True)
    mask = torch.ones(2, 1, 1, 6, dtype=torch.bool) if masked else None
    y, _ = stack(x, mask)
    for t in range(6):
        (gradient,) = torch.autograd.grad(y[:, t].square().sum(), x, retain_graph=True)
        assert gradient[:, t + 1 :].eq(0).all()
        assert gradient[:, : t + 1].ne(0).any(-1).all()


def test_rows_of_the_past_are_chosen():
    stack = causal()
    x = torch.randn(3, 4, 8).double()
    rows = torch.tensor([2, 0, 2])
    _, past = stack(x[:, :3])
    y, _ = stack(x[rows, 3:], past=select_past(past, rows))
    torch.testing.assert_close(y[:, 0], stack(x)[0][rows, 3])


def test_a_stack_of_nothing():
    with pytest.raises(ValueError, match="blocks is empty"):
        Stack([])


def test_a_memory_for_blocks_that_do_not_look_at_one():
    with pytest.raises(ValueError, match="memory is given to a block without cross-attention"):
        Stack([Block(4, 1, 4)]).remember(torch.zeros(1, 2, 4))


@pytest.mark.parametrize("gated", ["", "gated-"])
@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("relu", torch.relu),
        ("gelu", lambda x: torch.nn.functional.gelu(x, approximate="tanh")),
        ("silu", torch.nn.functional.silu),
    ],
)
def test_a_feed_forward_network_is_its_equation(gated, name, function):
    network = FeedForward(5, 7, f"{gated}{name}" if gated or name != "gelu" else "gelu-tanh")
    x = torch.randn(2, 3, 5)
    hidden = function(network.gate(x)) * network.into(x) if gated else function(network.into(x))
    torch.testing.assert_close(network(x), network.out(hidden))


@pytest.mark.parametrize("kind", ["dropout", "attention_dropout", "ffn_dropout"])
def test_each_dropout_drops_where_it_says(kind):
    """With a probability of 1 a part gives nothing: the block without that part is what is left."""
    x = torch.randn(2, 5, 8)
    block = shaken(Block(8, 2, 16, **{kind: 1.0}))
    attended, fed = block.self_attention.output.bias, block.feed_forward.out.bias
    found, _ = block.train()(x)
    if kind == "dropout":  # of the outcome of both parts
        expected = x
    elif kind == "attention_dropout":  # of the weights: what is left of attention is the bias of its output
        y = x + attended
        expected = y + block.feed_forward(block.around_feed_forward.norm(y))
    else:  # of the hidden units: what is left of the network is the bias of its output
        y, _ = Block.forward(block.eval(), x)
        y = y - block.feed_forward(block.around_feed_forward.norm(without_second(block, x)))
        expected = y + fed
    torch.testing.assert_close(found, expected)


def without_second(block, x):
    """What comes out of the first sublayer."""
    y = block.around_self.norm(x)
    return x + block.self_attention(y, block.self_attention.project(y))
