"""Mutants that no test could tell from the original, with the reason; what goes by rule is in `rules`."""

EQUIVALENT: dict[str, str] = {
    "training/fine_tuning/freezing.py: arithmetic: "
    "frozen = len(found) - min(len(found), self.first + epoch // self.every) -> epoch / self.every": (
        "whole numbers are at least n - x where they are at least n - ⌊x⌋"
    ),
    "data/text/words.py: comparison: long = np.flatnonzero(lengths > 8) -> lengths >= 8": (
        "a word of eight bytes has no later pieces to mix"
    ),
    "recipes/language/translation/attention_maps.py: decoration: @torch.inference_mode() -> (lambda same: same)": (
        "speed alone: maps of attention keep no graph by themselves"
    ),
    "recipes/language/bert/recipes.py: statement: super()._settle() -> pass": "those above settle nothing",
    "recipes/language/translation/recipes.py: statement: super()._settle() -> pass": "those above settle nothing",
}
"""By their names."""
