"""A made-up source of data and what it holds, for the tests of fetching."""

import io

from deepdive.data.sources import SourceError

CONTENTS = {"a.bin": bytes(range(256)) * 1000, "b.bin": b"few"}


class Given:
    """A source that holds some contents, and counts its calls."""

    def __init__(self, contents, label="given", error=None):
        self.contents, self.label, self.error, self.calls = contents, label, error, 0

    def available(self, files):
        return all(file.name in self.contents for file in files)

    def streams(self, files, workspace, report=None):
        self.calls += 1
        (workspace / "temporary").write_bytes(b"x")
        for file in files:
            if file.name in self.contents:
                yield file, io.BytesIO(self.contents[file.name])
        if self.error:
            raise SourceError(self.error)


def contents_of(paths):
    return {name: path.read_bytes() for name, path in paths.items()}


def in_cache(cache):
    return sorted(path.name for path in cache.rglob("*") if path.is_file())
