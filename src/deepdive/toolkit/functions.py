"""What a network may ask of its toolkit besides layers: initialisation, and functions without parameters."""

# ruff: noqa: D102 (these are promises; the promised things have docstrings)

from typing import Literal, Protocol, runtime_checkable

from torch import Generator, Tensor


@runtime_checkable
class Initializers(Protocol):
    """First values of parameters, written in place: ``torch.nn.init`` or ``deepdive.scratch.init``."""

    def constant_(self, tensor: Tensor, val: float) -> Tensor: ...

    def zeros_(self, tensor: Tensor) -> Tensor: ...

    def ones_(self, tensor: Tensor) -> Tensor: ...

    def uniform_(
        self, tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
    ) -> Tensor: ...

    def normal_(
        self, tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
    ) -> Tensor: ...

    def eye_(self, tensor: Tensor) -> Tensor: ...

    def dirac_(self, tensor: Tensor, groups: int = 1) -> Tensor: ...

    def orthogonal_(self, tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor: ...

    def xavier_uniform_(self, tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor: ...

    def xavier_normal_(self, tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor: ...

    def kaiming_uniform_(
        self,
        tensor: Tensor,
        a: float = 0.0,
        mode: Literal["fan_in", "fan_out"] = "fan_in",
    ) -> Tensor: ...

    def kaiming_normal_(
        self,
        tensor: Tensor,
        a: float = 0.0,
        mode: Literal["fan_in", "fan_out"] = "fan_in",
    ) -> Tensor: ...


@runtime_checkable
class Functions(Protocol):
    """Functions without parameters: ``torch.nn.functional`` or ``deepdive.scratch.functional``."""

    def softmax(self, input: Tensor, dim: int | None = None) -> Tensor: ...

    def scaled_dot_product_attention(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        *,
        scale: float | None = None,
    ) -> Tensor: ...
