"""What is measured of a language model besides loss and perplexity: per word, and how fast."""

import math
import statistics
from collections.abc import Mapping

from deepdive.data.text import TextDataModule
from deepdive.files import parse_json
from deepdive.training import Run


def words_in(text: str) -> int:
    """Words of a text: what stands between white space, and every end of a line, as is usual for WikiText."""
    return len(text.split()) + text.count("\n")


def word_perplexities(metrics: Mapping[str, float], data: TextDataModule) -> dict[str, float]:
    """``exp(ln(perplexity) n / m)`` with ``n`` tokens to predict and ``m`` words: what does not depend on the tokens.

    Of a text in subwords, for each part that was measured; of one in words or characters there is none.
    """
    if not data.tokenizer.tokens:
        return {}
    perplexities = {}
    for part in ("val", "test"):
        perplexity = metrics.get(f"{part}_perplexity")
        if perplexity is not None and part in data.corpora:
            corpus = data.corpora[part]
            words = words_in(data.encoder.decode(corpus))
            perplexities[f"{part}_word_perplexity"] = math.exp(math.log(perplexity) * (len(corpus) - 1) / max(1, words))
    return perplexities


def tokens_per_second(run: Run, tokens: int) -> float | None:
    """How fast training was, evaluation left out, in steps of so many ``tokens``; ``None`` where it was too short.

    The median of what ``timing.jsonl`` says.
    """
    path = run.folder / "timing.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rates = [rate for line in lines if (rate := parse_json(line).get("steps_per_second")) is not None]
    return statistics.median(rates) * tokens if rates else None
