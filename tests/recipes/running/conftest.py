import pytest

from . import made


@pytest.fixture(scope="session")
def run_of(tmp_path_factory):
    """The folder of a run of a kind, made when it is first asked for."""
    folders = {}

    def get(kind):
        if kind not in folders:
            folders[kind] = made.KINDS[kind](tmp_path_factory.mktemp(kind))
        return folders[kind]

    return get
