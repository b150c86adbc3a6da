from pathlib import Path

import pytest

from deepdive.data.fetching import DataUnavailableError, fetch
from deepdive.data.sources import Folders


@pytest.fixture(scope="session")
def published_pairs() -> Path:
    """The real file, if it is on this machine."""
    try:
        (path,) = fetch("fra-eng", sources=(Folders(),)).values()
    except DataUnavailableError:
        pytest.skip("fra-eng.zip is neither in the cache nor in a folder that DEEPDIVE_DATA names")
    return path
