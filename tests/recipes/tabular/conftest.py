"""Small tables with the form of the real ones, and runs on them."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from safetensors.torch import load_file

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset


def houses(rows: int = 120, seed: int = 0) -> pl.DataFrame:
    """Prices that follow from area, quality and quarter, with noise; missing values in both kinds of columns."""
    generator = np.random.default_rng(seed)
    area, quality = generator.normal(120, 30, rows).clip(30), generator.integers(1, 11, rows)
    quarter = generator.choice(["north", "south", "old town"], rows)
    factor = np.select([quarter == "north", quarter == "south"], [0.8, 1.0], 1.3)
    price = 1000 * area * (1 + 0.1 * quality) * factor * np.exp(generator.normal(0, 0.05, rows))
    frame = pl.DataFrame(
        {"Id": range(1, rows + 1), "area": area, "quality": quality, "quarter": quarter, "price": price.round()}
    )
    gaps = pl.int_range(rows)
    return frame.with_columns(
        pl.when(gaps % 10 == 3).then(None).otherwise(pl.col("area")).alias("area"),
        pl.when(gaps % 15 == 4).then(None).otherwise(pl.col("quarter")).alias("quarter"),
    )


@pytest.fixture(scope="session")
def table(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "houses.csv"
    houses().write_csv(path, null_value="NA")
    return path


SMALL = {"target": "price", "ignore": ["Id"], "epochs": 6, "batch_size": 16, "hidden": [16], "log_every": 5}


def settings_for(table, name="house-prices", **changes):
    return with_preset(load_recipe(name).settings_type, SMALL | {"data": str(table)} | changes)


def start(table, root, name="house-prices", **changes):
    settings = settings_for(table, name, **changes)
    return runner.start(load_recipe(name), settings, preset="quick", root=root, console=False)


def weights(folder: Path) -> dict[str, list]:
    """The networks in all checkpoints."""
    found = {}
    for path in sorted(folder.rglob("*.safetensors")):
        tensors = load_file(path)
        found |= {f"{path.relative_to(folder)} {k}": v.tolist() for k, v in tensors.items() if k.startswith("model.")}
    return found


def outcome_of(folder: Path) -> tuple[bytes, dict, dict[str, list]]:
    """What must be the same for the same run: records, metrics, weights."""
    metrics = json.loads((folder / "result.json").read_text())["metrics"]
    return (folder / "metrics.jsonl").read_bytes(), metrics, weights(folder)


@pytest.fixture(scope="session")
def whole(table, tmp_path_factory):
    """A run of three folds that nothing interrupted."""
    return start(table, tmp_path_factory.mktemp("whole"), folds=3, dropout=0.3)
