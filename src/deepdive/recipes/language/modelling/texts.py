"""From settings to a text in batches, and what there is to say of it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from deepdive.data.progress import Report
from deepdive.data.text import (
    CORPORA,
    BytePairTokenizer,
    CharacterTokenizer,
    TextDataModule,
    Texts,
    Tokenizer,
    WordTokenizer,
    load_text,
    read_corpus,
    read_texts,
)
from deepdive.data.text.vocabulary import UNKNOWN
from deepdive.recipes.language.modelling.settings import TextSettings
from deepdive.recipes.language.parts import part_notes

TOKENIZERS: Mapping[str, Tokenizer] = {
    "characters": CharacterTokenizer(),
    "letters": CharacterTokenizer(letters_only=True),
    "words": WordTokenizer(line_end="<eos>"),
}
"""By what a text is cut into, where that is not learnt from the text; any other name: as is usual for the text."""

_D2L = {"train": 10_000, "validation": 5_000}
"""Windows of D2L 9.5."""
_BYTE_PAIRS = 2000
_STEPS, _FEWEST_WINDOWS = 40, 8
"""Of an epoch, and of a batch."""
_MUCH = 0.01
"""Fraction of unknown tokens that is worth a note."""


def beginning(data: TextDataModule, tokens: int = 20) -> str:
    """Some of the first tokens of the training text, in which there is more than white space."""
    ids = data.corpora["train"]
    parts = (data.encoder.decode(ids[start : start + tokens]) for start in range(0, len(ids), tokens))
    return next(part for part in parts if part.strip())


def text_for(
    settings: TextSettings, report: Report | None = None, tokenizer: Tokenizer | None = None
) -> TextDataModule:
    """The text that settings speak of, obtained and cut; a ``tokenizer`` that is given goes before their own.

    Where the tokenizer knows all tokens there can be, they are the vocabulary, and none is unknown. Of a short text,
    batches are smaller than asked for, so that an epoch has some tens of steps.

    Raises:
        ValueError: neither a corpus nor a file has that name, or the text is empty, too short or unlike its training
            part.
        FileNotFoundError: no file at that path.
    """
    d2l = uses_d2l_split(settings)
    tokenizer = tokenizer or _tokenizer(settings, report)
    known = tokenizer is not None and bool(tokenizer.tokens)
    data = load_text(
        settings.data,
        tokenizer,
        partition="windows" if d2l else "sequential" if settings.partition == "sequential" else "random",
        batch_size=settings.batch_size,
        num_steps=settings.num_steps,
        min_frequency=settings.min_frequency,
        max_size=None if known else settings.vocab_size,
        unknown=None if known else UNKNOWN,
        seed=settings.seed,
        report=report,
        **(_D2L if d2l else {"validation": settings.validation, "test": settings.test}),
    )
    data.prepare()
    if data.partition == "random":
        data.batch_size = min(data.batch_size, max(_FEWEST_WINDOWS, _windows(data) // _STEPS))
    return data


def text_notes(settings: TextSettings, data: TextDataModule) -> Iterator[str]:
    """What the user should know: which file is which part, smaller batches, and many unknown tokens."""
    yield from part_notes(settings.data)
    if data.batch_size < settings.batch_size:
        yield f"{_windows(data):,} windows to learn from, {data.batch_size} of them in a batch"
    for part, fraction in data.unknown_rates.items():
        if fraction > _MUCH and part != "train":
            yield f"{fraction:.1%} of the {part} tokens are not in the training part"


def text_facts(data: TextDataModule) -> dict[str, object]:
    """The sizes of the parts and of the vocabulary, for a report."""
    facts: dict[str, object] = {f"{name} tokens": count for name, count in data.token_counts.items()}
    facts |= {f"{name} unknown": f"{fraction:.2%}" for name, fraction in data.unknown_rates.items()}
    return facts | {"vocabulary": len(data.encoder)}


def uses_d2l_split(settings: TextSettings) -> bool:
    """Whether windows are those of D2L."""
    return settings.partition == "d2l" or (settings.partition == "auto" and settings.data == "time-machine")


def _windows(data: TextDataModule) -> int:
    return data.token_counts["train"] // data.num_steps


def _tokenizer(settings: TextSettings, report: Report | None) -> Tokenizer | None:
    if settings.tokens != "byte-pair":
        return TOKENIZERS.get(settings.tokens)
    named = settings.data in CORPORA
    text = read_corpus(settings.data, report=report) if named else read_texts(Path(settings.data).expanduser())
    return BytePairTokenizer.learn(
        text.train if isinstance(text, Texts) else text, tokens=settings.vocab_size or _BYTE_PAIRS
    )
