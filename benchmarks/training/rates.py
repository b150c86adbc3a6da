"""The rate that ``deepdive find-lr`` suggests against the best of a grid, by the loss at the end of short runs.

The ratio is that of the two rates, the larger by the smaller. The grid has two rates to a decade; rates whose loss is
within two per cent of the best one are as good, and the nearest of them counts.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks._table import Row, show
from deepdive.recipes import load_recipe
from deepdive.recipes.running.rate_finding import final_loss, find_rate
from deepdive.recipes.settings import from_plain, to_plain, with_preset

FARTHEST = 3.0
GRID = [10 ** (k / 2) for k in range(-8, 2)]
RECIPES: Mapping[str, Mapping[str, Any]] = {
    "linear-regression": {"epochs": 5},
    "softmax-regression": {"data": "digits", "epochs": 8},
    "mlp": {"data": "digits", "epochs": 8},
    "table": {"data": "airfoil", "epochs": 20, "folds": 1},
    "lenet": {"steps": 150},
    "lenet-batchnorm": {"data": "digits", "steps": 150, "image_size": 28},
    "gru-lm": {"steps": 100},
}
"""The rule of the suggestion was chosen by the first five; the last two were tried once it stood."""


def rows() -> Iterator[Row]:
    for name, changes in RECIPES.items():
        recipe = load_recipe(name)
        settings = with_preset(recipe.settings_type, {**recipe.presets["quick"], **changes})
        suggestion = find_rate(recipe, settings).suggestion
        losses = {}
        for lr in GRID:
            plain = to_plain(settings)
            plain["optimizer"]["lr"] = lr
            losses[lr] = final_loss(recipe, from_plain(recipe.settings_type, plain))
        best = min(losses.values())
        good = [lr for lr, loss in losses.items() if loss <= 1.02 * best]
        nearest = min(good, key=lambda lr: abs(math.log(lr / suggestion)))
        apart = math.exp(abs(math.log(nearest / suggestion)))
        told = ", ".join(f"{lr:.2g}: {loss:.3g}" for lr, loss in losses.items())
        print(f"  {name}: {told}", file=sys.stderr, flush=True)
        yield Row(f"rate suggested for {name}, best of grid", suggestion, nearest, apart, FARTHEST, False, "")


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
