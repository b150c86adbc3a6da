from collections import Counter

import pytest
import torch
from tests.data.questions.conftest import made_up

from deepdive.algorithms.language import entity_spans
from deepdive.data.fetching import DataUnavailableError, fetch
from deepdive.data.questions import QuestionDataModule, QuestionSplits, ask_for_entities
from deepdive.data.sources import Folders
from deepdive.data.tagging import read_conll
from deepdive.data.types import DataModule


def test_batches_are_the_rows(subwords):
    splits = QuestionSplits(made_up(50, 0), made_up(20, 1), made_up(9, 2))
    module = QuestionDataModule(
        lambda: splits, subwords, max_length=50, overlap=10, max_question_length=12, batch_size=8
    )
    assert isinstance(module, DataModule)
    for part, loader in (
        ("train", module.train_loader()),
        ("val", module.val_loader()),
        ("test", module.test_loader()),
    ):
        windows, seen = module.windows[part], 0
        order = loader.rows().split(loader.batch_size)
        for (tokens, types, lengths, spans), taken in zip(loader.batches(), order, strict=True):
            expected, sizes = windows.tokens.padded(taken, subwords.id_of("[PAD]"))
            assert torch.equal(tokens, expected)
            assert torch.equal(lengths, sizes)
            assert torch.equal(types, windows.types.padded(taken)[0])
            assert torch.equal(spans, windows.spans[taken])
            assert spans.shape == (len(tokens), 2)
            seen += len(tokens)
        assert seen == len(windows) == loader.num_examples


def test_splits_may_be_missing(subwords):
    module = QuestionDataModule(lambda: QuestionSplits(made_up(5, 0)), subwords)
    assert module.val_loader() is None
    assert module.test_loader() is None
    assert len(module.cut(made_up(3, 1)).questions) == 3


def test_there_must_be_something_to_learn_from(subwords):
    with pytest.raises(ValueError, match="there are no training questions"):
        QuestionDataModule(lambda: QuestionSplits([]), subwords).prepare()


@pytest.fixture(scope="session")
def entities():
    try:
        return fetch("wikiann-en", sources=(Folders(),))
    except DataUnavailableError:
        pytest.skip("wikiann-en is neither in the cache nor in a folder that DEEPDIVE_DATA names")


@pytest.mark.slow
def test_questions_about_wikipedia(entities, subwords):
    """Also where a vocabulary of the notes about an engine knows next to nothing."""
    sentences = read_conll(entities["train"])
    questions = ask_for_entities(sentences)
    once = (Counter(kind for kind, *_ in entity_spans(tags)) for _, tags in sentences)
    assert len(questions) == sum(list(counts.values()).count(1) for counts in once)
    windows = QuestionDataModule(lambda: QuestionSplits([]), subwords).cut(questions[:2000])
    assert windows.answers(windows.spans, windows.spans[:, 0].float()) == [q.answers[0].text for q in questions[:2000]]
