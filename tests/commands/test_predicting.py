import json

import pytest
from PIL import Image

from deepdive import cli

from .support import SMALL, deepdive


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("trained")
    done = deepdive("run", "mlp", *SMALL, "--quiet", cwd=root)
    assert done.returncode == 0, done.stderr
    return next(root.glob("runs/mlp/*"))


def test_a_run_says_its_verdict_and_its_folder_in_the_last_line(tmp_path):
    done = deepdive("run", "mlp", *SMALL, "--quiet", cwd=tmp_path)
    last = done.stdout.splitlines()[-1]
    assert last.startswith("mlp: test_loss 0.")
    assert last.endswith(str(next(tmp_path.glob("runs/mlp/*")).relative_to(tmp_path)))


def test_label_probability_and_what_was_done_are_printed(folder, tmp_path):
    Image.new("RGB", (40, 20), "white").save(tmp_path / "a.png")
    done = deepdive("predict", folder, "a.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, *notes = done.stdout.splitlines()
    assert first.startswith("a.png: ")
    assert "%" in first
    assert any("resized 40x20" in note for note in notes)
    assert any("inverted" in note for note in notes)


def test_machines_get_json(folder, tmp_path):
    for name in ("a", "b"):
        Image.new("L", (8, 8), 0).save(tmp_path / f"{name}.png")
    done = deepdive("predict", folder, "a.png", "b.png", "--json", "--invert", "no", cwd=tmp_path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["input"] for line in lines] == ["a.png", "b.png"]
    assert set(lines[0]) == {"input", "kind", "prediction", "probabilities", "notes"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_text("text"), "x.png"),
        (lambda path: path.touch(), "x.png"),
        (lambda path: path.mkdir(), "x.png"),
        (lambda path: None, "x.png"),
    ],
)
def test_what_is_no_image_is_one_line_and_status_2(folder, tmp_path, make, message):
    make(tmp_path / "x.png")
    done = deepdive("predict", folder, "x.png", cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_no_file_is_a_mistake(folder, tmp_path):
    done = deepdive("predict", folder, cwd=tmp_path)
    assert done.returncode == 2


def test_a_damaged_checkpoint_is_one_line_and_status_2(folder, tmp_path):
    Image.new("L", (8, 8), 0).save(tmp_path / "a.png")
    path = folder / "checkpoints" / "best.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[:-10])
    done = deepdive("predict", folder, "a.png", cwd=tmp_path)
    path.write_bytes(content)
    assert done.returncode == 2
    assert "best.safetensors is damaged" in done.stderr


def test_labels_may_be_written_to_a_file(folder, tmp_path):
    Image.new("L", (8, 8), 0).save(tmp_path / "a.png")
    done = deepdive("predict", folder, "a.png", "--output", "labels.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "labels.csv\n"
    header, row = (tmp_path / "labels.csv").read_text().splitlines()
    assert header == "file,label,probability"
    assert row.startswith("a.png,")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--output", "gone/labels.csv"), "output is gone/labels.csv, but there is no folder gone"),
        (("--output", "labels.csv", "--json"), "json and output labels.csv are both given"),
    ],
)
def test_an_output_that_cannot_be_is_a_mistake(folder, tmp_path, flags, message):
    Image.new("L", (8, 8), 0).save(tmp_path / "a.png")
    done = deepdive("predict", folder, "a.png", *flags, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr


def test_an_existing_output_is_replaced_only_by_force(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Image.new("L", (8, 8), 0).save("a.png")
    output = tmp_path / "labels.csv"
    output.write_text("mine")
    output.chmod(0o600)
    words = ["predict", str(folder), "a.png", "--output", "labels.csv"]
    assert cli.main(words) == 2
    message = "deepdive: output must be a new file, got labels.csv, which exists; --force replaces it\n"
    assert capsys.readouterr() == ("", message)
    assert output.read_text() == "mine"
    assert cli.main([*words, "--force"]) == 0
    assert output.read_text().startswith("file,label,probability\na.png,")
    assert output.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "labels.csv"]


def test_the_command_writes_over_no_run_with_force(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Image.new("L", (8, 8), 0).save("a.png")
    before = (folder / "run.json").read_bytes()
    assert cli.main(["predict", str(folder), "a.png", "--output", str(folder / "run.json"), "--force"]) == 2
    assert "output must lie outside of run folders" in capsys.readouterr().err
    assert (folder / "run.json").read_bytes() == before


@pytest.fixture(scope="module")
def language_model(tmp_path_factory):
    root = tmp_path_factory.mktemp("text")
    (root / "story.txt").write_text("the time machine is a machine of time. " * 60, encoding="utf-8")
    flags = ("--data", "story.txt", "--epochs", "2", "--batch-size", "8", "--hidden-size", "16", "--quiet")
    done = deepdive("run", "gru-lm", *flags, cwd=root)
    assert done.returncode == 0, done.stderr
    return next(root.glob("runs/gru-lm/*"))


def test_a_text_is_continued(language_model, tmp_path):
    done = deepdive("predict", language_model, "the time", "--length", "9", "--seed", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    assert line.startswith("the time")
    assert len(line) == len("the time") + 9


def test_texts_come_from_a_file_and_go_to_one(language_model, tmp_path):
    (tmp_path / "texts.txt").write_text("the\ntime\n", encoding="utf-8")
    flags = ("--length", "3", "--output", "out.csv")
    done = deepdive("predict", language_model, "texts.txt", "a machine", *flags, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    header, *rows = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert header == "text,answer"
    assert [row.split(",")[0] for row in rows] == ["the", "time", "a machine"]


def test_characters_never_seen_are_a_note(language_model, tmp_path):
    done = deepdive("predict", language_model, "theß", "--length", "3", "--json", cwd=tmp_path)
    content = json.loads(done.stdout)
    assert content["input"] == "theß"
    assert content["notes"] == ["'theß': never seen in training, read as unknown: 'ß'"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--top-k", "0"), "--top-k must be from 1 to 100000000 or None, got 0"),
        (("--top-p", "2"), "--top-p must be above 0 and at most 1 or None, got 2"),
    ],
)
def test_options_of_texts_that_cannot_be_are_one_line_and_status_2(language_model, tmp_path, flags, message):
    done = deepdive("predict", language_model, "the", *flags, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_is_no_image_among_others_is_told_and_the_others_are_labelled(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some").mkdir()
    for name in ("a", "some/b", "some/c"):
        Image.new("L", (8, 8), 0).save(tmp_path / f"{name}.png")
    (tmp_path / "some" / "damaged.png").write_bytes((tmp_path / "a.png").read_bytes()[:40])
    words = ["predict", str(folder), "a.png", "missing.png", "some", "--device", "cpu"]
    good = ["a.png", "some/b.png", "some/c.png"]

    assert cli.main([*words, "--json"]) == 2
    out, err = capsys.readouterr()
    assert [json.loads(line)["input"] for line in out.splitlines()] == good
    assert [line.partition(":")[0] for line in err.splitlines()] == ["deepdive", "deepdive"]
    assert all(any(name in line for line in err.splitlines()) for name in ("missing.png", "some/damaged.png"))

    assert cli.main(words) == 2
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines() if line[0] != " "] == good
    assert cli.main([*words, "--output", "labels.csv"]) == 2
    assert len((tmp_path / "labels.csv").read_text().splitlines()) == 4
    assert cli.main(["predict", str(folder), "missing.png", "gone.png", "--output", "none.csv"]) == 2
    assert not (tmp_path / "none.csv").exists()
    assert len(capsys.readouterr().err.splitlines()) == 2 + 2
