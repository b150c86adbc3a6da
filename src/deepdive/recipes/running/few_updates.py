"""Whether a run is too short to learn much, told before it begins: for every recipe that the trainer trains."""

from typing import Any

from deepdive.names import tell
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.registry import Recipe
from deepdive.recipes.settings import setting_of, with_preset
from deepdive.training import Plan, Record, Trainer

FEW = 100
"""Updates of the weights below which a run is told to be short."""
_LENGTH = ("data", "epochs", "steps", "batch_size", "accumulate")
"""Settings that decide how many updates there are."""


class FewUpdates:
    """A listener that tells of a run with few updates of the weights which flags give more.

    Nothing is told of a preset as it stands, on the data it is stated for: that is long enough for its target, or is
    meant to be over in seconds.
    """

    def __init__(self, recipe: Recipe, experiment: Experiment[Any], preset: str) -> None:
        self._experiment = experiment
        stated = with_preset(recipe.settings_type, recipe.presets.get(preset, {}))
        chosen = experiment.settings
        self._as_stated = all(setting_of(chosen, name) == setting_of(stated, name) for name in _LENGTH)

    def start(self, plan: Plan) -> None:
        """Count the updates of one training run, and tell if they are few."""
        settings = self._experiment.settings
        epochs = setting_of(settings, "epochs")
        trained = isinstance(getattr(self._experiment, "trainer", None), Trainer) and isinstance(epochs, int)
        updates = min(plan.total_steps, epochs * plan.steps_per_epoch) if trained else FEW
        if updates >= FEW or self._as_stated or plan.start_step:
            return
        bounded = setting_of(settings, "steps") is not None
        more = ["more --steps"] if bounded else ["more --epochs", *self._smaller_batches()]
        tell(f"note: the weights are updated only {updates} times, which may be too few; {' or '.join(more)} give more")

    def record(self, record: Record) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""

    def _smaller_batches(self) -> list[str]:
        size = setting_of(self._experiment.settings, "batch_size")
        return [f"a --batch-size below {size}"] if size is not None and size > 1 else []
