import math

import pytest
import torch
from torch.nn import functional as F

from deepdive.algorithms.language import entity_scores
from deepdive.training.sequences import IGNORED, EntityF1, Perplexity, TokenAccuracy


def test_perplexity_is_over_tokens_whatever_the_batches():
    logits, targets = torch.randn(40, 7), torch.randint(7, (40,))
    targets[3:20] = IGNORED
    metric = Perplexity()
    for part in (slice(0, 10), slice(20, 25), slice(25, 40)):
        metric.update(F.cross_entropy(logits[part], targets[part]), targets[part])
    kept = torch.cat([torch.arange(10), torch.arange(20, 40)])
    expected = math.exp(F.cross_entropy(logits[kept], targets[kept]))
    assert metric.compute().item() == pytest.approx(expected, rel=1e-5)


def test_a_guess_among_n_tokens_has_perplexity_n():
    metric = Perplexity()
    targets = torch.randint(9, (5, 6))
    metric.update(F.cross_entropy(torch.zeros(30, 9), targets.flatten()), targets)
    assert metric.compute().item() == pytest.approx(9)
    assert Perplexity().compute().isnan()


def test_accuracy_is_over_tokens_that_count():
    metric = TokenAccuracy()
    metric.update(torch.eye(3).expand(2, 3, 3), torch.tensor([[0, 1, 0], [0, IGNORED, IGNORED]]))
    assert metric.compute().item() == pytest.approx(3 / 4)


def test_accuracy_leaves_out_tokens_that_are_named():
    metric = TokenAccuracy(without=(0, 2))
    metric.update(torch.eye(3).expand(2, 3, 3), torch.tensor([[0, 1, 2], [1, IGNORED, 1]]))
    assert (metric.correct.item(), metric.count.item()) == (1, 3)


def test_entity_f1_is_that_of_all_sentences_together():
    labels = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    true = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC", "I-LOC", None]]
    said = [["B-PER", "I-PER", "O", "B-PER"], ["O", "B-LOC", "I-LOC", "O"]]
    metric = EntityF1(labels)
    for truth, guess in zip(true, said, strict=True):
        targets = torch.tensor([[IGNORED if tag is None else labels.index(tag) for tag in truth]])
        logits = F.one_hot(torch.tensor([[labels.index(tag) for tag in guess]]), 5).float()
        metric.update(logits, targets)
    spans = [{("PER", 0, 2), ("LOC", 3, 4)}, {("LOC", 1, 3)}], [{("PER", 0, 2), ("PER", 3, 4)}, {("LOC", 1, 3)}]
    correct = sum(len(t & s) for t, s in zip(*spans, strict=True))
    assert metric.compute().item() == pytest.approx(2 * correct / (3 + 3))


def test_entity_f1_is_that_of_entity_scores_and_0_where_there_is_no_entity():
    labels = ("O", "B-LOC", "I-LOC")
    metric, nothing = EntityF1(labels), torch.zeros(1, 3, dtype=torch.int64)
    assert metric.compute() == 0.0
    for said in (nothing, nothing + 1, nothing):  # no entity, entities where there is none, and both together
        metric.update(F.one_hot(said, 3).float(), nothing)
        counts = torch.stack([metric.correct, metric.predicted, metric.true])[None]
        assert metric.compute() == entity_scores(counts, labels).overall.f1 == 0.0
    metric.update(F.one_hot(nothing + 1, 3).float(), nothing + 1)
    assert metric.compute().item() == pytest.approx(2 * 3 / (6 + 3))


@pytest.mark.parametrize("wrong", [-1, -99, -101, 3, 7])
@pytest.mark.parametrize("dtype", [torch.int64, torch.int8], ids=str)
def test_a_target_without_a_label_is_refused_when_entity_f1_is_read(wrong, dtype):
    metric = EntityF1(("O", "B-LOC", "I-LOC"))
    metric.update(torch.eye(3)[None], torch.tensor([[0, 1, 2]], dtype=dtype))
    assert metric.compute() == 1
    metric.update(torch.eye(3)[None], torch.tensor([[wrong, 1, wrong]], dtype=dtype))
    with pytest.raises(ValueError, match="targets must be from 0 to 2 or -100, got 2 others"):
        metric.compute()
    metric.reset()
    metric.update(torch.eye(3)[None], torch.tensor([[IGNORED, 1, 2]], dtype=dtype))
    assert metric.compute() == 1
