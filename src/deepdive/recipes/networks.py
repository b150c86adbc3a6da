"""The network of a run, as a part of its report."""

from torch import nn

from deepdive.algorithms.inspection import summary
from deepdive.algorithms.inspection.summary import Inputs
from deepdive.training.report import Section, join, pairs, table, text


def network_section(network: nn.Module, inputs: Inputs, title: str = "Network") -> Section:
    """Layer by layer: output shapes, parameters and operations for these inputs, one example as a rule.

    Raises:
        ValueError: the network does not run on these inputs; see `summary`.
    """
    found = summary(network, inputs)
    facts = {"class": found.network} | found.facts()
    return Section(title, join([pairs(facts), table(found.rows()), text(*found.notes())]))
