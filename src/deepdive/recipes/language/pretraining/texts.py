"""From settings to the text that is learnt from, and its parts that are held out."""

from dataclasses import replace
from pathlib import Path

from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS
from deepdive.data.text import CORPORA, Texts, read_corpus, read_texts
from deepdive.recipes.language.parts import tell_parts
from deepdive.recipes.language.pretraining.settings import PretrainingSettings

_HELD_OUT = 0.1


def texts_for(settings: PretrainingSettings, report: Report | None = None) -> Texts:
    """The parts of the text that settings speak of; of a single text, paragraphs at its end are held out.

    Raises:
        ValueError: ``data`` is a data set that is no text.
        FileNotFoundError: there is neither a text nor a file of that name.
        DataUnavailableError: no source has the text.
    """
    data = settings.data
    if data in CORPORA:
        text = read_corpus(data, report=report)
    elif data in DATASETS:
        raise ValueError(f"data is {data!r}, which is no text; these are: {', '.join(CORPORA)}, or a file")
    elif not Path(data).exists():
        raise FileNotFoundError(f"data is {data!r}; there is no text, file or folder of that name")
    else:
        text = read_texts(Path(data))
        tell_parts(data)
    if isinstance(text, str):
        lines = text.split("\n")
        held = max(1, round(_HELD_OUT * len(lines)))
        parts = lines[: -2 * held], lines[-2 * held : -held], lines[-held:]
        text = Texts(*("\n".join(part) for part in parts))
    return replace(text, train=text.train[: settings.characters])
