"""The network of a run, as a part of its report."""

import copy
from collections.abc import Callable, Mapping, Sequence

from torch import Tensor, nn

from deepdive.algorithms.inspection import gradient_flow, gradient_flow_figure, summary
from deepdive.algorithms.inspection.summary import Inputs
from deepdive.figures import to_svg
from deepdive.training import Task
from deepdive.training.formats import lay_out
from deepdive.training.report import Html, Section, figure, folded, join, named, pairs, table, text

_SHOWN = 8
"""Lines of a table that are not folded."""


def network_section(network: nn.Module, inputs: Inputs, title: str = "Network", *, device: str = "meta") -> Section:
    """Layer by layer: output shapes, parameters and operations for these inputs, one example as a rule.

    ``device`` is ``cpu`` where the path through the network depends on values, e.g. on lengths.

    Raises:
        ValueError: the network does not run on these inputs; see `summary`.
    """
    found = summary(network, inputs, device=device)
    facts, rows = {"class": found.network} | found.facts(), found.rows()
    return Section(title, join([pairs(facts), _lines(rows, "layer"), text(*found.notes())]))


def task_section(task: Task) -> Section:
    """The task's kind, its loss and its metrics; the rest are settings."""
    loss = getattr(task, "loss", None)
    name = repr(loss) if isinstance(loss, nn.Module) else named(loss)
    return Section(
        "Task", pairs({"task": type(task).__name__, "loss": name, "metrics": ", ".join(task.metrics) or "-"})
    )


def gradient_section(
    network: nn.Module, batch: tuple[Tensor, ...], loss: Callable[[Tensor, Tensor], Tensor]
) -> Section:
    """Gradients and activations of one batch ``(x_1, ..., x_k, y)``, layer by layer.

    Raises:
        ValueError: the network has nothing to learn; see `gradient_flow`.
    """
    place = next(network.parameters()).device
    # laid out as it was made: a resumed run, which may have nothing left to train, must draw the same to the last digit
    network = copy.deepcopy(network)
    lay_out(network, "contiguous")
    flow = gradient_flow(network, tuple(field.to(place) for field in batch), loss)
    caption = f"One batch of {len(batch[0])} examples, of loss {flow.loss:.4g}."
    drawn = figure(to_svg(gradient_flow_figure(flow)).decode(), caption=caption)
    tables = [_lines(flow.parameter_rows(), "parameter"), _lines(flow.layer_rows(), "layer")]
    return Section("Gradient flow", join([drawn, *tables]))


def _lines(rows: Sequence[Mapping[str, object]], what: str) -> Html:
    """A table with a line for each of them; a long one is folded."""
    told = table(rows)
    return told if len(rows) <= _SHOWN else folded(f"Table of {len(rows):,} {what}s", told)
