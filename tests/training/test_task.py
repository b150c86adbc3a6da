from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive.training import Classification, Module, Plan, Regression, Task

from .examples import network, task

PLAN = Plan(total_steps=10, steps_per_epoch=5)


def test_classification_is_cross_entropy():
    net, x, y = network(), torch.randn(6, 4), torch.tensor([0, 1, 2, 0, 1, 2])
    one = task(net)
    loss = one.training_step((x, y))
    torch.testing.assert_close(loss, F.cross_entropy(net(x), y))
    assert float(one.metrics["accuracy"].compute()) == pytest.approx((net(x).argmax(1) == y).float().mean().item())


def test_regression_is_squared_error_and_its_root():
    net, x, y = nn.Linear(4, 1), torch.randn(6, 4), torch.randn(6, 1)
    one = Regression(net, optimizer=partial(torch.optim.SGD, lr=0.1))
    loss = one.training_step((x, y))
    torch.testing.assert_close(loss, F.mse_loss(net(x), y))
    root = F.mse_loss(net(x).double(), y.double()).detach().sqrt()
    torch.testing.assert_close(one.metrics["rmse"].compute(), root)


def test_several_inputs_go_to_the_network_in_order():
    class Difference(nn.Module):
        def forward(self, a, b):
            return a - b

    one = Regression(Difference(), optimizer=partial(torch.optim.SGD, lr=0.1))
    a, b = torch.tensor([[5.0]]), torch.tensor([[3.0]])
    assert float(one.training_step((a, b, torch.tensor([[0.0]])))) == 4.0


def test_the_optimiser_and_schedule_are_made_from_what_was_given():
    schedule = lambda optimizer, plan: torch.optim.lr_scheduler.StepLR(optimizer, plan.total_steps)  # noqa: E731
    found = task(schedule=schedule, interval="epoch").configure_optimizers(PLAN)
    assert isinstance(found.optimizer, torch.optim.SGD)
    assert found.optimizer.param_groups[0]["momentum"] == 0.9
    assert found.schedule.step_size == 10
    assert found.interval == "epoch"


def test_a_task_keeps_its_hyperparameters():
    assert isinstance(task(), Module)
    net = network()
    assert Classification(net, optimizer=torch.optim.SGD).hyperparameters["network"] is net


def test_a_task_without_steps_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="Task must define training_step"):
        Task(nn.Linear(1, 1)).validation_step((torch.zeros(1, 1),))
    with pytest.raises(NotImplementedError, match="Task must define configure_optimizers"):
        Task(nn.Linear(1, 1)).configure_optimizers(PLAN)


class Scaled(nn.MSELoss):
    """A loss with a number of its own."""

    def __init__(self, scale):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale))


def test_what_is_the_tasks_own_is_loaded_and_the_network_is_left_alone():
    make = partial(Regression, optimizer=partial(torch.optim.SGD, lr=0.1))
    one, other = (make(nn.Linear(4, 1), loss=Scaled(scale)) for scale in (2.5, 1.0))
    before = other.network.weight.clone()
    assert one.own_state().keys() == {"loss.scale"}
    other.load_own_state(one.own_state())
    assert other.loss.scale.item() == 2.5
    assert torch.equal(other.network.weight, before)
    with pytest.raises(ValueError, match=r"the task has \['loss.scale'\] besides its network, the saved one \[\]"):
        other.load_own_state({})
