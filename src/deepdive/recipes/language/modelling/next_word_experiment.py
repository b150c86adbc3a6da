"""A language model over words that suggests the next one."""

from collections.abc import Sequence

from deepdive.recipes.experiment import TextPrediction
from deepdive.recipes.language.modelling.experiment import LanguageModelExperiment
from deepdive.recipes.language.modelling.generation import suggestions as next_tokens
from deepdive.training import Run
from deepdive.training.report import Section, table


class NextWordExperiment(LanguageModelExperiment):
    """Fit a language model to a text, and suggest the next words of others."""

    def sections(self, run: Run) -> list[Section]:
        """Suggestions, and what any language model shows."""
        rows = []
        for prompt in (self.settings.prompt, "the president of the", "in new york"):
            try:
                [told] = next_tokens(self.task.network.eval(), self.encoder, [prompt], 5)
            except ValueError:  # a text of one's own need not know these words
                continue
            shares = zip(told.answers, told.scores, strict=True)
            rows.append({"text": prompt, "next": ", ".join(f"{word} {share:.1%}" for word, share in shares)})
        return [*([Section("Suggestions", table(rows))] if rows else []), *super().sections(run)]

    def predict(self, run: Run, texts: Sequence[str], *, suggestions: int = 5) -> list[TextPrediction]:
        """The likeliest next words of texts."""
        network, encoder = self.trained(run)
        return next_tokens(network, encoder, texts, suggestions)
