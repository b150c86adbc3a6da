"""From one data set, a source to learn from and a target unlike it. The choice does not depend on a run's seed."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch import Tensor

from deepdive.data.images import ImageSet
from deepdive.data.splits import stratified_split


@dataclass(frozen=True)
class Shifted:
    """Source and target.

    Raises:
        ValueError: the shift is so strong that a part has no image, or a weight no number.
    """

    source: ImageSet
    """Learnt from, with labels."""
    validation: ImageSet
    """Of the source; to estimate from, with labels."""
    unlabelled: ImageSet
    """Of the target; no method looks at its labels, only the figures do."""
    test: ImageSet
    """Of the target; for the accuracies."""
    oracle: Float[Tensor, " n"]
    """``p_target / p_source`` of every source image, which nobody knows outside of an experiment."""

    def __post_init__(self) -> None:
        for name in ("source", "validation", "unlabelled", "test"):
            if not len(getattr(self, name).labels):
                raise ValueError(f"the shift must leave images in every part, got none in {name}; choose a weaker one")
        if not self.oracle.isfinite().all():
            raise ValueError("the weights p_target / p_source must be finite, got inf or nan; choose a weaker shift")


def shifted_classes(
    train: ImageSet,
    test: ImageSet,
    source_mix: Float[Tensor, " classes"],
    target_mix: Float[Tensor, " classes"],
    validation: int,
) -> Shifted:
    """Label shift: as many images as there are for two mixes of the classes.

    Half of the training images are for the source, the other half for the unlabelled target.
    """
    first, second = (train.rows(rows) for rows in stratified_split(train.labels, 0.5))
    source = first.rows(rows_with_mix(first.labels, source_mix))
    kept, held = stratified_split(source.labels, validation, name="validation")
    kept_labels = source.labels[kept]
    return Shifted(
        source.rows(kept),
        source.rows(held),
        second.rows(rows_with_mix(second.labels, target_mix)),
        test.rows(rows_with_mix(test.labels, target_mix)),
        (target_mix / source_mix)[kept_labels],
    )


def rows_with_mix(labels: Int64[Tensor, " n"], mix: Float[Tensor, " classes"]) -> Int64[Tensor, " m"]:
    """As many rows as possible with ``mix`` as the classes' probabilities, up to rounding down; in ascending order.

    Raises:
        ValueError: some class of the mix has no rows.
    """
    sizes = torch.bincount(labels, minlength=len(mix))
    if bool(((sizes == 0) & (mix > 0)).any()):
        raise ValueError(f"labels have no example of the classes {((sizes == 0) & (mix > 0)).nonzero()[:, 0].tolist()}")
    most = (sizes[mix > 0] / mix[mix > 0]).min()
    wanted = (most * mix + 1e-3).long()
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    by_class = order[labels[order].argsort(stable=True)]
    firsts = (sizes.cumsum(0) - sizes).repeat_interleave(sizes)
    rank = torch.arange(len(labels)) - firsts
    return by_class[rank < wanted.repeat_interleave(sizes)].sort().values


class PrincipalScore:
    """``z = (x u - m) / s`` along the ``component``-th principal direction ``u`` of some images, counted from 1.

    Raises:
        ValueError: there is no such component.
    """

    def __init__(self, images: UInt8[Tensor, "n c h w"], component: int) -> None:
        x = _pixels(images)
        if not 1 <= component <= x.shape[1]:
            raise ValueError(f"component is {component}; images of {x.shape[1]} values have 1 to {x.shape[1]}")
        centred = x - x.mean(0)
        direction = torch.linalg.eigh(centred.T @ centred).eigenvectors[:, -component]
        self.direction = direction * direction.sum().sign()  # an eigenvector's sign is anybody's choice
        z = x @ self.direction
        self.mean, self.std = z.mean(), z.std()

    def __call__(self, images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, " n"]:
        """Mean 0 and standard deviation 1 on the images it was made from."""
        return (_pixels(images) @ self.direction - self.mean) / self.std


def shifted_images(
    train: ImageSet, test: ImageSet, score: PrincipalScore, strength: int | float, validation: int
) -> Shifted:
    """Covariate shift: an image belongs to the target with probability ``σ(strength z)``, else to the source.

    ``z`` is its score. The label plays no part, so ``p(y | x)`` is the same on both sides, and
    ``p_target(x) / p_source(x) ∝ exp(strength z)``.
    """
    z = score(train.images)
    to_target = _drawn(strength * z)
    labelled = (~to_target).nonzero()[:, 0]
    kept, held = stratified_split(train.labels[labelled], validation, name="validation")
    source = labelled[kept]
    return Shifted(
        train.rows(source),
        train.rows(labelled[held]),
        train.rows(to_target.nonzero()[:, 0]),
        test.rows(_drawn(strength * score(test.images)).nonzero()[:, 0]),
        torch.exp(strength * z[source]),
    )


def _pixels(images: Tensor) -> Tensor:
    return images.flatten(1).float() / 255


def _drawn(logits: Float[Tensor, " n"]) -> Bool[Tensor, " n"]:
    return torch.rand(len(logits), generator=torch.Generator().manual_seed(0)) < torch.sigmoid(logits)
