"""Experiments that train several networks one after the other: folds, variants that are compared."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

from deepdive.recipes.experiments.experiment import Experiment
from deepdive.recipes.experiments.making import make_optimizer, make_schedule, make_toolkit, make_trainer
from deepdive.recipes.experiments.sequential_runs import TrainingResult, TrainingRun, fit_sequentially
from deepdive.recipes.experiments.supervised import SettingsT
from deepdive.training import Run
from deepdive.training.records import Listener


class SequentialExperiment(Experiment[SettingsT]):
    """Train what `training_runs` names, and make one set of metrics of all.

    A run that was killed goes on within the training run it was in. To fill in: `load`, `training_runs`, `combine`;
    ``self.results`` is there afterwards.
    """

    def __init__(self, settings: SettingsT) -> None:
        super().__init__(settings)
        self.nn = make_toolkit(settings.toolkit)
        self.trainer = make_trainer(settings)
        self.optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        self.schedule = make_schedule(settings)
        self.results: dict[str, TrainingResult] = {}

    @abstractmethod
    def training_runs(self, run: Run) -> Sequence[TrainingRun]:
        """The training runs in order: each a name, and how to make its task and data."""

    @abstractmethod
    def combine(self, run: Run, results: Mapping[str, TrainingResult], *, resume: bool) -> dict[str, float]:
        """The metrics of the whole, from those of each training run."""

    def train(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train what is not over yet, then combine."""
        self.results = fit_sequentially(self.training_runs(run), self.trainer, run, listeners, resume=resume)
        return self.combine(run, self.results, resume=resume)
