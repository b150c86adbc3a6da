"""Texts as subwords, for BERT, GPT and T5."""

from deepdive.data.subwords._library import CLS as CLS
from deepdive.data.subwords._library import END_OF_TEXT as END_OF_TEXT
from deepdive.data.subwords._library import MASK as MASK
from deepdive.data.subwords._library import PAD as PAD
from deepdive.data.subwords._library import SEP as SEP
from deepdive.data.subwords._library import UNKNOWN as UNKNOWN
from deepdive.data.subwords.encodings import Encodings as Encodings
from deepdive.data.subwords.published import Published as Published
from deepdive.data.subwords.published import read_published as read_published
from deepdive.data.subwords.tokenizer import Subwords as Subwords
from deepdive.data.subwords.tokenizer import check_vocabulary as check_vocabulary
