"""What the report of a design-space run says."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from deepdive.algorithms.design_spaces import (
    Designs,
    Difference,
    ErrorDistribution,
    Gain,
    activations,
    best_value,
    parameters,
)
from deepdive.data.images import ImageSpec
from deepdive.figures import to_png, to_svg
from deepdive.files import write_atomically
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.vision.design_space.design_space import DesignSpaceSettings
from deepdive.recipes.vision.design_space.figures import distribution_figure, parameter_figure
from deepdive.recipes.vision.design_space.samples import Ended, Sample, frame_of
from deepdive.training import Run
from deepdive.training.report import Html, Section, figure, join, table, text

_SHOWN = 20
"""Networks that the report lists, the best ones; all are in the folder ``samples``."""


@dataclass(frozen=True)
class Findings:
    """What a run came to."""

    ended: Sequence[tuple[Sample, Ended]]
    distributions: dict[str, ErrorDistribution]
    """By space."""
    gain: Gain
    """Of the last space over the first."""
    difference: Difference
    """Of the same two."""


def design_sections(
    run: Run,
    settings: DesignSpaceSettings,
    spec: ImageSpec,
    found: Findings,
    best: Sample | None,
    network: torch.nn.Module | None,
) -> list[Section]:
    """The sections; the figures also become files of the run folder."""
    sections = [
        Section("Error distributions", _distributions(run, found)),
        Section("Errors against parameters", _against_parameters(run, settings, spec, found)),
        Section("Networks", _networks(found)),
    ]
    if best is not None and network is not None:
        example = torch.empty(1, spec.channels, spec.height, spec.width, device="meta")
        sections.append(network_section(network, example, f"The best network, {best.name}"))
    return sections


def _distributions(run: Run, found: Findings) -> Html:
    drawn = distribution_figure(found.distributions)
    svg = to_svg(drawn)
    write_atomically(run.folder / "edf.svg", svg)
    write_atomically(run.folder / "edf.png", to_png(drawn))
    rows = []
    for space, F in found.distributions.items():
        states = [ended.state for sample, ended in found.ended if sample.space == space]
        counts = {state: states.count(state) for state in ("trained", "diverged", "failed")}
        rows.append({"space": space} | counts | {"mean error": F.mean, "median": F.median, "least": F.minimum})
    first, *_, last = found.distributions
    gain, difference = found.gain, found.difference
    said = (
        f"From {first} to {last} the mean error falls by {gain.value:.4f}, the area between the two curves; with 95 % "
        f"confidence by {gain.lower:.4f} to {gain.upper:.4f}. The curves are at most {difference.statistic:.3f} apart, "
        f"which two samples of one space would be with a probability of {difference.p_value:.2g}."
    )
    caption = "Networks of about the same cost, all trained alike; upright lines are the mean errors."
    return join([figure(svg.decode(), caption=caption), table(rows), text(said)])


def _against_parameters(run: Run, settings: DesignSpaceSettings, spec: ImageSpec, found: Findings) -> Html:
    values: dict[str, dict[str, list[float]]] = {}
    errors: dict[str, list[float]] = {}
    for space in found.distributions:
        measured = [(sample, ended.error) for sample, ended in found.ended if sample.space == space]
        kept = [(sample.design, error) for sample, error in measured if error is not None]
        errors[space] = [error for _, error in kept]
        for name, column in _parameters(Designs.of([design for design, _ in kept]), settings, spec).items():
            values.setdefault(name, {})[space] = column.tolist()
    first = next(iter(found.distributions))
    best = {name: best_value(*map(torch.tensor, (by_space[first], errors[first]))) for name, by_space in values.items()}
    drawn = parameter_figure(values, errors, best)
    svg = to_svg(drawn)
    write_atomically(run.folder / "parameters.svg", svg)
    write_atomically(run.folder / "parameters.png", to_png(drawn))
    rows = [
        {"parameter": name, "best value of": first, "from": found.lower, "median": found.median, "to": found.upper}
        for name, found in best.items()
    ]
    caption = f"Grey: where the best value of a network of {first} lies, by the bootstrap of the paper."
    return join([figure(svg.decode(), caption=caption), table(rows)])


def _parameters(designs: Designs, settings: DesignSpaceSettings, spec: ImageSpec) -> dict[str, torch.Tensor]:
    frame = frame_of(settings, spec)
    return {
        "depth": designs.depths.sum(dim=1),
        "width of the last stage": designs.widths[:, -1],
        "last width / first": designs.widths[:, -1] / designs.widths[:, 0],
        "last depth / first": designs.depths[:, -1] / designs.depths[:, 0],
        "mean bottleneck ratio": designs.bottleneck_ratios.double().mean(dim=1),
        "mean group width": designs.group_widths.double().mean(dim=1),
        "parameters": parameters(designs, frame),
        "activations": activations(designs, frame),
    }


def _networks(found: Findings) -> Html:
    measured = sorted(
        ((ended.error, i) for i, (_, ended) in enumerate(found.ended) if ended.error is not None),
    )
    rows = []
    for _, i in measured[:_SHOWN]:
        sample, ended = found.ended[i]
        rows.append(
            {"network": sample.name, "error": ended.error, "stages": str(sample.design), "seconds": ended.seconds}
        )
    parts = [text("The best ones; all are in the folder samples."), table(rows)]
    failed = [{"network": s.name, "stages": str(s.design), "reason": e.reason} for s, e in found.ended if e.reason]
    if failed:
        parts += [text("These did not come to their end; what diverged counts as a guess."), table(failed)]
    return join(parts)
