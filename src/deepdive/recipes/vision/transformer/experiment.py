"""A classifier of pictures that also shows its patches, and which of them its answer comes from."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from deepdive.algorithms.attention import attention_rollout
from deepdive.data.images import ImageSet, ImageSpec
from deepdive.data.images.spec import scaled
from deepdive.figures import to_png
from deepdive.files import write_atomically
from deepdive.models.vision import VisionTransformer
from deepdive.names import label
from deepdive.recipes.predictions import Invert, Prediction
from deepdive.recipes.vision.classification import ImageClassification
from deepdive.recipes.vision.labelling import probabilities
from deepdive.recipes.vision.transformer.figures import patch_figure, rollout_figure
from deepdive.recipes.vision.transformer.vit import VisionTransformerSettings
from deepdive.toolkit import Toolkit
from deepdive.training import Classification, Run
from deepdive.training.records import Listener
from deepdive.training.report import Section, join, picture, text

_SHOWN = 8


class VisionTransformerExperiment:
    """Classify pictures with a vision transformer; the report shows patches and attention rollout.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: VisionTransformerSettings) -> None:
        self.settings = settings
        self._classification = ImageClassification(settings, partial(_network, settings))

    def prepare(self) -> None:
        """Obtain the pictures and make the task."""
        self._classification.prepare()

    def make_task(self, spec: ImageSpec) -> Classification:
        """A task with a new network, whose first weights come from the seed alone."""
        return self._classification.make_task(spec)

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder.

        Raises:
            RunError: the pictures are not those that the run began with.
        """
        return self._classification.fit(run, listeners, resume=resume)

    def sections(self, run: Run) -> list[Section]:
        """Patches, attention rollout, and what every classifier's report has."""
        inner = self._classification
        pictures = inner.data.pictures("test") or inner.data.pictures("val") or inner.data.pictures("train")
        seen = [] if pictures is None else [self._seen(run, pictures)]
        return [*seen, *inner.sections(run)]

    def predict(self, run: Run, files: Sequence[Path], *, invert: Invert = "auto") -> list[Prediction]:
        """Label picture files."""
        return self._classification.predict(run, files, invert=invert)

    def _seen(self, run: Run, pictures: ImageSet) -> Section:
        spec, network = self._classification.data.spec, self._classification.task.network
        some = pictures.rows(_one_of_each(pictures.labels))
        images = spec.resized(scaled(some.images))
        guesses = probabilities(network, spec, some.images, device=self.settings.device).argmax(dim=1).tolist()
        maps = self._rollout(some.images)
        patches = to_png(patch_figure(images[0], self.settings.patch_size))
        names = [label(name, 24) for name in spec.labels]
        titles = [
            names[guess] + ("" if guess == true else f"\nnot {names[true]}")
            for guess, true in zip(guesses, some.labels.tolist(), strict=True)
        ]
        rollout = to_png(rollout_figure(images, maps, titles))
        write_atomically(run.folder / "patches.png", patches)
        write_atomically(run.folder / "rollout.png", rollout)
        parts = [
            picture("A test picture, its patches, and the sequence of patches that the network reads.", patches),
            picture("Test pictures, and the patches that the class token of the last layer comes from.", rollout),
            text(_SAID),
        ]
        return Section("Patches and attention", join(parts))

    def _rollout(self, images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, "n rows columns"]:
        """How much of the last class token comes from each patch; what comes from its own first vector is left out."""
        network = cast(VisionTransformer, self._classification.task.network)
        place = next(network.parameters()).device
        with torch.inference_mode():
            weights = network.attention(self._classification.data.spec.to_float(images.to(place)))
        return attention_rollout(weights)[:, 0, 1:].unflatten(1, network.grid).cpu()


def _one_of_each(labels: Tensor) -> Tensor:
    """Rows of the first picture of each of the first classes."""
    first = [(labels == label).nonzero()[0] for label in labels.unique()[:_SHOWN]]
    return torch.cat(first)


def _network(settings: VisionTransformerSettings, spec: ImageSpec, nn: Toolkit) -> VisionTransformer:
    return VisionTransformer(
        len(spec.labels),
        spec.channels,
        image_size=(spec.height, spec.width),
        patch_size=settings.patch_size,
        width=settings.width,
        depth=settings.depth,
        heads=settings.heads,
        hidden=settings.hidden,
        dropout=settings.dropout,
        attention_dropout=settings.attention_dropout,
        nn=nn,
    )


_SAID = (
    "Attention rollout (Abnar and Zuidema, 2020) multiplies the attention of all layers, each averaged over its heads "
    "and mixed in equal parts with the identity for the connection around it. It says where information could have "
    "come from, not what the network made of it."
)
