"""Where files come from: this machine, an address, a package. None of this imports torch."""

from deepdive.data.sources.archives import ArchiveError as ArchiveError
from deepdive.data.sources.archives import unpack as unpack
from deepdive.data.sources.base import File as File
from deepdive.data.sources.base import Source as Source
from deepdive.data.sources.base import SourceError as SourceError
from deepdive.data.sources.https import Https as Https
from deepdive.data.sources.local import Folders as Folders
from deepdive.data.sources.local import Installed as Installed
from deepdive.data.sources.packages import Apt as Apt
from deepdive.data.sources.packages import Npm as Npm
from deepdive.data.sources.packages import Pip as Pip
