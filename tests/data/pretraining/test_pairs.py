import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.pretraining.conftest import paragraphs

from deepdive.data.pretraining import MaskedPairsDataModule, draw_pairs
from deepdive.data.subwords import CLS, SEP, Subwords
from deepdive.data.text import Texts
from deepdive.data.types import DataModule


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=12), st.integers(0, 99))
def test_pairs_follow_each_other_or_are_of_two_paragraphs(sizes, seed):
    first, second, is_next = draw_pairs(torch.tensor(sizes), torch.Generator().manual_seed(seed))
    of = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    expected = [i for i in range(len(of) - 1) if of[i] == of[i + 1]]
    assert first.tolist() == expected
    assert torch.equal(second[is_next == 0], first[is_next == 0] + 1)
    assert (of[second[is_next == 1]] != of[first[is_next == 1]]).all()
    assert ((second >= 0) & (second < len(of))).all()


def test_half_of_them_follow_and_the_others_are_any_sentence():
    sizes = torch.full((1000,), 4)
    first, second, is_next = draw_pairs(sizes, torch.Generator().manual_seed(0))
    n = len(first)
    assert abs(float(is_next.double().mean()) - 0.5) < 4 * math.sqrt(0.25 / n)
    random = second[is_next == 1].double() / 4000
    assert abs(float(random.mean()) - 0.5) < 4 * math.sqrt(1 / 12 / len(random))
    assert abs(float(random.var()) - 1 / 12) < 0.01


def as_sentences(module, row, length):
    """The two sentences of a row before anything was hidden."""
    numbers = row[:length].tolist()
    cls, sep = module.subwords.id_of(CLS), module.subwords.id_of(SEP)
    assert numbers[0] == cls
    assert numbers[-1] == sep
    cut = numbers.index(sep)
    return cut, module.subwords.decode(numbers[1:cut]), module.subwords.decode(numbers[cut + 1 : -1])


def test_batches_are_pairs_of_sentences(texts, word_pieces):
    module = MaskedPairsDataModule(lambda: texts, word_pieces, max_length=200, batch_size=16)
    assert isinstance(module, DataModule)
    known = [" ".join(each).lower() for each in paragraphs(60, 0)]
    seen = 0
    for tokens, types, lengths, targets, is_next in module.train_loader().batches():
        whole = torch.where(targets == -100, tokens, targets)
        for row in range(len(tokens)):
            cut, first, second = as_sentences(module, whole[row], int(lengths[row]))
            follows = any(f"{first} {second}" in text.replace(" .", ".") for text in known)
            assert follows or is_next[row] == 1
            seen += bool(is_next[row] == 0)
            assert types[row].tolist() == (
                [0] * (cut + 1) + [1] * (int(lengths[row]) - cut - 1) + [0] * (tokens.shape[1] - int(lengths[row]))
            )
    assert seen > 20


def test_long_pairs_are_cut_where_they_are_longest(texts, word_pieces):
    module = MaskedPairsDataModule(lambda: texts, word_pieces, max_length=12, batch_size=64)
    full = MaskedPairsDataModule(lambda: texts, word_pieces, max_length=500, batch_size=64)
    for part in ("train", "val"):
        (short, types, lengths, _), (whole, whole_types, *_) = module.fields(part), full.fields(part)
        assert int(lengths.max()) == 12
        for row in range(len(short)):
            b, all_b = int(types[row].sum()) - 1, int(whole_types[row].sum()) - 1
            a, all_a = len(short[row]) - 3 - b, len(whole[row]) - 3 - all_b
            assert a + b == min(9, all_a + all_b)
            if a < all_a:
                assert a >= b - 1 or b == all_b
            if b < all_b:
                assert b >= a - 1 or a == all_a


def test_hidden_tokens_are_drawn_anew_and_pairs_stay(texts, word_pieces):
    made = [MaskedPairsDataModule(lambda: texts, word_pieces, max_length=64, batch_size=1000) for _ in range(2)]
    [one], [same] = (list(module.train_loader().batches(3)) for module in made)
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    [next_epoch] = made[0].train_loader().batches(4)
    assert not torch.equal(one[3] == -100, next_epoch[3] == -100)
    again, first = (next(iter(made[0].val_loader().batches())) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(again, first, strict=True))
    share = float((one[3] != -100).sum() / (one[2] - 3).sum())
    assert 0.12 < share < 0.2


def test_pieces_may_be_learnt_from_the_training_sentences(texts):
    given = []

    def learn(sentences):
        given.extend(sentences)
        return Subwords.word_pieces(sentences, 60)

    module = MaskedPairsDataModule(lambda: Texts(texts.train), learn, max_length=64)
    assert len(next(iter(module.train_loader().batches()))) == 5
    assert given == [sentence for paragraph in paragraphs(60, 0) for sentence in paragraph]
    assert module.val_loader() is None
    assert module.test_loader() is None
    with pytest.raises(ValueError, match="there is no part 'val'; there are: train"):
        module.fields("val")


def test_little_is_padded(texts, word_pieces):
    loader = MaskedPairsDataModule(lambda: texts, word_pieces, batch_size=8).train_loader()
    assert loader.padding_waste() < 0.12


def test_what_is_no_text_of_paragraphs_is_told(word_pieces):
    with pytest.raises(ValueError, match="the train part has 1 paragraphs, the longest of 2 sentences; it needs two"):
        MaskedPairsDataModule(lambda: Texts("A cat . A mat .\n"), word_pieces).prepare()
    with pytest.raises(ValueError, match="the val part has 2 paragraphs, the longest of 1 sentences"):
        MaskedPairsDataModule(lambda: Texts("A . A .\nA .", "A .\nA ."), word_pieces).prepare()
    with pytest.raises(ValueError, match="max_length is 4; it must be at least 5"):
        MaskedPairsDataModule(lambda: Texts(""), word_pieces, max_length=4)


@pytest.mark.usefixtures("without_shape_checks")
def test_sizes_of_paragraphs_are_whole():
    with pytest.raises(TypeError, match=r"sizes must be .*int64"):
        draw_pairs(torch.tensor([2.0, 3.0]), torch.Generator())


@pytest.mark.parametrize("part", ["train_loader", "val_loader"])
def test_as_many_tokens_are_hidden_as_is_asked(texts, word_pieces, part):
    counts = {}
    for probability in (0.15, 0.5):
        module = MaskedPairsDataModule(lambda: texts, word_pieces, max_length=64, mlm_probability=probability)
        hidden = ordinary = 0
        for _, _, lengths, targets, _ in getattr(module, part)().batches():
            hidden += int((targets != -100).sum())
            ordinary += int((lengths - 3).sum())
        counts[probability] = hidden / ordinary
    assert counts == pytest.approx({0.15: 0.15, 0.5: 0.5}, abs=0.04)


def test_pairs_of_parts_and_seeds_are_drawn_apart(texts, word_pieces):
    """Parts of equal texts, whatever the seed, have pairs of their own."""
    same = Texts(texts.train, texts.train, texts.train)
    drawn = []
    for seed in (0, 1, 2):
        module = MaskedPairsDataModule(lambda: same, word_pieces, max_length=64, seed=seed)
        drawn += [module.fields(part)[3].tolist() for part in ("train", "val", "test")]
    assert len({tuple(each) for each in drawn}) == 9


@pytest.mark.parametrize("sizes", [[3], [0, 3], []])
def test_pairs_need_two_paragraphs(sizes):
    with pytest.raises(ValueError, match=r"sizes must be of at least two paragraphs, each at least 1, got \["):
        draw_pairs(torch.tensor(sizes, dtype=torch.int64), torch.Generator())
