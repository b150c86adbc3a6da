import pytest
import torch

from deepdive.data.text import CharacterTokenizer, SequentialWindows, TextDataModule, Texts, WordTokenizer
from deepdive.data.types import DataModule

TEXT = "abcdefghij" * 50
CHARACTERS = CharacterTokenizer()


def decoded(module, loader):
    return [[module.encoder.decode(row[row >= 0]) for row in part] for x, y, *_ in loader.batches() for part in (x, y)]


def test_one_text_is_split_from_its_beginning_to_its_end():
    module = TextDataModule(TEXT, CHARACTERS, validation=0.2, test=30, num_steps=7)
    assert isinstance(module, DataModule)
    assert module.token_counts == {"train": 370, "val": 100, "test": 30}
    whole = torch.cat(list(module.corpora.values()))
    assert module.encoder.decode(whole) == TEXT


def test_preparing_twice_reads_once():
    calls = []
    module = TextDataModule(lambda: calls.append(1) or TEXT, CHARACTERS)
    module.prepare()
    encoder = module.encoder
    module.prepare()
    assert module.val_loader() is not None
    assert module.encoder is encoder
    assert calls == [1]


def test_the_vocabulary_is_that_of_the_training_part():
    module = TextDataModule("a b a b c a d d", WordTokenizer(), train=4, validation=2, test=2, num_steps=1)
    with pytest.raises(ValueError, match="the test part: all 2 tokens are unknown: none is in the vocabulary"):
        module.prepare()
    assert not module.corpora


def test_unknown_shares_are_told_by_part():
    texts = Texts("a b a b c", "a x b y", "b b")
    module = TextDataModule(texts, WordTokenizer(), num_steps=1, min_frequency=2)
    assert module.unknown_rates == {"train": 0.2, "val": 0.5, "test": 0.0}
    assert module.encoder.vocabulary.all_tokens == ("<unk>", "a", "b")
    assert TextDataModule("aaaa", CHARACTERS, num_steps=1, unknown=None).unknown_rates["train"] == 0


def test_d2ls_windows():
    """D2L section 9.2.5: windows at every token; the first ``num_train`` train, the next ``num_val`` validate."""
    module = TextDataModule(
        TEXT, CHARACTERS, partition="windows", train=300, validation=100, num_steps=8, batch_size=64
    )
    assert module.token_counts == {"train": 308, "val": 108}
    train, val = module.train_loader(), module.val_loader()
    assert (train.num_examples, val.num_examples) == (300, 100)
    x, y = next(val.batches())
    assert module.encoder.decode(x[0]) == TEXT[300:308]
    assert module.encoder.decode(y[0]) == TEXT[301:309]
    assert x.shape == (64, 8)
    seen = sorted(row for batch in decoded(module, train)[::2] for row in batch)
    assert seen == sorted(TEXT[i : i + 8] for i in range(300))
    assert [x.tolist() for x, _ in train.batches(0)] != [x.tolist() for x, _ in train.batches(1)]


def test_windows_by_shares_leave_no_window_out():
    module = TextDataModule(TEXT, CHARACTERS, partition="windows", validation=0.25, test=0.25, num_steps=10)
    loaders = module.train_loader(), module.val_loader(), module.test_loader()
    assert sum(loader.num_examples for loader in loaders) == len(TEXT) - 10


def test_random_windows_train_and_every_token_is_validated():
    module = TextDataModule(TEXT, CHARACTERS, partition="random", validation=0.1, num_steps=7, batch_size=4)
    assert all(len(batch) == 2 for batch in module.train_loader().batches())
    rows = decoded(module, module.val_loader())
    assert "".join(row for batch in rows[1::2] for row in batch) == TEXT[451:]
    assert module.test_loader() is None


def test_streams_train_and_every_token_is_validated():
    module = TextDataModule(TEXT, CHARACTERS, partition="sequential", validation=0.1, num_steps=7, batch_size=4, seed=3)
    train = module.train_loader()
    assert isinstance(train, SequentialWindows)
    assert len({int(next(train.batches(epoch))[0][0, 0]) for epoch in range(20)}) > 1  # a random beginning
    x, y, fresh = next(module.val_loader().batches())
    assert x.shape == y.shape == (4, 7)
    assert fresh.all()
    targets = torch.cat([y for _, y, _ in module.val_loader().batches()], 1)
    assert module.encoder.decode(targets[targets >= 0]) == TEXT[451:]


def test_a_short_validation_text_has_fewer_streams():
    module = TextDataModule(Texts(TEXT, "abc"), CHARACTERS, partition="sequential", num_steps=7, batch_size=4)
    assert module.val_loader().batch_size == 2


@pytest.mark.parametrize("partition", ["windows", "random", "sequential"])
def test_training_batches_depend_on_the_seed(partition):
    def batches(seed):
        loader = TextDataModule(TEXT, CHARACTERS, partition=partition, num_steps=5, seed=seed).train_loader()
        return [loader_batch[0].tolist() for epoch in range(3) for loader_batch in loader.batches(epoch)]

    assert batches(1) == batches(1)
    assert batches(1) != batches(2)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "the text has 0 tokens, fewer than the 6 that are needed"),
        ("a", {}, "the text has 1 token, fewer than the 6 that are needed"),
        ("abcde", {}, r"the text has 5 tokens, fewer than the 6 that are needed \(num_steps 5 \+ 1\)"),
        ("abcdef", {"validation": 0.5}, "the train part: the text has 3 tokens"),
        ("ababababab", {"validation": 1}, "the val part: the text has 1 token, fewer than the 2 that are needed"),
        (TEXT, {"batch_size": 100, "partition": "sequential"}, r"the train part: .* \(batch_size 100 × num_steps 5"),
        ("aaaaaaaaaaxx", {"validation": 2}, "the val part: all 2 tokens are unknown"),
        (Texts("abcdef", "xyz"), {}, "the val part: all 3 tokens are unknown: none is in the vocabulary of the train"),
        (Texts("abcdefg", "abc"), {"partition": "windows"}, "the val part: the text has 3 tokens, fewer than the 6"),
        (Texts(""), {}, "counts must hold at least one token, got none"),
        (TEXT, {"validation": 500}, "train is None, validation 500 and test 0.0; of 500 tokens they must leave at lea"),
        (TEXT, {"train": 490, "validation": 20}, "train is 490, validation 20 .* take no more than there are"),
        (TEXT, {"train": 0}, "of 500 tokens they must leave at least 1 to train on"),
        (TEXT, {"validation": -1}, r"validation must be a count \(int\) from 0, or a fraction .*, got -1"),
        (TEXT, {"test": 1.5}, r"test must be a count \(int\) from 0, or a fraction \(float\) from 0 to 1, got 1.5"),
        (TEXT, {"test": float("nan")}, "test must be a number, got nan"),
    ],
)
def test_texts_and_parts_that_will_not_do(text, options, message):
    with pytest.raises(ValueError, match=message):
        TextDataModule(text, CHARACTERS, **{"num_steps": 5, "batch_size": 2, **options}).prepare()


@pytest.mark.usefixtures("without_shape_checks")  # they would refuse the name first
def test_settings_that_will_not_do():
    with pytest.raises(ValueError, match="partition must be 'windows' or 'random' or 'sequential', got 'rows'"):
        TextDataModule(TEXT, CHARACTERS, partition="rows")
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        TextDataModule(TEXT, CHARACTERS, batch_size=0)
