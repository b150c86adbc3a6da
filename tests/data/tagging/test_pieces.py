import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.algorithms.language import entity_counts, entity_spans
from deepdive.data.subwords import Subwords
from deepdive.data.tagging import SubwordTaggingDataModule, TaggingSplits

WORDS = {"Ada": "B-PER", "Lovelace": "I-PER", "met": "O", "in": "O", "Londonderry": "B-LOC", ".": "O", "¡¡": "O"}
SUBWORDS = Subwords.word_pieces(["ada love lace met in london derry . a d o l v e c m t i n r y ¡"], 45)


def sentences(rows):
    return [([list(WORDS)[i] for i in row], [list(WORDS.values())[i] for i in row]) for row in rows]


numbers = st.lists(st.lists(st.integers(0, len(WORDS) - 1), min_size=1, max_size=9), min_size=1, max_size=5)


@given(rows=numbers)
def test_the_first_piece_of_each_word_has_its_tag_and_nothing_else_has_one(rows):
    told = sentences([*rows, range(len(WORDS))])
    made = SubwordTaggingDataModule(lambda: TaggingSplits(told), SUBWORDS, batch_size=3)
    made.prepare()
    loader = made.train_loader()
    order = iter(loader.rows().tolist())
    for tokens, types, lengths, tags in loader.batches():
        assert types.eq(0).all()
        for row, length in enumerate(lengths.tolist()):
            words, truth = told[next(order)]
            kept = tags[row] != -100
            assert [made.labels[i] for i in tags[row][kept].tolist()] == truth
            assert not kept[length:].any()
            assert not kept[[0, length - 1]].any()
            assert tokens[row, 0] == SUBWORDS.id_of("[CLS]")
            assert int(kept.sum()) == len(words)


@given(rows=numbers)
def test_entities_counted_over_pieces_are_those_counted_over_words(rows):
    told = sentences([*rows, range(len(WORDS))])
    made = SubwordTaggingDataModule(lambda: TaggingSplits(told), SUBWORDS, batch_size=50)
    made.prepare()
    [(_, _, _, tags)] = made.train_loader().batches()
    _, _, true = entity_counts(tags.clamp(min=0), tags, made.labels).sum(0).tolist()
    assert true == sum(len(entity_spans(truth)) for _, truth in told)


def test_words_behind_the_end_of_a_cut_sentence_have_no_tag():
    told = sentences([range(len(WORDS))])
    made = SubwordTaggingDataModule(lambda: TaggingSplits(told), SUBWORDS, max_length=6)
    [(tokens, _, _, tags)] = made.train_loader().batches()
    assert tokens.shape == (1, 6)
    assert 0 < int((tags != -100).sum()) < len(WORDS)


def test_sentences_that_are_not_as_they_must_be():
    with pytest.raises(ValueError, match="there are no training sentences"):
        SubwordTaggingDataModule(lambda: TaggingSplits([]), SUBWORDS).prepare()
    splits = TaggingSplits([(["a"], ["O"])], [(["a"], ["B-NEW"])])
    with pytest.raises(ValueError, match="the val sentences have the tag 'B-NEW', which the training sentences lack"):
        SubwordTaggingDataModule(lambda: splits, SUBWORDS).prepare()


def test_tensors_are_whole_numbers():
    told = sentences([range(len(WORDS))])
    made = SubwordTaggingDataModule(lambda: TaggingSplits(told), SUBWORDS)
    assert all(field.dtype == torch.int64 for field in next(iter(made.train_loader().batches())))
