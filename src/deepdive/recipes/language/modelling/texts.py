"""From settings to a text in batches."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepdive.data.progress import Report, progress_bars
from deepdive.data.text import (
    BytePairTokenizer,
    CharacterTokenizer,
    TextDataModule,
    TextEncoder,
    Texts,
    Tokenizer,
    WordTokenizer,
    load_text,
    read_texts,
)
from deepdive.data.text.corpora import CORPORA, read_corpus
from deepdive.data.text.vocabulary import UNKNOWN
from deepdive.names import tell
from deepdive.recipes.experiments.inputs import checksum, keep_inputs, read_inputs
from deepdive.recipes.language.modelling.settings import TextSettings
from deepdive.recipes.language.parts import tell_parts
from deepdive.training import Run

TOKENIZERS: Mapping[str, Tokenizer] = {
    "characters": CharacterTokenizer(),
    "letters": CharacterTokenizer(letters_only=True),
    "words": WordTokenizer(line_end="<eos>"),
}
"""By what a text is cut into, where that is not learnt from the text; any other name: as is usual for the text."""

_TEXTBOOK = {"train": 10_000, "validation": 5_000}
"""Windows of textbook section 9.5."""

_BYTE_PAIRS = 2000
_STEPS, _FEWEST_WINDOWS = 40, 8
"""Of an epoch, and of a batch."""
_MUCH = 0.01
"""Share of unknown tokens that is worth a note."""


def text_for(
    settings: TextSettings, report: Report | None = None, tokenizer: Tokenizer | None = None
) -> TextDataModule:
    """The text that settings speak of, as a data module; a ``tokenizer`` that is given goes before their own.

    Where the tokenizer knows all tokens there can be, they are the vocabulary, and none is unknown.

    Raises:
        ValueError: neither a corpus nor a file has that name, or a setting is out of its range.
        FileNotFoundError: no file at that path.
    """
    textbook = uses_textbook_split(settings)
    tokenizer = tokenizer or _tokenizer(settings, report)
    known = tokenizer is not None and bool(tokenizer.tokens)
    return load_text(
        settings.data,
        tokenizer,
        partition="windows" if textbook else "sequential" if settings.partition == "sequential" else "random",
        batch_size=settings.batch_size,
        num_steps=settings.num_steps,
        min_frequency=settings.min_frequency,
        max_size=None if known else settings.max_tokens,
        unknown=None if known else UNKNOWN,
        seed=settings.seed,
        report=report,
        **(_TEXTBOOK if textbook else {"validation": settings.validation, "test": settings.test}),
    )


def prepared_text(settings: TextSettings, tokenizer: Tokenizer | None = None) -> TextDataModule:
    """The text that settings speak of, as `text_for`, obtained, cut and numbered; what a user should know is said.

    Of a short text, batches are smaller than asked for, so that an epoch has some tens of steps.

    Raises:
        ValueError: as for `text_for`, or the text is empty, too short or unlike its training part.
    """
    with progress_bars() as report:
        data = text_for(settings, report, tokenizer)
        data.prepare()
    tell_parts(settings.data)
    if data.partition == "random":
        windows = data.token_counts["train"] // data.num_steps
        data.batch_size = min(data.batch_size, max(_FEWEST_WINDOWS, windows // _STEPS))
        if data.batch_size < settings.batch_size:
            tell(f"note: {windows:,} windows to learn from, {data.batch_size} of them in a batch")
    for part, share in data.unknown_shares.items():
        if share > _MUCH and part != "train":
            tell(f"note: {share:.1%} of the {part} tokens are not in the training part")
    return data


def keep_text(run: Run, data: TextDataModule, source: str, *, resume: bool, **more: Any) -> None:
    """Write ``inputs.json``: the tokens of a text, for `read_encoder`, a checksum of the text, and what ``more`` says.

    Raises:
        RunError: on a resume, where the text is not the one that the run began with.
    """
    inputs = {"encoder": data.encoder.to_json(), "text": checksum(data.corpora.values()), **more}
    keep_inputs(run, inputs, what=f"the text {source} has", resume=resume)


def read_encoder(run: Run) -> TextEncoder:
    """The tokens of the text that a run learnt from.

    Raises:
        RunError: ``inputs.json`` is missing or damaged.
    """
    return read_inputs(run, lambda inputs: TextEncoder.from_json(inputs["encoder"], "the encoder"))


def uses_textbook_split(settings: TextSettings) -> bool:
    """Whether windows are those of the textbook."""
    return settings.partition == "textbook" or (settings.partition == "auto" and settings.data == "time-machine")


def _tokenizer(settings: TextSettings, report: Report | None) -> Tokenizer | None:
    if settings.tokens != "byte-pair":
        return TOKENIZERS.get(settings.tokens)
    named = settings.data in CORPORA
    text = read_corpus(settings.data, report=report) if named else read_texts(Path(settings.data).expanduser())
    return BytePairTokenizer.learn(
        text.train if isinstance(text, Texts) else text, tokens=settings.max_tokens or _BYTE_PAIRS
    )
