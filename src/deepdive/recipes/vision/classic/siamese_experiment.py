"""Learning which pictures are of one class: pairs, task, report, predictions for two files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from deepdive.algorithms.contrastive import contrastive_loss
from deepdive.data.images import ImagePairs, ImageSpec, PairLoader, grid, load_images, read_picture
from deepdive.data.progress import progress_bars
from deepdive.figures import BLUE, GREY, ORANGE, figure_style, to_png, to_svg
from deepdive.files import write_atomically
from deepdive.models.vision import LeNet, Siamese
from deepdive.names import tell
from deepdive.recipes.experiments.inputs import measured
from deepdive.recipes.experiments.making import make_optimizer, make_schedule, make_toolkit, make_trainer
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.predictions import Invert, Value
from deepdive.recipes.vision.classic.siamese import SiameseSettings
from deepdive.recipes.vision.labelling import note_inputs, picture_files, read_spec
from deepdive.training import BinaryAccuracy, Run, Supervised, choose_device, evaluate, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Html, Section, figure, join, picture, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHOWN = 24


@dataclass(frozen=True)
class PairPrediction:
    """What is said of two pictures."""

    file: Path
    other: Path
    label: str
    """``same`` or ``different``."""
    distance: float
    threshold: float
    """From here on they are different."""
    notes: tuple[str, ...] = ()

    @property
    def given(self) -> str:
        """Both paths."""
        return f"{self.file}, {self.other}"

    def lines(self) -> Iterator[str]:
        """Verdict and distance."""
        yield f"{self.given}: {self.label} (distance {self.distance:.3f}, limit {self.threshold:g})"

    def records(self) -> Iterator[dict[str, Value]]:
        """One row."""
        yield {
            "file": str(self.file),
            "other": str(self.other),
            "label": self.label,
            "distance": self.distance,
            "threshold": self.threshold,
        }

    def objects(self) -> Iterator[Mapping[str, object]]:
        """All fields by name."""
        yield vars(self) | {"file": str(self.file), "other": str(self.other)}


class SiameseExperiment:
    """Fit a Siamese network to pairs of labelled pictures; tell of two new pictures whether they are of one class.

    ``test_accuracy`` is that of pairs of test pictures of the classes learnt from; ``test_unseen_accuracy`` that of
    pairs of classes of which the network has seen no picture. The limit of the distance is half the margin: it is not
    fitted to any data.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: SiameseSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    @property
    def threshold(self) -> float:
        """The distance from which pictures are called different."""
        return self.settings.margin / 2

    def prepare(self) -> None:
        """Obtain the pictures and make the task."""
        settings = self.settings
        with progress_bars() as report:
            images = load_images(
                settings.data,
                batch_size=settings.batch_size,
                validation=settings.validation,
                seed=settings.seed,
                image_size=settings.image_size,
                normalize=settings.normalize,
                report=report,
            )
            self.data = ImagePairs(images, unseen=settings.unseen)
            self.data.prepare()
        for note in images.notes:
            tell(f"note: {note}")
        seed_everything(settings.seed)
        self.task = Supervised(
            self._network(images.spec),
            loss=partial(contrastive_loss, margin=settings.margin),
            metrics={"accuracy": BinaryAccuracy(self.threshold)},
            optimizer=self._optimizer,
            schedule=make_schedule(settings),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, then test on classes that were not learnt from.

        Raises:
            RunError: the pictures are not those that the run began with.
        """
        images = self.data.images
        note_inputs(run, images.spec, images.pictures("train"), source=self.settings.data, resume=resume)
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        if (unseen := self.data.unseen_loader()) is not None:
            device = choose_device(self.settings.device)
            words: dict[str, Any] = {"prefix": "test_unseen", "precision": self.settings.precision}
            metrics |= measured(run, "unseen", partial(evaluate, self.task, unseen, device, **words), resume=resume)
        return metrics

    def sections(self, run: Run) -> list[Section]:
        """Pairs of test pictures, how distances are spread, accuracy by class, the network."""
        loaders = {"learnt": self.data.test_loader(), "unseen": self.data.unseen_loader()}
        found = {name: (loader, self._distances(loader)) for name, loader in loaders.items() if loader is not None}
        spec = self.data.images.spec
        example = torch.empty(1, spec.channels, spec.height, spec.width, device="meta")
        sections = [network_section(self.task.network, (example, example))]
        if not found:
            return sections
        return [
            Section("Pairs", self._pairs(run, found)),
            Section("Distances", figure(to_svg(self._histograms(found)).decode(), caption=_CAPTION)),
            Section("Accuracy by class", table(self._by_class(found))),
            *sections,
        ]

    def predict(self, run: Run, files: Sequence[Path], *, invert: Invert = "auto") -> list[PairPrediction]:
        """Compare the first file with the second, the third with the fourth, and so on; a folder is all of its own.

        Raises:
            ValueError: the number of files is odd, or a file is no picture; names it.
        """
        files = picture_files(files)
        if len(files) % 2:
            raise ValueError(f"there are {len(files)} files; pictures are compared in pairs, so name an even number")
        spec = read_spec(run)
        network = self._network(spec)
        network.load_state_dict(trained_weights(run))
        network.eval()
        found = []
        for file, other in zip(files[::2], files[1::2], strict=True):
            (left, first), (right, second) = (read_picture(each, spec, invert=invert) for each in (file, other))
            with torch.inference_mode():
                distance = float(network(spec.to_float(left[None]), spec.to_float(right[None])))
            notes = (*(f"{file}: {note}" for note in first), *(f"{other}: {note}" for note in second))
            label = "different" if distance > self.threshold else "same"
            found.append(PairPrediction(file, other, label, round(distance, 6), self.threshold, notes))
        return found

    def _network(self, spec: ImageSpec) -> Siamese:
        size = (spec.height, spec.width)
        toolkit = make_toolkit(self.settings.toolkit)
        return Siamese(LeNet(self.settings.dimensions, spec.channels, image_size=size, modern=True, nn=toolkit))

    def _distances(self, loader: PairLoader) -> Tensor:
        device = choose_device(self.settings.device)
        network = self.task.network.to(device).eval()
        with torch.inference_mode():
            return torch.cat([network(left, right).cpu() for left, right, _ in loader.batches(device=device)])

    def _pairs(self, run: Run, found: Mapping[str, tuple[PairLoader, Tensor]]) -> Html:
        parts = []
        for name, (loader, distances) in found.items():
            rows = torch.linspace(0, len(distances) - 1, min(_SHOWN, len(distances))).long()
            left, right, different = (each[rows] for each in loader.pairs())
            said = distances[rows] > self.threshold
            images = loader.pictures.images
            gap = torch.full_like(images[left][..., :2], 255)
            side_by_side = torch.cat([images[left], gap, images[right]], dim=3)
            titles = [
                f"{'different' if far else 'same'} {distance:.2f}" + ("" if far == truth else "\nwrong")
                for far, truth, distance in zip(
                    said.tolist(), different.tolist(), distances[rows].tolist(), strict=True
                )
            ]
            png = to_png(grid(side_by_side, titles, columns=6, marked=(said != different).tolist(), scale=1.9))
            write_atomically(run.folder / f"pairs-{name}.png", png)
            classes = "classes learnt from" if name == "learnt" else "classes never seen in training"
            parts.append(picture(f"Test pictures of {classes}, with what is said and the distance.", png))
        return join(parts)

    def _histograms(self, found: Mapping[str, tuple[PairLoader, Tensor]]) -> "Figure":
        from matplotlib.figure import Figure

        limit = max(float(distances.max()) for _, distances in found.values())
        with figure_style():
            chart = Figure(figsize=(7.2, 2.8), layout="constrained")
            axes = chart.subplots(1, len(found), squeeze=False, sharey=True)[0]
            for ax, (name, (loader, distances)) in zip(axes, found.items(), strict=True):
                different = loader.pairs()[2]
                for part, color, label in ((~different, BLUE, "same"), (different, ORANGE, "different")):
                    ax.hist(distances[part].numpy(), bins=40, range=(0, limit), color=color, alpha=0.6, label=label)
                ax.axvline(self.threshold, color=GREY, ls="--")
                ax.set_title(f"classes {name}", loc="left", fontsize="medium", fontweight="bold")
                ax.set_xlabel("distance")
            axes[0].set_ylabel("pairs")
            axes[0].legend(fontsize="small")
        return chart

    def _by_class(self, found: Mapping[str, tuple[PairLoader, Tensor]]) -> list[dict[str, object]]:
        rows = []
        for name, (loader, distances) in found.items():
            left, _, different = loader.pairs()
            right = (distances > self.threshold) == different
            for number in loader.pictures.labels.unique().tolist():
                own = loader.pictures.labels[left] == number
                rows.append(
                    {"class": self.data.labels[number], "in training": name == "learnt", "pairs": int(own.sum())}
                    | {
                        f"{kind} pairs right": float(right[own & (different == far)].float().mean())
                        for kind, far in (("same", False), ("different", True))
                    }
                )
        return rows


_CAPTION = "Distances of pairs of test pictures; from the dashed line on they are called different."
