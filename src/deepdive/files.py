"""Files that are either whole or not there."""

import contextlib
import os
from pathlib import Path


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file so that at every moment, also after a kill or a full disk, the old or the new one is there, whole.

    Raises:
        OSError: the folder is missing, read-only or full; names the file, and leaves the old one as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.part")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):  # whatever is wrong with the folder, the first error is the one to tell
            temporary.unlink(missing_ok=True)
        kept = "; the file there before is unchanged" if path.exists() else ""
        raise OSError(error.errno, f"cannot write: {error.strerror}{kept}", str(path)) from error
