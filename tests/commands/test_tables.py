"""Tables on the command line: own files, predictions, data that is out of reach."""

import pytest

from .support import deepdive

ROWS = [(i, i % 7, "red" if i % 3 else "blue", 10 * i + 5 * (i % 7)) for i in range(60)]
FLAGS = ("--target", "price", "--ignore", "id", "--epochs", "3", "--batch-size", "16", "--hidden", "8", "--quiet")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("own")
    (root / "my.csv").write_text("id,size,colour,price\n" + "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in ROWS))
    done = deepdive("run", "table", "--data", "my.csv", *FLAGS, cwd=root)
    assert done.returncode == 0, done.stderr
    assert "no target for these settings" in done.stdout
    return root


def test_an_own_table_is_learnt_and_predicted(root):
    [folder] = (root / "runs" / "table").iterdir()
    (root / "new.csv").write_text("id,size,colour\n7,3,green\n8,4,red\n")
    done = deepdive("predict", folder, "new.csv", "--output", "out.csv", cwd=root)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "note: new.csv: colour: 1 row of categories unknown in training: 'green'\n"
    header, *rows = (root / "out.csv").read_text().splitlines()
    assert header == "id,price"
    assert [row.split(",")[0] for row in rows] == ["7", "8"]
    shown = deepdive("predict", folder, "new.csv", cwd=root)
    assert shown.stdout == (root / "out.csv").read_text(), "what is printed is a CSV file; notes go elsewhere"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a;price\n1;2\n2;3;4\n", "bad.csv:3: row must have 2 fields as the header, got 3 (separated by semicolon)"),
        ('a,price\n1,2\n"2,3\n', "bad.csv:3: a quote opens a cell here and is never closed"),
        ("1,2\n3,4\n", "looks like data, not like a header"),
        ("", "is empty"),
        ("a,b\n1,2\n2,3\n", "target is 'price', but the table has no column 'price'"),
        ("a,price\n1,NA\n2,NA\n", "target 'price' is missing in every row"),
    ],
)
def test_a_bad_table_is_one_line_and_status_2(tmp_path, content, message):
    (tmp_path / "bad.csv").write_text(content)
    done = deepdive("run", "table", "--data", "bad.csv", "--target", "price", cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_a_table_out_of_reach_names_every_source_and_what_to_put_where(tmp_path):
    nowhere = {"DEEPDIVE_CACHE": str(tmp_path / "cache"), "DEEPDIVE_DATA": "", "https_proxy": "http://127.0.0.1:9"}
    done = deepdive("run", "house-prices", cwd=tmp_path, **nowhere)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for words in (
        "DEEPDIVE_DATA: not set",
        "https://d2l-data",
        "kaggle_house_pred_train.csv (460,676 bytes",
        "put them",
    ):
        assert words in done.stderr
    assert not (tmp_path / "runs").exists()
