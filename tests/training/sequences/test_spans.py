from functools import partial

import pytest
import torch

from deepdive.models.transformers import BERT, BERTTagger
from deepdive.training.sequences import SpanAccuracy, SpanSelection

SGD = partial(torch.optim.SGD, lr=0.1)


def test_the_loss_is_that_of_both_ends_and_padding_takes_no_part():
    network = BERTTagger(BERT(20, 8, 2, 1, 16, max_positions=8, dropout=0.0, pooler=False), 2, dropout=0.0)
    task = SpanSelection(network, optimizer=SGD)
    tokens, types, lengths = torch.randint(20, (3, 6)), torch.zeros(3, 6, dtype=torch.long), torch.tensor([6, 4, 5])
    spans = torch.tensor([[1, 4], [0, 0], [2, 2]])
    loss = task.training_step((tokens, types, lengths, spans))
    told = []
    for i, n in enumerate(lengths.tolist()):
        log_p = network(tokens, types, lengths)[i, :n].log_softmax(0)
        told += [log_p[spans[i, 0], 0], log_p[spans[i, 1], 1]]
    torch.testing.assert_close(loss, -torch.stack(told).mean())
    hits = network(tokens, types, lengths)
    right = [all(int(hits[i, :n, k].argmax()) == spans[i, k] for k in range(2)) for i, n in enumerate(lengths.tolist())]
    assert task.metrics["span_accuracy"].compute().item() == pytest.approx(sum(right) / 3)


def test_both_ends_must_be_right():
    metric = SpanAccuracy()
    logits = torch.zeros(3, 4, 2)
    logits[:, 1, 0] = logits[:, 2, 1] = 5
    metric.update(logits, torch.tensor([[1, 2], [1, 3], [0, 2]]))
    assert metric.compute().item() == pytest.approx(1 / 3)
