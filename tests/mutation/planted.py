"""Errors that no test once found, each a kind of its own: a run of mutants begins with them."""

from .campaign import SOURCE
from .mutants import Mutant

_PLANTED = {
    "predict reads as training did not": (
        "data/translation/sentences.py",
        'the encoder"), reverse=plain["reverse"])',
        'the encoder"))',
    ),
    "weights are mixed the wrong way round": (
        "recipes/vision/transfer/experiment.py",
        "torch.lerp(before[name], value, alpha)",
        "torch.lerp(value, before[name], alpha)",
    ),
    "a metric is scaled by another part": (
        "recipes/series/comparison.py",
        "self.origins.future, self.data.history)",
        "self.origins.future, self.data.series.values[self.data.val_start : self.data.test_start])",
    ),
    "half of the warm-up": (
        "training/choices/named_schedules.py",
        "int(warm_up * plan.total_steps + 1e-9)",
        "int(warm_up / 2 * plan.total_steps + 1e-9)",
    ),
    "one of three strengths is lost": (
        "recipes/vision/augmenting.py",
        "ColorJitter(s.jitter, s.jitter, s.jitter)",
        "ColorJitter(s.jitter, s.jitter)",
    ),
    "a published default": ("models/transformers/bert.py", "eps: NonNegativeFloat = 1e-12", "eps: float = 1e-5"),
}
"""By what is wrong: a file, what stands there, and what should not."""


def planted() -> dict[str, Mutant]:
    """The mutants, by what is wrong.

    Raises:
        ValueError: the source has changed, and the error with it.
    """
    return {wrong: _mutant(*each) for wrong, each in _PLANTED.items()}


def _mutant(path: str, before: str, after: str) -> Mutant:
    source = (SOURCE / path).read_bytes()
    if source.count(before.encode()) != 1:
        raise ValueError(f"{path} must hold {before!r} once: plant the error where it stands now")
    start = source.index(before.encode())
    line = source[:start].count(b"\n") + 1
    return Mutant(path, line, "planted", start, start + len(before.encode()), after, before)
