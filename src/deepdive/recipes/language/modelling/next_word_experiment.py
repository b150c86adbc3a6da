"""A language model over words that suggests the next one."""

from collections.abc import Sequence

from deepdive.recipes.language.modelling.experiment import LanguageModelExperiment
from deepdive.recipes.language.modelling.generation import suggestions as next_tokens
from deepdive.recipes.language.modelling.recurrent import recurrent
from deepdive.recipes.language.modelling.settings import RecurrentSettings
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import Run
from deepdive.training.records import Listener
from deepdive.training.report import Section, table


class NextWordExperiment:
    """Fit a language model to a text, and suggest the next words of others.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: RecurrentSettings) -> None:
        self._modelling = LanguageModelExperiment(settings, recurrent(settings))

    def prepare(self) -> None:
        """Obtain and cut the text, and make the task."""
        self._modelling.prepare()

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder."""
        return self._modelling.fit(run, listeners, resume=resume)

    def sections(self, run: Run) -> list[Section]:
        """Suggestions, and what any language model shows."""
        modelling = self._modelling
        rows = []
        for prompt in (modelling.settings.prompt, "the president of the", "in new york"):
            try:
                [told] = next_tokens(modelling.model.eval(), modelling.encoder, [prompt], 5)
            except ValueError:  # a text of one's own need not know these words
                continue
            shares = zip(told.answers, told.scores, strict=True)
            rows.append({"text": prompt, "next": ", ".join(f"{word} {share:.1%}" for word, share in shares)})
        return [*([Section("Suggestions", table(rows))] if rows else []), *modelling.sections(run)]

    def predict(self, run: Run, texts: Sequence[str], *, suggestions: int = 5) -> list[TextPrediction]:
        """The likeliest next words of texts."""
        network, encoder = self._modelling.trained(run)
        return next_tokens(network, encoder, texts, suggestions)
