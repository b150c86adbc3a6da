"""Where data comes from and how it becomes batches.

Names are loaded when they are first used, so that the registry can be read without importing torch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepdive.data.cache import CacheError as CacheError
    from deepdive.data.fetching import DataUnavailableError as DataUnavailableError
    from deepdive.data.fetching import fetch as fetch
    from deepdive.data.fetching import origin as origin
    from deepdive.data.images.decode import read_image as read_image
    from deepdive.data.images.load import load_images as load_images
    from deepdive.data.images.module import ImageDataModule as ImageDataModule
    from deepdive.data.images.spec import ImageSpec as ImageSpec
    from deepdive.data.loaders import TensorLoader as TensorLoader
    from deepdive.data.pretrained import read_pretrained as read_pretrained
    from deepdive.data.progress import Progress as Progress
    from deepdive.data.progress import Report as Report
    from deepdive.data.progress import progress_bars as progress_bars
    from deepdive.data.registry import DATASETS as DATASETS
    from deepdive.data.registry import PRETRAINED as PRETRAINED
    from deepdive.data.registry import Dataset as Dataset
    from deepdive.data.registry import PretrainedWeights as PretrainedWeights
    from deepdive.data.registry import find as find
    from deepdive.data.registry import find_pretrained as find_pretrained
    from deepdive.data.sequences import BucketLoader as BucketLoader
    from deepdive.data.sequences import Ragged as Ragged
    from deepdive.data.tables.builtin import read_named as read_named
    from deepdive.data.tables.module import TableDataModule as TableDataModule
    from deepdive.data.tables.preprocessing import TablePreprocessor as TablePreprocessor
    from deepdive.data.tables.reading import read_table as read_table
    from deepdive.data.tagging import TaggingDataModule as TaggingDataModule
    from deepdive.data.tagging import read_conll as read_conll
    from deepdive.data.text.byte_pair import BytePairTokenizer as BytePairTokenizer
    from deepdive.data.text.corpora import load_text as load_text
    from deepdive.data.text.encoder import TextEncoder as TextEncoder
    from deepdive.data.text.module import TextDataModule as TextDataModule
    from deepdive.data.text.reading import read_text as read_text
    from deepdive.data.text.tokens import CharacterTokenizer as CharacterTokenizer
    from deepdive.data.text.tokens import SubwordTokenizer as SubwordTokenizer
    from deepdive.data.text.tokens import Tokenizer as Tokenizer
    from deepdive.data.text.tokens import WordTokenizer as WordTokenizer
    from deepdive.data.text.vocabulary import Vocabulary as Vocabulary
    from deepdive.data.translation import TranslationDataModule as TranslationDataModule
    from deepdive.data.translation import read_pairs as read_pairs
    from deepdive.data.types import Batch as Batch
    from deepdive.data.types import DataModule as DataModule
    from deepdive.data.types import Loader as Loader
    from deepdive.data.types import Transform as Transform

_HOMES = {
    "cache": ("CacheError",),
    "fetching": ("DataUnavailableError", "fetch", "origin"),
    "images.load": ("load_images",),
    "images.module": ("ImageDataModule",),
    "images.decode": ("read_image",),
    "images.spec": ("ImageSpec",),
    "loaders": ("TensorLoader",),
    "pretrained": ("read_pretrained",),
    "progress": ("Progress", "Report", "progress_bars"),
    "registry": ("DATASETS", "PRETRAINED", "Dataset", "PretrainedWeights", "find", "find_pretrained"),
    "sequences": ("BucketLoader", "Ragged"),
    "tables.builtin": ("read_named",),
    "tables.module": ("TableDataModule",),
    "tables.preprocessing": ("TablePreprocessor",),
    "tables.reading": ("read_table",),
    "tagging": ("TaggingDataModule", "read_conll"),
    "text.byte_pair": ("BytePairTokenizer",),
    "text.corpora": ("load_text",),
    "text.encoder": ("TextEncoder",),
    "text.module": ("TextDataModule",),
    "text.reading": ("read_text",),
    "text.tokens": ("CharacterTokenizer", "SubwordTokenizer", "Tokenizer", "WordTokenizer"),
    "text.vocabulary": ("Vocabulary",),
    "translation": ("TranslationDataModule", "read_pairs"),
    "types": ("Batch", "DataModule", "Loader", "Transform"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"deepdive.data.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module 'deepdive.data' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME_OF])
