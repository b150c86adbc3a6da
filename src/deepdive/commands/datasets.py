"""``deepdive data``: what data sets there are, and getting one. Free of torch."""

import sys

from deepdive.commands.terminal.saying import plain_console, say
from deepdive.data.registry import DATASETS


def main(arguments: list[str]) -> int:
    """List the data sets, or get one by name."""
    match arguments:
        case ["list"] | []:
            return _list()
        case ["get", name] if not name.startswith("-"):
            return _get(name)
    asked = arguments[0] in ("-h", "--help")
    (sys.stdout if asked else sys.stderr).write(
        "usage: deepdive data list          what is available, licence, size, where it would come from\n"
        "       deepdive data get NAME      fetch it into the cache\n"
    )
    return 0 if asked else 2


def _list() -> int:
    """A line for each, and two below it: what it is, and its licence."""
    from rich.padding import Padding
    from rich.text import Text

    from deepdive.data.fetching import origin

    console, width = plain_console(), max(map(len, DATASETS))
    for dataset in DATASETS.values():
        head = f"{dataset.name:{width}}  {dataset.size / 1e6:7.1f} MB  from {origin(dataset)}"
        console.print(Text(head, style="bold"), no_wrap=True, overflow="ellipsis")
        console.print(Padding(Text(f"{dataset.title}. Licence: {dataset.licence}."), (0, 0, 0, 4)))
    return 0


def _get(name: str) -> int:
    from deepdive.data.fetching import fetch_any
    from deepdive.data.progress import progress_bars

    with progress_bars() as report:
        _, files = fetch_any(name, report=report)
    for path in files.values():
        say(str(path))
    return 0
