"""The networks that are drawn, and what a run folder keeps of each: one file, whole or not there."""

import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import msgspec

from deepdive.algorithms.design_spaces import Design, Frame, sample_designs, space_named
from deepdive.data.images import ImageSpec
from deepdive.models.vision.residual.anynet import AnyNet
from deepdive.recipes.experiments.making import make_toolkit
from deepdive.recipes.experiments.sequential_runs import checkpoints_of
from deepdive.recipes.vision.design_space.design_space import DesignSpaceSettings
from deepdive.training import FolderCheckpoints, Run, RunError


@dataclass(frozen=True)
class Sample:
    """One network to be trained."""

    space: str
    number: int
    """From 1, within its space."""
    design: Design
    seed: int

    @property
    def name(self) -> str:
        """``anynet-a-007``."""
        return f"{self.space}-{self.number:03d}"


@dataclass(frozen=True)
class Ended:
    """How the training of a sample ended."""

    state: Literal["trained", "diverged", "failed"]
    """``failed`` says nothing of the network: its process was killed, or something else went wrong."""
    error: float | None = None
    """Fraction of validation images that get a wrong label; that of guessing if the loss diverged."""
    reason: str = ""
    seconds: float = 0.0
    """How long it took; the one value that is another one each time."""


def frame_of(settings: DesignSpaceSettings, spec: ImageSpec) -> Frame:
    """What surrounds the body of every sample."""
    stride = 2 if settings.stem == "imagenet" else 1
    return Frame((spec.height, spec.width), spec.channels, len(spec.labels), settings.stem_width, stride)


def draw_samples(settings: DesignSpaceSettings, spec: ImageSpec) -> list[Sample]:
    """All samples, in turn from each space, so that after any of them the spaces have been treated alike.

    Raises:
        ValueError: a setting is out of its range, or a space has too few networks of the wanted cost.
    """
    frame = frame_of(settings, spec)
    low, high = (1e6 * value for value in settings.mega_flops)
    drawn: list[list[Sample]] = []
    for name in settings.spaces:
        space = space_named(name, stages=settings.stages, max_depth=settings.max_depth, max_width=settings.max_width)
        seed = _seed(settings.seed, name)
        designs = sample_designs(space, settings.samples, frame=frame, window=(low, high), seed=seed)
        drawn.append(
            [Sample(name, i, design, _seed(settings.seed, name, i)) for i, design in enumerate(designs, start=1)]
        )
    return [sample for group in zip(*drawn, strict=True) for sample in group]


def make_network(settings: DesignSpaceSettings, spec: ImageSpec, design: Design) -> AnyNet:
    """The network of a design; its weights come from the global generator."""
    return AnyNet(
        len(spec.labels),
        spec.channels,
        **vars(design),
        stem=settings.stem,
        stem_width=settings.stem_width,
        nn=make_toolkit(settings.toolkit),
    )


class SampleStore:
    """``samples/<name>.json`` for every sample that is over, and the weights of the best one so far."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._read: dict[str, Ended] = {}
        """What has ended stays as it is."""

    def checkpoints(self, sample: Sample) -> FolderCheckpoints:
        """Where the weights of a sample lie, under the name ``best``."""
        return checkpoints_of(self.run, sample.name)

    def write(self, sample: Sample, ended: Ended) -> None:
        """Write the file of a sample."""
        self.run.write_json(f"samples/{sample.name}.json", {"design": asdict(sample.design)} | asdict(ended))

    def read(self, sample: Sample) -> Ended | None:
        """How a sample ended, ``None`` if it has not.

        Raises:
            RunError: its file is damaged, or of another network.
        """
        if sample.name in self._read:
            return self._read[sample.name]
        place = f"samples/{sample.name}.json"
        if not (self.run.folder / place).is_file():
            return None
        content: Any = self.run.read_json(place)
        try:
            design = Design.from_json(content.pop("design"))
            ended = msgspec.convert(content, Ended)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RunError(f"{self.run.folder / place} is damaged: {error}") from error
        if design != sample.design:
            raise RunError(f"{self.run.folder / place} is of the network {design}, not of {sample.design}")
        self._read[sample.name] = ended
        return ended

    def leading(self, samples: Sequence[Sample]) -> Iterator[tuple[Sample, Ended]]:
        """The samples that are over, up to the first that is not."""
        for sample in samples:
            ended = self.read(sample)
            if ended is None:
                return
            yield sample, ended

    def best(self, samples: Sequence[Sample]) -> Sample | None:
        """The trained sample of the smallest error so far, the first one of several."""
        trained = [
            (ended.error, i, sample)
            for i, sample in enumerate(samples)
            if (ended := self.read(sample)) is not None and ended.state == "trained" and ended.error is not None
        ]
        return min(trained)[-1] if trained else None

    def keep_best_weights(self, samples: Sequence[Sample]) -> None:
        """Delete the weights of all samples that are over but the best one."""
        best = self.best(samples)
        for sample in samples:
            if sample != best and self.read(sample) is not None:
                shutil.rmtree(self.checkpoints(sample).folder, ignore_errors=True)


def _seed(*parts: object) -> int:
    """A number from 0 to 2³² - 1 that depends on nothing but the parts."""
    return zlib.crc32(" ".join(map(str, parts)).encode())
