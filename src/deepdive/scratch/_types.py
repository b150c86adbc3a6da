"""In which type of number to compute, and which to return."""

import torch
from torch import Tensor


def precise(x: Tensor) -> torch.dtype:
    """Single precision for half, otherwise the type of ``x``: for sums of many terms."""
    return torch.promote_types(x.dtype, torch.float32)


def product_type(x: Tensor) -> torch.dtype:
    """The type of a product with ``x``: inside of ``torch.autocast`` the one it asks for, else that of ``x``."""
    device = x.device.type
    if device == "meta" or x.dtype == torch.float64 or not torch.is_autocast_enabled(device):
        return x.dtype
    return torch.get_autocast_dtype(device)
