"""Linear regression as a network of one layer (D2L sections 3.4 and 3.5)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt
from deepdive.toolkit import Toolkit


@checked
class LinearRegression(torch.nn.Module):
    """``ŷ = X w + b``. Input ``(batch, num_inputs)``, output ``(batch, num_outputs)``.

    Weights start normal with standard deviation 0.01, biases at 0.
    """

    def __init__(self, num_inputs: PositiveInt, num_outputs: PositiveInt = 1, *, nn: Toolkit = torch.nn) -> None:
        super().__init__()
        self.net = nn.Linear(num_inputs, num_outputs)
        for name, parameter in self.named_parameters():
            if name.endswith("weight"):
                nn.init.normal_(parameter, std=0.01)
            else:
                nn.init.zeros_(parameter)

    def forward(self, x: Float[Tensor, "batch features"]) -> Float[Tensor, "batch outputs"]:
        """Predictions."""
        return self.net(x)
