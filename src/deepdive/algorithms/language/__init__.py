"""Measures of language: how close a translation is, and which entities were found."""

from deepdive.algorithms.language.bleu import BleuScore as BleuScore
from deepdive.algorithms.language.bleu import bleu as bleu
from deepdive.algorithms.language.bleu import corpus_bleu as corpus_bleu
from deepdive.algorithms.language.entities import EntityScores as EntityScores
from deepdive.algorithms.language.entities import Score as Score
from deepdive.algorithms.language.entities import entity_counts as entity_counts
from deepdive.algorithms.language.entities import entity_scores as entity_scores
from deepdive.algorithms.language.entities import entity_spans as entity_spans
from deepdive.algorithms.language.entities import entity_types as entity_types
