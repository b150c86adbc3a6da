import pytest
import torch

from deepdive.data.sentences import LabelledTexts, SentenceDataModule, SentenceSplits
from deepdive.data.subwords import Subwords

WORDS = "the cat sat on a mat and saw two dogs".split()


def texts(n, seed, *, pairs=False, scores=False):
    generator = torch.Generator().manual_seed(seed)

    def drawn():
        lengths = torch.randint(1, 12, (n,), generator=generator).tolist()
        return [
            " ".join(WORDS[i] for i in torch.randint(len(WORDS), (k,), generator=generator).tolist()) for k in lengths
        ]

    first = drawn()
    labels = ["short" if len(text) < 20 else "long" for text in first]
    return LabelledTexts(
        first, drawn() if pairs else None, labels, [float(len(text)) for text in first] if scores else None
    )


def module(**options):
    subwords = Subwords.word_pieces([" ".join(WORDS)], 80)
    kinds = {name: options.pop(name) for name in ("pairs", "scores") if name in options}
    splits = SentenceSplits(texts(70, 0, **kinds), texts(20, 1, **kinds), texts(9, 2, **kinds))
    return SentenceDataModule(lambda: splits, subwords, **{"batch_size": 8, **options})


@pytest.mark.parametrize("pairs", [False, True])
def test_batches_are_the_texts_with_their_labels_and_scores(pairs):
    made = module(pairs=pairs, scores=True)
    for loader, part in ((made.train_loader(), "train"), (made.val_loader(), "val"), (made.test_loader(), "test")):
        seen = []
        for tokens, types, lengths, labels, scores in loader.batches():
            told = torch.arange(tokens.shape[1]) < lengths.unsqueeze(1)
            assert tokens[~told].eq(made.subwords.id_of("[PAD]")).all()
            assert types[~told].eq(0).all()
            assert (int(types.sum()) > 0) == pairs
            said = [made.subwords.decode(row[:n]) for row, n in zip(tokens, lengths.tolist(), strict=True)]
            seen += zip(said, [made.labels[i] for i in labels.tolist()], scores.squeeze(1).tolist(), strict=True)
        given = getattr(made.splits, part)
        whole = [f"{a} {b}" for a, b in zip(given.texts, given.seconds, strict=True)] if pairs else given.texts
        expected = list(zip(whole, given.labels, given.scores, strict=True))
        assert seen == [expected[row] for row in loader.rows().tolist()]


def test_names_of_classes_keep_a_given_order():
    made = module(labels=("short", "long"))
    made.prepare()
    assert made.labels == ("short", "long")
    other = module()
    other.prepare()
    assert other.labels == ("long", "short")


def test_long_texts_are_cut():
    made = module(max_length=6)
    assert max(int(lengths.max()) for _, _, lengths, _ in made.train_loader().batches()) == 6


@pytest.mark.parametrize(
    ("splits", "words"),
    [
        (SentenceSplits(LabelledTexts([], labels=[])), "there are no training texts"),
        (SentenceSplits(LabelledTexts(["a", "b"], labels=["x", "x"])), "all 2 training texts have the class 'x'"),
        (
            SentenceSplits(LabelledTexts(["a", "b"], labels=["x", "y"]), LabelledTexts(["c"], labels=["z"])),
            "the val texts have the class 'z', which the training texts lack; they have x, y",
        ),
        (SentenceSplits(LabelledTexts(["a", " "], labels=["x", "y"])), r"texts\[1\] is empty"),
    ],
)
def test_texts_that_are_not_as_they_must_be(splits, words):
    made = SentenceDataModule(lambda: splits, Subwords.word_pieces(["a b c"], 20))
    with pytest.raises(ValueError, match=words):
        made.prepare()
