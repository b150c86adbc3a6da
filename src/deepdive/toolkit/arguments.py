"""What arguments of layers can be."""

from collections.abc import Callable
from typing import Literal

from torch import Tensor

Size = int | tuple[int, int]
Size1 = int | tuple[int]
Size3 = int | tuple[int, int, int]
Nonlinearity = Literal["tanh", "relu"]
Reduction = Literal["none", "mean", "sum"]
Activation = Literal["relu", "gelu"] | Callable[[Tensor], Tensor]
