import json
import re
import subprocess
import sys
from functools import partial

import pytest

from deepdive.files import writing
from deepdive.training import Run, RunError

FULL = {
    "format": 2,
    "recipe": "mlp",
    "preset": "quick",
    "settings": {},
    "created": "",
    "command": [],
    "environment": {},
}


@pytest.fixture
def run(tmp_path):
    return Run.create("lenet", {"epochs": 3, "optimizer": {"lr": 0.1}}, preset="smoke", root=tmp_path)


def test_the_folder_tells_everything(run, tmp_path):
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", run.folder.name)
    assert run.folder.parent == tmp_path / "lenet"
    again = Run.open(run.folder)
    assert again == run
    assert again.settings == {"epochs": 3, "optimizer": {"lr": 0.1}}
    assert {"torch", "python", "processor", "commit"} <= set(again.environment)


def test_a_new_run_knows_its_settings_as_a_resumed_one_does(tmp_path):
    run = Run.create("mlp", {"hidden": (256, 128), "data": tmp_path.name}, root=tmp_path)
    assert run.settings == Run.open(run.folder).settings == {"hidden": [256, 128], "data": tmp_path.name}


def test_two_runs_in_one_second_have_two_folders(tmp_path):
    folders = {Run.create("lenet", {}, root=tmp_path).folder for _ in range(5)}
    assert len(folders) == 5


def test_json_files_come_back(run):
    run.write_json("inputs.json", {"labels": ["é"]})
    assert run.read_json("inputs.json") == {"labels": ["é"]}
    with pytest.raises(RunError, match=r"has no other\.json: the run ended before it was written"):
        run.read_json("other.json")


def test_the_result_is_none_until_the_end(run):
    assert run.result is None
    run.write_json("result.json", {"passed": True})
    assert run.result == {"passed": True}


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no run folder .*nowhere"):
        Run.open(tmp_path / "nowhere")
    with pytest.raises(RunError, match=r"is no run folder: it has no run\.json"):
        Run.open(tmp_path)
    for name in ("20260102-000000-aaaa", "20260101-000000-bbbb"):
        (tmp_path / "lenet" / name).mkdir(parents=True)
        (tmp_path / "lenet" / name / "run.json").write_text("{}")
    for folder in (tmp_path, tmp_path / "lenet"):
        with pytest.raises(RunError, match=r"no run\.json; perhaps .*lenet/20260102-000000-aaaa was meant$"):
            Run.open(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"run\.json is damaged: "),
        ("[" * 100_000 + "]" * 100_000, r"run\.json is damaged: nesting must be at most 100 levels deep"),
        ("[]", r"run\.json is damaged: it does not state its format"),
        ("{}", r"run\.json is damaged: it does not state its format"),
        ('{"format": 7}', r"was written by another version of deepdive; this one reads run format 2"),
        ('{"format": 2, "recipe": "x"}', r"run\.json is damaged: .*preset"),
        (json.dumps(FULL | {"recipe": 3}), r"run\.json is damaged: Expected `str`, got `int` - at `\$\.recipe`"),
        (json.dumps(FULL | {"settings": [1]}), r"run\.json is damaged: Expected `object`, got `array`"),
        (json.dumps(FULL | {"environment": None}), r"run\.json is damaged: .*environment"),
    ],
)
def test_a_damaged_or_foreign_run_is_refused(run, content, message):
    (run.folder / "run.json").write_text(content)
    with pytest.raises(RunError, match=message):
        Run.open(run.folder)


def test_a_file_that_is_not_text_is_refused(run):
    (run.folder / "run.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunError, match=r"run\.json is damaged"):
        Run.open(run.folder)


HOLD = """
import sys
from pathlib import Path
from deepdive.training import Run
with Run.open(Path(sys.argv[1])).locked():
    sys.stdout.write("held\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def test_only_one_process_trains_in_a_folder(run):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, run.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match="is being trained by another process"), run.locked():
            pass
        other.communicate()
    with run.locked():
        assert json.loads((run.folder / "run.json").read_text())["recipe"] == "lenet"


def test_what_killed_processes_were_writing_goes_and_the_rest_stays(run):
    left = run.folder / "checkpoints" / ".deepdive-0123456789abcdef.part"
    left.parent.mkdir()
    left.write_text("half a checkpoint")
    others = [run.folder / name for name in (".a.part", "deepdive-0123456789abcdef.part", ".deepdive-0.part")]
    for other in others:
        other.touch()
    with writing(run.folder / "edges.png"):  # another process, that of a prediction
        now = [path for path in run.folder.iterdir() if path.suffix == ".part" and path not in others]
        with run.locked():
            assert not left.exists()
            assert all(path.exists() for path in [*others, *now])
    assert (run.folder / "edges.png").exists()


@pytest.mark.parametrize("name", ["result.json", "samples/a.json", ".lock"])
def test_nothing_of_a_run_is_written_through_a_link(run, tmp_path, name):
    other = tmp_path / "other"
    other.write_text("not ours")
    place = run.folder / name
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(other)
    write = run.locked().__enter__ if name == ".lock" else partial(run.write_json, name, {})
    with pytest.raises(FileExistsError, match=f"must be a plain file, got a symbolic link.*{name}"):
        write()
    assert other.read_text() == "not ours"
    assert place.is_symlink()


def test_a_link_planted_after_the_look_is_not_followed_by_the_lock_either(run, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.write_text("not ours")
    (run.folder / ".lock").symlink_to(other)
    monkeypatch.setattr("deepdive.training.runs.run.check_replaceable", lambda path: None)
    with pytest.raises(OSError, match=r"symbolic link|symlink"), run.locked():
        pass
    assert other.read_text() == "not ours"


def test_no_folder_of_a_run_is_a_link(run, tmp_path):
    (tmp_path / "other").mkdir()
    (run.folder / "samples").symlink_to(tmp_path / "other")
    with pytest.raises(FileExistsError, match=r"must be a folder, got a symbolic link.*samples"):
        run.write_json("samples/a.json", {})
    assert list((tmp_path / "other").iterdir()) == []


def test_half_a_character_in_a_run_is_told(tmp_path):
    run = Run.create("lenet", {}, root=tmp_path)
    content = json.loads((run.folder / "run.json").read_text()) | {"\ud800": 1}
    (run.folder / "run.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"run\.json is damaged: .*surrogates"):
        Run.open(run.folder)
