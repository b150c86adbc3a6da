"""Experiments with one network and the trainer's loop: data, network and task are filled in."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from torch import nn

from deepdive.data.progress import Report
from deepdive.data.types import DataModule
from deepdive.recipes.experiments.experiment import Experiment
from deepdive.recipes.experiments.inputs import fill, read_metadata, trained_weights
from deepdive.recipes.experiments.making import make_network, make_optimizer, make_schedule, make_toolkit, make_trainer
from deepdive.recipes.settings import LoopSettings, TrainingSettings
from deepdive.training import Run, Task, seed_everything
from deepdive.training.records import Listener

SettingsT = TypeVar("SettingsT", bound=LoopSettings)
DataT = TypeVar("DataT", bound=DataModule)
MetadataT = TypeVar("MetadataT")


class SupervisedExperiment(Experiment[SettingsT], Generic[SettingsT, DataT, MetadataT]):
    """Fit one network to data, and apply it to new inputs.

    To fill in: `load_data`, `metadata`, `make_task`, and `network`, unless the settings have a method
    ``network(metadata, nn)``; where wanted `measure`, `sections` and ``predict(self, network, metadata, files, *,
    ...)``. There is then ``self.data``, ``self.model``, ``self.task``, and of the settings ``self.nn`` (the toolkit),
    ``self.trainer``, ``self.optimizer`` and ``self.schedule``, as a `Task` takes them.
    """

    keeps_networks = True
    metadata_type: type[MetadataT]
    """Of what `metadata` returns."""
    data: DataT
    model: nn.Module
    task: Task

    def __init__(self, settings: SettingsT) -> None:
        super().__init__(settings)
        self.nn = make_toolkit(settings.toolkit)
        self.trainer = make_trainer(settings)
        self.optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        self.schedule = make_schedule(settings)

    @abstractmethod
    def load_data(self, report: Report) -> DataT:
        """The data of the settings; it is prepared by the caller."""

    @abstractmethod
    def metadata(self) -> MetadataT:
        """What the network and `predict` must know of the data; stored in the run."""

    def network(self, metadata: MetadataT) -> nn.Module:
        """A new network for such data."""
        return make_network(self.settings, metadata, self.nn)

    @abstractmethod
    def make_task(self, network: nn.Module) -> Task:
        """Loss and metrics."""

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """Further metrics, once the trained weights are in the network."""
        return {}

    def load(self, report: Report) -> None:
        """The data, prepared."""
        self.data = self.load_data(report)
        self.data.prepare()
        if self.left_open and isinstance(settings := self.settings, TrainingSettings):
            own = getattr(self.data, "batch_size", None) == settings.batch_size

            def batches(size: int) -> int:
                if own:
                    self.data.batch_size = size  # pyright: ignore[reportAttributeAccessIssue]
                return len(self.data.train_loader())

            self.suit_updates(self.data.train_loader().num_examples, batches, smaller=own)
            self.trainer = make_trainer(self.settings)

    def build(self) -> None:
        """The network, whose initial weights come from the seed alone, and its task."""
        seed_everything(self.settings.seed)
        self.model = self.network(self.metadata())
        self.task = self.make_task(self.model)

    def train(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Fit the task by the trainer, then measure what else is wanted."""
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        return metrics | self.derived(metrics) | self.measure(run, metrics)

    def state_dict_of(self, run: Run) -> dict[str, Any]:
        """The weights of a trained run that `restore` gives to the network.

        Raises:
            CheckpointError: nothing is trained yet.
        """
        return trained_weights(run)

    def restore(self, run: Run) -> tuple[nn.Module, MetadataT]:
        """The trained network, in evaluation mode, and the metadata.

        Raises:
            RunError: nothing is trained yet, or a file of the run is missing or damaged.
        """
        metadata = read_metadata(run, self.metadata_type)
        return fill(self.network(metadata), self.state_dict_of(run), run), metadata
