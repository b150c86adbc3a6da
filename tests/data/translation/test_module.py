import itertools

import pytest
import torch

from deepdive.data.translation import TranslationDataModule, normalized, read_pairs
from deepdive.data.types import DataModule

SUBJECTS = {"I": "je", "you": "tu", "he": "il", "she": "elle", "we": "nous"}
VERBS = {"run": "cours", "see": "vois", "sleep": "dors", "eat": "mange"}
ADVERBS = {"": "", " now": " maintenant", " very well today": " très bien aujourd'hui"}
MARKS = (".", "!")


def pairs():
    """120 pairs: every sentence with a full stop and an exclamation mark, some with two translations."""
    found = []
    for (s, sujet), (v, verbe), (a, adverbe), mark in itertools.product(
        SUBJECTS.items(), VERBS.items(), ADVERBS.items(), MARKS
    ):
        found.append((f"{s} {v}{a}{mark}", f"{sujet} {verbe}{adverbe} {mark}"))
        if s == "you":
            found.append((f"{s} {v}{a}{mark}", f"vous {verbe}z{adverbe} {mark}"))
    return found


def module(**options):
    made = TranslationDataModule(pairs, **{"test": 12, "validation": 6, "batch_size": 8, "min_frequency": 1, **options})
    made.prepare()
    return made


def texts(loader, encoder, field):
    return [encoder.decode(row.tolist()) for batch in loader.batches() for row in batch[field]]


def test_batches_are_the_pairs():
    made = module()
    assert isinstance(made, DataModule)
    v, w = made.source.vocabulary, made.target.vocabulary
    assert v.all_tokens[:4] == w.all_tokens[:4] == ("<unk>", "<pad>", "<bos>", "<eos>")
    seen = []
    for loader in (made.train_loader(), made.val_loader(), made.test_loader()):
        for source, lengths, target in loader.batches():
            assert (source != 1).sum(1).tolist() == lengths.tolist()
            assert source.gather(1, lengths.unsqueeze(1) - 1).eq(3).all()
            assert target[:, 0].eq(2).all()
            assert (target == 3).sum(1).eq(1).all()
            assert target.gather(1, (target != 1).sum(1, keepdim=True) - 1).eq(3).all()
        seen += zip(texts(loader, made.source, 0), texts(loader, made.target, 2), strict=True)

    def plain(text, encoder):
        return encoder.encoder.tokenizer.join(encoder.split(text))

    # Apart from words that only held-out sentences have, what comes out is what went in.
    expected = [(plain(s, made.source), plain(t, made.target)) for s, t in pairs()]
    assert sorted(seen) == sorted(expected)


def test_held_out_sentences_are_new_and_have_all_their_translations():
    made = module()
    asked = made.held_out
    assert len(asked.sources) == len(asked.references) == len(asked.ids) == 12
    trained = {normalized(pairs()[row][0]) for row in made.split.train.tolist()}
    assert not trained & {normalized(source) for source in asked.sources}
    assert len({normalized(source) for source in asked.sources}) == 12
    for i, (source, references) in enumerate(zip(asked.sources, asked.references, strict=True)):
        assert references == [target for s, target in pairs() if s == source]
        assert made.source.decode(asked.ids[i].tolist()) == made.source.encoder.tokenizer.join(
            made.source.split(source)
        )


def test_the_vocabulary_is_of_the_training_pairs_alone():
    made = module(min_frequency=1)
    counts = dict(zip(made.source.vocabulary.all_tokens, made.source.vocabulary.counts, strict=True))
    words = [token for row in made.split.train.tolist() for token in made.source.split(pairs()[row][0])]
    assert {token: words.count(token) for token in set(words)} == {
        token: count for token, count in counts.items() if token[0] != "<"
    }
    rare = module(min_frequency=counts["run"]).source.vocabulary
    assert set(rare.all_tokens[4:]) == {t for t, count in counts.items() if t[0] != "<" and count >= counts["run"]}
    assert 0 < rare.counts[0] < sum(rare.counts)
    assert len(module(max_size=9).target) == 9


def test_reversed_sources_are_the_same_pairs():
    straight, back = module(), module(reverse_source=True)
    assert texts(straight.train_loader(), straight.source, 0) == texts(back.train_loader(), back.source, 0)
    one, other = next(straight.train_loader().batches())[0][0], next(back.train_loader().batches())[0][0]
    n = int((one == 3).nonzero())
    assert torch.equal(one[:n].flip(0), other[:n])
    assert back.source.encode(["I run."])[0].tolist() == [*straight.source.encode(["I run."])[0][:3].flip(0), 3]


def test_only_short_pairs_and_only_the_first_ones_are_used():
    made = module(max_tokens=4, num_pairs=30, test=2, validation=2)
    rows = torch.cat((made.split.train, made.split.val, made.split.test)).sort().values.tolist()
    short = [i for i, (s, t) in enumerate(pairs()) if max(len(made.source.split(s)), len(made.target.split(t))) <= 4]
    assert rows == short[:30]


def test_it_is_prepared_once_and_nothing_is_held_out_where_not_asked():
    calls = []

    def read():
        calls.append(1)
        return pairs()

    made = TranslationDataModule(read, test=0, validation=0)
    made.train_loader()
    made.prepare()
    assert len(calls) == 1
    assert made.val_loader() is None
    assert made.test_loader() is None
    assert made.held_out.sources == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_tokens": 0}, "max_tokens must be at least 1, got 0"),
        ({"num_pairs": 0}, "num_pairs is 0; it must be at least 1"),
        ({"max_tokens": 2}, "max_tokens is 2; none of 144 pairs is so short"),
        (
            {"test": 60},
            r"test must take at least 0 of 60 examples .*, got 60",
        ),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
    ],
)
def test_bad_settings_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        module(**options).train_loader()


@pytest.mark.slow
def test_buckets_of_the_published_pairs_waste_little(published_pairs):
    made = TranslationDataModule(lambda: read_pairs(published_pairs), num_pairs=100_000, batch_size=256)
    assert made.train_loader().padding_waste() <= 0.15
    assert len(made.held_out.sources) == 1000
