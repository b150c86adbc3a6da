"""From settings to random changes, and training with mixed labels in both toolkits."""

import math
from dataclasses import fields

import pytest
import torch
from tests.commands.fuzz.values import bounded, greatest, least

from deepdive.data.images.augmentation import (
    Augmentation,
    Brightness,
    ColorJitter,
    Contrast,
    CutMix,
    Cutout,
    Grayscale,
    HorizontalFlip,
    Hue,
    MixUp,
    OneOf,
    PadAndCrop,
    RandomResizedCrop,
    Rotation,
    Saturation,
    Scale,
    Shear,
    Translate,
    VerticalFlip,
)
from deepdive.recipes import load_recipe
from deepdive.recipes.ranges.checked import fields_of
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.recipes.vision.augmenting import make_augmentation, make_mixing
from deepdive.recipes.vision.settings import AugmentationSettings

pytestmark = pytest.mark.usefixtures("without_shape_checks")
EVERY = {
    "flip": (True, HorizontalFlip, {"p": 0.5}),
    "vertical_flip": (True, VerticalFlip, {"p": 0.5}),
    "crop": (3, PadAndCrop, {"padding": 3}),
    "resized_crop": (0.3, RandomResizedCrop, {"area": (0.3, 1.0)}),
    "rotation": (20.0, Rotation, {"degrees": 20}),
    "scale": (0.2, Scale, {"low": 0.8, "high": 1.2}),
    "translate": (0.1, Translate, {"fraction": 0.1}),
    "shear": (10.0, Shear, {"degrees": 10, "vertical": 0}),
    "jitter": (0.4, ColorJitter, {"p": 1}),
    "hue": (0.1, Hue, {"turns": 0.1}),
    "grayscale": (0.2, Grayscale, {"p": 0.2}),
    "cutout": (8, Cutout, {"side": 8}),
}


def test_nothing_is_changed_by_default():
    assert make_augmentation(AugmentationSettings()) is None
    assert make_mixing(AugmentationSettings()) is None


def test_every_setting_is_one_transform_in_the_order_of_the_settings():
    for name, (value, kind, attributes) in EVERY.items():
        [transform] = make_augmentation(AugmentationSettings(**{name: value})).transforms
        assert type(transform) is kind
        assert {key: getattr(transform, key) for key in attributes} == attributes
    [jitter] = make_augmentation(AugmentationSettings(jitter=0.4)).transforms
    assert [(type(part), part.strength) for part in jitter.parts] == [
        (Brightness, 0.4),
        (Contrast, 0.4),
        (Saturation, 0.4),
    ]
    whole = make_augmentation(AugmentationSettings(**{name: value for name, (value, *_) in EVERY.items()}, fill="zero"))
    assert [type(t) for t in whole.transforms] == [kind for _, kind, _ in EVERY.values()]
    assert isinstance(whole, Augmentation)
    assert whole.fill == "zero"
    assert {field.name for field in fields(AugmentationSettings)} == {*EVERY, "fill", "mixup", "cutmix"}


def test_pairs_are_mixed_either_way_or_both():
    assert isinstance(make_mixing(AugmentationSettings(mixup=0.2)), MixUp)
    cutmix = make_mixing(AugmentationSettings(cutmix=1.0))
    assert isinstance(cutmix, CutMix)
    assert cutmix.alpha == 1
    both = make_mixing(AugmentationSettings(mixup=0.2, cutmix=1.0))
    assert isinstance(both, OneOf)
    assert [(type(t), t.alpha) for t in both.transforms] == [(MixUp, 0.2), (CutMix, 1.0)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"crop": -2}, r"augment\.crop must be from 0 to 1024, got -2"),
        ({"resized_crop": 1.5}, r"augment\.resized_crop must be above 0 and at most 1 or None, got 1\.5"),
        ({"resized_crop": 0.0}, r"augment\.resized_crop must be above 0"),
        ({"rotation": math.nan}, r"augment\.rotation must be from 0 to 180, got nan"),
        ({"scale": 1.0}, r"augment\.scale must be from 0 up and below 1, got 1\.0"),
        ({"hue": 1.0}, r"augment\.hue must be from 0 to 0\.5, got 1\.0"),
        ({"cutout": -1}, r"augment\.cutout must be from 0 to 1024, got -1"),
        ({"mixup": -0.1}, r"augment\.mixup must be from 0 to 1000, got -0\.1"),
        ({"cutmix": math.inf}, r"augment\.cutmix must be from 0 to 1000, got inf"),
    ],
)
@pytest.mark.parametrize("name", ["lenet", "cifar10", "image-folder"])
def test_a_setting_out_of_range_is_named(name, changes, message):
    with pytest.raises(ValueError, match=message):
        with_preset(load_recipe(name).settings_type, {"augment": changes})


@pytest.mark.parametrize("largest", [False, True])
def test_what_the_settings_allow_can_be_made(largest):
    """Their bounds are those of the changes."""
    kinds = {name: bounds[0] for name, kind, _ in fields_of(AugmentationSettings) if (bounds := list(bounded(kind)))}
    values = {name: (greatest if largest else least)(*bounds) for name, bounds in kinds.items()}
    settings = AugmentationSettings(**values)
    assert make_augmentation(settings) is not None
    assert (make_mixing(settings) is not None) is largest


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
@pytest.mark.slow
def test_a_network_learns_from_changed_and_mixed_images(toolkit, tmp_path):
    recipe = load_recipe("lenet")
    augment = {"crop": 1, "rotation": 10.0, "jitter": 0.2, "mixup": 0.2, "cutmix": 0.5}
    changes = {"data": "digits", "epochs": 4, "batch_size": 32, "toolkit": toolkit, "augment": augment}
    changes |= {"image_size": 28, "modern": True, "label_smoothing": 0.1}
    settings = with_preset(recipe.settings_type, changes)
    outcome = runner.start(recipe, settings, preset="quick", root=tmp_path, console=False)
    assert outcome.metrics["test_accuracy"] > 0.8
    assert outcome.metrics["train_accuracy"] < outcome.metrics["test_accuracy"], "mixed images are harder to tell"


def test_both_toolkits_measure_probabilities_alike():
    from deepdive.recipes.experiments.making import make_classification_loss

    logits, y = torch.randn(6, 4), torch.rand(6, 4).softmax(dim=1)
    expected = -(((0.9 * y + 0.025) * logits.log_softmax(dim=1)).sum(dim=1)).mean()
    for toolkit in ("torch", "scratch"):
        torch.testing.assert_close(make_classification_loss(toolkit, 0.1)(logits, y), expected)
