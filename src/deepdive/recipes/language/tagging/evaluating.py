"""The predicted tags of all words, beside the most frequent tag of each word."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import torch

from deepdive.data.parts import Part
from deepdive.data.tagging import TaggedSentence
from deepdive.recipes.language.tagging.entities import score_tags
from deepdive.recipes.reports import Baseline, Baselines, ClassEvaluation
from deepdive.recipes.reports.classification import one_hot


@dataclass(frozen=True)
class TagEvaluation(ClassEvaluation):
    """Every word is an example, and its tag the class; probabilities are not known."""

    train_sentences: Sequence[TaggedSentence] = ()
    sentences: Sequence[TaggedSentence] = ()

    def baselines(self, *, fitted: bool) -> Baselines:
        """``O`` everywhere, or what else is most frequent; and of each word the tag that it has most often."""
        counts: dict[str, Counter[str]] = {}
        for words, tags in self.train_sentences:
            for word, tag in zip(words, tags, strict=True):
                counts.setdefault(word, Counter())[tag] += 1
        order = {tag: i for i, tag in enumerate(self.labels)}

        def most(counter: Counter[str]) -> str:
            return min(counter, key=lambda tag: (-counter[tag], order[tag]))

        overall = most(Counter(tag for _, tags in self.train_sentences for tag in tags))
        known = {word: most(counter) for word, counter in counts.items()}
        always = [[overall for _ in words] for words, _ in self.sentences]
        by_word = [[known.get(word, overall) for word in words] for words, _ in self.sentences]
        how = f"of each word the tag that it has most often in the training part, {overall!r} of one that is not there"
        return Baselines(
            (
                Baseline("most frequent tag", self._scores(always), f"always {overall!r}"),
                Baseline("most frequent tag of each word", self._scores(by_word), how),
            )
        )

    def _scores(self, predicted: Sequence[list[str]]) -> dict[str, float]:
        true = [tag for _, tags in self.sentences for tag in tags]
        right = sum(a == b for a, b in zip(chain.from_iterable(predicted), true, strict=True))
        f1 = score_tags(predicted, self.sentences, self.labels).overall.f1
        return {f"{self.part}_f1": float(f1), f"{self.part}_accuracy": right / len(true)}


def tag_evaluation(
    train: Sequence[TaggedSentence],
    sentences: Sequence[TaggedSentence],
    predicted: Sequence[list[str]],
    labels: Sequence[str],
    part: Part,
) -> TagEvaluation:
    """That of the predicted tags, one for each word of the sentences."""
    number = {tag: i for i, tag in enumerate(labels)}
    true, found = (
        torch.tensor([number[tag] for tags in rows for tag in tags], dtype=torch.long)
        for rows in ([tags for _, tags in sentences], predicted)
    )
    return TagEvaluation(
        tuple(labels),
        true,
        one_hot(found, len(labels)),
        (),
        part=part,
        what="words",
        calibrated=False,
        train_sentences=train,
        sentences=sentences,
    )
