"""Texts with gaps, ``the <extra_id_0> of the city was <extra_id_1> .``: read, written by T5, and filled in."""

from collections.abc import Sequence
from itertools import groupby

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.algorithms.decoding import greedy_search
from deepdive.data.pretraining.spans import END, START
from deepdive.data.sequences import Ragged
from deepdive.data.subwords import Subwords
from deepdive.models.transformers import T5
from deepdive.recipes.language.pretraining.numbered import GAP, gap_fault

_ROWS = 250


def spaced(text: str) -> str:
    """The text with a space before the first word of each line, as before all others, so that all have the same tokens.

    That is what T5's own tokens do.
    """
    return "\n".join(f" {line.strip()}" for line in text.strip().split("\n"))


def read_gaps(texts: Sequence[str], subwords: Subwords, max_length: int) -> Ragged:
    """Token ids of texts with gaps, each with ``</s>`` behind it; the space before a missing word is missing with it.

    What goes on behind a text is missing, too: one that does not end with a gap is given one more. So ends every window
    that the network has learnt from, see `draw_spans`.

    Raises:
        ValueError: a text has no gap, its gaps are not numbered 0, 1, 2, ... in this order, there are more, with the
            last one, than the vocabulary has sentinels, or it has more than ``max_length`` tokens.
    """
    most = len(subwords.sentinels)
    whole = list[str]()
    for text in texts:
        line = GAP.sub(r"<extra_id_\1>", spaced(text))
        if fault := gap_fault(line):
            raise ValueError(f"{text[:60]!r} {fault}")
        gaps = len(GAP.findall(line))
        whole.append(line if line.endswith(f"<extra_id_{gaps - 1}>") else f"{line}<extra_id_{gaps}>")
        if (count := len(GAP.findall(whole[-1]))) > most:
            raise ValueError(
                f"{text[:60]!r} has {count} gaps with the one behind its end, but the network has learnt {most} at most"
            )
    ids = subwords.encode(whole, special=False).ids
    for text, length in zip(texts, ids.lengths.tolist(), strict=True):
        if length > max_length:
            raise ValueError(
                f"{text[:60]!r} has {length} tokens, but the network has learnt to read {max_length} at most"
            )
    return Ragged.joined([ids, subwords.id_of(END)])


def write_missing(network: T5, sources: Ragged, subwords: Subwords, max_length: int) -> list[list[int]]:
    """What the network writes for each text, greedily and with cached keys and values: ``max_length`` ids at most."""
    device = next(network.parameters()).device
    start, end = subwords.id_of(START), subwords.id_of(END)
    written: list[list[int]] = []
    with torch.inference_mode():
        for rows in torch.arange(len(sources)).split(_ROWS):
            tokens, lengths = (part.to(device) for part in sources.padded(rows, start))
            state, first = network.encode(tokens, lengths), torch.full((len(rows),), start, device=device)
            drawn = greedy_search(network, state, first, end=end, max_steps=max_length, banned=(start,), pad=start)
            written += drawn.best(end)
    return written


def fill_gaps(text: str, ids: Sequence[int], subwords: Subwords) -> tuple[str, list[str]]:
    """The text with what ``ids`` have behind each sentinel in its gap, the first time, and what is in each gap."""
    behind: dict[int, list[int]] = {}
    last: list[int] = []  # what stands before any sentinel is for no gap
    for token in ids:
        if token in subwords.sentinels:
            last = []
            behind.setdefault(token, last)
        else:
            last.append(token)
    outside = GAP.split(spaced(text))[::2]
    spans = [subwords.decode(behind.get(token, [])) for token in subwords.sentinels[: len(outside) - 1]]
    whole = "".join(part for pair in zip(outside, [*spans, ""], strict=True) for part in pair)
    return _in_a_line(whole), [_in_a_line(span) for span in spans]


def with_gaps(ids: Int64[Tensor, " t"], subwords: Subwords) -> str:
    """The text of token ids, sentinels shown as gaps."""
    names = {token: f" <extra_id_{i}>" for i, token in enumerate(subwords.sentinels)}
    parts = groupby(ids.tolist(), key=lambda token: names.get(token, ""))
    return _in_a_line("".join(name or subwords.decode(list(group)) for name, group in parts))


def _in_a_line(text: str) -> str:
    return " ".join(text.split())
