"""Learning a kernel from a picture and its edges: data, task, figure, edges of other pictures."""

import io
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor, nn

from deepdive.data.images.picture import decode_picture
from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.figures import figure_style, to_png
from deepdive.files import make_folder, write_atomically
from deepdive.recipes.experiment import TablePrediction
from deepdive.recipes.networks import network_section
from deepdive.recipes.runner import trained_weights
from deepdive.recipes.training import optimizer_for, schedule_for, toolkit_named, trainer_for
from deepdive.recipes.vision.classic.edge_kernel import EdgeKernelSettings
from deepdive.recipes.vision.labelling import picture_files
from deepdive.toolkit import Toolkit
from deepdive.training import MeanSquaredError, Regression, Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, join, picture, table, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRUE_KERNEL = (1.0, -1.0)
"""1 where white turns black to the right, -1 where black turns white."""


class EdgeData(DataModule):
    """A white picture with a black stripe, and its vertical edges: ``y[i, j] = x[i, j] - x[i, j + 1]``."""

    def __init__(self, height: int, width: int, stripe: tuple[int, int]) -> None:
        self.x = torch.ones(1, 1, height, width)
        self.x[..., stripe[0] : stripe[1]] = 0
        self.y = self.x[..., :-1] - self.x[..., 1:]

    def prepare(self) -> None:
        """There is nothing to obtain."""

    def train_loader(self) -> TensorLoader:
        """The one picture."""
        return TensorLoader((self.x, self.y), 1)


class SquaredError(nn.Module):
    """Sum of squared errors over a picture; the mean of these over several."""

    def __init__(self, toolkit: Toolkit) -> None:
        super().__init__()
        self.squares = toolkit.MSELoss(reduction="none")

    def forward(self, input: Float[Tensor, "n 1 h w"], target: Float[Tensor, "n 1 h w"]) -> Float[Tensor, ""]:
        """``Σ (input - target)² / n``."""
        return self.squares(input, target).sum() / len(target)


class EdgeExperiment:
    """Fit a convolution of one row and two columns, without bias, to the edges of a picture.

    The loss is the sum of squared errors over the picture, as in the textbook. Its only minimum is the kernel [1, -1],
    as the stripe lies inside the picture, which so has an edge and a plain white part.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: EdgeKernelSettings) -> None:
        self.settings = settings
        self.trainer = trainer_for(settings)
        self._optimizer = optimizer_for(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Draw the picture and make the task."""
        settings = self.settings
        self.data = EdgeData(settings.height, settings.width, settings.stripe)
        seed_everything(settings.seed)
        self.task = Regression(
            self._network(),
            loss=SquaredError(toolkit_named(settings.toolkit)),
            metrics={"rmse": MeanSquaredError(root=True)},
            optimizer=self._optimizer,
            schedule=schedule_for(settings),
        )
        self._before = self._kernel()

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Learn the kernel; ``kernel_error`` is the largest difference of its elements from [1, -1]."""
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        error = (self._kernel() - torch.tensor(TRUE_KERNEL)).abs().max()
        return metrics | {"kernel_error": float(error)}

    def sections(self, run: Run) -> list[Section]:
        """The kernel before and after, and what it makes of the picture."""
        kernels = {"first": self._before, "learnt": self._kernel(), "true": torch.tensor(TRUE_KERNEL)}
        rows = [{"kernel": name, "left": float(k[0]), "right": float(k[1])} for name, k in kernels.items()]
        png = to_png(self._figure())
        write_atomically(run.folder / "edges.png", png)
        caption = "The picture, its edges, those the learnt kernel finds, and those it finds in the turned picture."
        words = "A kernel of one row sees no horizontal edge: of the turned picture nothing is left."
        return [
            Section("Kernel", table(rows)),
            Section("Edges", join([picture(caption, png), text(words)])),
            network_section(self.task.network, self.data.x),
        ]

    def predict(self, run: Run, files: Sequence[Path]) -> list[TablePrediction]:
        """Find the vertical edges of pictures; each is written to the run's folder ``edges`` as a grey picture.

        A folder is all pictures in it. What an earlier prediction has written there under the same name is replaced.

        Raises:
            ValueError: a file is no picture, has only one column, or lies where its edges would go; names it.
        """
        files = picture_files(files)
        network = self._network()
        network.load_state_dict(trained_weights(run))
        folder = make_folder(run.folder, "edges")
        places = [folder / f"{name}.png" for name in _different([file.stem for file in files])]
        for place in places:
            if place.exists() and (
                same := next((file for file in files if file.exists() and file.samefile(place)), None)
            ):
                raise ValueError(f"files must lie outside of {folder}, where edges are written, got {same}")
        return [self._predicted(network, file, place) for file, place in zip(files, places, strict=True)]

    def _predicted(self, network: torch.nn.Module, file: Path, place: Path) -> TablePrediction:
        pixels, notes = decode_picture(file, channels=1)
        if pixels.shape[2] < 2:
            raise ValueError(f"{file} has one column; an edge lies between two")
        with torch.inference_mode():
            edges = network(pixels[None].float() / 255)[0, 0]
        strongest = int(edges.abs().argmax())
        row, column = divmod(strongest, edges.shape[1])
        write_atomically(place, _grey_png(edges))
        columns = {
            "picture": [str(file)],
            "edges": [str(place)],
            "strongest": [float(edges[row, column])],
            "row": [row],
            "column": [column],
        }
        return TablePrediction(file, columns, tuple(notes))

    def _network(self) -> torch.nn.Module:
        return toolkit_named(self.settings.toolkit).Conv2d(1, 1, kernel_size=(1, 2), bias=False)

    def _kernel(self) -> Float[Tensor, " two"]:
        [weight] = self.task.network.parameters()
        return weight.detach().flatten().cpu().clone()

    def _figure(self) -> "Figure":
        from matplotlib.figure import Figure

        x = self.data.x
        with torch.inference_mode():
            network = self.task.network.cpu().eval()
            found, turned = network(x), network(x.transpose(2, 3))
        panels = {"picture": x, "its edges": self.data.y, "edges found": found, "edges found, turned": turned}
        with figure_style():
            figure = Figure(figsize=(8.4, 2.2), facecolor="white", layout="constrained")
            axes = figure.subplots(1, len(panels))
            for ax, (title, values) in zip(axes, panels.items(), strict=True):
                limits = {"cmap": "gray", "vmin": 0, "vmax": 1} if title == "picture" else _SIGNED
                ax.imshow(values[0, 0].numpy(), interpolation="nearest", **limits)
                ax.set_title(title, fontsize="medium")
                ax.set(xticks=[], yticks=[])
                ax.grid(False)
                ax.spines[:].set_visible(True)
            figure.colorbar(axes[-1].images[0], ax=axes[-1], shrink=0.8)
        return figure


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
