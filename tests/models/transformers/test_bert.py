import pytest
import torch

from deepdive.models.transformers import (
    BERT,
    BERTClassifier,
    BERTForPretraining,
    BERTTagger,
    mean_pooling,
    sentence_embedding,
)


def small(**more):
    return BERT(20, 8, 2, 2, 16, max_positions=10, **more)


def texts():
    return torch.randint(20, (3, 6)), torch.randint(2, (3, 6)), torch.tensor([6, 2, 4])


def test_sizes_of_the_published_bert():
    with torch.device("meta"):
        assert sum(p.numel() for p in BERT().parameters()) == 109_482_240


def test_padding_and_neighbours_change_nothing():
    bert = small().double().eval()
    tokens, types, lengths = texts()
    together = bert(tokens, types, lengths)
    for i, n in enumerate(lengths.tolist()):
        alone = bert(tokens[i : i + 1, :n], types[i : i + 1, :n])
        torch.testing.assert_close(alone[0], together[i, :n])
        torch.testing.assert_close(mean_pooling(together, lengths)[i], alone[0].mean(0))


def test_sentence_vectors_have_length_one():
    bert = small().eval()
    tokens, types, lengths = texts()
    vectors = sentence_embedding(bert(tokens, types, lengths), lengths)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(3))


def test_hidden_tokens_alone_have_the_logits_they_have_among_all():
    network = BERTForPretraining(small()).eval()
    tokens, types, lengths = texts()
    hidden = torch.tensor([0, 3, 7, 14])
    every, some = network(tokens, types, lengths), network(tokens, types, lengths, hidden)
    torch.testing.assert_close(some.tokens, every.tokens.flatten(0, 1)[hidden])
    torch.testing.assert_close(some.is_next, every.is_next)
    assert network.output.weight is network.bert.embedding.weight


@pytest.mark.parametrize("pooling", ["pooler", "mean"])
def test_classifiers_and_taggers_put_a_linear_head_on_the_encoder(pooling):
    bert = small()
    tokens, types, lengths = texts()
    classifier, tagger = BERTClassifier(bert, 3, pooling=pooling).eval(), BERTTagger(bert, 4).eval()
    x = bert(tokens, types, lengths)
    whole = bert.pooled(x) if pooling == "pooler" else mean_pooling(x, lengths)
    torch.testing.assert_close(classifier(tokens, types, lengths), classifier.heads["output"](whole))
    several = BERTClassifier(bert, {"label": 3, "score": 1}, pooling=pooling).eval()
    said = several(tokens, types, lengths)
    assert {name: value.shape for name, value in said.items()} == {"label": (3, 3), "score": (3, 1)}
    torch.testing.assert_close(tagger(tokens, types, lengths), tagger.head(x))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: BERT(20, 10, 3, 1), "num_heads must divide hidden_size, but 10 is not a multiple of 3"),
        (lambda: BERT(0, 8, 2, 1), "vocab_size must be at least 1, got 0"),
        (lambda: BERT(20, 8, 2, 0), "num_layers must be at least 1, got 0"),
        (lambda: BERTClassifier(small(), 0), "outputs must be at least 1, got 0"),
        (lambda: small(pooler=False).pooled(torch.zeros(1, 2, 8)), "pooled needs the pooler"),
        (lambda: BERTClassifier(small(pooler=False), 2), "pooling is pooler, but bert was made without one"),
        (lambda: BERTTagger(small(), 0), "outputs must be at least 1, got 0"),
        (
            lambda: small()(torch.zeros(1, 11, dtype=torch.long)),
            "ends at position 11, but the table of positions has 10",
        ),
    ],
)
def test_sizes_that_do_not_fit(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_one_length_is_not_that_of_all(without_shape_checks):
    with pytest.raises(ValueError, match=r"lengths must have shape \(b=2\), got \(1,\)"):
        BERT(9, 8, 2, 1, max_positions=8)(torch.ones(2, 5, dtype=torch.int64), None, torch.tensor([1]))


def test_the_head_drops_as_much_as_it_is_told():
    bert = BERT(9, 8, 2, 1, 16, max_positions=8, dropout=0.0)
    batch = torch.randint(9, (2, 5)), torch.zeros(2, 5, dtype=torch.int64), torch.tensor([5, 3])
    every = BERTClassifier(bert, 3, dropout=1.0).train()
    torch.testing.assert_close(every(*batch), every.heads["output"].bias.expand(2, 3))
    none = BERTClassifier(bert, 3, dropout=0.0).train()
    torch.testing.assert_close(none(*batch), none(*batch), rtol=0, atol=0)
