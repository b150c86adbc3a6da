"""Samples of design spaces trained in several processes, and the spaces compared by all of them."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from deepdive.algorithms.design_spaces import ErrorDistribution, area_gain, kolmogorov_smirnov
from deepdive.data.images import ImageSpec
from deepdive.data.progress import progress_bars
from deepdive.names import tell
from deepdive.recipes.experiments.inputs import measured
from deepdive.recipes.experiments.making import make_classification_loss, make_optimizer, make_trainer
from deepdive.recipes.predictions import Invert, Prediction
from deepdive.recipes.vision.classification import load_pictures
from deepdive.recipes.vision.design_space.design_space import DesignSpaceSettings
from deepdive.recipes.vision.design_space.pool import WorkersFailedError, run_tasks
from deepdive.recipes.vision.design_space.reporting import Findings, design_sections
from deepdive.recipes.vision.design_space.samples import Ended, Sample, SampleStore, draw_samples, make_network
from deepdive.recipes.vision.labelling import label_files, note_inputs, probabilities, read_spec
from deepdive.training import Run, RunError, TrainingInterrupted, choose_device
from deepdive.training.listeners import Curves, TimingFile, read_metrics
from deepdive.training.loop.interrupt import stop_request
from deepdive.training.records import Listener, Plan, Record
from deepdive.training.report import Section

_WORKER = "deepdive.recipes.vision.design_space.worker"


class DesignSpaceExperiment:
    """Draw networks of about the same cost from each space, train them all alike, and compare the spaces.

    ``edf_gain`` is the area between the error distributions of the last space and the first: by how much the mean error
    fell. Errors are measured on held-out pictures; the best network of all is then tested once.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: DesignSpaceSettings) -> None:
        self.settings = settings
        make_trainer(settings)
        make_optimizer(settings.optimizer, settings.toolkit)
        make_classification_loss(settings.toolkit, settings.label_smoothing)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain the pictures and draw the networks.

        Raises:
            ValueError: no pictures are held out, or a space has too few networks of the wanted cost.
        """
        settings = self.settings
        with progress_bars() as report:
            self.data = load_pictures(settings, report)
            self.data.prepare()
        for note in self.data.notes:
            tell(f"note: {note}")
        if self.data.pictures("val") is None:
            raise ValueError("validation is 0; spaces are compared by errors on pictures held out")
        self.samples = draw_samples(settings, self.data.spec)

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train the samples that are not over yet, and compare the spaces.

        Raises:
            RunError: the pictures are not those that the run began with, or no sample of a space could be trained.
            TrainingInterrupted: SIGINT, SIGTERM or SIGHUP; the samples in work are trained again on a resume.
        """
        note_inputs(run, self.data.spec, self.data.pictures("train"), source=self.settings.data, resume=resume)
        store = SampleStore(run)
        told = _Told([each for each in listeners if not isinstance(each, Curves | TimingFile)], self.samples, store)
        try:
            told.start(run.metrics_file)
            for _ in self._train(run, store):
                told.catch_up()
                store.keep_best_weights(self.samples)
        finally:
            told.finish()
        self.findings = self._findings(store)
        return self._metrics() | measured(run, "best", lambda: self._tested(store), resume=resume)

    def _train(self, run: Run, store: SampleStore) -> Iterator[Sample]:
        """Samples as they end, whether they were trained or the process that had them died."""
        named = {sample.name: sample for sample in self.samples if store.read(sample) is None}
        command = [sys.executable, "-m", _WORKER, str(run.folder), self.settings.device]
        log = run.folder / "workers.log"
        with stop_request() as stop:
            answers = run_tasks(
                command, list(named), workers=self.settings.workers, log=log, stopped=lambda: stop.signal is not None
            )
            try:
                for answer in answers:
                    sample = named[answer.task]
                    if answer.died and store.read(sample) is None:
                        store.write(sample, Ended("failed", reason=answer.died))
                    yield sample
            except WorkersFailedError as error:
                raise RunError(f"{error}; see {log}") from error
            finally:
                answers.close()
        if stop.signal is not None:
            over = sum(store.read(sample) is not None for sample in self.samples)
            words = f"stopped by signal {stop.signal} with {over} of {len(self.samples)} samples over; they are kept"
            raise TrainingInterrupted(words, stop.signal)

    def _findings(self, store: SampleStore) -> Findings:
        ended = [(sample, result) for sample, result in store.leading(self.samples)]
        distributions = {}
        for space in self.settings.spaces:
            errors = [r.error for sample, r in ended if sample.space == space and r.error is not None]
            if not errors:
                reason = next(r.reason for sample, r in ended if sample.space == space)
                raise RunError(f"no sample of {space} could be trained; the first one: {reason}")
            distributions[space] = ErrorDistribution(torch.tensor(errors, dtype=torch.float64))
        first, last = distributions[self.settings.spaces[0]], distributions[self.settings.spaces[-1]]
        return Findings(ended, distributions, area_gain(first, last), kolmogorov_smirnov(first, last))

    def _metrics(self) -> dict[str, float]:
        found = self.findings
        metrics = {"edf_gain": found.gain.value, "edf_gain_lower": found.gain.lower, "edf_gain_upper": found.gain.upper}
        metrics |= {"ks_statistic": found.difference.statistic, "ks_p_value": found.difference.p_value}
        for space, distribution in found.distributions.items():
            metrics |= {f"{space}_mean_error": distribution.mean, f"{space}_min_error": distribution.minimum}
        return metrics | {"failed": float(sum(ended.state == "failed" for _, ended in found.ended))}

    def _tested(self, store: SampleStore) -> dict[str, float]:
        """The accuracy of the best network on the test pictures, if there are any."""
        best, test = store.best(self.samples), self.data.pictures("test")
        if best is None or test is None:
            return {}
        network = self._trained(store, best, self.data.spec)
        chances = probabilities(network, self.data.spec, test.images, device=self.settings.device)
        return {"test_accuracy": float((chances.argmax(dim=1) == test.labels).double().mean())}

    def sections(self, run: Run) -> list[Section]:
        """The error distributions, errors against parameters, the best network, all samples."""
        store = SampleStore(run)
        best = store.best(self.samples)
        network = None if best is None else self._trained(store, best, self.data.spec)
        return design_sections(run, self.settings, self.data.spec, self.findings, best, network)

    def predict(self, run: Run, files: Sequence[Path], *, invert: Invert = "auto") -> list[Prediction]:
        """Label picture files with the best network so far.

        Raises:
            RunError: no sample is trained.
        """
        spec, store = read_spec(run), SampleStore(run)
        best = store.best(draw_samples(self.settings, spec))
        if best is None:
            raise RunError(f"{run.folder} has no trained network; {run.go_on}")
        return label_files(self._trained(store, best, spec), spec, files, device=self.settings.device, invert=invert)

    def _trained(self, store: SampleStore, sample: Sample, spec: ImageSpec) -> torch.nn.Module:
        network = make_network(self.settings, spec, sample.design)
        network.load_state_dict(store.checkpoints(sample).load("best")["model"])
        return network


class _Told:
    """Tells listeners of the samples in their order, whichever ends first: the same run has the same records."""

    def __init__(self, listeners: Sequence[Listener], samples: Sequence[Sample], store: SampleStore) -> None:
        self._listeners, self._samples, self._store = listeners, samples, store
        self._spaces = list(dict.fromkeys(sample.space for sample in samples))
        self._count = 0

    def start(self, metrics_file: Path) -> None:
        """Go on after the records that are there, as far as their samples are known."""
        records = self._records()
        kept = len(read_metrics(metrics_file, strict=False)) if metrics_file.is_file() else 0
        self._count = min(kept, len(records))
        step = records[self._count - 1].step if self._count else 0
        for listener in self._listeners:
            listener.start(Plan(len(self._samples), len(self._spaces), step, self._count))
        self.catch_up()

    def catch_up(self) -> None:
        """Tell what is new."""
        records = self._records()
        for record in records[self._count :]:
            for listener in self._listeners:
                listener.record(record)
        self._count = len(records)

    def finish(self) -> None:
        """The run is over or interrupted."""
        for listener in self._listeners:
            listener.finish()

    def _records(self) -> list[Record]:
        """One per sample, and one per round with the mean errors so far: a sample is a step, a round an epoch."""
        records, errors = [], {space: [] for space in self._spaces}
        for step, (sample, ended) in enumerate(self._store.leading(self._samples), start=1):
            error = float("nan") if ended.error is None else ended.error
            records.append(Record("train", sample.number, step, {f"{sample.space}_error": error}))
            if ended.error is not None:
                errors[sample.space].append(ended.error)
            if step % len(self._spaces) == 0:
                means = {f"{space}_mean_error": sum(e) / len(e) if e else float("nan") for space, e in errors.items()}
                records.append(Record("epoch", sample.number, step, means))
        return records
