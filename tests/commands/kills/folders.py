"""What must be the same in the folders of two runs that are the same run: everything but names and clock times."""

import json
import re
from itertools import takewhile
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from deepdive.training.listeners import read_metrics

_CLOCKS = {"timing.jsonl", "seconds.json", "workers.log"}
"""Files that hold nothing else."""
_PASSING = {"created", "command", "commit", "seconds", "resumed"}
_TIMES = re.compile(
    r"\d+(\.\d+)? s( since the resume)?"
    r"|(?<=<dt>seconds</dt><dd>)[^<]+|(?<=per second</th><td>)[^<]+|(?<=>commit</th><td>)[^<]+"
)

_TABLE, _CELL = re.compile("<table>.*?</table>", re.S), re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)


def contents(folder: Path) -> dict[str, Any]:
    """All files of a run folder by their names, without what a clock or the folder's name has put into them."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): _content(path, folder) for path in files}


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """The files that only one of them has, or that differ."""
    left = [f"{name} is left behind" for name in sorted(ours.keys() - theirs.keys())]
    missing = [f"{name} is missing" for name in sorted(theirs.keys() - ours.keys())]
    changed = [_difference(name, ours[name], theirs[name]) for name in sorted(ours.keys() & theirs.keys())]
    return [*left, *missing, *filter(None, changed)]


def _difference(name: str, ours: Any, theirs: Any) -> str:
    if ours == theirs:
        return ""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = [key for key in (*ours, *(theirs.keys() - ours.keys())) if ours.get(key) != theirs.get(key)]
        return f"{name} differs in {', '.join(map(str, keys[:8]))}"
    if isinstance(ours, str) and isinstance(theirs, str):
        at = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False)))
        place = slice(max(0, at - 80), at + 80)
        return f"{name} differs: {ours[place]!r} was {theirs[place]!r}"
    return f"{name} differs"


def _content(path: Path, folder: Path) -> Any:
    if path.suffix == ".safetensors":
        return _tensors(path)
    if path.name in _CLOCKS:
        if path.suffix == ".jsonl":
            [json.loads(line) for line in path.read_text().splitlines()]
        return "times"
    if path.name == "metrics.jsonl":
        _check_order(path)
    if path.suffix == ".json":
        return _lasting(json.loads(path.read_text(encoding="utf-8")))
    if path.suffix == ".html":
        page = path.read_text(encoding="utf-8")
        for name in (str(folder.absolute()), folder.name):
            page = page.replace(name, "RUN")
        return _TIMES.sub("TIME", _TABLE.sub(_without_seconds, page))
    return path.read_bytes().decode("utf-8", errors="backslashreplace")


def _tensors(path: Path) -> dict[str, Any]:
    """Every tensor by its bytes: the weights, and the state of the optimiser and of the generators."""
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        found: dict[str, Any] = dict(file.metadata() or {})
    for name, tensor in tensors.items():
        found[f"tensor {name}"] = tensor.dtype, tensor.shape, tensor.flatten().view(torch.uint8).numpy().tobytes()
    return found


def _lasting(content: Any) -> Any:
    if isinstance(content, list):
        return [_lasting(item) for item in content]
    if isinstance(content, dict):
        return {key: _lasting(value) for key, value in content.items() if key not in _PASSING}
    return _TIMES.sub("TIME", content) if isinstance(content, str) else content


def _without_seconds(table: re.Match[str]) -> str:
    """A table without its column of times."""
    rows = [_CELL.findall(row) for row in table.group().split("<tr>")]
    times = [i for i, cell in enumerate(rows[1]) if cell == "seconds"]
    return "\n".join(" ".join(cell for i, cell in enumerate(row) if i not in times) for row in rows)


def _check_order(path: Path) -> None:
    """Whole lines, each step once, and forward only, but for the test, which is of the best epoch."""
    records = [record for record in read_metrics(path) if record.kind != "test"]
    places = [(record.step, ("train", "epoch").index(record.kind)) for record in records]
    assert len(set(places)) == len(places), f"{path.name} tells a step twice"
    assert places == sorted(places), f"{path.name} goes back"
