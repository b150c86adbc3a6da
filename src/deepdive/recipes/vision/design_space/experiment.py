"""Samples of design spaces trained in several processes, and the spaces compared by all of them."""

import sys
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from deepdive.algorithms.design_spaces import ErrorDistribution, area_gain, kolmogorov_smirnov
from deepdive.data.images import ImageSpec
from deepdive.data.progress import Report
from deepdive.recipes.experiments import RecordsExperiment
from deepdive.recipes.experiments.inputs import fill, measured, read_metadata, trained_weights
from deepdive.recipes.given.example import Example
from deepdive.recipes.vision.classification import ImageClassification
from deepdive.recipes.vision.design_space.design_space import DesignSpaceSettings
from deepdive.recipes.vision.design_space.pool import WorkersFailedError, run_tasks
from deepdive.recipes.vision.design_space.reporting import Findings, design_sections
from deepdive.recipes.vision.design_space.samples import Ended, Sample, SampleStore, draw_samples, make_network
from deepdive.recipes.vision.labelling import LabelsImages, image_example, predict_probabilities
from deepdive.training import Plan, Record, Run, RunError, TrainingInterrupted
from deepdive.training.listeners import Curves, TimingFile
from deepdive.training.loop.interrupt import stop_request
from deepdive.training.records import Listener
from deepdive.training.report import Section

_WORKER = "deepdive.recipes.vision.design_space.worker"


class DesignSpaceExperiment(LabelsImages[DesignSpaceSettings], RecordsExperiment[DesignSpaceSettings]):
    """Draw networks of about the same cost from each space, train them all alike, and compare the spaces.

    ``edf_gain`` is the area between the error distributions of the last space and the first: by how much the mean error
    fell. Errors are measured on the validation set; the best network of all is then tested once.

    Raises:
        ValueError: a setting is out of its range.
    """

    data_name = "the images"

    def __init__(self, settings: DesignSpaceSettings) -> None:
        super().__init__(settings)
        self.base = ImageClassification(settings)
        """Has the images, as the workers do."""

    def load(self, report: Report) -> None:
        """Obtain the images.

        Raises:
            ValueError: there is no validation set.
        """
        self.base.left_open = self.left_open
        self.base.load(report)
        self.settings, self.suited = self.base.settings, self.base.suited
        if self.base.data.image_set("val") is None:
            raise ValueError("validation is 0; spaces are compared by errors on a validation set")

    def notes(self) -> Iterable[str]:
        """Those of the images."""
        return self.base.notes()

    def metadata(self) -> ImageSpec:
        """Size, channels, statistics and labels of the images."""
        return self.base.metadata()

    def fingerprint(self) -> Iterable[Tensor]:
        """The images of every part and their labels."""
        return self.base.fingerprint()

    def build(self) -> None:
        """Draw the networks.

        Raises:
            ValueError: a space has too few networks of the wanted cost.
        """
        self.samples = draw_samples(self.settings, self.metadata())

    def plan(self) -> Plan:
        """A sample is a step, one of each space an epoch."""
        return Plan(len(self.samples), len(self.settings.spaces))

    def train(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train the samples that are not over yet, and compare the spaces.

        Raises:
            RunError: no sample of a space could be trained, or no worker begins.
            TrainingInterrupted: SIGINT, SIGTERM or SIGHUP; the samples in work are trained again on a resume.
        """
        told = [each for each in listeners if not isinstance(each, Curves | TimingFile)]
        return super().train(run, told, resume=resume)

    def records(self, run: Run) -> Iterator[Record]:
        """The records of the samples in their order, whichever ends first; those that are over have theirs at once."""
        store, count = SampleStore(run), 0
        for _ in self._trained(run, store):
            store.keep_best_weights(self.samples)
            records = self._records(store)
            yield from records[count:]
            count = len(records)

    def _trained(self, run: Run, store: SampleStore) -> Iterator[None]:
        """Yields at the beginning, and whenever a sample ends: it is trained, or the process that had it died."""
        named = {sample.name: sample for sample in self.samples if store.read(sample) is None}
        command = [sys.executable, "-m", _WORKER, str(run.folder), self.settings.device]
        log = run.folder / "workers.log"
        yield
        with stop_request() as stop:
            answers = run_tasks(
                command, list(named), workers=self.settings.workers, log=log, stopped=lambda: stop.signal is not None
            )
            try:
                for answer in answers:
                    sample = named[answer.task]
                    if answer.died and store.read(sample) is None:
                        store.write(sample, Ended("failed", reason=answer.died))
                    yield
            except WorkersFailedError as error:
                raise RunError(f"{error}; see {log}") from error
            finally:
                answers.close()
        if stop.signal is not None:
            over = sum(store.read(sample) is not None for sample in self.samples)
            words = f"stopped by signal {stop.signal} with {over} of {len(self.samples)} samples over; they are kept"
            raise TrainingInterrupted(words, stop.signal)

    def _records(self, store: SampleStore) -> list[Record]:
        """One per sample, and one per round with the mean errors so far."""
        records, errors = [], {space: [] for space in self.settings.spaces}
        for step, (sample, ended) in enumerate(store.leading(self.samples), start=1):
            error = float("nan") if ended.error is None else ended.error
            records.append(Record("train", sample.number, step, {f"{sample.space}_error": error}))
            if ended.error is not None:
                errors[sample.space].append(ended.error)
            if step % len(errors) == 0:
                means = {f"{space}_mean_error": sum(e) / len(e) if e else float("nan") for space, e in errors.items()}
                records.append(Record("epoch", sample.number, step, means))
        return records

    def metrics(self, run: Run) -> dict[str, float]:
        """Of the spaces, and the test accuracy of the best network."""
        store = SampleStore(run)
        found = self.findings = self._findings(store)
        metrics = {"edf_gain": found.gain.value, "edf_gain_lower": found.gain.lower, "edf_gain_upper": found.gain.upper}
        metrics |= {"ks_statistic": found.difference.statistic, "ks_p_value": found.difference.p_value}
        for space, distribution in found.distributions.items():
            metrics |= {f"{space}_mean_error": distribution.mean, f"{space}_min_error": distribution.minimum}
        metrics["failed"] = float(sum(ended.state == "failed" for _, ended in found.ended))
        return metrics | measured(run, "best", lambda: self._tested(store), resume=True)

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

    def _tested(self, store: SampleStore) -> dict[str, float]:
        """The accuracy of the best network on the test images, if there are any."""
        best, test = store.best(self.samples), self.base.data.image_set("test")
        if best is None or test is None:
            return {}
        spec = self.metadata()
        network = self._network(store, best, spec)
        predicted = predict_probabilities(network, spec, test.images, device=self.settings.device).argmax(dim=1)
        return {"test_accuracy": float((predicted == test.labels).double().mean())}

    def sections(self, run: Run) -> list[Section]:
        """The error distributions, errors against parameters, the best network, all samples."""
        store, spec = SampleStore(run), self.metadata()
        best = store.best(self.samples)
        network = None if best is None else self._network(store, best, spec)
        return design_sections(run, self.settings, spec, self.findings, best, network)

    def restore(self, run: Run) -> tuple[torch.nn.Module, ImageSpec]:
        """The best network so far, and what the images looked like.

        Raises:
            RunError: no sample is trained.
        """
        spec, store = read_metadata(run, ImageSpec), SampleStore(run)
        best = store.best(draw_samples(self.settings, spec))
        if best is None:
            raise RunError(f"{run.folder} has no trained network; {run.go_on}")
        return self._network(store, best, spec), spec

    def example(self, run: Run) -> Example | None:
        """One of the test images."""
        return image_example(run, self.base.data)

    def _network(self, store: SampleStore, sample: Sample, spec: ImageSpec) -> torch.nn.Module:
        network = make_network(self.settings, spec, sample.design)
        return fill(network, trained_weights(store.run, store.checkpoints(sample)), store.run)
