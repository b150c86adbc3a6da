"""``python -m deepdive.recipes.vision.design_space.worker RUN DEVICE`` trains samples of a run, as it is told."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import cast

import torch

from deepdive.data.images import ImageSet, ImageSplits
from deepdive.recipes.settings import from_plain
from deepdive.recipes.vision.classification import ImageClassification
from deepdive.recipes.vision.design_space.design_space import DesignSpaceSettings
from deepdive.recipes.vision.design_space.pool import serve
from deepdive.recipes.vision.design_space.samples import Ended, Sample, SampleStore, draw_samples, make_network
from deepdive.training import DivergedError, Run, TrainingInterrupted, seed_everything
from deepdive.training.records import Plan, Record


class Worker:
    """Trains samples one after the other, on the same images."""

    def __init__(self, run: Run, device: str) -> None:
        self.settings = replace(from_plain(DesignSpaceSettings, run.settings), device=device)
        self.store = SampleStore(run)
        self.base = ImageClassification(self.settings)
        self.base.load(lambda _: None)
        train, val = (cast(ImageSet, self.base.data.image_set(part)) for part in ("train", "val"))
        self.data = self.base.in_batches(ImageSplits(self.base.data.labels, train, val))
        """Without the test images, which are for the one network that is chosen in the end."""
        self.samples = {sample.name: sample for sample in draw_samples(self.settings, self.base.metadata())}

    def work(self, name: str) -> None:
        """Train one sample and keep its weights and its file, in this order."""
        sample = self.samples[name]
        began = time.perf_counter()
        try:
            ended = self._trained(sample)
        except TrainingInterrupted as interruption:  # somebody wants this process to end: no fault of the sample's
            sys.exit(str(interruption))
        except DivergedError as error:
            guessed = 1 - 1 / len(self.base.metadata().labels)
            ended = Ended("diverged", guessed, str(error))
        except Exception as error:  # the search goes on, and says so in its report
            ended = Ended("failed", reason=f"{type(error).__name__}: {error}")
        self.store.write(sample, replace(ended, seconds=round(time.perf_counter() - began, 2)))

    def _trained(self, sample: Sample) -> Ended:
        seed_everything(sample.seed)
        network = make_network(self.settings, self.base.metadata(), sample.design)
        trainer = replace(self.base.trainer, seed=sample.seed, monitor="val_accuracy")
        epochs = _Epochs()
        trainer.fit(self.base.make_task(network), self.data, listeners=[epochs])
        self.store.checkpoints(sample).save("best", {"model": network.state_dict()})
        return Ended("trained", round(1 - max(epochs.accuracies), 6))


class _Epochs:
    """Remembers the validation accuracy after every epoch; the weights of the best one stay."""

    def __init__(self) -> None:
        self.accuracies: list[float] = []

    def start(self, plan: Plan) -> None:
        """Nothing to do."""

    def record(self, record: Record) -> None:
        """An epoch may be over."""
        if record.kind == "epoch":
            self.accuracies.append(record.metrics["val_accuracy"])

    def finish(self) -> None:
        """Nothing to do."""


def main() -> None:
    """Open the run named on the command line and wait for the names of samples."""
    torch.set_num_threads(1)  # as many processes as wanted train alike
    folder, device = sys.argv[1:]
    worker = Worker(Run.open(Path(folder)), device)
    serve(worker.work)


if __name__ == "__main__":
    main()
