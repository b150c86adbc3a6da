import psutil
import pytest

from deepdive.data.sources import SourceError, clients
from deepdive.data.sources.clients import run_client


def test_it_works_in_its_folder_and_keeps_its_temporary_files_there(client, workspace):
    client("toy", "import os, sys, tempfile\nopen(sys.argv[1], 'w').write(os.getcwd() + ' ' + tempfile.gettempdir())\n")
    run_client(["toy", "result"], workspace, what="a toy")
    assert (workspace / "result").read_text() == f"{workspace} {workspace}"


def test_a_missing_one_is_told(workspace):
    with pytest.raises(SourceError, match="this machine has no no-such-program"):
        run_client(["no-such-program"], workspace, what="a toy")


def test_one_that_cannot_be_started_is_told(client, workspace, tmp_path):
    (tmp_path / "bin" / "toy").write_text("#!/no/such/interpreter\n")
    (tmp_path / "bin" / "toy").chmod(0o755)
    with pytest.raises(SourceError, match="toy cannot be started: No such file"):
        run_client(["toy"], workspace, what="a toy")


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("one\\n\\ntwo\\n", "two"),
        ("E: Unable to locate\\nW: some warning\\n", "E: Unable to locate"),
        ("ERROR: first\\nERROR: second\\nsee the log\\n", "ERROR: second"),
        (
            "npm error code E404\\nnpm error 404 Not Found: toy\\nnpm error see the log\\n",
            "npm error 404 Not Found: toy",
        ),
        ("", "it wrote nothing"),
    ],
)
def test_the_complaint_of_a_failing_one_is_quoted(words, quoted, client, workspace):
    client("toy", f"import sys\nprint('{words}', end='')\nsys.exit(7)\n")
    with pytest.raises(SourceError, match=f"toy ended with status 7: {quoted}$"):
        run_client(["toy"], workspace, what="a toy")


def test_a_stalled_one_is_stopped_with_its_children(client, workspace, monkeypatch):
    monkeypatch.setattr(clients, "STALL_LIMIT", 2.0)
    child = "import os, time; open('child', 'w').write(str(os.getpid())); time.sleep(60)"
    client("toy", f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])\n")
    with pytest.raises(SourceError, match="stopped: no new byte in 2 s"):
        run_client(["toy"], workspace, what="a toy")
    child_id = int((workspace / "child").read_text())
    _, alive = psutil.wait_procs([psutil.Process(child_id)] if psutil.pid_exists(child_id) else [], timeout=5)
    assert all(process.status() == psutil.STATUS_ZOMBIE for process in alive)


def test_a_growing_one_is_reported_and_left_alone(client, workspace, monkeypatch):
    monkeypatch.setattr(clients, "STALL_LIMIT", 2.0)
    slow = "import time\nf = open('part', 'wb', buffering=0)\nfor _ in range(5): f.write(b'x' * 99); time.sleep(0.5)\n"
    client("toy", slow)
    seen = []
    run_client(["toy"], workspace, what="a toy", report=seen.append)
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert len(seen) >= 3
    assert {(p.what, p.total) for p in seen} == {("a toy", None)}
