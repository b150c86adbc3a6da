"""The learning-rate range test of a recipe, with its own data, network, task and optimiser."""

import math
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from deepdive.algorithms.optimization import RangeTest, geometric_rates, has_diverged, propose_rate
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.experiments.sequential import SequentialExperiment
from deepdive.recipes.experiments.supervised import SupervisedExperiment
from deepdive.recipes.registry import Recipe
from deepdive.recipes.settings import to_plain
from deepdive.training import Plan, Run, Trainer, seed_everything
from deepdive.training.loop.progress import DivergedError
from deepdive.training.task import Supervised


def find_rate(
    recipe: Recipe, settings: Any, *, lowest: float = 1e-5, highest: float = 10.0, steps: int = 150
) -> RangeTest:
    """Train the recipe's network for a few steps while the rate grows, until the loss diverges, and propose a rate.

    Nothing is kept. Where a recipe trains several networks it is the first one.

    Raises:
        ValueError: the recipe has no training by the trainer, a setting is out of its range, or the loss falls nowhere.
    """
    rates = geometric_rates(lowest, highest, steps)
    experiment = recipe.build(settings)
    experiment.prepare()
    with tempfile.TemporaryDirectory() as folder:
        task, data, trainer = _parts(recipe, experiment, settings, Path(folder))
        base = float(settings.optimizer.lr)

        def grow(optimizer: Optimizer, plan: Plan) -> LambdaLR:
            return LambdaLR(optimizer, lambda t: rates[min(t, steps - 1)] / base)

        task.schedule, task.interval = grow, "step"
        trainer = replace(
            trainer, epochs=steps, steps=steps, log_every=1, early_stopping=None, checkpoint_every=None, ema_decay=None
        )
        seed_everything(settings.seed)
        losses: list[float] = []
        try:
            for record in trainer.session(task, data):
                if record.kind == "train":
                    losses.append(record.metrics["train_loss"])
                    if has_diverged(losses) or len(losses) == steps:
                        break
        except DivergedError:  # that is what was to be found
            pass
    return propose_rate(rates[: len(losses)], losses)


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
        raise ValueError(f"RECIPE must be one that trains a network by a learning rate, got {recipe.name}")
    return task, data, trainer
