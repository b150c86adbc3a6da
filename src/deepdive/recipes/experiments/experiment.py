"""The base of every experiment: it drives, a subclass fills in blanks."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from torch import Tensor, nn

from deepdive.data.progress import Report, progress_bars
from deepdive.data.rows import RowsDataModule
from deepdive.data.sequences import Ragged
from deepdive.names import flat, tell
from deepdive.recipes.experiments.inputs import checksum, keep_inputs
from deepdive.recipes.experiments.metadata import to_plain
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.files import one_by_one, path_of
from deepdive.recipes.given.texts import given_texts, lines_of, takes_texts, texts_in
from deepdive.recipes.predictions import AnyPrediction
from deepdive.recipes.reports import Evaluation
from deepdive.recipes.reports.rates import learning_rates
from deepdive.recipes.settings import TrainingSettings, setting_of, with_setting
from deepdive.training import Run, choose_device
from deepdive.training.records import Listener, Plan
from deepdive.training.report import Section

HELD_OUT = 0.1
"""The fraction of all examples that a part has at most whose size nobody chose."""
_SMALL_BATCH = 32
"""Batches are not made smaller than this: the gradient of fewer examples is noise at rates chosen for more."""
SettingsT = TypeVar("SettingsT")
"""The dataclass of a recipe's settings."""


class Experiment(ABC, Generic[SettingsT]):
    """Settings in, a trained run and its report out.

    `deepdive.recipes.running.runner` calls `prepare`, makes the run folder, and calls `fit` and `sections`; for
    predictions it calls `apply`. What is blank here is the recipe's own: `load`, `build`, `metadata`, `train`,
    `sections`, `predict`. Most recipes are better off with a subclass that fills in more: `SupervisedExperiment`,
    `SequentialExperiment`, `RecordsExperiment`.

    Args:
        settings: what the user chose.

    Raises:
        ValueError: a setting is out of its range.
    """

    data_name: ClassVar[str] = "the data"
    """What a message calls the data, before ``of SOURCE have changed``."""
    no_predictions: ClassVar[str] = "learns from made-up data"
    """Why there is no `predict`, where there is none, after the name of the recipe."""
    draws_curves: ClassVar[bool] = True
    """Whether the report has learning curves: records follow one training run, and do not go from one to the next."""
    keeps_networks: ClassVar[bool] = False
    """Whether `restore` gives trained networks; see `networks_of`."""
    left_open: Collection[str] = ()
    """Names of settings that nobody chose (``batch_size``, ``augment.flip``), which may follow the data, see `suit`;
    none where the data is what their values are stated for."""
    enough_updates: ClassVar[int] = 200
    """Updates of the weights that little data gets at least, where nobody chose otherwise; see `suit_updates`."""
    told: Sequence[str] = ()
    """The notes that `prepare` has told."""
    compares: ClassVar[int] = 1
    """How many inputs a prediction is made of: 2 where they are compared two by two."""
    takes: Any = ""
    """What `predict` is given on the command line, in words; if empty, texts or files."""

    def __init__(self, settings: SettingsT) -> None:
        self.settings = settings
        self.suited: dict[str, tuple[Any, str]] = {}
        """Of each setting that follows from the data its value, and what it suits."""
        choose_device(self._setting("device", "auto"))

    @abstractmethod
    def load(self, report: Report) -> None:
        """Obtain the data and keep it in ``self``; ``report`` is told how far it is."""

    def notes(self) -> Iterable[str]:
        """What the user should know of the data; said before training begins."""
        return ()

    def build(self) -> None:
        """Make what is trained; nothing is written to a run folder yet."""

    def metadata(self) -> Any:
        """What the network and `predict` must know of the data: a dataclass, stored as ``inputs.json``."""
        return None

    def fingerprint(self) -> Iterable[Tensor | Ragged]:
        """The tensors of all parts: a resumed run, and one that is compared with others, must have the same ones.

        Where nothing else is said, those of a `RowsDataModule` in ``self.data``.
        """
        data = getattr(self, "data", None)
        return (*data.train, *data.val, *data.test) if isinstance(data, RowsDataModule) else ()

    @abstractmethod
    def train(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder and return the final metrics."""

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """What the trained network predicts of the part that it is tested on, one for each of its outputs.

        A `ClassEvaluation` or a `NumberEvaluation` gives the report its scores, figures, worst examples and baselines.
        """
        return ()

    def derived(self, metrics: Mapping[str, float]) -> dict[str, float]:
        """Further metrics that follow from others alone; of the network's, and of each baseline's in the same way."""
        return {}

    def found_settings(self) -> dict[str, Any]:
        """After `prepare`, what the data say of settings that were left open, where ``self.settings`` does not.

        By flat name, ``optimizer.lr``; numbers, words or lists of them.
        """
        return {}

    def kept_settings(self, given: Any) -> Any:
        """What a run keeps of the settings ``given`` by the user: `suit` has changed some, and open ones stay open."""
        for name, (value, _) in self.suited.items():
            given = with_setting(given, name, value)
        return given

    def chosen_settings(self, given: Any) -> dict[str, Any]:
        """What was taken for settings that are left open (``None`` or ``"auto"``) in those ``given`` by the user."""
        device = {"device": str(choose_device(self._setting("device", "auto")))}
        used = dict(flat(asdict(self.settings))) | device | self.found_settings()  # pyright: ignore[reportArgumentType]
        left = [name for name, value in flat(asdict(given)) if value is None or value == "auto"]
        return {name: used[name] for name in left if used.get(name) not in (None, "auto")}

    def parameters(self) -> int | None:
        """How many numbers the network of ``self.task`` learns; ``None`` where there is none, or not one alone."""
        task = getattr(self, "task", None)
        return None if task is None else sum(each.numel() for each in task.network.parameters())

    def learning_rates(self, plan: Plan) -> Sequence[float] | None:
        """That of every planned step, where ``self.optimizer`` and ``self.schedule`` say it."""
        optimizer = getattr(self, "optimizer", None)
        return None if optimizer is None else learning_rates(optimizer, getattr(self, "schedule", None), plan)

    def sections(self, run: Run) -> list[Section]:
        """The parts of the report that are this experiment's own, e.g. a grid of predictions."""
        return []

    predict: Callable[..., Sequence[AnyPrediction]]
    """``predict(self, *restored, files, *, ...)`` for files, ``predict(self, *restored, texts, *, ...)`` for texts.

    What `restore` returns comes first. Parameters given by keyword alone are options of ``deepdive predict``: each
    needs a type, a default, and a line under ``Args:``."""

    def restore(self, run: Run) -> tuple[Any, ...]:
        """What `predict` needs of a trained run, e.g. network and metadata."""
        return (run,)

    def networks_of(self, *restored: Any) -> Mapping[str, nn.Module]:
        """The trained networks in what `restore` returned, by name; an only one is called ``network``."""
        return {"network": restored[0]} if restored and isinstance(restored[0], nn.Module) else {}

    def metadata_of(self, *restored: Any) -> Any:
        """The metadata in what `restore` returned."""
        return restored[1] if len(restored) == 2 else None

    def labels_of(self, metadata: Any) -> tuple[str, ...]:
        """The names of the classes that are predicted, in the order of the network's outputs; none of numbers."""
        return tuple(getattr(metadata, "labels", ()))

    def example(self, run: Run) -> Example | None:
        """Something that `predict` takes, for the report; it may be written into the run folder. After `prepare`."""
        return None

    def prepare(self) -> None:
        """Obtain the data and make what is trained.

        Raises:
            ValueError: the data is not as it must be.
        """
        with progress_bars() as report:
            self.load(report)
        self.told = (*self.notes(), *self._suited_note())
        for note in self.told:
            tell(f"note: {note}")
        self.build()

    def suit(self, why: str, **values: Any) -> None:
        """Give settings that nobody chose what suits the data; one note tells all of them, and the run keeps them.

        Args:
            why: what they suit, in words.
            values: by name; ``__`` stands for the dot of ``augment.flip``.
        """
        for name, value in ((name.replace("__", "."), value) for name, value in values.items()):
            if name in self.left_open and value != setting_of(self.settings, name):
                self.settings = with_setting(self.settings, name, value)  # pyright: ignore[reportArgumentType]
                self.suited[name] = value, why

    def suit_updates(self, examples: int | None, batches: Callable[[int], int], *, smaller: bool = True) -> None:
        """Give little data enough updates of the weights: smaller batches, then more epochs, where nobody chose these.

        Batch sizes and epochs are chosen for the data of the recipe; a few hundred examples would be over before
        anything is learnt.

        Args:
            examples: those of training, for the note.
            batches: how many an epoch has, by their size.
            smaller: whether batches may be.
        """
        settings = self.settings
        if not isinstance(settings, TrainingSettings) or settings.steps is not None:
            return
        if not self.left_open or not self.enough_updates:
            return

        def updates() -> int:
            return max(1, -(-batches(batch) // settings.accumulate))

        batch, epochs = settings.batch_size, settings.epochs
        smaller = smaller and "batch_size" in self.left_open
        while updates() * epochs < self.enough_updates and smaller and batch >= 2 * _SMALL_BATCH:
            batch //= 2
        epochs = max(epochs, -(-self.enough_updates // updates()))
        self.suit(f"{examples or 0:,} training examples", batch_size=batch, epochs=epochs)

    def suit_size(self, name: str, examples: int, what: str) -> None:
        """Bound the number of examples of a part, such as the validation set, by a tenth of all, if nobody chose it."""
        chosen = setting_of(self.settings, name)
        if isinstance(chosen, int) and chosen > (most := max(1, round(HELD_OUT * examples))):
            self.suit(f"{examples:,} {what}", **{name: most})

    def _suited_note(self) -> Iterator[str]:
        """What follows from the data, and why."""
        flags: dict[str, list[str]] = {}
        for name, (value, why) in self.suited.items():
            flag = f"--{name.replace('_', '-')}"
            flags.setdefault(why, []).append(f"no {flag}" if value is False else f"{flag} {value}")
        if flags:
            told = "; ".join(f"{', '.join(each)} for {why}" for why, each in flags.items())
            yield f"chosen, as nothing else was asked for: {told}"

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also holds the metadata and a fingerprint of the data.

        Raises:
            RunError: on a resume, where the data is not what the run began with.
        """
        inputs = {"metadata": to_plain(self.metadata()), "fingerprint": checksum(self.fingerprint())}
        source = self._setting("data", "")
        keep_inputs(run, inputs, what=f"{self.data_name} of {source} have", resume=resume)
        return self.train(run, listeners, resume=resume)

    def texts_of(self, path: Path) -> list[str]:
        """The texts in a file, as `predict` takes them: one per line."""
        return lines_of(path)

    def given(self, inputs: Any) -> list[Any]:
        """What `predict` takes, of inputs in a program: here texts, or files by their paths.

        Raises:
            TypeError: the inputs are something else; says what may be given.
        """
        if takes_texts(self):
            return given_texts(inputs, self.texts_of)
        return [path_of(each, "files") for each in one_by_one(inputs)]

    def typed(self, words: Sequence[Path | str]) -> list[Any]:
        """What `predict` takes, of words on the command line: what names a file is a file, not a text."""
        return list(texts_in(words, self.texts_of)) if takes_texts(self) else self.given(words)

    def expanded(self, given: Sequence[Any]) -> list[Any]:
        """What `predict` takes, where one thing stands for several, such as a folder of images, each by itself."""
        return list(given)

    def apply(self, run: Run, inputs: Sequence[Any], **options: Any) -> Sequence[AnyPrediction]:
        """Apply the trained run to new inputs.

        Raises:
            ValueError: this experiment predicts nothing.
        """
        self.check_predicts(run)
        return self.predict(*self.restore(run), inputs, **options)

    @property
    def predicts(self) -> bool:
        """Whether there is a `predict`."""
        return callable(getattr(self, "predict", None))

    def check_predicts(self, run: Run) -> None:
        """Check that there is a `predict`.

        Raises:
            ValueError: there is none; says why.
        """
        if not self.predicts:
            raise ValueError(f"the recipe {run.recipe} {self.no_predictions}; there is nothing to predict")

    def _setting(self, name: str, default: str) -> str:
        return getattr(self.settings, name, default)
