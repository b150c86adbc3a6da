"""Networks that read or write text."""

from deepdive.models.language.bag_of_words import BagOfWords as BagOfWords
from deepdive.models.language.bahdanau import BahdanauDecoder as BahdanauDecoder
from deepdive.models.language.bidirectional import FillInModel as FillInModel
from deepdive.models.language.encoders import RecurrentEncoder as RecurrentEncoder
from deepdive.models.language.recurrent import CELLS as CELLS
from deepdive.models.language.recurrent import RecurrentLanguageModel as RecurrentLanguageModel
from deepdive.models.language.seq2seq import Seq2Seq as Seq2Seq
from deepdive.models.language.tagger import CharacterFeatures as CharacterFeatures
from deepdive.models.language.tagger import Tagger as Tagger
