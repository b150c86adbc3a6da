import random

import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer

from deepdive.data.sentences import BagOfWordsDataModule, LabelledTexts, NgramVectorizer, SentenceSplits


def texts(n, seed):
    draw = random.Random(seed)
    words = "Fine dull film ! the a . Zoë was 7 and ça".split()
    return [" ".join(draw.choices(words, k=draw.randint(1, 12))) for _ in range(n)]


@pytest.mark.parametrize(("most", "least"), [(1, 1), (2, 2), (3, 4)])
def test_weights_are_those_of_scikit_learn(most, least):
    learnt, new = texts(60, 0), [*texts(20, 1), "unknown words alone"]
    ours = NgramVectorizer.fit(learnt, max_ngram=most, min_frequency=least)
    theirs = TfidfVectorizer(
        ngram_range=(1, most), min_df=least, sublinear_tf=True, token_pattern=r"\w+|[^\w\s]", lowercase=True
    ).fit(learnt)
    assert list(ours.ngrams) == sorted(theirs.get_feature_names_out())
    ids, weights = ours.encode(new)
    columns = {name: place for place, name in enumerate(theirs.get_feature_names_out())}
    dense = torch.zeros(len(new), len(ours))
    for row in range(len(new)):
        for number, weight in zip(ids[row].tolist(), weights[row].tolist(), strict=True):
            dense[row, columns[ours.ngrams[number - 1]]] = weight
    torch.testing.assert_close(dense, torch.tensor(theirs.transform(new).toarray()).float())


def test_the_most_frequent_are_kept_and_a_text_without_any_is_empty():
    learnt = ["a b c", "a b", "a"]
    vectorizer = NgramVectorizer.fit(learnt, max_ngram=1, min_frequency=1, max_features=2)
    assert vectorizer.ngrams == ("a", "b")
    ids, weights = vectorizer.encode(["z", "B z a a"])
    assert [ids[0].tolist(), ids[1].tolist()] == [[], [1, 2]]
    assert weights[1].norm() == pytest.approx(1)


def test_what_leaves_no_word_is_refused():
    with pytest.raises(ValueError, match="min_frequency must leave some words, got 3, but no word is in so many of 2"):
        NgramVectorizer.fit(["a", "b"], min_frequency=3)
    with pytest.raises(ValueError, match="max_ngram must be at least 1, got 0"):
        NgramVectorizer.fit(["a", "b"], max_ngram=0)


def splits(**parts):
    return SentenceSplits(**{name: LabelledTexts(rows, labels=labels) for name, (rows, labels) in parts.items()})


def test_batches_hold_ngrams_weights_and_classes():
    read = splits(train=(["a a b", "b c", "c"], ["x", "y", "x"]), test=(["b zzz"], ["y"]))
    data = BagOfWordsDataModule(lambda: read, max_ngram=1, min_frequency=1, batch_size=2)
    data.prepare()
    assert data.labels == ("x", "y")
    assert data.val_loader() is None
    [(ids, weights, classes)] = data.test_loader().batches()
    assert (ids.tolist(), weights.tolist(), classes.tolist()) == ([[2]], [[1.0]], [1])
    sizes = [(batch[0].shape == batch[1].shape, len(batch[2])) for batch in data.train_loader().batches(0)]
    assert sorted(sizes) == [(True, 1), (True, 2)]


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (splits(train=([], [])), "there are no training texts"),
        (splits(train=(["a", "b"], ["x", "x"])), "all 2 training texts have the class 'x'"),
        (splits(train=(["a", "a"], ["x", "y"]), val=(["a"], ["z"])), "the val texts have the class 'z', which the"),
    ],
)
def test_texts_that_cannot_be_learnt_from_are_refused(read, message):
    with pytest.raises(ValueError, match=message):
        BagOfWordsDataModule(lambda: read).prepare()


def test_numbers_of_a_module_are_checked_when_it_is_made():
    with pytest.raises(TypeError, match=r"batch_size must be an integer, got 2.5"):
        BagOfWordsDataModule(lambda: splits(), batch_size=2.5)
    with pytest.raises(ValueError, match="max_features must be at least 1, got 0"):
        BagOfWordsDataModule(lambda: splits(), max_features=0)
