"""Whether torch.compile can work for the processor here: it needs a C++ compiler and Python's headers."""

import os
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path


def compiler_obstacle() -> str | None:
    """What keeps code from being compiled for the processor; ``None`` if nothing does."""
    compiler = os.environ.get("CXX", "g++")
    header = Path(sysconfig.get_paths()["include"]) / "Python.h"
    if shutil.which(compiler) is None:
        return f"there is no C++ compiler {compiler}"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "program.cpp"
        source.write_text("#include <vector>\nint main() { return 0; }\n")
        command = [compiler, str(source), "-o", str(source.with_suffix(""))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"the C++ compiler {compiler} fails: {done.stderr.strip()[:200]}"
    return None if header.exists() else f"there is no {header}"
