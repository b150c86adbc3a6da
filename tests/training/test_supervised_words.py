"""Every task does what `Supervised` promises of its words: none of them drops one."""

import importlib
import pkgutil

import pytest
import torch
from torch import nn

import deepdive
from deepdive.recipes.language.filling.experiment import FillIn
from deepdive.training import Classification, MultiOutput, Output, Regression, Supervised, Task, WeightedClassification
from deepdive.training.records import Plan
from deepdive.training.sequences import (
    LanguageModelling,
    MaskedLanguageModelling,
    SpanSelection,
    TokenAccuracy,
    TokenClassification,
    Translation,
)

from .kinds_of_loss import (
    IMPORTANCE,
    KINDS,
    LABELS,
    ROWS,
    SGD,
    TARGETS,
    TOKENS,
    numbers,
    rows_network,
    seeded,
    tokens_network,
)
from .small_networks import Hidden, Pair, Several, Spans

OUTPUTS = {"age": Output("regression", 0.25), "kind": Output("classification", 3.0)}
TASKS = {
    Supervised: (lambda **words: Supervised(rows_network(), loss=nn.CrossEntropyLoss(), **words), (ROWS, LABELS)),
    Classification: (lambda **words: Classification(rows_network(), **words), (ROWS, LABELS)),
    Regression: (lambda **words: Regression(rows_network(2), **words), (ROWS, numbers(4, 2, seed=7))),
    WeightedClassification: (lambda **words: WeightedClassification(rows_network(), **words), IMPORTANCE.fields),
    MultiOutput: (
        lambda **words: MultiOutput(seeded(Several), OUTPUTS, **words).double(),
        (ROWS, numbers(4, 1, seed=6), LABELS),
    ),
    TokenClassification: (lambda **words: TokenClassification(tokens_network(), **words), (TOKENS, TARGETS)),
    LanguageModelling: (lambda **words: LanguageModelling(tokens_network(), **words), (TOKENS, TARGETS)),
    MaskedLanguageModelling: (
        lambda **words: MaskedLanguageModelling(seeded(Hidden), **words),
        KINDS["hidden tokens and pairs, torch"].fields,
    ),
    SpanSelection: (lambda **words: SpanSelection(seeded(Spans), **words), KINDS["spans, torch"].fields),
    Translation: (
        lambda **words: Translation(seeded(Pair), padding=0, **words),
        KINDS["translation, torch"].fields,
    ),
    FillIn: (lambda **words: FillIn(tokens_network(), **words), (TOKENS, TARGETS)),
}
each_task = pytest.mark.parametrize(("make", "fields"), TASKS.values(), ids=[kind.__name__ for kind in TASKS])


def below(kind):
    return {each for one in kind.__subclasses__() for each in ({one} | below(one))}


def test_every_task_is_here():
    for room in (deepdive.training, importlib.import_module("deepdive.recipes")):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    assert {kind for kind in below(Task) if kind.__module__.startswith("deepdive.")} == set(TASKS)


@each_task
def test_a_penalty_reaches_what_is_learnt_and_nothing_else(make, fields):
    """By its closed form: 0.1 ‖w‖² adds 0.2 w to the gradient."""

    def penalty(network):
        return 0.1 * sum(p.square().sum() for p in network.parameters())

    tasks = make(optimizer=SGD), make(optimizer=SGD, penalty=penalty)
    losses = [task.train().training_step(fields).sum() for task in tasks]
    squares = sum(float(p.detach().square().sum()) for p in tasks[0].network.parameters())
    assert float((losses[1] - losses[0]).detach()) == pytest.approx(0.1 * squares, rel=1e-9)
    parameters = [list(task.network.parameters()) for task in tasks]
    plain, penalised = (
        torch.autograd.grad(loss, learnt, allow_unused=True, materialize_grads=True)
        for loss, learnt in zip(losses, parameters, strict=True)
    )
    for p, before, after in zip(parameters[0], plain, penalised, strict=True):
        torch.testing.assert_close(after - before, 0.2 * p.detach(), rtol=1e-9, atol=1e-12)
    measured = (fields[0], fields[2]) if isinstance(tasks[0], WeightedClassification) else fields
    a, b = (task.eval().validation_step(measured) for task in tasks)
    torch.testing.assert_close(a, b, rtol=0, atol=0)


@each_task
def test_optimiser_schedule_groups_and_freezing_are_those_given(make, fields):
    seen = []

    def schedule(optimizer, plan):
        seen.append(plan)
        return torch.optim.lr_scheduler.StepLR(optimizer, 3)

    task = make(
        optimizer=SGD,
        schedule=schedule,
        interval="epoch",
        parameter_groups=lambda network: [{"params": list(network.parameters()), "lr": 0.125}],
        unfreezing=lambda network, epoch: seen.append(epoch),
    )
    plan = Plan(total_steps=6, steps_per_epoch=2)
    found = task.configure_optimizers(plan)
    assert found.optimizer.param_groups[0]["lr"] == 0.125
    assert isinstance(found.schedule, torch.optim.lr_scheduler.StepLR)
    assert found.interval == "epoch"
    task.begin_epoch(1)
    assert seen == [2, plan, 1]


OWN_METRICS = (MultiOutput, MaskedLanguageModelling)


@pytest.mark.parametrize("kind", [kind for kind in TASKS if kind not in OWN_METRICS], ids=lambda kind: kind.__name__)
def test_metrics_are_those_given(kind):
    metric = TokenAccuracy()
    assert TASKS[kind][0](optimizer=SGD, metrics={"mine": metric}).metrics == {"mine": metric}


@pytest.mark.parametrize("kind", OWN_METRICS, ids=lambda kind: kind.__name__)
def test_metrics_are_refused_by_tasks_that_have_their_own(kind):
    with pytest.raises(TypeError, match="metrics"):
        TASKS[kind][0](optimizer=SGD, metrics={"mine": TokenAccuracy()})
