"""Learning which images are of one class: pairs, task, report, predictions for two files."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from deepdive.algorithms.contrastive import contrastive_loss
from deepdive.data.images import ImageDataModule, ImagePairs, ImageSpec, PairLoader, grid, read_image
from deepdive.data.images.memory import png_of
from deepdive.data.progress import Report
from deepdive.figures import BLUE, GREY, ORANGE, figure_style, to_png, to_svg
from deepdive.files import write_atomically
from deepdive.recipes.experiments import SupervisedExperiment
from deepdive.recipes.experiments.inputs import measured
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.images import GivenImage, TakesImages, all_images, decoding_of
from deepdive.recipes.predictions import Invert, PairPrediction
from deepdive.recipes.reports import Baseline, Evaluation, NamedEvaluation, constant_accuracy
from deepdive.recipes.vision.classic.siamese import SiameseSettings
from deepdive.recipes.vision.labelling import ImageExperiment
from deepdive.training import BinaryAccuracy, Run, Supervised, choose_device, evaluate
from deepdive.training.report import Html, Section, figure, join, png_image, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHOWN = 24


class SiameseExperiment(
    TakesImages, ImageExperiment[SiameseSettings], SupervisedExperiment[SiameseSettings, ImagePairs, ImageSpec]
):
    """Fit a Siamese network to pairs of labelled images; tell of two new images whether they are of one class.

    ``test_accuracy`` is that of pairs of test images of the classes learnt from; ``test_unseen_accuracy`` that of
    pairs of classes of which the network has seen no image. The limit of the distance is half the margin: it is not
    fitted to any data.

    Raises:
        ValueError: a setting is out of its range.
    """

    compares = 2
    takes = "an even number of image files, compared two by two; folders and archives stand for all that they hold"

    @property
    def threshold(self) -> float:
        """The distance from which images are predicted to be of different classes."""
        return self.settings.margin / 2

    @property
    def images(self) -> ImageDataModule:
        """Those that pairs are made of."""
        return self.data.images

    def load_data(self, report: Report) -> ImagePairs:
        """Pairs of the images of the named data set, folder or archive."""
        return ImagePairs(self.load_images(report), unseen=self.settings.unseen)

    def make_task(self, network: nn.Module) -> Supervised:
        """The contrastive loss, and the accuracy of the threshold."""
        return Supervised(
            network,
            loss=partial(contrastive_loss, margin=self.settings.margin),
            metrics={"accuracy": BinaryAccuracy(self.threshold)},
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """Test on pairs of the classes that were not learnt from."""
        unseen = self.data.unseen_loader()
        if unseen is None:
            return {}
        device = choose_device(self.settings.device)
        words: dict[str, Any] = {"prefix": "test_unseen", "precision": self.settings.precision}
        return measured(run, "unseen", partial(evaluate, self.task, unseen, device, **words), resume=True)

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The accuracies, beside those of one answer for all pairs."""
        return [NamedEvaluation(self._baselines)]

    def _baselines(self) -> tuple[Baseline, ...]:
        loaders = {"test_accuracy": self.data.test_loader(), "test_unseen_accuracy": self.data.unseen_loader()}
        tested = {name: each.pairs()[2].long() for name, each in loaders.items() if each is not None}
        train = self.data.train_loader().pairs()[2].long()
        return (constant_accuracy(train, tested, ("same", "different").__getitem__, "pairs"),) if tested else ()

    def sections(self, run: Run) -> list[Section]:
        """Pairs of test images, how distances are spread, accuracy by class, the network."""
        loaders = {"learnt": self.data.test_loader(), "unseen": self.data.unseen_loader()}
        found = {name: (loader, self._distances(loader)) for name, loader in loaders.items() if loader is not None}
        spec = self.images.spec
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

    def predict(
        self, network: nn.Module, metadata: ImageSpec, files: Sequence[Path | GivenImage], *, invert: Invert = "auto"
    ) -> list[PairPrediction]:
        """Compare the first file with the second, the third with the fourth, and so on.

        Args:
            network: the trained network.
            metadata: what the training images looked like.
            files: images, or folders and archives of them.
            invert: Swap light and dark; auto: if the background is unlike that of the training images.

        Raises:
            ValueError: the number of files is odd, or a file is no image; names it.
        """
        images = all_images(files)
        if len(images) % 2:
            raise ValueError(f"there are {len(images)} files; images are compared in pairs, so name an even number")
        found = []
        for one, two in zip(images[::2], images[1::2], strict=True):
            file, other = one.path, two.path
            (left, first), (right, second) = (
                read_image(spec=metadata, invert=invert, **decoding_of(each)) for each in (one, two)
            )
            device = choose_device(self.settings.device)
            network = network.to(device).eval()
            with torch.inference_mode():
                distance = float(
                    network(metadata.to_float(left[None].to(device)), metadata.to_float(right[None].to(device)))
                )
            notes = (*(f"{file}: {note}" for note in first), *(f"{other}: {note}" for note in second))
            label = "different" if distance > self.threshold else "same"
            found.append(PairPrediction(file, other, label, round(distance, 6), self.threshold, notes))
        return found

    def example(self, run: Run) -> Example | None:
        """Two of the test images."""
        found = self.images.image_set("test") or self.images.image_set("train")
        return None if found is None else Example.written(run.folder, "example.png", *map(png_of, found.images[:2]))

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
            predicted = distances[rows] > self.threshold
            images = loader.image_set.images
            gap = torch.full_like(images[left][..., :2], 255)
            side_by_side = torch.cat([images[left], gap, images[right]], dim=3)
            answers = zip(predicted.tolist(), different.tolist(), distances[rows].tolist(), strict=True)
            titles = [
                f"{'different' if far else 'same'} {distance:.2f}" + ("" if far == truth else "\nwrong")
                for far, truth, distance in answers
            ]
            png = to_png(grid(side_by_side, titles, columns=6, marked=(predicted != different).tolist(), scale=1.9))
            write_atomically(run.folder / f"pairs-{name}.png", png)
            classes = "classes learnt from" if name == "learnt" else "classes never seen in training"
            parts.append(png_image(f"Test images of {classes}, with prediction and distance.", png))
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
            for number in loader.image_set.labels.unique().tolist():
                own = loader.image_set.labels[left] == number
                rows.append(
                    {"class": self.data.labels[number], "in training": name == "learnt", "pairs": int(own.sum())}
                    | {
                        f"{kind} pairs right": float(right[own & (different == far)].float().mean())
                        for kind, far in (("same", False), ("different", True))
                    }
                )
        return rows


_CAPTION = "Distances of pairs of test images; from the dashed line on they are predicted to be of different classes."
