"""Data that users bring: arrays, Datasets, DataLoaders and other iterables, as a data module."""

from deepdive.data.own.batch import NestedBatch as NestedBatch
from deepdive.data.own.batch import first_nan as first_nan
from deepdive.data.own.iterables import IterableLoader as IterableLoader
from deepdive.data.own.module import OwnDataModule as OwnDataModule
