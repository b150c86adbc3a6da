"""The learning-rate range test of a recipe, with its own data, network, task and optimiser."""

import math
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from deepdive.algorithms.optimization import DivergenceWatch, RangeTest, geometric_rates, suggest_lr
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.experiments.sequential import SequentialExperiment
from deepdive.recipes.experiments.supervised import SupervisedExperiment
from deepdive.recipes.registry import Recipe
from deepdive.recipes.settings import to_plain, with_setting
from deepdive.training import Plan, Run, Trainer, seed_everything
from deepdive.training.loop.progress import DivergedError
from deepdive.training.task import Supervised

_RULE = "RECIPE must be one that trains a network by --optimizer.lr"


def find_rate(
    recipe: Recipe,
    settings: Any,
    *,
    preset: str = "quick",
    left_open: Collection[str] = (),
    lowest: float = 1e-5,
    highest: float = 10.0,
    steps: int = 150,
) -> RangeTest:
    """Train the recipe's network for a few steps while the rate grows, until the loss diverges, and suggest a rate.

    Nothing is kept. Where a recipe trains several networks it is the first one. Settings whose names are ``left_open``
    may follow the data, as in a run.

    Raises:
        ValueError: the recipe has no training by the trainer or refuses a rate, a setting is out of its range, or the
            loss falls nowhere.
    """
    rates = geometric_rates(lowest, highest, steps)
    _check_takes_rate(recipe, settings)
    experiment = recipe.build_for(settings, preset, left_open)
    experiment.prepare()
    with tempfile.TemporaryDirectory() as folder:
        task, data, trainer = _parts(recipe, experiment, experiment.settings, Path(folder))
        task.schedule, task.interval = partial(growing_rates, rates), "step"
        trainer = replace(
            trainer, epochs=steps, steps=steps, log_every=1, early_stopping=None, checkpoint_every=None, ema_decay=None
        )
        seed_everything(settings.seed)
        losses: list[float] = []
        watch = DivergenceWatch()
        try:
            for record in trainer.session(task, data):
                if record.kind == "train":
                    losses.append(record.metrics["train_loss"])
                    if watch.add(losses[-1]) or len(losses) == steps:
                        break
        except DivergedError:  # that is what was to be found
            pass
    return suggest_lr(rates[: len(losses)], losses)


def growing_rates(rates: Sequence[float], optimizer: Optimizer, plan: Plan) -> LambdaLR:
    """A schedule that gives the group with the highest rate these ones, and the others theirs in the same ratio.

    AdamW's half of muon has a rate of its own setting, which stays.
    """
    follows = [group.get("muon", True) for group in optimizer.param_groups]
    highest = max(float(group["lr"]) for group, moves in zip(optimizer.param_groups, follows, strict=True) if moves)
    factors = [rate / highest for rate in rates]
    last = len(factors) - 1
    return LambdaLR(optimizer, [(lambda t: factors[min(t, last)]) if moves else (lambda t: 1.0) for moves in follows])


def _check_takes_rate(recipe: Recipe, settings: Any) -> None:
    if not hasattr(settings, "optimizer"):
        raise ValueError(f"{_RULE}, got {recipe.name}")
    try:
        with_setting(settings, "optimizer.lr", settings.optimizer.lr / 2)
    except ValueError as error:
        raise ValueError(f"{_RULE}, got {recipe.name}, which refuses one") from error


def final_loss(recipe: Recipe, settings: Any) -> float:
    """The validation loss at the end of a training run with these settings; infinite if it diverges.

    Without validation data it is that of the test set, or else of training. Nothing is kept.
    """
    experiment = recipe.build(settings)
    experiment.prepare()
    with tempfile.TemporaryDirectory() as folder:
        task, data, trainer = _parts(recipe, experiment, settings, Path(folder))
        seed_everything(settings.seed)
        metrics: Mapping[str, float] = {}
        try:
            for record in trainer.session(task, data):
                if record.kind == "epoch":
                    metrics = record.metrics
        except DivergedError:
            return math.inf
    return next(metrics[name] for name in ("val_loss", "test_loss", "train_loss") if name in metrics)


def _parts(recipe: Recipe, experiment: Experiment[Any], settings: Any, folder: Path) -> tuple[Supervised, Any, Trainer]:
    task, data, trainer = None, None, None
    if isinstance(experiment, SupervisedExperiment):
        task, data, trainer = experiment.task, experiment.data, experiment.trainer
    elif isinstance(experiment, SequentialExperiment):
        first = experiment.training_runs(Run.create(recipe.name, to_plain(settings), preset="quick", root=folder))[0]
        (task, data), trainer = (
            first.make(),
            first.trainer if isinstance(first.trainer, Trainer) else experiment.trainer,
        )
    if not isinstance(task, Supervised) or trainer is None:
        raise ValueError(f"{_RULE}, got {recipe.name}")
    return task, data, trainer
