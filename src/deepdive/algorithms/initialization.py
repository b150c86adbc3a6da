"""Initial values by kind of layer: rules of one's own for a whole network (D2L section 6.3)."""

from collections.abc import Callable, Mapping

from torch import nn

from deepdive.algorithms.inspection import check_sizes_known
from deepdive.signatures import checked

Rule = Callable[[nn.Module], object]
"""Writes the initial values of one layer's parameters, in place; what it returns is not looked at."""


@checked
def initialize(network: nn.Module, rules: Mapping[str, Rule]) -> dict[str, list[str]]:
    """Apply to every layer the rule for its kind, and tell which layers each rule was applied to.

    A kind is the name of a class, ``Linear`` or ``Conv2d``, so that the rules serve layers of either toolkit; a name in
    the network, ``net.0``, is a rule for that layer alone and goes before its kind. Layers without a rule stay as they
    are. A layer that lies in several places gets its values once, and tied parameters those of the last layer.

    >>> from torch import nn
    >>> network = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    >>> initialize(
    ...     network,
    ...     {
    ...         "Linear": lambda layer: nn.init.xavier_uniform_(layer.weight),
    ...         "2": lambda layer: nn.init.constant_(layer.weight, 42.0),
    ...     },
    ... )
    {'Linear': ['0'], '2': ['2']}

    Raises:
        ValueError: a rule fits no layer, or the sizes of lazy layers are not known yet.
    """
    check_sizes_known(network)
    applied: dict[str, list[str]] = {name: [] for name in rules}
    chosen = [
        (name, module, name if name in rules else type(module).__name__) for name, module in network.named_modules()
    ]
    for name, _, key in chosen:
        if key in rules:
            applied[key].append(name)
    if idle := [key for key, layers in applied.items() if not layers]:
        kinds = sorted({type(module).__name__ for _, module, _ in chosen if list(module.parameters(recurse=False))})
        raise ValueError(
            f"no layer is, or is a, {', '.join(idle)}; the network has parameters in layers of kind {', '.join(kinds)}"
        )
    for _, module, key in chosen:  # nothing has been changed before it is known that all rules fit
        if key in rules:
            rules[key](module)
    return applied
