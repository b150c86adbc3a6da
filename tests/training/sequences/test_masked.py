from functools import partial

import pytest
import torch

from deepdive.models.transformers import BERT, BERTForPretraining
from deepdive.training.sequences import MaskedLanguageModelling

SGD = partial(torch.optim.SGD, lr=0.1)


def task(**words):
    network = BERTForPretraining(BERT(20, 8, 2, 1, 16, max_positions=8, dropout=0.0))
    return MaskedLanguageModelling(network, optimizer=SGD, **words)


def batch():
    tokens, types = torch.randint(20, (3, 6)), torch.randint(2, (3, 6))
    targets = torch.full((3, 6), -100)
    targets[0, 2], targets[2, 1], targets[2, 5] = 4, 7, 9
    return tokens, types, torch.tensor([6, 4, 6]), targets, torch.tensor([0, 1, 1])


def test_the_loss_is_that_of_hidden_tokens_and_that_of_pairs():
    of, (tokens, types, lengths, targets, is_next) = task(), batch()
    loss = of.training_step((tokens, types, lengths, targets, is_next))
    said = of.network(tokens, types, lengths)
    log_p = said.tokens.log_softmax(-1)
    masked = -(log_p[0, 2, 4] + log_p[2, 1, 7] + log_p[2, 5, 9]) / 3
    pairs = said.is_next.log_softmax(-1)
    following = -(pairs[0, 0] + pairs[1, 1] + pairs[2, 1]) / 3
    torch.testing.assert_close(loss, torch.stack([masked, following]))
    found = {name: metric.compute().item() for name, metric in of.metrics.items()}
    assert found["masked_perplexity"] == pytest.approx(masked.exp().item(), rel=1e-5)
    assert found["masked_loss"] == pytest.approx(masked.item(), rel=1e-5)
    assert found["next_loss"] == pytest.approx(following.item(), rel=1e-5)
    right = (said.tokens.argmax(-1) == targets).sum() / 3
    assert found["masked_accuracy"] == pytest.approx(right.item())
    assert found["next_accuracy"] == pytest.approx((said.is_next.argmax(-1) == is_next).float().mean().item())


def test_the_second_loss_can_be_left_out():
    given = batch()
    both, one = task(), task(next_weight=0.0)
    one.load_state_dict(both.state_dict())
    loss = both.training_step(given)
    following = both.metrics["next_loss"].compute()
    torch.testing.assert_close(one.training_step(given).sum(), loss.sum() - following.float())
