"""Every setting of every recipe reaches something: another value makes another experiment, or is read by the fit."""

import math
import random
from dataclasses import fields, is_dataclass, replace
from itertools import islice
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
import torch
from tests.recipes.fingerprint import fingerprint
from tests.recipes.language.texts import pairs, story, tagged

from deepdive.data.types import DataModule
from deepdive.recipes import load_recipe, recipes
from deepdive.recipes.settings import with_preset
from deepdive.training import Plan, Task

pytestmark = [pytest.mark.usefixtures("without_shape_checks")]

IMAGES = {"data": "digits", "image_size": 28, "validation": 100, "batch_size": 64, "augment": {"crop": 1}}
TABLE = {"epochs": 1, "folds": 1}
TEXT = {"num_steps": 8, "batch_size": 4, "validation": 0.2, "test": 0.2, "tokens": "words", "num_layers": 2}
PAIRS = {"num_pairs": 54, "test": 8, "validation": 6, "min_frequency": 1, "max_length": 8, "batch_size": 4}
SMALL: dict[str, dict[str, Any]] = {
    "multi-output": {"targets": ("price", "sold"), "weights": (1.0, 2.0), "batch_size": 8},
    "forecast": {"network": "mlp"},
    "table": {"batch_size": 64, "dropout": 0.5},  # else they depend on the number of rows
    "vit": {"patch_size": 4},
    "bert-pretrain": {"num_heads": 4},
    "covariate-shift": {"image_size": None},
    "label-shift": {"image_size": None},
}
OF_OTHERS = {"optimizer.adamw_lr", "warm_up", "ema_decay"}
"""Of muon, of schedules with a warm-up, of an average: tests of what makes them try these."""
READERS = {"data", "weights", "time", "target", "delimiter", "gaps", "order", "skip_damaged", "columns", "prompt"}
"""What is read and how, and asked in the end: the tests of readers and of predictions try these."""
FITTED: dict[str, set[str]] = {
    # drawn, not read, only without a table of one's own; a linear model refuses hidden layers and classes
    "linear-regression": {"rows", "noise", "hidden", "activation", "dropout", "kind"},
    # networks of several training_runs, made one after the other by the fit
    "polynomial": {"toolkit", "batch_size", "schedule", "max_degree", "folds", "compared"},
    "weight-decay": {"toolkit", "schedule", "decay", "optimizer.name", "optimizer.weight_decay"},
    "covariate-shift": {"hidden", "domain_images"},
    "label-shift": {"hidden", "optimizer.name", "image_size"},
    "multi-output": {"targets"},
    "resnet": {"groups", "width_per_group"},  # of the other block
    "forecast": {"period", "ahead"},
    "bptt": {"networks", "forget_bias", "hidden", "toolkit", "schedule"},
    "fill-in": {"partition", "cell", "embedding_dim", "hidden_size", "dropout"},
    "gpt-pretrain": {"partition"},  # the others ask for more windows than the story has
    "regnet": {"widths", "group_widths"},  # few fit together
}
"""By recipe, what only the fit, the report or a prediction asks for, or a value beside the default's."""


ELSEWHERE = {
    "ngram-lm": "tests/recipes/language/ngram", "kernel-regression": "tests/recipes/attention",
    "sequence-costs": "tests/recipes/series/costs", "landscape": "tests/recipes/optimizing",
    "airfoil": "tests/recipes/optimizing", "optimizers": "tests/recipes/optimizing",
    "fine-tune": "tests/recipes/vision/transfer", "image-folder": "tests/recipes/vision/test_image_folder.py",
    "design-space": "tests/recipes/vision/design_space", "bert-classify": "tests/recipes/language/bert",
    "classify-text": "tests/recipes/language/classification",
    "bert-pair": "tests/recipes/language/bert", "bert-tag": "tests/recipes/language/bert",
    "bert-qa": "tests/recipes/language/bert",
}  # fmt: skip
"""What needs pretrained weights, a folder of images or processes of its own, or has no training: where it is tried."""
OTHERS: dict[str, Any] = {
    "steps": 7, "clip_norm": 0.5, "clip_value": 0.5, "patience": 3, "checkpoint_every": 5, "device": "cpu",
    "precision": "bf16", "tokens": "characters", "min_frequency": 60, "num_pairs": 50,
    "augment.resized_crop": 0.5, "hidden": 66, "width": 72,
    "hidden_size": 72, "num_heads": 2, "ffn_size": 66, "vocab_size": 300, "max_characters": 5000, "max_length": 6,
    "max_categories": 2, "ignore": ("area",), "categorical": ("floor",), "column": "other", "partition": "sequential",
    "examples": 300, "period": 3, "image_size": 32, "patch_size": 7, "window": 5,
}  # fmt: skip
"""Other values, where the one next to the default would not do."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    draw = random.Random(0)
    lines = [
        f"{draw.random():.3f},{draw.choice('abc')},{draw.random() + i:.3f},{'ny'[i % 2]},{i % 4}" for i in range(60)
    ]
    (folder / "table.csv").write_text("area,town,price,sold,floor\n" + "\n".join(lines) + "\n")
    waves = [f"{20 + 8 * math.sin(i / 2) + draw.random():.3f},{i % 7}" for i in range(300)]
    (folder / "series.csv").write_text("level,other\n" + "\n".join(waves) + "\n")
    (folder / "story.txt").write_text(story())
    paragraphs = [story(4, seed).replace(".\n", " . ").strip() for seed in range(60)]
    (folder / "paragraphs.txt").write_text("\n".join(paragraphs))
    (folder / "pairs.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs()))
    (folder / "tags.txt").write_text(tagged())
    return folder


def base(name, folder):
    """Settings with which the experiment of a recipe is soon prepared."""
    info, kind = recipes()[name], load_recipe(name).settings_type
    known = {field.name for field in fields(kind)}
    changes = dict(info.presets["smoke"])
    module = kind.__module__
    if "data" in known:
        if ".vision." in module or ".shift." in module:
            changes |= IMAGES
        elif ".language.translation" in module:
            changes |= {"data": str(folder / "pairs.tsv")} | PAIRS
        elif ".language.tagging" in module:
            changes |= {"data": str(folder / "tags.txt")}
        elif ".language.pretraining" in module:
            changes |= {"data": str(folder / "paragraphs.txt")}
        elif ".language." in module:
            changes |= {"data": str(folder / "story.txt")} | TEXT
        elif ".series." in module or ".attention." in module:
            changes |= {"data": str(folder / "series.csv"), "column": "level", "tau": 5}
        elif ".tabular." in module or name == "linear-regression":
            changes |= {"data": str(folder / "table.csv"), "target": "price"} | TABLE
    if "optimizer" in known:
        changes |= {"optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.9}}
    changes |= SMALL.get(name, {})
    return with_preset(kind, {key: value for key, value in changes.items() if key in known})


def other(value: Any, kind: Any) -> Any:
    """A value next to this one."""
    if get_origin(kind) is Literal:
        return next(each for each in get_args(kind) if each != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value / 2 if value else 0.25
    if isinstance(value, tuple):
        return (*value[:-1], other(value[-1], type(value[-1]))) if value else value
    return value


def changed(settings, left_out, prefix=""):
    """Every setting by name but those left out, with a settings object in which it alone is another one."""
    hints = get_type_hints(type(settings))
    for field in fields(settings):
        value, name = getattr(settings, field.name), prefix + field.name
        if is_dataclass(value):
            for inner, made in changed(value, left_out, f"{name}."):
                yield inner, replace(settings, **{field.name: made})
        elif name not in left_out:
            new = OTHERS.get(name)
            if new is None or new == value or (value is not None and type(new) is not type(value)):
                new = other(value, hints[field.name])
            yield name, replace(settings, **{field.name: new})


def made(name, settings):
    torch.manual_seed(0)
    experiment = load_recipe(name).build(settings)
    experiment.prepare()
    return fingerprint([experiment, *later(experiment)])


def later(experiment):
    """What the trainer will ask of data and task."""
    data, task = (getattr(experiment, name, None) for name in ("data", "task"))
    if isinstance(data, DataModule):
        for loader in (data.train_loader(), data.val_loader(), data.test_loader()):
            yield loader and [loader, len(loader), list(islice(loader.batches(), 1))]
    if isinstance(task, Task):
        yield task.configure_optimizers(Plan(total_steps=40, steps_per_epoch=8))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in recipes() if name not in ELSEWHERE])
def test_every_setting_reaches_something(name, sources):
    settings = base(name, sources)
    whole = made(name, settings)
    assert made(name, settings) == whole
    known = READERS | OF_OTHERS | FITTED.get(name, set())
    assert [setting for setting, new in changed(settings, known) if made(name, new) == whole] == []
