"""Sentences with their translations: read, split, numbered and batched (D2L section 10.5)."""

from deepdive.data.translation.module import References as References
from deepdive.data.translation.module import TranslationDataModule as TranslationDataModule
from deepdive.data.translation.reading import Pair as Pair
from deepdive.data.translation.reading import read_pairs as read_pairs
from deepdive.data.translation.sentences import Languages as Languages
from deepdive.data.translation.sentences import SentenceEncoder as SentenceEncoder
from deepdive.data.translation.splitting import PairSplit as PairSplit
from deepdive.data.translation.splitting import normalized as normalized
from deepdive.data.translation.splitting import references_of as references_of
from deepdive.data.translation.splitting import split_pairs as split_pairs
