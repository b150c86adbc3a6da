"""Sentences whose words have tags, e.g. named entities: aligned many-to-many data (D2L section 10.9)."""

from deepdive.data.tagging.module import TaggingDataModule as TaggingDataModule
from deepdive.data.tagging.module import TaggingSplits as TaggingSplits
from deepdive.data.tagging.reading import TaggedSentence as TaggedSentence
from deepdive.data.tagging.reading import read_conll as read_conll
from deepdive.data.tagging.subwords import SubwordTaggingDataModule as SubwordTaggingDataModule
from deepdive.data.tagging.words import WordEncoder as WordEncoder
