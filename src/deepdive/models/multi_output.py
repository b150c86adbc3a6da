"""One network with several inputs and several outputs: numbers and categories in, named targets out."""

from collections.abc import Iterable, Mapping, Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.perceptrons import MLP
from deepdive.names import apart
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, Probability
from deepdive.toolkit import Toolkit


@checked
class MultiOutputMLP(torch.nn.Module):
    """A shared perceptron over numbers and embedded categories, with one linear head per output.

    ``h = MLP([x, E₁[c₁], E₂[c₂], ...])``, ``oₖ = Wₖ φ(h) + bₖ``. Inputs are ``x (batch, num_numeric)`` and codes
    ``c (batch, len(cardinalities))``, each below its cardinality; the result holds each output by name,
    ``(batch, width)``. A category of ``m`` codes is embedded in ``min(32, (m + 1) // 2)`` dimensions.

    Source: Caruana, 1997 (shared layers); Guo and Berkhahn, 2016 (embedded categories).

    Raises:
        ValueError: there is no output, no input, or no hidden layer, or a size is less than 1.
    """

    def __init__(
        self,
        num_numeric: NonNegativeInt,
        cardinalities: Sequence[int],
        outputs: Mapping[str, int],
        hidden: Sequence[int] = (128, 64),
        dropout: Probability = 0.0,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if not outputs or min(outputs.values()) < 1:
            raise ValueError(f"outputs is {dict(outputs)}; it must name at least one, each of width 1 or more")
        if num_numeric < 0 or any(size < 1 for size in cardinalities) or not (num_numeric or cardinalities):
            raise ValueError(
                f"num_numeric is {num_numeric} and cardinalities is {tuple(cardinalities)}; there must be an input, "
                "and each category needs at least one code"
            )
        if not hidden:
            raise ValueError("hidden is empty; the outputs need at least one layer to share")
        sizes = [min(32, (size + 1) // 2) for size in cardinalities]
        self.embeddings = nn.ModuleList(nn.Embedding(n, d) for n, d in zip(cardinalities, sizes, strict=True))
        *below, width = hidden
        self.trunk = MLP(num_numeric + sum(sizes), width, below, "ReLU", dropout, nn=nn)
        self.activation = nn.ReLU()
        self._keys = _keys(outputs)
        self.heads = nn.ModuleDict({self._keys[name]: nn.Linear(width, size) for name, size in outputs.items()})

    def forward(
        self, numbers: Float[Tensor, "batch numeric"], codes: Int64[Tensor, "batch categorical"]
    ) -> dict[str, Tensor]:
        """Each output by its name."""
        embedded = [embedding(codes[:, i]) for i, embedding in enumerate(self.embeddings)]
        h = self.activation(self.trunk(torch.cat([numbers, *embedded], dim=1)))
        return {name: self.heads[key](h) for name, key in self._keys.items()}


def _keys(names: Iterable[str]) -> dict[str, str]:
    """For each output a name among modules: it has no dot, is not empty, and is no attribute of a container."""
    taken, keys = set(dir(torch.nn.ModuleDict())), {}
    for name in names:
        keys[name] = apart(name.replace(".", "_") or "_", taken)
        taken.add(keys[name])
    return keys
