import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.models.transformers.core.test_stack import librarys_state, shaken
from torch import nn

from deepdive.algorithms.decoding import beam_search, exhaustive_search, greedy_search
from deepdive.models.transformers import T5, TransformerTranslator

MAKE = {
    "pre-norm": lambda **more: TransformerTranslator(10, 12, 8, 2, 2, 16, **more),
    "post-norm": lambda **more: TransformerTranslator(10, 12, 8, 2, 2, 16, norm_first=False, **more),
    "t5": lambda **more: T5(12, 8, 2, 2, 16, 4, num_buckets=8, max_distance=12, **more),
    "t5 gated": lambda **more: T5(12, 8, 2, 2, 16, 4, activation="gated-gelu", tie_embeddings=False, **more),
}


@pytest.fixture(params=MAKE)
def network(request):
    return MAKE[request.param](dropout=0.0).double().eval()


def sentences():
    source = torch.tensor([[4, 5, 6, 3], [7, 3, 1, 1], [8, 9, 3, 1]])
    return source, torch.tensor([4, 2, 3]), torch.tensor([[2, 5, 6, 7, 8], [2, 9, 1, 1, 1], [2, 4, 4, 1, 1]])


def test_padding_and_neighbours_change_nothing(network):
    source, lengths, target = sentences()
    together = network(source, lengths, target)
    assert together.shape == (3, 5, 12)
    for i, (s, t) in enumerate(zip(lengths.tolist(), [5, 2, 3], strict=True)):
        alone = network(source[i : i + 1, :s], lengths[i : i + 1], target[i : i + 1, :t])
        torch.testing.assert_close(alone[0], together[i, :t])


def test_cached_steps_are_the_forward_pass(network):
    source, lengths, target = sentences()
    expected = network(source, lengths, target)
    state = network.encode(source, lengths)
    for t in range(target.shape[1]):
        logits, state = network.step(target[:, t], state)
        torch.testing.assert_close(logits, expected[:, t])


def test_a_target_does_not_see_its_own_future(network):
    source, lengths, target = sentences()
    kept = []
    network.target.register_forward_hook(lambda module, args, vectors: kept.append(vectors.requires_grad_()))
    logits = network(source, lengths, target)
    [vectors] = kept[-1:]
    for t in range(target.shape[1]):
        (gradient,) = torch.autograd.grad(logits[:, t].square().sum(), vectors, retain_graph=True)
        assert gradient[:, t + 1 :].eq(0).all()
        assert gradient[:, : t + 1].ne(0).any()


class Uncached(nn.Module):
    """Reads all of the sequence again at every step."""

    def __init__(self, network, source, lengths):
        super().__init__()
        self.network, self.source, self.lengths = network, source, lengths

    def step(self, tokens, written):
        written = torch.cat([written, tokens.unsqueeze(1)], 1)
        rows = len(tokens) // len(self.source)
        source, lengths = self.source.repeat_interleave(rows, 0), self.lengths.repeat_interleave(rows, 0)
        return self.network(source, lengths, written)[:, -1], written

    def select(self, written, rows):
        return written[rows]


def test_searches_with_the_cache_find_what_those_without_find(network):
    source, lengths, _ = sentences()
    start = torch.full((3,), 2)
    plain, empty = Uncached(network, source, lengths), torch.empty(3, 0, dtype=torch.long)
    with torch.no_grad():
        for search, options in ((greedy_search, {}), (beam_search, {"beams": 3})):
            ours = search(network, network.encode(source, lengths), start, end=3, max_steps=12, **options)
            theirs = search(plain, empty, start, end=3, max_steps=12, **options)
            assert ours.best(3) == theirs.best(3)
        brute = exhaustive_search(network, network.encode(source[:1], lengths[:1]), start[:1], end=3, max_steps=2)
        beam = beam_search(network, network.encode(source[:1], lengths[:1]), start[:1], end=3, max_steps=2, beams=144)
    assert brute.best(3) == beam.best(3)


def test_attention_to_the_source_is_a_distribution_over_its_tokens(network):
    source, lengths, target = sentences()
    weights = network.attention(source, lengths, target)
    assert weights.shape == (3, 2, 2, 5, 4)
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 2, 2, 5).double())
    assert weights[1, ..., 2:].eq(0).all()


@given(norm_first=st.booleans())
def test_a_translator_is_the_librarys_transformer(norm_first):
    ours = shaken(TransformerTranslator(10, 12, 8, 2, 2, 16, 0.0, norm_first=norm_first)).double()
    how = {"dropout": 0.0, "batch_first": True, "norm_first": norm_first}
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(8, 2, 16, **how),
        2,
        norm=nn.LayerNorm(8) if norm_first else None,
        enable_nested_tensor=False,
    )
    decoder = nn.TransformerDecoder(
        nn.TransformerDecoderLayer(8, 2, 16, **how), 2, norm=nn.LayerNorm(8) if norm_first else None
    )
    theirs = nn.Transformer(8, 2, custom_encoder=encoder, custom_decoder=decoder, batch_first=True).double()
    state = {f"encoder.{name}": value for name, value in librarys_state(ours.encoder).items()}
    state |= {f"decoder.{name}": value for name, value in librarys_state(ours.decoder, cross=True).items()}
    theirs.load_state_dict(state)
    source, lengths, target = sentences()
    padding = torch.arange(4) >= lengths.unsqueeze(1)
    later = torch.ones(5, 5, dtype=torch.bool).triu(1)
    y = theirs(
        ours.source(source),
        ours.target(target),
        tgt_mask=later,
        src_key_padding_mask=padding,
        memory_key_padding_mask=padding,
    )
    torch.testing.assert_close(ours(source, lengths, target), ours.output(y))


def test_tables_are_shared_as_asked():
    tied = TransformerTranslator(12, 12, 8, 2, 1, 16, share_embeddings=True)
    assert tied.output.weight is tied.target.table is tied.source.table
    own = TransformerTranslator(12, 12, 8, 2, 1, 16, tie_embeddings=False)
    assert own.output.weight is not own.target.table
    assert own.source.table is not own.target.table


def test_languages_of_different_sizes_cannot_share():
    with pytest.raises(ValueError, match=r"share_embeddings must be False .* got True for 10 and 12"):
        TransformerTranslator(10, 12, 8, 2, 1, share_embeddings=True)


def test_sizes_of_the_published_t5():
    with torch.device("meta"):
        count = sum(p.numel() for p in T5().parameters())
    assert count == 60_506_624
