"""Delimited text files: one strict reader for tables, labelled texts, classes of images, pairs and series."""

from deepdive.data.delimited.cells import Cells as Cells
from deepdive.data.delimited.marks import NAMES as NAMES
from deepdive.data.delimited.marks import SNIFFED as SNIFFED
from deepdive.data.delimited.marks import SUFFIXES as SUFFIXES
from deepdive.data.delimited.marks import WHITESPACE as WHITESPACE
from deepdive.data.delimited.marks import is_delimited as is_delimited
from deepdive.data.delimited.packing import PACKED as PACKED
from deepdive.data.delimited.packing import suffix_of as suffix_of
from deepdive.data.delimited.packing import unpacked as unpacked
from deepdive.data.delimited.reading import Delimited as Delimited
from deepdive.data.delimited.reading import DelimiterError as DelimiterError
from deepdive.data.delimited.reading import read_delimited as read_delimited
