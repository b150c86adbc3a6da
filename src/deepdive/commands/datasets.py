"""``deepdive data``: what data sets there are, and getting one. Free of torch."""

import sys

from deepdive.commands.terminal.saying import plain_console
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
    from rich.table import Table

    from deepdive.data.fetching import origin

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("name", "what", "licence", "size", "would come from"):
        table.add_column(column, no_wrap=column in ("name", "size"), justify="right" if column == "size" else "left")
    for dataset in DATASETS.values():
        size = f"{dataset.size / 1e6:.1f} MB"
        table.add_row(dataset.name, dataset.title, dataset.licence, size, origin(dataset))
    plain_console().print(table)
    return 0


def _get(name: str) -> int:
    from deepdive.data.fetching import fetch_any
    from deepdive.data.progress import progress_bars

    with progress_bars() as report:
        _, files = fetch_any(name, report=report)
    for path in files.values():
        sys.stdout.write(f"{path}\n")
    return 0
