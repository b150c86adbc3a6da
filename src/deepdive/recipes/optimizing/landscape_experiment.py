"""Draw the paths of descent methods, and check their theoretical guarantees."""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from deepdive.algorithms.optimization import (
    SURFACES,
    Surface,
    coordinate_descent,
    gradient_descent,
    newton,
    preconditioned_descent,
    steepest_descent,
    trajectory_figure,
)
from deepdive.data.progress import Report
from deepdive.recipes.experiments import RecordsExperiment
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.recipes.optimizing.checks import Check, checks
from deepdive.recipes.optimizing.landscape import LandscapeSettings
from deepdive.recipes.optimizing.numbers import CHECKS
from deepdive.training import Plan, Record, Run
from deepdive.training.report import Section, join, table, text

_RATES = {"rosenbrock": 1e-3, "beale": 0.01, "himmelblau": 0.01, "saddle": 0.1, "ill-conditioned": 0.06}
"""Of plain descent: with much more it leaves the plot."""
NOISY = "noisy quadratic"
_ALL = {**SURFACES, NOISY: SURFACES["ill-conditioned"]}


class LandscapeExperiment(RecordsExperiment[LandscapeSettings]):
    """Descent methods from one start on each surface, and ``test_checks``, how many theoretical guarantees hold.

    ``<surface>_<method>`` is how far the end of a path is from the nearest minimum.
    """

    draws_curves = False
    no_predictions = "draws descent methods and learns nothing"

    def load(self, report: Report) -> None:
        """There is nothing to obtain."""
        self.paths: dict[str, dict[str, Tensor]] = {}
        self.checks: list[Check] = []

    def plan(self) -> Plan:
        """A step for each surface and each guarantee."""
        return Plan(total_steps=len(_ALL) + CHECKS, steps_per_epoch=len(_ALL) + CHECKS)

    def records(self, run: Run) -> Iterator[Record]:
        """Distances from the minima, then the guarantees."""
        step = 0
        for name, surface in _ALL.items():
            self.paths[name] = {method: go() for method, go in self._methods(name, surface).items()}
            step += 1
            yield Record("train", 1, step, self._distances(name, surface))
        for check in checks(self.settings.dimensions, self.settings.seed):
            self.checks.append(check)
            step += 1
            yield Record("train", 1, step, {"checks": float(sum(each.holds for each in self.checks))})
        yield Record("test", 1, step, self.metrics(run))

    def metrics(self, run: Run) -> dict[str, float]:
        """How many guarantees hold."""
        return {"test_checks": float(sum(check.holds for check in self.checks))}

    def sections(self, run: Run) -> list[Section]:
        """Each surface with its paths, and the table of guarantees."""
        drawn = []
        for name, surface in _ALL.items():
            figure = trajectory_figure(surface, self.paths[name], title=name)
            caption = "Lines of equal height, closer together than equal steps; stars are minima."
            drawn.append(svg_figure(figure, caption, run.folder / f"{name.replace(' ', '-')}.svg"))
        ends = [
            {"surface": name}
            | {method: float(self._distance(_ALL[name], path[-1])) for method, path in self.paths[name].items()}
            for name in self.paths
        ]
        guarantees = [
            {"guarantee": each.guarantee, "measured": each.measured, "at most": each.bound, "holds": each.holds}
            for each in self.checks
        ]
        return [
            Section("Theoretical guarantees", table(guarantees)),
            Section("Surfaces", join([*drawn, text("Distances of the ends from the nearest minimum:"), table(ends)])),
        ]

    def _methods(self, name: str, surface: Surface) -> Mapping[str, Callable[[], Tensor]]:
        f, x, steps = surface.function, torch.tensor(surface.start, dtype=torch.float64), self.settings.steps
        lr = _RATES.get(name, _RATES["ill-conditioned"])
        if name == NOISY:
            torch.manual_seed(self.settings.seed)
            noise = self.settings.noise
            return {
                "exact": lambda: gradient_descent(f, x, lr=lr, steps=steps),
                "noisy": lambda: gradient_descent(f, x, lr=lr, steps=steps, noise=noise),
                "noisy, lower rate": lambda: gradient_descent(f, x, lr=lr / 4, steps=steps, noise=noise),
            }
        return {
            "gradient descent": lambda: gradient_descent(f, x, lr=lr, steps=steps),
            "momentum": lambda: gradient_descent(f, x, lr=lr / 2, steps=steps, momentum=0.8),
            "backtracking": lambda: steepest_descent(f, x, steps=steps),
            "Wolfe": lambda: steepest_descent(f, x, steps=steps, wolfe=True),
            "preconditioned": lambda: preconditioned_descent(f, x, lr=0.2, steps=steps),
            "coordinates": lambda: coordinate_descent(f, x, sweeps=max(1, steps // 4)),
            "Newton": lambda: newton(f, x, steps=min(steps, 50)),
        }

    def _distances(self, name: str, surface: Surface) -> dict[str, float]:
        plain = name.replace(" ", "_").replace("-", "_")
        return {
            f"{plain}_{method.lower().replace(', ', '_').replace(' ', '_')}": self._distance(surface, path[-1])
            for method, path in self.paths[name].items()
        }

    def _distance(self, surface: Surface, x: Tensor) -> float:
        minima = torch.tensor(surface.minima, dtype=torch.float64)
        return float((minima - x).norm(dim=1).min())
