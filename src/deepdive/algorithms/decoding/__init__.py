"""From a network that scores the next token to whole sequences: searching and drawing (D2L section 10.8)."""

from deepdive.algorithms.decoding.beam import beam_search as beam_search
from deepdive.algorithms.decoding.decoder import Decoder as Decoder
from deepdive.algorithms.decoding.decoder import Reader as Reader
from deepdive.algorithms.decoding.decoder import warm_up as warm_up
from deepdive.algorithms.decoding.exhaustive import exhaustive_search as exhaustive_search
from deepdive.algorithms.decoding.greedy import greedy_search as greedy_search
from deepdive.algorithms.decoding.hypotheses import Hypotheses as Hypotheses
from deepdive.algorithms.decoding.hypotheses import length_penalty as length_penalty
from deepdive.algorithms.decoding.sampling import sample as sample
from deepdive.algorithms.decoding.sampling import truncate as truncate
