"""What a network must know of the text that it learns from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deepdive.data import TextEncoder


@dataclass(frozen=True)
class TextMetadata:
    """The tokens, and the sizes of a network that is given, not chosen."""

    encoder: TextEncoder
    sizes: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the network that go before those of the settings."""
