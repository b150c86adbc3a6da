"""How to use a run: commands and lines of Python that can be copied as they are, for its report."""

from pathlib import Path
from typing import Any

from deepdive.names import shell_line
from deepdive.recipes.experiments import Experiment
from deepdive.training import Run


def how_to(run: Run, experiment: Experiment[Any]) -> dict[str, str]:
    """What can be done with a trained run, each with the command or the lines of Python; paths are absolute."""
    folder = run.folder.absolute()
    load, found = f"import deepdive\n\nmodel = deepdive.load({str(folder)!r})\n", {}
    if experiment.predicts:
        example = experiment.example(run)
        words, code = (example.words, example.code) if example else (("FILE",), "[...]")
        what = f"Predict: {experiment.takes or 'files'}. With --json as JSON, with --output FILE.csv as a table."
        found[what] = f"{shell_line('deepdive', 'predict', folder)} {shell_line(*words)}"
        found["The same in Python:"] = f"{load}print(model.predict({code}))"
    if experiment.keeps_networks:
        if not experiment.predicts:
            found["In Python, the trained network:"] = f"{load}network = model.network"
        export = shell_line("deepdive", "export", folder, "--format", "safetensors")
        found["Write its weights as a file for other programs, into the folder where you are:"] = export
    if run.command[1:2] == ["run"]:
        found["Run it again, in a new folder:"] = shell_line(*_absolute(run))
    return found


def _absolute(run: Run) -> list[str]:
    """The command that began the run, where files that its settings or its recipe name have their absolute paths."""
    paths = [Path(text) for text in [run.source, *_texts(run.settings)] if text and Path(text).is_absolute()]
    found = []
    for word in run.command:
        flag, mark, value = word.partition("=") if word.startswith("-") else ("", "", word)
        parts = Path(value).parts
        whole = next((path for path in paths if parts and path.parts[-len(parts) :] == parts), None)
        found.append(word if whole is None else f"{flag}{mark}{whole}")
    return found


def _texts(value: Any) -> list[str]:
    """All texts among settings."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for each in inner for text in _texts(each)]
