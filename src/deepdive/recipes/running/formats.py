"""The formats that trained weights are exported to. Free of torch: help texts list them."""

from typing import Literal

FormatName = Literal["safetensors"]
FORMATS: dict[str, str] = {"safetensors": ".safetensors"}
"""Each format with the suffix of its files; `deepdive.recipes.running.exporting.WRITERS` has what writes it."""
