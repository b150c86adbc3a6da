"""What a published config.json says, by the names of our arguments."""

from collections.abc import Mapping
from typing import Any


def values(configuration: Mapping[str, Any], needed: Mapping[str, str], optional: Mapping[str, str]) -> dict[str, Any]:
    """The values of ``needed`` and ``optional`` names under ours; optional ones that are missing or null are left out.

    Raises:
        ValueError: a needed one is missing; names all that are.
    """
    if missing := [name for name in needed if configuration.get(name) is None]:
        raise ValueError(f"the configuration lacks {', '.join(missing)}")
    names = {**needed, **optional}
    return {ours: configuration[name] for name, ours in names.items() if configuration.get(name) is not None}


def expect(configuration: Mapping[str, Any], name: str, *known: Any) -> None:
    """Check that what the configuration says of ``name``, if anything, is something that is built here.

    Raises:
        ValueError: it is not.
    """
    if (value := configuration.get(name, known[0])) not in known:
        raise ValueError(f"{name} is {value!r} in the configuration; known: {', '.join(map(repr, known))}")
