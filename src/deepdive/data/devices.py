"""Data on the device that asks for it."""

from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import torch


@runtime_checkable
class Movable(Protocol):
    """A tensor, or something made of tensors."""

    @property
    def device(self) -> torch.device:
        """Where it is."""
        ...

    def to(self, device: torch.device, *, non_blocking: bool = False) -> Any:
        """The same on another device."""
        ...


FieldType = TypeVar("FieldType", bound=Movable)


class OnDevices(Generic[FieldType]):
    """Fields that move to a device when they are first asked for there, and stay.

    Args:
        fields: at least one; all on the device of the first.

    """

    def __init__(self, *fields: FieldType) -> None:
        self.home = fields[0].device
        self._copies: dict[torch.device, tuple[FieldType, ...]] = {self.home: fields}

    def on(self, device: torch.device | str | None = None) -> tuple[FieldType, ...]:
        """The fields on a device; on their own by default."""
        place = self.home if device is None else torch.device(device)
        if place not in self._copies:
            self._copies[place] = tuple(field.to(place, non_blocking=True) for field in self._copies[self.home])
        return self._copies[place]
