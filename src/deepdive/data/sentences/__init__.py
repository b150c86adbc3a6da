"""Texts, or pairs of them, with a class or a number."""

from deepdive.data.sentences.bag import BagOfWordsDataModule as BagOfWordsDataModule
from deepdive.data.sentences.columns import find_columns as find_columns
from deepdive.data.sentences.columns import find_text as find_text
from deepdive.data.sentences.columns import read_labelled as read_labelled
from deepdive.data.sentences.folders import has_class_folders as has_class_folders
from deepdive.data.sentences.folders import read_class_folders as read_class_folders
from deepdive.data.sentences.module import SentenceDataModule as SentenceDataModule
from deepdive.data.sentences.ngrams import NgramVectorizer as NgramVectorizer
from deepdive.data.sentences.reading import LabelledTexts as LabelledTexts
from deepdive.data.sentences.reading import SentenceSplits as SentenceSplits
from deepdive.data.sentences.reading import read_columns as read_columns
from deepdive.data.sentences.reading import read_sick as read_sick
from deepdive.data.sentences.reading import read_sst2 as read_sst2
