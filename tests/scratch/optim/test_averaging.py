import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from deepdive.scratch.optim import ExponentialMovingAverage


def network():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def moved(model, t):
    """As by a step of training."""
    with torch.no_grad():
        for i, theta in enumerate(model.parameters()):
            theta.add_(torch.sin(torch.arange(theta.numel()).view(theta.shape) + 1.0 * t + i))
    model.train()
    model(torch.randn(8, 3))


def floats(model):
    return {key: value for key, value in model.state_dict().items() if value.is_floating_point()}


@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize("swap_at", [None, 20])
def test_the_average_is_the_librarys_also_from_its_state(use_buffers, swap_at):
    model = network()
    ours = ExponentialMovingAverage(model, 0.9, use_buffers=use_buffers)
    theirs = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=use_buffers)
    for t in range(40):
        if t == swap_at:
            states = ours.state_dict(), theirs.state_dict()
            ours, theirs = (
                ExponentialMovingAverage(network(), 0.9, use_buffers=use_buffers),
                AveragedModel(network(), multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=use_buffers),
            )
            ours.load_state_dict(states[1])
            theirs.load_state_dict(states[0])
        moved(model, t)
        ours.update_parameters(model)
        theirs.update_parameters(model)
        torch.testing.assert_close(floats(ours), floats(theirs), rtol=1e-6, atol=1e-6)
    assert ours.module[1].num_batches_tracked == model[1].num_batches_tracked == 40
    x = torch.randn(5, 3)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x), rtol=1e-5, atol=1e-6)


def test_a_constant_is_its_own_average_and_the_network_stays_apart():
    model = nn.Linear(2, 1)
    average = ExponentialMovingAverage(model, 0.5)
    average.update_parameters(model)
    with torch.no_grad():
        model.weight += 8
    average.update_parameters(model)
    torch.testing.assert_close(average.module.weight, model.weight - 4)


@pytest.mark.parametrize(
    ("decay", "message"),
    [
        (-0.1, "decay must be at least 0 and at most 1, got -0.1"),
        (1.5, "decay must be at least 0 and at most 1, got 1.5"),
    ],
)
def test_a_decay_out_of_range_is_refused(decay, message):
    with pytest.raises(ValueError, match=message):
        ExponentialMovingAverage(nn.Linear(1, 1), decay)


def test_another_network_is_refused():
    average = ExponentialMovingAverage(nn.Linear(2, 1))
    with pytest.raises(ValueError, match=r"model must have the parameters .*, weight of shape \(1, 2\), got \(1, 3\)"):
        average.update_parameters(nn.Linear(3, 1))
    with pytest.raises(ValueError, match=r"model must have the parameters .*, bias of shape \(1,\), got None"):
        average.update_parameters(nn.Linear(2, 1, bias=False))
