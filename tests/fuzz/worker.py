"""Reads damaged files, one after another, and tells of each error that is not one of the library's own clear ones.

    python -m tests.fuzz.worker FIRST COUNT NAME...

One line of JSON before each case and one for each finding. A case is made again by its name and number alone.
"""

import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from random import Random

from tests.fuzz.mutations import damaged, damaged_json
from tests.fuzz.subjects import SUBJECTS, Subject

import deepdive
from deepdive.data.delimited import DelimiterError
from deepdive.data.images.decode import ImageError
from deepdive.data.tables.reading import HeaderError
from deepdive.training import CheckpointError, RunError

ALLOWED = (ValueError, DelimiterError, HeaderError, FileNotFoundError, ImageError, RunError, CheckpointError)
"""Exactly these, not what Python and other libraries derive from them."""
SECONDS = 20.0
"""Of processor time that a call may take, of a file of at most a few hundred KiB."""
MEMORY = 2 << 30
"""Bytes that reading may take beyond what the process has before."""
_OURS = str(Path(deepdive.__file__).parent)


class TooLongError(BaseException):
    """A call takes longer than ``SECONDS``."""


def case_of(name: str, number: int, subject: Subject, files: dict[str, bytes]) -> tuple[str, bytes]:
    """The file to damage and what becomes of it."""
    rng = Random(f"{name} {number}")
    file = rng.choice(subject.damage or sorted(files))
    if subject.json and file.endswith(".json") and rng.random() < 0.6:
        return file, damaged_json(files[file].decode(), rng).encode()
    data = damaged(files[file], rng)
    return file, data


def fault_of(error: BaseException, names: set[str]) -> str | None:
    """What is not as it should be with an error, or nothing."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    said = f"{type(error).__name__} in {where}: {str(error)[:300]!r}"
    if type(error) not in ALLOWED:
        return said
    if not last.filename.startswith(_OURS):
        return f"not raised by us: {said}"
    if re.search(r"\n(?!  - )", str(error)):  # a list of files may follow; how long it is, the command line sees to
        return f"not one line: {said}"
    return None if any(name in str(error) for name in names) else f"names no file: {said}"


def main(first: int, count: int, names: list[str]) -> None:
    """Go through the cases of some subjects."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))

    def stop(*_):
        raise TooLongError(f"more than {SECONDS:g} s")

    signal.signal(signal.SIGPROF, stop)
    warnings.simplefilter("error")
    for name in names:
        subject = SUBJECTS[name]
        files = dict(subject.files())
        with tempfile.TemporaryDirectory() as place:
            os.environ["DEEPDIVE_CACHE"] = f"{place}/cache"
            folder = Path(place, "files")
            _write(folder, files, subject)
            subject.read(folder)
            known = {folder.name, *(Path(file).name for file in files)}
            for number in range(first, first + count):
                file, data = case_of(name, number, subject, files)
                _tell(case=[name, number, file])
                shutil.rmtree(folder)
                _write(folder, files | {file: data}, subject)
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
                try:
                    subject.read(folder)
                except BaseException as error:
                    signal.setitimer(signal.ITIMER_PROF, 0)
                    if fault := fault_of(error, known):
                        _tell(fault=fault)
                finally:
                    signal.setitimer(signal.ITIMER_PROF, 0)


def _write(folder: Path, files: dict[str, bytes], subject: Subject) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(subject.packed(data) if subject.packed else data)


def _tell(**content: object) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
