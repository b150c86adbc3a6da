"""A classifier of images that also shows its patches, and which of them its predictions come from."""

from typing import cast

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from deepdive.algorithms.attention import attention_rollout
from deepdive.data.images import ImageSet
from deepdive.data.images.spec import scaled
from deepdive.figures import to_png
from deepdive.files import write_atomically
from deepdive.models.vision import VisionTransformer
from deepdive.recipes.vision.classification import ImageClassification
from deepdive.recipes.vision.labelling import predict_probabilities, titles_of
from deepdive.recipes.vision.transformer.figures import patch_figure, rollout_figure
from deepdive.recipes.vision.transformer.vit import VisionTransformerSettings
from deepdive.training import Run
from deepdive.training.report import Section, join, png_image, text

_SHOWN = 8


class VisionTransformerExperiment(ImageClassification[VisionTransformerSettings]):
    """Classify images with a vision transformer; the report shows patches and attention rollout.

    Raises:
        ValueError: a setting is out of its range.
    """

    def sections(self, run: Run) -> list[Section]:
        """Patches, attention rollout, and what every classifier's report has."""
        images = self.shown()
        own = [] if images is None else [self._attention(run, images)]
        return [*own, *super().sections(run)]

    def _attention(self, run: Run, images: ImageSet) -> Section:
        spec = self.data.spec
        some = images.rows(_one_of_each(images.labels))
        inputs = spec.resized(scaled(some.images))
        probabilities = predict_probabilities(self.model, spec, some.images, device=self.settings.device)
        patches = to_png(patch_figure(inputs[0], self.settings.patch_size))
        titles = titles_of(probabilities, some, spec.labels, percent=False)
        rollout = to_png(rollout_figure(inputs, self._rollout(some.images), titles))
        write_atomically(run.folder / "patches.png", patches)
        write_atomically(run.folder / "rollout.png", rollout)
        parts = [
            png_image("A test image, its patches, and the sequence of patches that the network reads.", patches),
            png_image("Test images, and the patches that the class token of the last layer comes from.", rollout),
            text(_EXPLAINED),
        ]
        return Section("Patches and attention", join(parts))

    def _rollout(self, images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, "n rows columns"]:
        """How much of the last class token comes from each patch; what comes from its own first vector is left out."""
        network = cast(VisionTransformer, self.model)
        device = next(network.parameters()).device
        with torch.inference_mode():
            weights = network.attention(self.data.spec.to_float(images.to(device)))
        return attention_rollout(weights)[:, 0, 1:].unflatten(1, network.grid).cpu()


def _one_of_each(labels: Tensor) -> Tensor:
    """Rows of the first image of each of the first classes."""
    first = [(labels == label).nonzero()[0] for label in labels.unique()[:_SHOWN]]
    return torch.cat(first)


_EXPLAINED = (
    "Attention rollout (Abnar and Zuidema, 2020) multiplies the attention of all layers, each averaged over its heads "
    "and mixed in equal parts with the identity for the connection around it. It says where information could have "
    "come from, not what the network made of it."
)
