from functools import partial

import pytest
import torch
from torch.nn import functional as F

from deepdive.models.language import CELLS, RecurrentLanguageModel
from deepdive.training.sequences import LanguageModelling

SGD = partial(torch.optim.SGD, lr=0.1)


def task(cell="LSTM", streams=2):
    torch.manual_seed(0)
    return LanguageModelling(RecurrentLanguageModel(9, 5, 6, 2, cell), streams=streams, optimizer=SGD)


def windows(t=4, count=3):
    text = torch.randint(9, (2, t * count + 1), generator=torch.Generator().manual_seed(1))
    for i in range(count):
        fresh = torch.full((2,), i == 0)
        yield text[:, i * t : i * t + t], text[:, i * t + 1 : i * t + t + 1], fresh


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("training", [True, False])
def test_streams_are_read_on_as_one_text(cell, training):
    of = task(cell).train(training)
    batches = list(windows())
    step = of.training_step if training else of.validation_step
    losses = [step(batch) for batch in batches]
    logits, _ = of.network(torch.cat([x for x, _, _ in batches], 1))
    whole = F.cross_entropy(logits.flatten(0, 1), torch.cat([y for _, y, _ in batches], 1).flatten())
    torch.testing.assert_close(torch.stack(losses).mean(), whole)


def test_the_state_carries_no_gradient_and_is_forgotten_where_fresh():
    of = task()
    first, second, _ = windows()
    of.training_step(first)
    loss = of.training_step(second)
    loss.backward()  # through this window alone: the graph of the first is gone
    half = (second[0], second[1], torch.tensor([True, False]))
    of.training_step(first)
    forgotten = of.training_step(half)
    alone = of.network(second[0][:1])[0][0]
    of.training_step(first)
    carried = of.training_step(second)
    assert not torch.allclose(forgotten, carried)
    of.eval()
    of.validation_step(first)
    logits = of.logits(half)
    torch.testing.assert_close(logits[0], alone)


def test_evaluation_leaves_the_state_of_training_alone():
    of = task()
    first, second, third = windows()
    of.training_step(first)
    kept = {name: value.clone() for name, value in of.own_state().items()}
    assert sorted(kept) == ["state_0", "state_1"]
    of.eval()
    for batch in (first, second, third):
        of.validation_step(batch)
    of.train()
    assert all(torch.equal(value, kept[name]) for name, value in of.own_state().items())


def test_windows_alone_start_from_nothing_and_a_network_without_state_will_do():
    of = LanguageModelling(torch.nn.Sequential(torch.nn.Embedding(9, 5), torch.nn.Linear(5, 9)), optimizer=SGD)
    x, y, _ = next(windows())
    y = y.clone()  # a view of the same text
    y[0, 0] = -100
    loss = of.training_step((x, y))
    expected = F.cross_entropy(of.network(x).flatten(0, 1)[1:], y.flatten()[1:])
    torch.testing.assert_close(loss, expected)
    assert of.metrics["perplexity"].compute().item() == pytest.approx(expected.exp().item(), rel=1e-5)


def test_another_number_of_streams_is_refused():
    x, y, fresh = next(windows())
    with pytest.raises(ValueError, match="a batch has 2 streams, but streams is 3"):
        task(streams=3).training_step((x, y, fresh))
