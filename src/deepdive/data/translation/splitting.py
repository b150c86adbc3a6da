"""Holding out pairs so that no sentence that is asked for was seen with a translation before."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.splits import hold_out
from deepdive.data.translation.reading import Pair
from deepdive.signatures import checked

_BETWEEN_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class PairSplit:
    """Rows of pairs, each in ascending order; no normalised source is in two of them."""

    train: Int64[Tensor, " train"]
    val: Int64[Tensor, " val"]
    test: Int64[Tensor, " test"]


@checked
def normalized(sentence: str) -> str:
    """What two spellings of one sentence have in common: its letters and digits, in lower case.

    ``normalized("I'm  OK!") == normalized("i’m ok.") == "i m ok"``. Without letters or digits it stays as it is.
    """
    words = _BETWEEN_WORDS.sub(" ", unicodedata.normalize("NFKC", sentence).casefold()).strip()
    return words or sentence


@checked
def split_pairs(sources: Sequence[str], *, test: int | float, validation: int | float = 0) -> PairSplit:
    """Hold out whole groups of pairs: all translations of a sentence are on one side (D2L section 10.5).

    The groups are those of `normalized` sources, in their order; which ones are held out depends on their number alone
    and not on the seed of a run.

    Args:
        sources: the source of each pair.
        test: how many different sources to test on (int), or which fraction of them (float).
        validation: how many, or which fraction of the remaining ones, to choose the best epoch by.

    Raises:
        ValueError: a part is negative or leaves nothing to learn from.
    """
    numbers: dict[str, int] = {}
    group = torch.tensor([numbers.setdefault(normalized(source), len(numbers)) for source in sources])
    rest, in_test = hold_out(len(numbers), test, name="test")
    _, in_val = hold_out(len(rest), validation, name="validation")
    part = torch.zeros(len(numbers), dtype=torch.long)
    part[in_test] = 2
    part[rest[in_val]] = 1
    part = part[group]
    return PairSplit(*((part == which).nonzero().flatten() for which in range(3)))


@checked
def references_of(sources: Iterable[str], pairs: Iterable[Pair]) -> list[list[str]]:
    """All translations of each source among the pairs, in their order and each once.

    Raises:
        ValueError: a source has none.
    """
    translations: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for source, target in pairs:
        translations[source][target] = None
    found = [list(translations.get(source, ())) for source in sources]
    if not all(found):
        raise ValueError(f"sources[{found.index([])}] has no translation among the pairs")
    return found
