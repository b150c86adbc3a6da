"""Language without networks: n-gram models and their smoothing."""

from deepdive.algorithms.language.ngrams import NGramModel as NGramModel
from deepdive.algorithms.language.smoothing import AddAlpha as AddAlpha
from deepdive.algorithms.language.smoothing import KneserNey as KneserNey
from deepdive.algorithms.language.smoothing import Laplace as Laplace
from deepdive.algorithms.language.smoothing import MaximumLikelihood as MaximumLikelihood
from deepdive.algorithms.language.smoothing import Smoothing as Smoothing
from deepdive.algorithms.language.smoothing import absolute_discount as absolute_discount
