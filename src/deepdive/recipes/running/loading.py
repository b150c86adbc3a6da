"""A trained run in Python: its network, its labels, what surrounds them, and predictions."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from deepdive.names import tell
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.experiments.metadata import to_plain
from deepdive.recipes.experiments.options import check_options
from deepdive.recipes.predictions import AnyPrediction, Predictions, TablePrediction
from deepdive.recipes.registry import Recipe
from deepdive.recipes.running.runner import check_trained, experiment_of
from deepdive.training import Run, choose_device

_SHOWN = 80
"""Characters of what is no folder that an error has."""


def load(run: str | os.PathLike[str], *, device: str = "auto") -> "TrainedModel":
    """The trained model of a run folder.

    Of a run that has not ended it is the best one so far, and that is said on standard error.

    Args:
        run: the folder, as ``deepdive run`` has printed it: ``runs/lenet/20260101-120000-1a2b``.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``; any, whatever the run was trained on.

    Raises:
        TypeError: ``run`` is neither a string nor a path.
        FileNotFoundError: there is no such folder.
        RunError: it is no run, damaged, of another version, or not trained yet; says which, and how to go on.
        CheckpointError: its weights are damaged.
        ValueError: the recipe keeps nothing that could be used, or there is no such device.

    >>> import tempfile
    >>> from deepdive.recipes import load_recipe
    >>> from deepdive.recipes.running import runner
    >>> recipe = load_recipe("linear-regression")
    >>> settings = recipe.settings_type(epochs=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     outcome = runner.start(recipe, settings, preset="quick", root=Path(folder), console=False)
    ...     model = load(outcome.run.folder)
    >>> model.network
    LinearRegression(
      (net): Linear(in_features=2, out_features=1, bias=True)
    )
    >>> [round(each.value, 1) for each in model.predict([{"x1": 1.0, "x2": 0.0}, {"x1": 0.0, "x2": 0.0}])]
    [6.1, 4.2]
    """
    opened = Run.open(_folder(run))
    recipe, experiment = experiment_of(opened, device)
    check_trained(opened, recipe)
    if not (experiment.predicts or experiment.keeps_networks):
        raise ValueError(f"the recipe {opened.recipe} {experiment.no_predictions}; there is no model to load")
    if opened.result is None:
        tell(f"note: {opened.folder} has not ended; this is the best model so far; {opened.go_on}")
    return TrainedModel(opened, recipe, experiment)


class TrainedModel:
    """What a run has learnt, ready to be used; `load` makes it.

    Attributes:
        run: the run folder.
        recipe: the declaration that the run is of.
        settings: the settings of the run.
        metadata: what network and predictions must know of the data that was learnt from, as the recipe has it: sizes,
            statistics and labels of images, how the columns of a table become features, vocabularies.
        labels: names of the classes in the order of the network's outputs; empty where no classes are predicted.
        networks: the trained networks by name; an only one is called ``network``. They are on the device, in evaluation
            mode, and take what the recipe's batches hold: see ``preprocessing`` for what becomes of an input before.

    """

    def __init__(self, run: Run, recipe: Recipe, experiment: Experiment[Any]) -> None:
        self.run, self.recipe, self.settings = run, recipe, experiment.settings
        self._experiment = experiment
        self._restored = experiment.restore(run)
        self.metadata = experiment.metadata_of(*self._restored)
        self.labels = experiment.labels_of(self.metadata)
        device = choose_device(getattr(experiment.settings, "device", "cpu"))
        found = experiment.networks_of(*self._restored)
        self.networks: Mapping[str, nn.Module] = {name: each.to(device).eval() for name, each in found.items()}

    @property
    def network(self) -> nn.Module:
        """The trained network, if it is one.

        Raises:
            ValueError: the recipe has none, or the run has several, each with its own preprocessing.
        """
        if not self.networks:
            raise ValueError(f"the recipe {self.run.recipe} learns no network; use predict")
        if len(self.networks) > 1:
            raise ValueError(
                f"{self.run.folder} has {len(self.networks)} networks, each for inputs prepared in its own way, so "
                f"that none alone predicts what predict does; they are in .networks: {', '.join(self.networks)}"
            )
        return next(iter(self.networks.values()))

    @property
    def preprocessing(self) -> Any:
        """The metadata as plain dicts, lists, numbers and strings, as JSON has them."""
        return to_plain(self.metadata)

    @property
    def metrics(self) -> dict[str, float]:
        """The final metrics of the run, by name; empty while it has not ended."""
        result = self.run.result
        return {} if result is None else dict(result["metrics"])

    @property
    def epoch(self) -> int | None:
        """The epoch that the weights and the metrics are of, the best one; ``None`` of a run without one of its own."""
        return self.run.checkpoints.tested_epoch()

    def predict(self, inputs: Any, **options: Any) -> Predictions:
        """Predict for new inputs, as ``deepdive predict`` does.

        Args:
            inputs: one or several of: files and folders, as strings or paths, and in memory:

                * of a recipe for images: arrays, tensors (bytes, or floats from 0 to 1), images of Pillow;
                * for tables: rows (a mapping for each), columns by name, data frames of polars or pandas;
                * for texts: strings, which are never taken for names of files, and for pairs of texts (sentences, or a
                  question and its text) a tuple for each; a file is a `pathlib.Path`;
                * for series: numbers from old to new, or tables with the column.
            options: those of ``deepdive predict RUN --help``, with underscores.

        Returns:
            One prediction for each image, text or series, and for each row of a table, in the order of the inputs.
            They have ``given``, ``notes`` and ``objects()``, and for classes ``label``, ``probability`` and
            ``probabilities``, for numbers ``value``, for texts ``text`` and ``answers``, for tags ``words``, ``tags``
            and ``entities``, for series ``values``.

        Raises:
            ValueError: an input cannot be read, the recipe does not know an option, or it is out of its range.
            TypeError: the recipe predicts nothing for inputs of this type.
            FileNotFoundError: there is no such file.

        """
        known = check_options(self._experiment, self.run.recipe, options)
        self._experiment.check_predicts(self.run)
        given = self._experiment.given(inputs)
        found = self._experiment.predict(*self._restored, given, **known) if given else []
        return Predictions(each for prediction in found for each in _one_by_one(prediction))

    def __repr__(self) -> str:
        """Recipe, folder, networks and labels."""
        classes = f", {len(self.labels)} labels" if self.labels else ""
        return f"TrainedModel({self.run.recipe!r}, {str(self.run.folder)!r}, {len(self.networks)} networks{classes})"


def _folder(run: Any) -> Path:
    """The path, if a folder can have it."""
    given = os.fspath(run) if isinstance(run, os.PathLike) else run
    shown = repr(run) if len(repr(run)) <= _SHOWN else f"{repr(run)[:_SHOWN]}... ({len(repr(run)):,} characters)"
    if not isinstance(given, str):
        raise TypeError(f"run must be the folder of a run, got {shown}")
    try:
        folder = Path(given).expanduser()
        known = given.strip() and folder.is_dir()
    except (OSError, RuntimeError, ValueError) as error:  # too long, of no user, not to be looked into
        raise FileNotFoundError(f"run must be the folder of a run, got {shown}") from error
    if not known:
        raise FileNotFoundError(f"run must be the folder of a run, got {shown}: there is no run folder of that name")
    return folder


def _one_by_one(prediction: AnyPrediction) -> list[AnyPrediction]:
    """Of a table the predictions of its rows."""
    if isinstance(prediction, TablePrediction) and prediction.predicted:
        return list(prediction.rows())
    return [prediction]
