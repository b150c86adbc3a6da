"""What texts are like, and models of them that are no networks (textbook sections 9.2 and 9.3)."""

from deepdive.algorithms.language.counts import NgramCounts as NgramCounts
from deepdive.algorithms.language.counts import ngram_counts as ngram_counts
from deepdive.algorithms.language.figures import frequency_figure as frequency_figure
from deepdive.algorithms.language.zipf import ZipfFit as ZipfFit
from deepdive.algorithms.language.zipf import zipf_fit as zipf_fit
