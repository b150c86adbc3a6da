from functools import partial

import pytest
import torch
from torch.nn import functional as F

from deepdive.models.language import Seq2Seq
from deepdive.training.sequences import Translation

PAD = 1
SGD = partial(torch.optim.SGD, lr=0.1)


def batch():
    source = torch.tensor([[4, 5, 6, 3], [7, 3, PAD, PAD]])
    return source, torch.tensor([4, 2]), torch.tensor([[2, 5, 6, 7, 3], [2, 9, 3, PAD, PAD]])


def task(**words):
    torch.manual_seed(0)
    network = Seq2Seq(10, 12, 6, 8, dropout=0.0, padding_idx=PAD)
    return Translation(network, padding=PAD, optimizer=SGD, **words)


def test_the_loss_is_the_mean_over_tokens_that_are_no_padding():
    of, (source, lengths, target) = task(), batch()
    loss = of.training_step((source, lengths, target))
    logits = of.network(source, lengths, target[:, :-1]).log_softmax(-1)
    told = [logits[i, t, target[i, t + 1]] for i in range(2) for t in range(4) if target[i, t + 1] != PAD]
    torch.testing.assert_close(loss, -torch.stack(told).mean())
    assert len(told) == 6


def test_a_share_of_one_goes_on_from_what_the_network_says_itself():
    of, (source, lengths, target) = task(sampling=1.0), batch()
    logits = of.logits((source, lengths, target))
    state, tokens, own = of.network.encode(source, lengths), target[:, 0], []
    for _ in range(4):
        scores, state = of.network.step(tokens, state)
        own.append(scores)
        tokens = scores.argmax(-1)
    torch.testing.assert_close(logits, torch.stack(own, 1))


def test_evaluation_and_a_share_of_zero_are_forced_by_the_teacher():
    sampled, forced, given = task(sampling=1.0), task(), batch()
    torch.testing.assert_close(sampled.eval().validation_step(given), forced.training_step(given))


def test_the_share_grows_over_the_first_epochs():
    of = task(sampling=0.4, ramp=4)
    shares = []
    for epoch in range(6):
        of.begin_epoch(epoch)
        shares.append(of.sampling_probability)
    assert shares == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.4])


def test_it_learns_a_translation_by_heart():
    of = task(sampling=0.25)
    optimizer = torch.optim.Adam(of.parameters(), lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        of.training_step(batch()).backward()
        optimizer.step()
    source, lengths, target = batch()
    said = of.network(source, lengths, target[:, :-1]).argmax(-1)
    counts = target[:, 1:] != PAD
    assert F.l1_loss(said[counts].float(), target[:, 1:][counts].float()) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [({"sampling": 1.5}, "sampling is 1.5; it must be from 0 to 1"), ({"ramp": -1}, "ramp is -1; it must not be")],
)
def test_what_cannot_be_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        task(**words)
