"""A fully connected layer that reads the number of its inputs off the first batch."""

# The library's mixin declares its own methods in a way that no class satisfies for a type checker.
# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportIncompatibleVariableOverride=false

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from deepdive.checks import check_dimensions
from deepdive.scratch._arguments import check_sizes, checked
from deepdive.scratch.linear import Linear


class LazyLinear(LazyModuleMixin, Linear):
    """A ``Linear`` whose ``in_features`` is read off the first input; then it becomes a ``Linear``.

    Raises:
        ValueError: parameters are computed with before the first input.
    """

    cls_to_become = Linear
    weight: UninitializedParameter
    bias: UninitializedParameter | None

    @checked
    def __init__(
        self,
        out_features: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        check_sizes(0, out_features=out_features)
        super().__init__(0, 0, False)
        self.out_features = int(out_features)
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.bias = UninitializedParameter(device=device, dtype=dtype) if bias else None

    def reset_parameters(self) -> None:
        """Draw weights and biases, once their sizes are known."""
        if not self.has_uninitialized_params() and self.in_features:
            super().reset_parameters()

    @checked
    def initialize_parameters(self, input: Float[Tensor, "..."]) -> None:
        """Give the parameters the size that the first input asks for."""
        if not self.has_uninitialized_params():  # they came from a saved state
            self.in_features = self.weight.shape[1]
        else:
            check_dimensions("input", input, "*", "features")
            self.in_features = input.shape[-1]
            self.weight.materialize((self.out_features, self.in_features))
            if self.bias is not None:
                self.bias.materialize((self.out_features,))
            self.reset_parameters()
