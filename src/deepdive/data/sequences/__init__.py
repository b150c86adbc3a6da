"""Many sequences of different lengths in memory, and batches of those that are about as long."""

from deepdive.data.sequences.buckets import BucketLoader as BucketLoader
from deepdive.data.sequences.buckets import Field as Field
from deepdive.data.sequences.module import BucketDataModule as BucketDataModule
from deepdive.data.sequences.ragged import Ragged as Ragged
