"""What a run keeps of its data, to and from JSON."""

from typing import Any, Protocol, TypeVar, runtime_checkable

import msgspec

T = TypeVar("T")


@runtime_checkable
class Plain(Protocol):
    """A value that knows its own form as JSON: ``to_json()``, and a class method ``from_json(plain)``."""

    def to_json(self) -> Any:
        """Dicts, lists, numbers and strings."""
        ...


def to_plain(metadata: Any) -> Any:
    """Dataclasses, containers, numbers, strings and whatever has ``to_json`` as JSON."""
    return metadata.to_json() if isinstance(metadata, Plain) else msgspec.to_builtins(metadata, enc_hook=_encode)


def from_plain(kind: type[T], plain: Any) -> T:
    """What `to_plain` was given.

    Raises:
        ValueError: it is not of that kind; names the field.
    """
    if hasattr(kind, "from_json"):
        return kind.from_json(plain)  # type: ignore[attr-defined]
    return msgspec.convert(plain, kind, dec_hook=_decode)


def _encode(value: Any) -> Any:
    if isinstance(value, Plain):
        return value.to_json()
    raise TypeError(f"metadata must be plain data, or have to_json, got {type(value).__name__}")


def _decode(kind: Any, value: Any) -> Any:
    if hasattr(kind, "from_json"):
        return kind.from_json(value)
    raise TypeError(f"metadata must be plain data, or have from_json, got {kind.__name__}")
