"""Texts, or pairs of them, with a class or a number."""

from deepdive.data.sentences.module import SentenceDataModule as SentenceDataModule
from deepdive.data.sentences.reading import LabelledTexts as LabelledTexts
from deepdive.data.sentences.reading import SentenceSplits as SentenceSplits
from deepdive.data.sentences.reading import read_columns as read_columns
from deepdive.data.sentences.reading import read_sick as read_sick
from deepdive.data.sentences.reading import read_sst2 as read_sst2
