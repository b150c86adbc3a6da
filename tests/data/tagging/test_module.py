import pytest
import torch

from deepdive.data.fetching import DataUnavailableError, fetch
from deepdive.data.sources import Folders
from deepdive.data.tagging import TaggingDataModule, TaggingSplits, read_conll
from deepdive.data.types import DataModule

WORDS = {"Ada": "B-PER", "Lovelace": "I-PER", "met": "O", "in": "O", "London": "B-LOC", "Babbage": "B-PER", ".": "O"}


def sentences(n, seed):
    generator = torch.Generator().manual_seed(seed)
    found = []
    for length in torch.randint(1, 12, (n,), generator=generator).tolist():
        words = [list(WORDS)[i] for i in torch.randint(len(WORDS), (length,), generator=generator).tolist()]
        found.append((words, [WORDS[word] for word in words]))
    return found


def module(**options):
    splits = TaggingSplits(sentences(70, 0), sentences(20, 1), sentences(9, 2))
    return TaggingDataModule(lambda: splits, **{"batch_size": 8, "min_frequency": 1, **options})


def test_batches_are_the_sentences():
    made = module()
    assert isinstance(made, DataModule)
    for loader, expected in (
        (made.train_loader(), sentences(70, 0)),
        (made.val_loader(), sentences(20, 1)),
        (made.test_loader(), sentences(9, 2)),
    ):
        seen = []
        for words, lengths, characters, tags in loader.batches():
            b, t = words.shape
            assert characters.shape == (b, t, 16)
            inside = torch.arange(t) < lengths.unsqueeze(1)
            assert torch.equal(words == 1, ~inside)
            assert torch.equal(tags == -100, ~inside)
            assert characters[~inside].eq(1).all()
            for row, length in enumerate(lengths.tolist()):
                letters = [made.encoder.characters.tokens(form[form != 1]) for form in characters[row, :length]]
                spelt = ["".join(form) for form in letters]
                assert made.encoder.words.tokens(words[row, :length]) == [word.lower() for word in spelt]
                seen.append((spelt, [made.labels[tag] for tag in tags[row, :length].tolist()]))
        assert seen == [expected[row] for row in loader.rows().tolist()]
        assert len(seen) == len(expected)


def test_the_tags_are_in_the_order_of_their_types():
    made = module()
    made.prepare()
    assert made.labels == ("O", "B-LOC", "B-PER", "I-PER")


def test_without_characters_a_batch_has_three_fields():
    words, lengths, tags = next(module(characters=False).train_loader().batches())
    assert words.shape == tags.shape == (8, int(lengths.max()))


def test_it_is_prepared_once_and_splits_may_be_missing():
    calls = []

    def read():
        calls.append(1)
        return TaggingSplits(sentences(5, 0))

    made = TaggingDataModule(read, min_frequency=1)
    made.train_loader()
    made.prepare()
    assert len(calls) == 1
    assert made.val_loader() is None
    assert made.test_loader() is None


def test_batches_on_another_device():
    assert {field.device.type for field in next(module().train_loader().batches(device="meta"))} == {"meta"}


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        (TaggingSplits([]), "there are no training sentences"),
        (TaggingSplits([(["a"], ["O"]), (["a", "b"], ["O"])]), "train sentence 1 has 2 words and 1 tags"),
        (TaggingSplits([(["a"], ["O"])], [([], [])]), "val sentence 0 has 0 words and 0 tags"),
        (
            TaggingSplits([(["a"], ["O"])], [(["a"], ["B-LOC"])]),
            "the val sentences have the tag 'B-LOC', which the training sentences lack; they have O",
        ),
    ],
)
def test_sentences_that_do_not_fit_are_refused(splits, message):
    with pytest.raises(ValueError, match=message):
        TaggingDataModule(lambda: splits, min_frequency=1).prepare()


@pytest.fixture(scope="session")
def published_entities():
    try:
        return fetch("wikiann-en", sources=(Folders(),))
    except DataUnavailableError:
        pytest.skip("wikiann-en is neither in the cache nor in a folder that DEEPDIVE_DATA names")


def test_the_published_entities(published_entities):
    splits = TaggingSplits(*(read_conll(published_entities[name]) for name in ("train", "dev", "test")))
    assert [len(part) for part in (splits.train, splits.val, splits.test)] == [20_000, 10_000, 10_000]
    assert splits.train[0][0][:4] == ["R.H.", "Saunders", "(", "St."]
    made = TaggingDataModule(lambda: splits)
    made.prepare()
    assert made.labels == ("O", "B-LOC", "I-LOC", "B-ORG", "I-ORG", "B-PER", "I-PER")


def test_numbers_of_a_part_are_those_of_its_sentences():
    sentences = [(["Ada", "left"], ["B-PER", "O"]), (["she", "left", "Ada"], ["O", "O", "B-PER"])]
    data = TaggingDataModule(lambda: TaggingSplits(sentences), min_frequency=1)
    words, tags = data.ids("train")
    assert words.lengths.tolist() == tags.lengths.tolist() == [2, 3]
    assert [data.labels[i] for i in tags.values] == ["B-PER", "O", "O", "O", "B-PER"]
    assert data.encoder.words.tokens(words[1]) == ["she", "left", "ada"]
