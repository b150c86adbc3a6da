"""What texts are like, models of them that are no networks, and measures of what networks make of them."""

from deepdive.algorithms.language.bleu import BleuScore as BleuScore
from deepdive.algorithms.language.bleu import bleu as bleu
from deepdive.algorithms.language.bleu import corpus_bleu as corpus_bleu
from deepdive.algorithms.language.counts import NgramCounts as NgramCounts
from deepdive.algorithms.language.counts import ngram_counts as ngram_counts
from deepdive.algorithms.language.entities import EntityScores as EntityScores
from deepdive.algorithms.language.entities import Score as Score
from deepdive.algorithms.language.entities import entity_counts as entity_counts
from deepdive.algorithms.language.entities import entity_scores as entity_scores
from deepdive.algorithms.language.entities import entity_spans as entity_spans
from deepdive.algorithms.language.entities import entity_types as entity_types
from deepdive.algorithms.language.figures import frequency_figure as frequency_figure
from deepdive.algorithms.language.ngrams import NGramModel as NGramModel
from deepdive.algorithms.language.smoothing import AddAlpha as AddAlpha
from deepdive.algorithms.language.smoothing import KneserNey as KneserNey
from deepdive.algorithms.language.smoothing import Laplace as Laplace
from deepdive.algorithms.language.smoothing import MaximumLikelihood as MaximumLikelihood
from deepdive.algorithms.language.smoothing import Smoothing as Smoothing
from deepdive.algorithms.language.smoothing import absolute_discount as absolute_discount
from deepdive.algorithms.language.zipf import ZipfFit as ZipfFit
from deepdive.algorithms.language.zipf import zipf_fit as zipf_fit
