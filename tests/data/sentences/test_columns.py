import pytest

from deepdive.data.sentences import find_columns, find_text, has_class_folders, read_class_folders, read_labelled
from deepdive.data.sentences.bag import numbered_classes

ROWS = [
    (f"what a {word} film this is, number {i}", kind) for i in range(6) for word, kind in (("fine", 1), ("dull", 0))
]


def written(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows(mark=",", *, swap=False):
    return [mark.join(f'"{cell}"' for cell in ((k, t) if swap else (t, k))) for t, k in ROWS]


@pytest.mark.parametrize(
    ("name", "header", "swap", "found"),
    [
        ("a.csv", "text,label", False, ("text", "label", None)),
        ("a.csv", "Sentiment,Review", True, ("Review", "Sentiment", None)),
        ("a.csv", "Bewertung,Klasse", False, ("Bewertung", "Klasse", None)),
        ("a.csv", "klasse,worte", True, ("worte", "klasse", None)),
        ("a.csv", None, False, ("1", "2", ("1", "2"))),
        ("a.csv", None, True, ("2", "1", ("1", "2"))),
        ("a.tsv", None, False, ("1", "2", ("1", "2"))),
    ],
)
def test_columns_are_found_by_name_or_by_what_they_hold(tmp_path, name, header, swap, found):
    mark = "\t" if name.endswith("tsv") else ","
    path = written(tmp_path / name, [*([header] if header else []), *rows(mark, swap=swap)])
    columns = find_columns(path)
    assert (columns.text, columns.label, columns.names) == found
    told = []
    texts = read_labelled(path, note=told.append)
    assert list(zip(texts.texts, texts.labels, strict=True)) == [(text, str(kind)) for text, kind in ROWS]
    assert told[0].startswith(f"{name}: texts are in column {found[0]!r}, classes in column {found[1]!r}")
    assert ("the first row is no header" in told[0]) == (header is None)
    assert find_text(path, text=None, label=None) == [text for text, _ in ROWS]


def test_named_and_numbered_columns_are_taken(tmp_path):
    lines = [f"{i},{i % 2},{'long ' * 9}{i},{i % 3},words {i % 4}" for i in range(12)]
    path = written(tmp_path / "a.csv", lines)
    texts = read_labelled(path, text="5", label="4")
    assert (texts.texts[5], texts.labels[5]) == ("words 1", "2")
    with pytest.raises(ValueError, match=r"label must name the column of .* that holds the classes \(--label\), as "):
        find_columns(path)
    with pytest.raises(ValueError, match=r"has no column .lable. for the label"):
        find_columns(path, label="lable")
    with pytest.raises(ValueError, match=r"has no column '9' for the text \(it has no header"):
        find_columns(path, text="9", label="4")
    forced = find_columns(path, text="5", label="4", header=False)
    assert forced.names == ("1", "2", "3", "4", "5")


def test_one_column_is_no_labelled_text(tmp_path):
    path = written(tmp_path / "a.csv", ["text", "a fine day", "a dull day"])
    with pytest.raises(ValueError, match=r"label must name the column of .* as there is one column"):
        find_columns(path)
    assert find_text(path, text=None, label=None) == ["a fine day", "a dull day"]


def texts_in(folder, classes, n=3):
    for label in classes:
        (folder / label).mkdir(parents=True)
        for i in range(n):
            written(folder / label / f"{i}.txt", [f"{label} text {i}", "of two lines"])


def test_folders_are_classes_and_parts(tmp_path):
    texts_in(tmp_path / "train", ["neg", "pos"])
    texts_in(tmp_path / "Testing", ["neg", "pos"], 2)
    written(tmp_path / "README.md", ["about"])
    assert has_class_folders(tmp_path)
    parts, notes = read_class_folders(tmp_path)
    assert {part: (len(each), sorted(set(each.labels))) for part, each in parts.items()} == {
        "train": (6, ["neg", "pos"]),
        "test": (4, ["neg", "pos"]),
    }
    assert parts["train"].texts[0] == "neg text 0\nof two lines"
    assert notes == (f"1 texts directly in {tmp_path} are of no class and were left aside",)


def test_folders_without_parts_and_tables_in_folders(tmp_path):
    texts_in(tmp_path / "plain", ["a", "b", "c"])
    parts, notes = read_class_folders(tmp_path / "plain")
    assert ([*parts], len(parts["train"]), notes) == (["train"], 9, ())
    (tmp_path / "tables").mkdir()
    written(tmp_path / "tables" / "train.csv", ["text,label", *rows()])
    assert not has_class_folders(tmp_path / "tables")
    texts_in(tmp_path / "wrong", ["train", "test"])
    with pytest.raises(
        ValueError, match="are parts by their names without a folder per class; expected is one folder of texts"
    ):
        read_class_folders(tmp_path / "wrong")


def test_empty_files_and_dead_links_are_left_out_and_said(tmp_path):
    texts_in(tmp_path, ["neg", "pos"])
    (tmp_path / "neg" / "3.txt").write_bytes(b"")
    (tmp_path / "pos" / "3.txt").write_bytes(b"\xef\xbb\xbf \n\t")
    (tmp_path / "pos" / "4.txt").symlink_to(tmp_path / "nowhere")
    parts, notes = read_class_folders(tmp_path)
    assert [*parts["train"].labels] == ["neg"] * 3 + ["pos"] * 3
    assert all(parts["train"].texts)
    assert notes == (
        f"2 texts are empty and left out, the first: {tmp_path / 'neg' / '3.txt'}",
        f"left aside: {tmp_path / 'pos' / '4.txt'}, which is a link that leads nowhere",
    )


def test_empty_cells_are_left_out_and_said(tmp_path):
    lines = ["text,label", "good,pos", ",neg", "bad,neg", '" ",pos']
    path = written(tmp_path / "own.csv", lines)
    notes = []
    found = read_labelled(path or tmp_path / "own.csv", note=notes.append)
    assert ([*found.texts], [*found.labels]) == (["good", "bad"], ["pos", "neg"])
    assert [note for note in notes if "empty" in note] == [
        f"2 texts are empty and left out, the first: {tmp_path / 'own.csv'}:3"
    ]


def test_a_message_has_few_of_many_classes():
    with pytest.raises(ValueError, match=r"they have c0, c1, c10, .* and 288 more$") as caught:
        numbered_classes("val", ["z"], sorted(f"c{i}" for i in range(300)))
    assert len(str(caught.value)) < 200
