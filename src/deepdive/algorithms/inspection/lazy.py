"""Whether lazy layers have seen their first batch (D2L section 6.4)."""

from torch import nn
from torch.nn.parameter import is_lazy

from deepdive.signatures import checked


@checked
def unknown_sizes(network: nn.Module) -> list[str]:
    """The layers, as ``name (class)``, whose sizes are to be read off a first batch that has not come yet."""
    return [
        f"{name or 'the network'} ({type(module).__name__})"
        for name, module in network.named_modules()
        if any(is_lazy(p) for p in (*module.parameters(recurse=False), *module.buffers(recurse=False)))
    ]


@checked
def check_sizes_known(network: nn.Module) -> None:
    """Refuse a network with lazy layers that have not seen a batch yet.

    Raises:
        ValueError: names the layers.
    """
    if unknown := unknown_sizes(network):
        raise ValueError(
            f"the sizes of {', '.join(unknown)} are read off the first batch, and none has come yet; call the network "
            "on one first, or give it to a Trainer, which does so"
        )
