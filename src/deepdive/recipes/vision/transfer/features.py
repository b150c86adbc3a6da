"""The features that the frozen layers of a network make of each image, computed once and learnt from many times."""

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn

from deepdive.data.images import ImageSet, ImageSpec
from deepdive.data.progress import Progress, Report
from deepdive.data.types import Batch
from deepdive.models.vision import EfficientNetLite
from deepdive.training.formats import choose_format, lay_out

_ROWS = {"cpu": 4}
"""Images at a time: on a processor so few that what lies between two layers stays in its cache, where 32 take nearly
twice as long; elsewhere as in a test."""
TEST_BATCH = 128
"""Rows at a time in validation and test."""
_MOST = 4 << 30
"""Bytes that features may take."""


class FromGroup(nn.Module):
    """A network whose first groups of layers have been applied already; all of it is in the state dict.

    Args:
        network: all of it.
        begin: how many groups have been applied.
        fixed_statistics: normalise by the running statistics in training, too, and leave them as they are: those of
            few images are worse than those of a million, and would no longer fit what the images do not show.
    """

    def __init__(self, network: EfficientNetLite, begin: int, *, fixed_statistics: bool = False) -> None:
        super().__init__()
        self.network = network
        self.begin = begin
        self.fixed_statistics = fixed_statistics
        self._end = len(network.groups)

    def train(self, mode: bool = True) -> "FromGroup":
        """Training mode, but for the normalisation where its statistics are fixed."""
        super().train(mode)
        if self.fixed_statistics:
            for module in self.modules():
                if getattr(module, "running_mean", None) is not None:
                    module.eval()
        return self

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """Those of the network, by the names that its parameters have here."""
        return [tuple(f"network.{prefix}" for prefix in group) for group in self.network.groups]

    @property
    def head(self) -> nn.Linear:
        """The classifier, the last group."""
        [name] = self.network.groups[-1]
        return cast(nn.Linear, self.network.get_submodule(name))

    def forward(self, x: Tensor) -> Tensor:
        """Logits."""
        return self.network.between(x, self.begin, self._end)


def rows_of(images: Mapping[str, ImageSet]) -> dict[str, Batch]:
    """Images as rows."""
    return {part: (each.images, each.labels) for part, each in images.items()}


def features_of(
    network: EfficientNetLite,
    rows: Mapping[str, Batch],
    begin: int,
    end: int,
    *,
    device: torch.device,
    spec: ImageSpec | None = None,
    report: Report | None = None,
) -> dict[str, Batch]:
    """What the groups ``begin`` to ``end - 1`` of the network make of rows, in evaluation mode; classes as they are.

    Raises:
        ValueError: the features would take too much memory.
    """
    network = network.to(device).eval()
    lay_out(network, choose_format(network, device, precision="fp32").layout)
    total, done = sum(len(inputs) for inputs, _ in rows.values()), 0
    found: dict[str, Batch] = {}
    with torch.no_grad():  # not inference_mode: what is computed there cannot be learnt from
        at_once = _ROWS.get(device.type, TEST_BATCH)
        for part, (inputs, classes) in rows.items():
            out: Tensor | None = None
            for begun, some in zip(range(0, len(inputs), at_once), inputs.split(at_once), strict=True):
                x = some.to(device)
                made = network.between(x if spec is None else spec.to_float(x), begin, end).cpu()
                if out is None:
                    _check_memory(total * made[0].nbytes, total, end)
                    out = made.new_empty(len(inputs), *made.shape[1:])
                out[begun : begun + len(made)] = made
                done += len(made)
                if report:
                    report(Progress("features of the frozen layers", done, total, "images"))
            if out is not None:
                found[part] = out, classes
    return found


def _check_memory(size: int, rows: int, groups: int) -> None:
    if size > _MOST:
        raise ValueError(
            f"what the first {groups} groups of layers make of {rows:,} images (mirror images included) would take "
            f"{size / 1e9:.1f} GB; freeze more groups (frozen), or none, or take fewer or smaller images "
            "(train_images, image_size)"
        )
