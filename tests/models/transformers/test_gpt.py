import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.decoding import Decoder, Reader, beam_search, greedy_search, sample, warm_up
from deepdive.models.transformers import GPT

POSITIONS = ("learnt", "rotary")


def small(context=8, positions="learnt", **more):
    return GPT(10, context, 8, 2, 2, 12, dropout=0.0, positions=positions, **more).double().eval()


class Uncached:
    """Reads all tokens again at every step."""

    def __init__(self, network):
        self.network = network

    def step(self, tokens, written):
        written = torch.cat([written, tokens.unsqueeze(1)], 1)
        return self.network(written)[:, -1], written

    def select(self, written, rows):
        return written[rows]


def nothing(rows):
    return torch.empty(rows, 0, dtype=torch.long)


def test_sizes_of_the_published_gpt2():
    with torch.device("meta"):
        assert sum(p.numel() for p in GPT().parameters()) == 124_439_808


@given(positions=st.sampled_from(POSITIONS), heads=st.integers(1, 3), t=st.integers(1, 8), read=st.integers(0, 8))
def test_reading_and_steps_with_the_cache_are_the_forward_pass(positions, heads, t, read):
    network = GPT(10, 8, 4 * heads, heads, 2, dropout=0.0, positions=positions).double().eval()
    tokens = torch.randint(10, (3, t))
    expected, state = network(tokens), network.begin_state(3)
    at_once = min(read, t)
    if at_once:
        logits, state = network.read(tokens[:, :at_once], state)
        torch.testing.assert_close(logits, expected[:, at_once - 1])
    for i in range(at_once, t):
        logits, state = network.step(tokens[:, i], state)
        torch.testing.assert_close(logits, expected[:, i])
    assert state.tokens.equal(tokens)


@pytest.mark.parametrize("positions", POSITIONS)
@pytest.mark.parametrize("context", [2, 5, 8])
def test_beyond_the_context_the_last_half_is_read_anew(positions, context):
    network = small(context, positions)
    tokens = torch.randint(10, (2, 3 * context))
    state, kept = network.begin_state(2), 0
    for i in range(tokens.shape[1]):
        kept = kept + 1 if kept < context else context // 2 + 1
        logits, state = network.step(tokens[:, i], state)
        alone = tokens[:, i + 1 - kept : i + 1]
        assert state.tokens.equal(alone)
        torch.testing.assert_close(logits, network(alone)[:, -1])


def test_a_prompt_longer_than_the_context_is_read_from_its_last_half():
    network = small(8)
    tokens = torch.randint(10, (2, 30))
    logits, state = network.read(tokens, network.begin_state(2))
    assert state.tokens.equal(tokens[:, -5:])
    torch.testing.assert_close(logits, network(tokens[:, -5:])[:, -1])


@pytest.mark.parametrize("positions", POSITIONS)
def test_no_output_depends_on_what_is_behind_it(positions):
    network = small(positions=positions)
    kept = []
    network.tokens.register_forward_hook(lambda module, args, vectors: kept.append(vectors.requires_grad_()))
    logits = network(torch.randint(10, (2, 6)))
    [vectors] = kept
    for t in range(6):
        (gradient,) = torch.autograd.grad(logits[:, t].square().sum(), vectors, retain_graph=True)
        assert gradient[:, t + 1 :].eq(0).all()
        assert gradient[:, : t + 1].ne(0).any(dim=2).all()


@pytest.mark.parametrize("positions", POSITIONS)
def test_searches_and_draws_with_the_cache_find_what_those_without_find(positions):
    network = small(16, positions)
    plain, start = Uncached(network), torch.tensor([1, 2, 3])
    ours, theirs = (
        [
            greedy_search(decoder, begin(3), start, end=None, max_steps=12).tokens,
            sample(decoder, begin(3), start, end=None, max_steps=12, generator=torch.Generator().manual_seed(0)).tokens,
            beam_search(decoder, begin(3), start, end=0, max_steps=12, beams=3).tokens,
        ]
        for decoder, begin in ((network, network.begin_state), (plain, nothing))
    )
    assert all(a.equal(b) for a, b in zip(ours, theirs, strict=True))


def test_a_prompt_is_read_at_once_where_the_decoder_can():
    network = small()
    prefix = torch.randint(10, (2, 6))
    assert isinstance(network, Reader)
    assert not isinstance(Uncached(network), Reader)
    assert isinstance(Uncached(network), Decoder)
    lengths = []
    network.stack.register_forward_hook(lambda module, args, outputs: lengths.append(args[0].shape[1]))
    start, state = warm_up(network, network.begin_state(2), prefix)
    assert lengths == [5]
    assert start.equal(prefix[:, -1])
    torch.testing.assert_close(network.step(start, state)[0], network(prefix)[:, -1])
    start, state = warm_up(network, network.begin_state(2), prefix[:, :1])
    torch.testing.assert_close(network.step(start, state)[0], network(prefix[:, :1])[:, -1])


def test_the_output_is_the_table_of_vectors():
    network = small()
    assert network.output.weight is network.tokens.table


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: GPT(10, 8, 9, 2, 1), "num_heads must divide hidden_size, but 9 is not a multiple of 2"),
        (lambda: GPT(0, 8, 8, 2, 1), "vocab_size must be at least 1, got 0"),
        (lambda: GPT(10, 1, 8, 2, 1), "max_positions must be at least 2, got 1"),
        (lambda: GPT(10, 8, 8, 2, 0), "num_layers must be at least 1, got 0"),
        (lambda: GPT(10, 8, 6, 2, 1, positions="rotary"), "head_dim must be even"),
        (lambda: small(8)(torch.zeros(1, 9, dtype=torch.long)), "tokens reach position 9, but max_positions is 8"),
    ],
)
def test_what_cannot_be(make, words):
    with pytest.raises(ValueError, match=words):
        make()
