"""From settings to a text in batches."""

from deepdive.data.progress import Report
from deepdive.data.text import (
    BytePairTokenizer,
    CharacterTokenizer,
    TextDataModule,
    Texts,
    Tokenizer,
    WordTokenizer,
    load_text,
    read_text,
)
from deepdive.data.text.corpora import CORPORA, read_corpus
from deepdive.recipes.language.modelling.settings import TextSettings

_TEXTBOOK = {"train": 10_000, "validation": 5_000}
"""Windows of textbook section 9.5."""

_BYTE_PAIRS = 2000


def text_for(settings: TextSettings, report: Report | None = None) -> TextDataModule:
    """The text that settings speak of, as a data module.

    Raises:
        ValueError: neither a corpus nor a file has that name, or a setting is out of its range.
        FileNotFoundError: no file at that path.
    """
    for name in ("validation", "test"):
        if not 0 <= getattr(settings, name) < 1:
            raise ValueError(f"{name} is {getattr(settings, name)}; it must be a share from 0 to less than 1")
    textbook = uses_textbook_split(settings)
    return load_text(
        settings.data,
        _tokenizer(settings, report),
        partition="windows" if textbook else "sequential" if settings.partition == "sequential" else "random",
        batch_size=settings.batch_size,
        num_steps=settings.num_steps,
        min_frequency=settings.min_frequency,
        max_size=None if settings.tokens == "byte-pair" else settings.max_tokens,
        seed=settings.seed,
        report=report,
        **(_TEXTBOOK if textbook else {"validation": settings.validation, "test": settings.test}),
    )


def uses_textbook_split(settings: TextSettings) -> bool:
    """Whether windows are those of the textbook."""
    return settings.partition == "textbook" or (settings.partition == "auto" and settings.data == "time-machine")


def _tokenizer(settings: TextSettings, report: Report | None) -> Tokenizer | None:
    match settings.tokens:
        case "characters":
            return CharacterTokenizer()
        case "letters":
            return CharacterTokenizer(letters_only=True)
        case "words":
            return WordTokenizer(line_end="<eos>")
        case "byte-pair":
            text = read_corpus(settings.data, report=report) if settings.data in CORPORA else read_text(settings.data)
            return BytePairTokenizer.learn(
                text.train if isinstance(text, Texts) else text, tokens=settings.max_tokens or _BYTE_PAIRS
            )
        case _:
            return None
