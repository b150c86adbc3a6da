"""Learning a kernel from an image and its edges: data, task, figure, edges of other images."""

import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor, nn

from deepdive.data.images.decode import decode_image
from deepdive.data.images.memory import png_of
from deepdive.data.progress import Report
from deepdive.data.rows import RowsDataModule
from deepdive.figures import figure_style, to_png
from deepdive.files import make_folder, write_atomically
from deepdive.recipes.experiments import SupervisedExperiment
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.images import GivenImage, TakesImages, all_images, decoding_of
from deepdive.recipes.predictions import TablePrediction, json_object
from deepdive.recipes.vision.classic.edge_kernel import EdgeKernelSettings
from deepdive.toolkit import Toolkit
from deepdive.training import MeanSquaredError, Regression, Run
from deepdive.training.report import Section, join, png_image, table, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRUE_KERNEL = (1.0, -1.0)
"""1 where white turns black to the right, -1 where black turns white."""


class EdgeData(RowsDataModule):
    """A white image with a black stripe, and its vertical edges: ``y[i, j] = x[i, j] - x[i, j + 1]``."""

    def __init__(self, height: int, width: int, stripe: tuple[int, int]) -> None:
        self.x = torch.ones(1, 1, height, width)
        self.x[..., stripe[0] : stripe[1]] = 0
        self.y = self.x[..., :-1] - self.x[..., 1:]
        super().__init__((self.x, self.y), batch_size=1)


class SquaredError(nn.Module):
    """Sum of squared errors over an image; the mean of these over several."""

    def __init__(self, toolkit: Toolkit) -> None:
        super().__init__()
        self.squares = toolkit.MSELoss(reduction="none")

    def forward(self, input: Float[Tensor, "n 1 h w"], target: Float[Tensor, "n 1 h w"]) -> Float[Tensor, ""]:
        """``Σ (input - target)² / n``."""
        return self.squares(input, target).sum() / len(target)


@dataclass(frozen=True)
class EdgesPrediction(TablePrediction):
    """The edges of one image, which are written as another."""

    written: Path | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    """The strongest edge, and where it is."""

    def objects(self) -> Iterator[Mapping[str, object]]:
        """The image that was written."""
        yield json_object(self.given, "image", str(self.written), self.notes, scores=self.scores)


class EdgeExperiment(TakesImages, SupervisedExperiment[EdgeKernelSettings, EdgeData, Any]):
    """Fit a convolution of one row and two columns, without bias, to the edges of an image.

    The loss is the sum of squared errors over the image, as in D2L. Its only minimum is the kernel [1, -1], as the
    stripe lies inside the image, which so has an edge and a plain white part.

    Raises:
        ValueError: a setting is out of its range.
    """

    metadata_type = type(None)

    def load_data(self, report: Report) -> EdgeData:
        """Draw the image."""
        return EdgeData(self.settings.height, self.settings.width, self.settings.stripe)

    def metadata(self) -> None:
        """A convolution takes images of any size."""

    def network(self, metadata: None) -> nn.Module:
        """The convolution."""
        return self.nn.Conv2d(1, 1, kernel_size=(1, 2), bias=False)

    def make_task(self, network: nn.Module) -> Regression:
        """Squared error."""
        self.first_kernel = _kernel_of(network)
        return Regression(
            network,
            loss=SquaredError(self.nn),
            metrics={"rmse": MeanSquaredError(root=True)},
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """``kernel_error`` is the largest difference of the kernel's elements from [1, -1]."""
        return {"kernel_error": float((_kernel_of(self.model) - torch.tensor(TRUE_KERNEL)).abs().max())}

    def sections(self, run: Run) -> list[Section]:
        """The kernel before and after, and what it makes of the image."""
        kernels = {"first": self.first_kernel, "learnt": _kernel_of(self.model), "true": torch.tensor(TRUE_KERNEL)}
        rows = [{"kernel": name, "left": float(k[0]), "right": float(k[1])} for name, k in kernels.items()]
        png = to_png(self._figure())
        write_atomically(run.folder / "edges.png", png)
        caption = "The image, its edges, those the learnt kernel finds, and those it finds in the turned image."
        words = "A kernel of one row sees no horizontal edge: of the turned image nothing is left."
        return [
            Section("Kernel", table(rows)),
            Section("Edges", join([png_image(caption, png), text(words)])),
            network_section(self.model, self.data.x),
        ]

    def restore(self, run: Run) -> tuple[nn.Module, Path]:
        """The trained convolution, and the folder for edges."""
        network, _ = super().restore(run)
        return network, make_folder(run.folder, "edges")

    def predict(self, network: nn.Module, folder: Path, files: Sequence[Path | GivenImage]) -> list[EdgesPrediction]:
        """Find the vertical edges of images; each is written to the run's folder ``edges`` as a grey image.

        A folder is all images in it. What an earlier prediction has written there under the same name is replaced.

        Raises:
            ValueError: a file is no image, has only one column, or lies where its edges would go; names it.
        """
        images = all_images(files)
        places = [folder / f"{name}.png" for name in _different([image.path.stem for image in images])]
        read = [image.path for image in images if image.path.exists()]
        for place in places:
            if place.exists() and (same := next((file for file in read if file.samefile(place)), None)):
                raise ValueError(f"files must lie outside of {folder}, where edges are written, got {same}")
        return [_edges_of(network, image, place) for image, place in zip(images, places, strict=True)]

    def example(self, run: Run) -> Example:
        """The image that is learnt from."""
        return Example.written(run.folder, "example.png", png_of((self.data.x[0] * 255).to(torch.uint8)))

    def metadata_of(self, *restored: Any) -> None:
        """There is none."""

    def _figure(self) -> "Figure":
        from matplotlib.figure import Figure

        x = self.data.x
        with torch.inference_mode():
            network = self.model.cpu().eval()
            found, turned = network(x), network(x.transpose(2, 3))
        panels = {"image": x, "its edges": self.data.y, "edges found": found, "edges found, turned": turned}
        with figure_style():
            figure = Figure(figsize=(8.4, 2.2), facecolor="white", layout="constrained")
            axes = figure.subplots(1, len(panels))
            for ax, (title, values) in zip(axes, panels.items(), strict=True):
                limits = {"cmap": "gray", "vmin": 0, "vmax": 1} if title == "image" else _SIGNED
                ax.imshow(values[0, 0].numpy(), interpolation="nearest", **limits)
                ax.set_title(title, fontsize="medium")
                ax.set(xticks=[], yticks=[])
                ax.grid(False)
                ax.spines[:].set_visible(True)
            figure.colorbar(axes[-1].images[0], ax=axes[-1], shrink=0.8)
        return figure


def _kernel_of(network: nn.Module) -> Float[Tensor, " two"]:
    [weight] = network.parameters()
    return weight.detach().flatten().cpu().clone()


def _edges_of(network: nn.Module, image: GivenImage, place: Path) -> EdgesPrediction:
    file = image.path
    pixels, notes = decode_image(channels=1, **decoding_of(image))
    if pixels.shape[2] < 2:
        raise ValueError(f"{file} has one column; an edge lies between two")
    with torch.inference_mode():
        device = next(network.parameters()).device
        edges = network(pixels[None].to(device).float() / 255)[0, 0].cpu()
    strongest = int(edges.abs().argmax())
    row, column = divmod(strongest, edges.shape[1])
    write_atomically(place, _grey_png(edges))
    columns = {
        "image": [str(file)],
        "edges": [str(place)],
        "strongest": [float(edges[row, column])],
        "row": [row],
        "column": [column],
    }
    scores = {"strongest": float(edges[row, column]), "row": row, "column": column}
    return EdgesPrediction(file, columns, tuple(notes), written=place, scores=scores)


def _different(names: Sequence[str]) -> list[str]:
    """The names, those that were there before with a number: files of several folders may be called alike."""
    taken: dict[str, None] = {}
    for name in names:
        numbered = (f"{name}-{i}" for i in itertools.count(2))
        taken[next(each for each in itertools.chain([name], numbered) if each not in taken)] = None
    return [*taken]


_SIGNED = {"cmap": "RdBu", "vmin": -1, "vmax": 1}


def _grey_png(edges: Float[Tensor, "h w"]) -> bytes:
    """0 is middle grey, what turns black to the right white, and what turns white black."""
    grey = (edges * 127 + 128).clamp(0, 255).to(torch.uint8)
    buffer = io.BytesIO()
    Image.fromarray(grey.numpy()).save(buffer, "PNG")
    return buffer.getvalue()
