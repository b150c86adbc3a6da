"""Start a recipe, resume a run, ask a trained one: the same few steps for every recipe."""

import signal
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepdive.names import shell_line, tell
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.experiments.options import check_options, options_of
from deepdive.recipes.loading import load_recipe
from deepdive.recipes.predictions import AnyPrediction
from deepdive.recipes.ranges import Checked
from deepdive.recipes.registry import Recipe
from deepdive.recipes.running.assessing import assess
from deepdive.recipes.running.few_updates import FewUpdates
from deepdive.recipes.running.one_by_one import Failed, predict_one_by_one
from deepdive.recipes.running.outcome import Outcome
from deepdive.recipes.running.reporting import report_on
from deepdive.recipes.settings import from_plain, to_plain
from deepdive.training import Plan, Record, Run, RunError, TrainingInterrupted
from deepdive.training.listeners import default_listeners, require_tensorboard
from deepdive.training.loop.interrupt import interrupted_by_signals
from deepdive.training.runs.environment import environment


def start(
    recipe: Recipe,
    settings: Any,
    *,
    preset: str,
    root: Path = Path("runs"),
    console: bool = True,
    tensorboard: bool = False,
    left_open: Collection[str] = (),
) -> Outcome:
    """Run a recipe in a new folder below ``root``.

    Settings whose names are ``left_open`` may follow the data, unless it is what their values are stated for; the run
    keeps those that were chosen.

    Raises:
        ValueError: a setting is out of range, or the data is not as it must be; no folder has been made then.
        ImportError: TensorBoard is asked for and not installed; likewise.
        TrainingInterrupted: Ctrl-C, SIGTERM or SIGHUP; the run can be resumed.
        DivergedError: the loss became NaN.
    """
    began = time.perf_counter()
    if tensorboard:
        require_tensorboard()
    experiment = recipe.build_for(settings, preset, left_open)
    experiment.prepare()
    plain, source, digest = to_plain(experiment.kept_settings(settings)), recipe.source, recipe.digest
    chosen = experiment.chosen_settings(settings)
    run = Run.create(recipe.name, plain, preset=preset, root=root, chosen=chosen, source=source, digest=digest)
    return _fit(recipe, experiment, run, began, resume=False, console=console, tensorboard=tensorboard)


def resume(folder: Path, *, device: str | None = None, console: bool = True, tensorboard: bool = False) -> Outcome:
    """Go on with a run that was interrupted or killed: bit for bit what it would have been, on the same machine.

    ``device`` moves the run to another one. What differs from the run's beginning (versions, threads, processor) is
    said on standard error, as the last digits may then differ too. Of a run that has ended but has no report, the
    report alone is made.

    Raises:
        RunError: the folder is no run, has ended already, is in use, or its data has changed.
    """
    began = time.perf_counter()
    run = Run.open(folder)
    again = f"start a new run with: {shell_line('deepdive', 'run', run.source or run.recipe)}"
    if run.result is not None and (folder / "report.html").exists():
        raise RunError(f"{folder} has ended already; {again}")
    if tensorboard:
        require_tensorboard()
    recipe, experiment = experiment_of(run, device)
    if run.result is not None:
        return _report_alone(recipe, experiment, run)
    if _has_checkpoint(run) and run.digest != recipe.digest:
        raise RunError(f"{run.source} has changed since {folder} began; {again}")
    for note in _differences(run):
        tell(f"note: {note}")
    experiment.prepare()
    return _fit(recipe, experiment, run, began, resume=True, console=console, tensorboard=tensorboard)


def predict(
    folder: Path, inputs: Sequence[Path | str], *, device: str = "auto", failed: Failed | None = None, **options: Any
) -> Sequence[AnyPrediction]:
    """Apply the trained network of a run to files or texts, on any device.

    A recipe that reads texts takes a file among the ``inputs`` as one text per line, or as the kind of file that it
    learnt from. Where ``failed`` is given, it is told of each input that cannot be predicted, and the others are
    predicted; else the first one ends it. The ``options`` are those of the recipe, see `prediction_options`.

    Raises:
        RunError: the folder is no run, or nothing is trained yet.
        FileNotFoundError: a file does not exist.
        ValueError: the recipe does not know one of the options, says which it knows; or one is out of its range.
    """
    run = Run.open(folder)
    recipe, experiment = experiment_of(run, device)
    known = check_options(experiment, run.recipe, options)
    check_trained(run, recipe)
    experiment.check_predicts(run)
    if failed is not None:
        return predict_one_by_one(experiment, run, inputs, known, failed)
    return experiment.apply(run, experiment.typed(inputs), **known)


def prediction_options(folder: Path, *, leave_out: Collection[str] = ()) -> tuple[type[Checked], str]:
    """The options of `predict` for a run, with types, ranges, defaults and help texts, and in words what it is given.

    Raises:
        RunError: the folder is no run.
    """
    _, experiment = experiment_of(Run.open(folder), None)
    return options_of(experiment, leave_out=leave_out), experiment.takes if experiment.predicts else ""


def check_trained(run: Run, recipe: Recipe) -> None:
    """Check that there is something trained to be used; what is not as it was is said.

    Raises:
        RunError: there is no checkpoint yet; says how to go on.
    """
    if run.result is None and not _has_checkpoint(run):
        raise RunError(f"{run.folder} has no checkpoint yet; {run.go_on}")
    if run.digest != recipe.digest:
        tell(f"note: {run.source} has changed since {run.folder} was trained; the predictions may be others")


def experiment_of(run: Run, device: str | None) -> tuple[Recipe, Experiment[Any]]:
    """The recipe of a run, and its experiment with the settings of the run, on another device where one is named.

    Raises:
        RunError: the settings are those of another version of the recipe.
    """
    recipe = load_recipe(run.source or run.recipe)
    try:
        settings = from_plain(recipe.settings_type, run.settings)
    except ValueError as error:
        raise RunError(f"{run.folder} was made by another version of the recipe {run.recipe}: {error}") from error
    moved = {} if device is None else _on(device, settings, run)
    return recipe, recipe.build(replace(settings, **_as_computed(run, settings), **moved))


def _on(device: str, settings: Any, run: Run) -> dict[str, str]:
    """The change of settings that moves a run to another device."""
    if hasattr(settings, "device"):
        return {"device": device}
    if device not in ("auto", "cpu"):
        raise ValueError(f"device must be auto or cpu, where the recipe {run.recipe} computes, got {device!r}")
    return {}


def _as_computed(run: Run, settings: Any) -> dict[str, str]:
    """What was left open in the settings, and what a run chose before its first step."""
    return {name: value for name, value in run.computed.items() if getattr(settings, name, None) == "auto"}


def _has_checkpoint(run: Run) -> bool:
    """Whether anything is trained yet; a recipe with several networks keeps them in folders of their own."""
    return any(run.checkpoints.folder.rglob("*.safetensors"))


def _differences(run: Run) -> Iterator[str]:
    """What has changed since the run began and may change its last digits."""
    now = environment()
    for name in ("torch", "deepdive", "processor", "threads", "accelerator"):
        before, after = run.environment.get(name, "none"), now.get(name, "none")
        if before != after:
            yield f"the run began with {name} {before} and goes on with {after}; the last digits may differ"
    if not _has_checkpoint(run):
        yield f"{run.folder} has no checkpoint yet; the run starts from the beginning"


def _fit(
    recipe: Recipe,
    experiment: Experiment[Any],
    run: Run,
    began: float,
    *,
    resume: bool,
    console: bool,
    tensorboard: bool,
) -> Outcome:
    with run.locked(), _told_how_to_go_on(run):
        batch = run.used_settings.get("batch_size")
        per_step = batch * run.settings.get("accumulate", 1) if batch else None
        how = {"console": console, "tensorboard": tensorboard, "batch_size": per_step}
        listeners = default_listeners(run.folder, **how, rates=experiment.learning_rates, told=experiment.told)
        short, computed = FewUpdates(recipe, experiment, run.preset), _Computed(run)
        metrics = experiment.fit(run, [short, *listeners, computed], resume=resume)
        target = recipe.target(run.preset, run.settings)
        seconds = time.perf_counter() - began
        known = {"resumed": resume, "computed": computed.facts, "parameters": experiment.parameters()}
        known |= {"epoch": run.checkpoints.tested_epoch()}
        outcome = Outcome(run, metrics, target, seconds, **known)
        return _told(outcome, recipe, experiment, resume=resume)


def _report_alone(recipe: Recipe, experiment: Experiment[Any], run: Run) -> Outcome:
    """The report of a run that has ended: nothing is trained, measured or written down again."""
    outcome = Outcome.of(run, recipe.target(run.preset, run.settings))
    experiment.prepare()
    with run.locked(), _told_how_to_go_on(run):
        experiment.fit(run, [], resume=True)
        return _told(outcome, recipe, experiment, resume=True)


def _told(outcome: Outcome, recipe: Recipe, experiment: Experiment[Any], *, resume: bool) -> Outcome:
    """The result, safe before anything else is made of it; then with baselines, and in a report."""
    run = outcome.run
    if run.result is None:
        run.write_json("result.json", outcome.to_json())
    assessment = assess(experiment, run, resume=resume)
    compared = replace(outcome, baselines=assessment.metrics, measures=dict(assessment.measures))
    if compared != outcome and not assessment.problem:
        outcome = compared
        run.write_json("result.json", outcome.to_json())
    return report_on(outcome, recipe, experiment, assessment)


@contextmanager
def _told_how_to_go_on(run: Run) -> Iterator[None]:
    """Whatever ends a run early is told with the command that goes on with it."""
    try:
        with interrupted_by_signals():
            yield
    except TrainingInterrupted as interruption:
        raise TrainingInterrupted(f"{interruption}; {run.go_on}", interruption.signal) from None
    except KeyboardInterrupt as interruption:
        number = getattr(interruption, "signal", signal.SIGINT)
        if number != signal.SIGINT:
            raise TrainingInterrupted(f"{interruption}; {run.go_on}", number) from None
        raise KeyboardInterrupt(f"interrupted; {run.go_on}") from None
    except (OSError, MemoryError, RuntimeError) as error:  # torch's word for the end of memory is the last one
        error.add_note(run.go_on)
        raise


class _Computed:
    """A listener that keeps in the run folder how a run is computed."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.facts = dict(run.computed)  # of training runs that were over before this session: they do not start again

    def start(self, plan: Plan) -> None:
        """Look at the plan, and write it down before the first step."""
        self.facts = {name: value for name in ("precision", "layout") if (value := getattr(plan, name))}
        if self.facts != self._run.computed:
            self._run.note_computed(self.facts)

    def record(self, record: Record) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""
