"""Missing spans: counts of the paper, un-cutting gives the text back, every division is as likely."""

import math
from collections import Counter
from itertools import combinations, groupby

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.pretraining import SpanDataModule, cut_spans, draw_spans, span_counts
from deepdive.data.subwords import Subwords
from deepdive.data.text import Texts
from deepdive.data.types import DataModule

forms = {"n": st.integers(2, 80), "density": st.floats(0.05, 0.9), "mean": st.floats(1, 6)}


def runs(row):
    return [(kind, len(list(each))) for kind, each in groupby(row)]


@settings(max_examples=100, deadline=None)
@given(**forms, b=st.integers(1, 5), seed=st.integers(0, 99))
def test_counts_are_those_of_the_paper(n, density, mean, b, seed):
    missing = draw_spans(b, n, density, mean, generator=torch.Generator().manual_seed(seed))
    noise = max(1, min(n - 1, round(n * density)))
    spans = max(1, min(n - noise, round(noise / mean)))
    assert span_counts(n, density, mean) == (noise, spans)
    for row in missing.tolist():
        found = runs(row)
        assert sum(row) == noise
        assert [kind for kind, _ in found] == [False, True] * spans


def test_the_book_example():
    """512 tokens: 77 missing in 26 spans, as the authors' code has it."""
    assert span_counts(512) == (77, 26)


def restored(source, target, sentinels):
    """Every sentinel of the source exchanged for what stands behind it in the target."""
    spans = {}
    for token in target:
        if token in sentinels:
            last = spans.setdefault(token, [])
        else:
            last.append(token)
    return [piece for token in source for piece in (spans[token] if token in sentinels else [token])]


@settings(max_examples=100, deadline=None)
@given(**forms, b=st.integers(1, 5), seed=st.integers(0, 99))
def test_what_is_cut_out_can_be_put_back(n, density, mean, b, seed):
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(0, 50, (b, n), generator=generator)
    sentinels = list(range(180, 100, -1))
    missing = draw_spans(b, n, density, mean, generator=generator)
    source, target = cut_spans(tokens, missing, sentinels)
    noise, spans = span_counts(n, density, mean)
    assert source.shape == (b, n - noise + spans)
    assert target.shape == (b, noise + spans)
    for row in range(b):
        assert [t for t in source[row].tolist() if t > 100] == sentinels[:spans]
        assert [t for t in target[row].tolist() if t > 100] == sentinels[:spans]
        assert restored(source[row].tolist(), target[row].tolist(), set(sentinels)) == tokens[row].tolist()


def test_the_example_of_the_docstring():
    missing = torch.tensor([[0, 1, 1, 0, 1]]).bool()
    source, target = cut_spans(torch.tensor([[1, 2, 3, 4, 5]]), missing, [99, 98])
    assert source.tolist() == [[1, 99, 4, 98]]
    assert target.tolist() == [[99, 2, 3, 98, 5]]


def test_every_division_is_as_likely():
    """7 tokens of which 4 are missing in 2 spans: 2 divisions of the 3 others times 3 of the missing ones."""
    rows = 12_000
    missing = draw_spans(rows, 7, 4 / 7, 2.0, generator=torch.Generator().manual_seed(0))
    expected = set()
    for kept in combinations(range(1, 3), 1):
        for lost in combinations(range(1, 4), 1):
            expected.add((0,) * kept[0] + (1,) * lost[0] + (0,) * (3 - kept[0]) + (1,) * (4 - lost[0]))
    counts = Counter(map(tuple, missing.long().tolist()))
    assert set(counts) == expected
    assert len(expected) == 6
    for count in counts.values():
        assert abs(count - rows / 6) < 4 * math.sqrt(rows / 6 * 5 / 6)


@pytest.fixture
def module(texts, byte_pairs):
    return SpanDataModule(lambda: texts, byte_pairs, window=40, batch_size=8)


def test_batches(module, byte_pairs, texts):
    assert isinstance(module, DataModule)
    noise, spans = span_counts(40)
    assert module.train_loader().num_examples == len(module.windows["train"])
    seen = []
    for source, lengths, target in module.train_loader().batches():
        b = len(source)
        assert source.shape == (b, 40 - noise + spans + 1)
        assert target.shape == (b, noise + spans + 2)
        assert (lengths == source.shape[1]).all()
        assert (target[:, 0] == byte_pairs.id_of("<pad>")).all()
        end = byte_pairs.id_of("</s>")
        assert (source[:, -1] == end).all()
        assert (target[:, -1] == end).all()
        for x, y in zip(source[:, :-1].tolist(), target[:, 1:-1].tolist(), strict=True):
            seen.append(restored(x, y, set(byte_pairs.sentinels)))
    assert sorted(seen) == sorted(module.windows["train"].tolist())
    whole = byte_pairs.decode(module.windows["train"].flatten())
    lines = "".join(f"{line}\n" for line in texts.train.split("\n") if line.strip())
    assert lines.startswith(whole)
    assert len(lines) - len(whole) < 40 * 20


def test_spans_are_drawn_anew_in_every_epoch_but_not_in_validation(texts, byte_pairs):
    module = SpanDataModule(lambda: texts, byte_pairs, window=40, batch_size=1000)
    (first,), (second,), (again,) = (list(module.train_loader().batches(epoch)) for epoch in (0, 1, 0))
    assert not torch.equal(first[0].sort(0).values, second[0].sort(0).values)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    (one,), (other,) = (list(module.val_loader().batches()) for _ in range(2))
    assert torch.equal(one[0], other[0])


def test_parts_may_be_missing_and_pieces_learnt(texts):
    def learn(lines):
        special = ("<pad>", "</s>")
        return Subwords.byte_pairs(lines, 300, special=special).with_sentinels(5)

    module = SpanDataModule(lambda: Texts(texts.train), learn, window=30)
    assert module.val_loader() is None
    assert module.test_loader() is None
    assert len(module.subwords) > 261


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": 1}, "length must be at least 2, got 1"),
        ({"noise_density": 1.0}, "noise_density must be above 0 and below 1, got 1.0"),
        ({"mean_noise_span_length": 0.5}, "mean_noise_span_length must be at least 1, got 0.5"),
        ({"window": 500}, "a window has 25 noise spans, but the vocabulary 20 sentinels"),
        ({"window": 400}, "the train part has 150 tokens, fewer than window, which is 400"),
    ],
)
def test_what_cannot_be_is_told(byte_pairs, options, message):
    with pytest.raises(ValueError, match=message):
        SpanDataModule(lambda: Texts("the cat \n" * 30), byte_pairs, **options).prepare()


def test_a_vocabulary_that_lacks_a_special_token_is_told(word_pieces):
    module = SpanDataModule(lambda: Texts("a cat\n"), word_pieces.with_sentinels(9), window=4)
    with pytest.raises(ValueError, match="has no '<pad>'"):
        module.prepare()


@pytest.mark.parametrize(
    ("missing", "sentinels", "message"),
    [
        ([[0, 1, 0, 1]], [9], "there are 2 spans, but only 1 sentinels"),
        ([[0, 1, 1, 0]], [9, 8], "end with one that is"),
        ([[1, 0, 0, 1]], [9, 8], "begin with one that is no noise"),
        ([[0, 0, 0, 1], [0, 0, 1, 1]], [9, 8], "as many tokens and spans in every row"),
    ],
)
def test_spans_that_do_not_fit_are_told(missing, sentinels, message):
    tokens = torch.zeros(len(missing), 4, dtype=torch.long)
    with pytest.raises(ValueError, match=message):
        cut_spans(tokens, torch.tensor(missing).bool(), sentinels)


def test_fifteen_tokens_in_a_hundred_are_missing_by_default_in_spans_of_three():
    """Raffel et al. (2020), section 3.3.4."""
    missing = draw_spans(20, 200, generator=torch.Generator().manual_seed(0))
    assert (missing.sum(1) == 30).all()
    assert span_counts(200) == (30, 10)


@pytest.mark.usefixtures("without_shape_checks")
def test_kinds_of_arguments():
    generator, tokens = torch.Generator(), torch.arange(8).view(2, 4)
    with pytest.raises(TypeError, match=r"length must be .*integer"):
        span_counts(9.5)
    with pytest.raises(TypeError, match=r"rows must be .*integer"):
        draw_spans(2.5, 9, generator=generator)
    with pytest.raises(TypeError, match=r"noise_mask must be .*bool"):
        cut_spans(tokens, tokens, [9])


def test_each_part_has_its_batch_size(texts, byte_pairs):
    module = SpanDataModule(lambda: texts, byte_pairs, window=16, batch_size=3, test_batch_size=5)
    sizes = {part: len(next(iter(getattr(module, f"{part}_loader")().batches()))[0]) for part in ("train", "val")}
    assert sizes == {"train": 3, "val": 5}
