"""The parts of a data set by their usual names, in one place for every reader of folders, files and tables."""

from deepdive.data.parts.files import gone_note as gone_note
from deepdive.data.parts.files import leads_back as leads_back
from deepdive.data.parts.files import part_files as part_files
from deepdive.data.parts.files import shared_note as shared_note
from deepdive.data.parts.names import PARTS as PARTS
from deepdive.data.parts.names import Part as Part
from deepdive.data.parts.names import is_hidden as is_hidden
from deepdive.data.parts.names import listed as listed
from deepdive.data.parts.names import only_one_each as only_one_each
from deepdive.data.parts.names import part_column as part_column
from deepdive.data.parts.names import part_of as part_of
from deepdive.data.parts.names import parts_of as parts_of
from deepdive.data.parts.names import says_nothing as says_nothing
