"""Train the same networks with each optimiser: at equal steps, then at equal seconds."""

import math
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from torch import Tensor, nn

from deepdive.data.images import load_images
from deepdive.data.progress import Report
from deepdive.data.types import DataModule
from deepdive.models.transformers import GPT
from deepdive.models.vision import LeNet
from deepdive.recipes.experiments import SequentialExperiment, TrainingResult, TrainingRun, make_optimizer
from deepdive.recipes.experiments.sequential_runs import checkpoints_of, records_of, result_of
from deepdive.recipes.language.modelling.settings import TextSettings
from deepdive.recipes.language.modelling.texts import text_for
from deepdive.recipes.optimization import USUAL, OptimizerName
from deepdive.recipes.optimizing.comparison import comparison_sections
from deepdive.recipes.optimizing.optimizers import OptimizersSettings, TaskName, factor_name
from deepdive.training import (
    Classification,
    Run,
    Task,
    Trainer,
    choose_device,
    evaluate,
    seed_everything,
)
from deepdive.training.choices import named_schedule
from deepdive.training.report import Section
from deepdive.training.sequences import LanguageModelling

_TIMED = 25
"""Steps that tell the time of one, of which the first few warm up."""
_ROUNDS = 3
"""How often all optimisers are timed in turn: what else the machine does falls on all of them."""
_CALM = 1e-6
"""Factor of the rates of steps that are timed: they take as long, and do not diverge."""
_DECOUPLED = {"adamw", "adafactor", "lion", "muon", "schedule-free-adamw", "sophia-g"}
"""Optimisers that keep weight decay apart from the gradient."""
_SAME = 0.03
"""Relative difference in time below which equal steps are equal seconds."""


class OptimizersExperiment(SequentialExperiment[OptimizersSettings]):
    """``<task>_<optimizer>_test_loss`` at equal steps, ``..._test_loss_at_equal_seconds`` in AdamW's time.

    Weight decay is decoupled from the gradient, or there is none: an L2 penalty, as SGD, AdaGrad, RMSprop and Adadelta
    have it, would be another thing to each. A rate that diverges has an infinite loss.

    ``muon_gain`` is how many nats a character Muon with AdamW is below AdamW at equal steps,
    ``muon_gain_at_equal_seconds`` the same in AdamW's time; ``schedule_free_gap`` how many points of accuracy
    schedule-free AdamW is behind AdamW with its schedule on a network with batch normalisation, and
    ``forgotten_eval_points`` how many it loses where ``eval()`` of the optimiser is forgotten.
    """

    data_name = "the data"
    no_predictions = "compares optimisers"

    def load(self, report: Report) -> None:
        """Images and text, as far as they are asked for."""
        settings = self.settings
        self.data: dict[TaskName, DataModule] = {}
        self._content: list[Tensor] = []
        if "images" in settings.tasks:
            words: Any = {"batch_size": settings.batch_size, "validation": 5000, "normalize": True}
            images = load_images("fashion-mnist", report=report, seed=settings.seed, **words)
            self._content += images.tensors
            self.data["images"] = images
        if "characters" in settings.tasks:
            text = TextSettings(
                partition="random", batch_size=settings.windows, num_steps=settings.num_steps, seed=settings.seed
            )
            characters = text_for(text, report)
            characters.prepare()
            self._content += characters.corpora.values()
            self.data["characters"] = characters

    def fingerprint(self) -> Iterable[Tensor]:
        """The images and token ids of every part, whatever the batches are."""
        return self._content

    def training_runs(self, run: Run) -> Sequence[TrainingRun]:
        """Every rate of the grid at equal steps, then the best of each optimiser at equal seconds."""
        settings = self.settings
        pairs: list[tuple[TaskName, OptimizerName]] = [
            (task, name) for task in settings.tasks for name in settings.optimizers
        ]
        equal_steps = [
            TrainingRun(_name(task, name, factor), partial(self._parts, task, name, factor), may_diverge=True)
            for task, name in pairs
            for factor in settings.grid
        ]
        equal_seconds = [
            TrainingRun(
                f"{task}-{name}-seconds",
                partial(self._best_parts, run, task, name),
                trainer=partial(self._timed_trainer, run, task, name),
                may_diverge=True,
            )
            for task, name in pairs
            if name != self._reference
        ]
        return [*equal_steps, *equal_seconds]

    def combine(self, run: Run, results: Mapping[str, TrainingResult], *, resume: bool) -> dict[str, float]:
        """The test metrics of the best rates, and what they tell."""
        found: dict[str, float] = {}
        for task in self.settings.tasks:
            for name in self.settings.optimizers:
                factor = self._best_factor(run, task, name)
                metrics = results[_name(task, name, factor)].metrics
                place = f"{task}_{name.replace('-', '_')}"
                found |= {f"{place}_{key}": value for key, value in metrics.items() if key.startswith("test_")}
                found[f"{place}_lr"] = self.settings.rate(task, name) * factor
                found[f"{place}_step_seconds"] = self._step_seconds(run, task, name)
                timed = results.get(f"{task}-{name}-seconds")
                equal = metrics if timed is None else timed.metrics
                if "test_loss" in equal:
                    found[f"{place}_test_loss_at_equal_seconds"] = equal["test_loss"]
        return found | self._told(run, found)

    def sections(self, run: Run) -> list[Section]:
        """Curves and tables, task by task."""
        best = {
            (task, name): _name(task, name, self._best_factor(run, task, name))
            for task in self.settings.tasks
            for name in self.settings.optimizers
        }
        records = records_of(run, self.results)
        return comparison_sections(run, best, self.results, records, log_every=self.settings.log_every)

    @property
    def _reference(self) -> OptimizerName:
        """Whose time is that of all: AdamW's, or the first one's."""
        names = self.settings.optimizers
        return "adamw" if "adamw" in names else names[0]

    def _parts(self, task: TaskName, name: OptimizerName, factor: float) -> tuple[Task, DataModule]:
        settings = self.settings
        seed_everything(settings.seed)
        usual = {"momentum": USUAL[name].get("momentum", settings.optimizer.momentum)}
        decay = settings.optimizer.weight_decay if name in _DECOUPLED else 0.0
        chosen = replace(
            settings.optimizer, name=name, lr=settings.rate(task, name) * factor, weight_decay=decay, **usual
        )
        schedule = "warm-up" if name.startswith("schedule-free") else settings.schedule
        how: Any = {
            "optimizer": make_optimizer(chosen, settings.toolkit),
            "schedule": named_schedule(schedule, warm_up=settings.warm_up),
        }
        network = self._network(task)
        made = Classification(network, **how) if task == "images" else LanguageModelling(network, **how)
        return made, self.data[task]

    def _network(self, task: TaskName) -> nn.Module:
        settings = self.settings
        if task == "images":
            return LeNet(modern=True, batch_norm=True, nn=self.nn)
        vocabulary = len(self.data[task].encoder)  # pyright: ignore[reportAttributeAccessIssue]
        sizes: Any = {"hidden_size": settings.hidden_size, "num_heads": 4, "num_layers": 2}
        return GPT(vocabulary, settings.num_steps, **sizes, dropout=0.0, tie_embeddings=False, nn=self.nn)

    def _best_factor(self, run: Run, task: TaskName, name: OptimizerName) -> float:
        """By the validation loss at equal steps, infinite where it diverged; a run that is not over is none."""
        losses = {}
        for factor in self.settings.grid:
            result = self.results.get(_name(task, name, factor)) or result_of(run, _name(task, name, factor))
            if result is not None:
                losses[factor] = result.metrics.get("val_loss", math.inf)
        return min(losses, key=losses.__getitem__)

    def _best_parts(self, run: Run, task: TaskName, name: OptimizerName) -> tuple[Task, DataModule]:
        return self._parts(task, name, self._best_factor(run, task, name))

    def _timed_trainer(self, run: Run, task: TaskName, name: OptimizerName) -> Trainer:
        """As many steps as the reference's time allows."""
        steps = self.settings.steps or 1
        ratio = self._step_seconds(run, task, self._reference) / self._step_seconds(run, task, name)
        return replace(self.trainer, steps=steps if abs(ratio - 1) < _SAME else max(1, round(steps * ratio)))

    def _step_seconds(self, run: Run, task: TaskName, name: OptimizerName) -> float:
        """The median time of a step, measured once for the run, all optimisers of a task in turn, several times."""
        place = f"training_runs/seconds-{task}.json"
        if not (run.folder / place).is_file():
            names = self.settings.optimizers
            rounds = [{each: self._measure(task, each) for each in names} for _ in range(_ROUNDS)]
            run.write_json(place, {each: statistics.median(times[each] for times in rounds) for each in names})
        return run.read_json(place)[name]

    def _measure(self, task: TaskName, name: OptimizerName) -> float:
        made, data = self._parts(task, name, _CALM)
        trainer = replace(self.trainer, steps=_TIMED, log_every=1, checkpoint_every=None)
        moments = [time.perf_counter()]
        for record in trainer.session(made, data):
            moments.append(time.perf_counter())
            if record.step == _TIMED:
                break
        return statistics.median(b - a for a, b in pairwise(moments[5:]))

    def _told(self, run: Run, found: Mapping[str, float]) -> dict[str, float]:
        told = {}
        if {"characters_muon_test_loss", "characters_adamw_test_loss"} <= found.keys():
            told["muon_gain"] = found["characters_adamw_test_loss"] - found["characters_muon_test_loss"]
            seconds = "characters_{}_test_loss_at_equal_seconds"
            if {seconds.format("adamw"), seconds.format("muon")} <= found.keys():
                told["muon_gain_at_equal_seconds"] = found[seconds.format("adamw")] - found[seconds.format("muon")]
        free = "images_schedule_free_adamw_test_accuracy"
        if {free, "images_adamw_test_accuracy"} <= found.keys():
            told["schedule_free_gap"] = 100 * (found["images_adamw_test_accuracy"] - found[free])
            told["forgotten_eval_points"] = 100 * (found[free] - self._accuracy_without_eval(run))
        return told

    def _accuracy_without_eval(self, run: Run) -> float:
        """Of the weights at which gradients are taken, with the statistics that they left."""
        name: OptimizerName = "schedule-free-adamw"
        factor = self._best_factor(run, "images", name)
        made, data = self._parts("images", name, factor)
        last = checkpoints_of(run, _name("images", name, factor)).load("last")
        made.network.load_state_dict(last["model"])
        loader, device = data.test_loader(), choose_device(self.settings.device)
        if loader is None:
            raise ValueError("fashion-mnist must have a test set, got none")
        return evaluate(made.to(device), loader, device, prefix="test")["test_accuracy"]


def _name(task: str, name: str, factor: float) -> str:
    return f"{task}-{name}-{factor_name(factor)}"
