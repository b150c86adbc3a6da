"""Images of two kinds in one, and their labels with them (D2L section 14.1)."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from deepdive.data.images.augmentation._drawing import Number, check_range
from deepdive.data.types import Batch, Transform


class Mixing(ABC):
    """A map of batches ``(x, y)`` of images ``(b, c, h, w)`` and probabilities of their classes ``(b, classes)``.

    Each image gets a partner, one of the same batch, in a random order of all; the fraction ``λ`` that it keeps is
    drawn from ``Beta(alpha, alpha)``, for each image its own. ``p`` is the probability with which an image is mixed.
    """

    def __init__(self, alpha: Number, p: Number = 1.0) -> None:
        if not 0 < alpha < math.inf:
            raise ValueError(f"alpha is {alpha}; it must be above 0, and finite")
        self.alpha = alpha
        self.p = check_range("p", p, 0, 1)

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch, mixed.

        Raises:
            ValueError: it does not hold images and as many rows of probabilities.
        """
        x, y = _checked(batch)
        b = len(x)
        partner = torch.randperm(b, generator=generator)
        # torch draws from this distribution with its global generator alone.
        numbers = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
        kept = torch.from_numpy(np.where(numbers.random(b) < self.p, numbers.beta(self.alpha, self.alpha, b), 1.0))
        mixed, kept = self.mix(x, x[partner.to(x.device)], kept, generator)
        share = kept.to(y.device, y.dtype)[:, None]
        return mixed, share * y + (1 - share) * y[partner.to(y.device)]

    @abstractmethod
    def mix(
        self,
        x: Float32[Tensor, "b c h w"],
        other: Float32[Tensor, "b c h w"],
        kept: Float64[Tensor, " b"],
        generator: torch.Generator,
    ) -> tuple[Float32[Tensor, "b c h w"], Float64[Tensor, " b"]]:
        """Images of which the fraction ``kept`` is ``x``, and what that fraction has come to."""


class MixUp(Mixing):
    """``x' = λ x_i + (1 - λ) x_j, y' = λ y_i + (1 - λ) y_j`` with ``λ ~ Beta(alpha, alpha)``.

    Source: H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018.

    Raises:
        ValueError: ``alpha`` is not above 0, or ``p`` not from 0 to 1.
    """

    def mix(
        self,
        x: Float32[Tensor, "b c h w"],
        other: Float32[Tensor, "b c h w"],
        kept: Float64[Tensor, " b"],
        generator: torch.Generator,
    ) -> tuple[Float32[Tensor, "b c h w"], Float64[Tensor, " b"]]:
        """Both images, one seen through the other."""
        return torch.lerp(other, x, kept.to(x.device, x.dtype)[:, None, None, None]), kept


class CutMix(Mixing):
    """Paste a box of ``x_j`` into ``x_i`` at the same place, ``y' = λ y_i + (1 - λ) y_j`` with the fraction ``1 - λ``.

    The box has the proportions of the image, the area ``1 - λ`` with ``λ ~ Beta(alpha, alpha)``, and any centre. What
    lies outside is cut off, edges are whole pixels, and ``λ`` of the labels is that of the pixels in the end. Source:
    S. Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", 2019.

    Raises:
        ValueError: ``alpha`` is not above 0, or ``p`` not from 0 to 1.
    """

    def mix(
        self,
        x: Float32[Tensor, "b c h w"],
        other: Float32[Tensor, "b c h w"],
        kept: Float64[Tensor, " b"],
        generator: torch.Generator,
    ) -> tuple[Float32[Tensor, "b c h w"], Float64[Tensor, " b"]]:
        """Each image with a box of its partner."""
        inside = []
        for length in x.shape[2:]:
            centre = length * torch.rand(len(x), 1, dtype=torch.float64, generator=generator)
            half = 0.5 * length * (1 - kept).sqrt()[:, None]
            place = torch.arange(length)
            inside.append(((centre - half).round() <= place) & (place < (centre + half).round()))
        box = inside[0][:, :, None] & inside[1][:, None, :]  # (b, h, w)
        pasted = torch.where(box[:, None].to(x.device), other, x)
        return pasted, 1 - box.double().mean(dim=(1, 2))


class OneOf:
    """One of several maps of a batch, for each whole batch any of them, all equally likely.

    Raises:
        ValueError: there is none.
    """

    def __init__(self, transforms: Sequence[Transform]) -> None:
        if not transforms:
            raise ValueError("transforms is empty; there must be at least one")
        self.transforms = tuple(transforms)

    def __call__(self, batch: Batch, generator: torch.Generator) -> Batch:
        """The batch, after one of them."""
        return self.transforms[int(torch.randint(len(self.transforms), (), generator=generator))](batch, generator)


def _checked(batch: Batch) -> Batch:
    shapes = ", ".join(f"{str(field.dtype).removeprefix('torch.')} {tuple(field.shape)}" for field in batch)
    if len(batch) == 2 and batch[0].ndim == 4 and batch[1].ndim == 2 and len(batch[0]) == len(batch[1]):
        if all(field.is_floating_point() for field in batch):
            return batch
    raise ValueError(f"batch has {shapes}; it must be images (b, c, h, w) and probabilities (b, classes), all floats")
