"""What JSON can hold."""

import math
from collections.abc import Mapping
from typing import Any


def json_values(value: Any) -> Any:
    """The same nest with texts for keys, lists for tuples, and null for each number that JSON does not have.

    >>> json_values({"loss": float("nan"), 1: (0.5, float("inf"))})
    {'loss': None, '1': [0.5, None]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): json_values(each) for key, each in value.items()}
    return [json_values(each) for each in value] if isinstance(value, list | tuple) else value
