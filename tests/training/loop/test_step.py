import pytest
import torch
from tests.training.examples import network, task

from deepdive.training.loop.step import Stepper
from deepdive.training.losses import Loss
from deepdive.training.task import Optimization


def stepper(**words):
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    return net, Stepper(task(net), Optimization(optimizer), torch.device("cpu"), batch_size=6, **words)


def batch(scale=1.0):
    return scale * torch.randn(6, 4), torch.tensor([0, 1, 2, 0, 1, 2])


def change(net, step, data):
    before = [p.detach().clone() for p in net.parameters()]
    list(step.accumulate([data]))
    step.update()
    return torch.cat([(a - b.detach()).flatten() for a, b in zip(before, net.parameters(), strict=True)])


def test_the_norm_of_a_step_is_clipped():
    net, step = stepper(clip_norm=0.01)
    assert float(change(net, step, batch(10.0)).norm()) == pytest.approx(0.01, rel=1e-4)


def test_each_element_of_a_step_is_clipped():
    net, step = stepper(clip_value=0.001)
    assert float(change(net, step, batch(10.0)).abs().max()) == pytest.approx(0.001, rel=1e-4)


def test_gradients_are_cleared():
    net, step = stepper()
    change(net, step, batch())
    assert all(p.grad is None for p in net.parameters())


def test_an_overflow_in_half_precision_moves_neither_weights_nor_schedule():
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    step = Stepper(task(net), Optimization(optimizer, schedule), torch.device("cpu"), precision="fp16", batch_size=6)
    before = [p.detach().clone() for p in net.parameters()]
    scale = step.scaler.get_scale()
    loss = step.loss(batch())
    step.backward(Loss(loss.value * 1e30, loss.weight))
    step.update()
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))
    assert step.scaler.get_scale() < scale
    assert schedule.last_epoch == 0


def test_in_half_precision_a_schedule_moves_with_each_step_while_the_scale_stays():
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    step = Stepper(task(net), Optimization(optimizer, schedule), torch.device("cpu"), precision="fp16", batch_size=6)
    step.scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=3)
    scales, rates = [], []
    for _ in range(4):
        change(net, step, batch())
        scales.append(step.scaler.get_scale())
        rates.append(optimizer.param_groups[0]["lr"])
    assert scales == [8.0, 8.0, 16.0, 16.0]
    assert rates == [0.5, 0.25, 0.125, 0.0625]


def test_the_learning_rate_is_that_of_the_last_update():
    net, step = stepper()
    change(net, step, batch())
    step.optimizer.param_groups[0]["lr"] = 0.5
    assert step.learning_rate == 1.0
