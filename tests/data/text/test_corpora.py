import lzma
import zipfile
from dataclasses import replace

import pytest

from deepdive.data import DATASETS, DataUnavailableError, fetch, load_text
from deepdive.data.sources import Folders
from deepdive.data.text import CORPORA, Texts, WordTokenizer, corpora, read_corpus

PARTS = {"ptb.train.txt": " a b \n c <unk> \n", "ptb.valid.txt": " a \n", "ptb.test.txt": " b \n"}


@pytest.fixture(scope="session", params=["time-machine", "ptb", "wikitext2-shuffled"])
def real_files(request):
    """The real files of a corpus, from the user's folders."""
    try:
        return request.param, fetch(request.param, sources=(Folders(),))
    except DataUnavailableError as error:
        pytest.skip(f"no folder in DEEPDIVE_DATA has {request.param}: {error}")


def test_the_treebank_has_three_texts_whose_lines_end_in_a_token(tmp_path, monkeypatch):
    path = tmp_path / "ptb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in PARTS.items():
            archive.writestr(f"ptb/{name}", content)
    monkeypatch.setattr(corpora, "fetch_any", lambda name, report=None: (name, {"ptb.zip": path}))
    assert read_corpus("ptb") == Texts(*PARTS.values())
    module = load_text("ptb", num_steps=1, partition="random")
    assert module.token_counts == {"train": 6, "val": 2, "test": 2}
    assert set(module.encoder.vocabulary.all_tokens) == {"<unk>", "<eos>", "a", "b", "c"}
    assert module.unknown_rates["train"] == 1 / 6


def test_a_treebank_without_a_part_is_told(tmp_path, monkeypatch):
    path = tmp_path / "ptb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ptb/ptb.train.txt", "a")
    monkeypatch.setattr(corpora, "fetch_any", lambda name, report=None: (name, {"ptb.zip": path}))
    with pytest.raises(ValueError, match=r"ptb\.zip lacks ptb\.valid\.txt; it holds ptb\.train\.txt"):
        read_corpus("ptb")


def test_wikitext_is_read_from_the_archive_or_from_its_parts(tmp_path, monkeypatch):
    parts = {"wiki.train.tokens": " = A = \n a \n", "wiki.valid.tokens": " b \n", "wiki.test.tokens": " c \n"}
    archive = tmp_path / "wikitext-2-v1.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in parts.items():
            file.writestr(f"wikitext-2/{name}", content)
    forms = {"wikitext-2-v1.zip": archive}
    monkeypatch.setattr(corpora, "fetch_any", lambda name, report=None: (name, forms))
    assert read_corpus("wikitext2") == Texts(*parts.values())
    names = "train_decoded.txt.xz", "valid.txt", "test.txt"
    forms = {name: tmp_path / name for name in names}
    for path, content in zip(forms.values(), parts.values(), strict=True):
        data = content.encode()
        path.write_bytes(lzma.compress(data) if path.suffix == ".xz" else data)
    assert read_corpus("wikitext2") == Texts(*parts.values())


def test_wikitext_out_of_reach_says_what_to_put_where_in_either_form(monkeypatch):
    for name in ("wikitext2", "wikitext2-shuffled"):
        monkeypatch.setitem(DATASETS, name, replace(DATASETS[name], sources=()))
    both = r"wikitext-2-v1\.zip \((?s:.*)in another form(?s:.*)train_decoded\.txt\.xz \(2,742,060 bytes"
    with pytest.raises(DataUnavailableError, match=both):
        read_corpus("wikitext2")


def test_a_book_is_letters(tmp_path, monkeypatch):
    (tmp_path / "data.txt").write_bytes(b"Call me Ishmael.\r\nSome years ago...")
    monkeypatch.setattr(corpora, "fetch_any", lambda name, report=None: (name, {"data.txt": tmp_path / "data.txt"}))
    module = load_text("moby-dick", validation=0, num_steps=3)
    module.prepare()
    assert module.encoder.decode(module.corpora["train"]) == "call me ishmael some years ago "


def test_a_file_of_ones_own_is_characters_unless_asked_otherwise(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("Ab ab ab\n" * 9, encoding="utf-8")
    assert load_text(path, num_steps=2).token_counts == {"train": 73, "val": 8}
    assert load_text(str(path), WordTokenizer(), num_steps=2, test=0.1).token_counts == {
        "train": 21, "val": 3, "test": 3
    }  # fmt: skip


def test_an_unreadable_file_is_told_when_it_is_read(tmp_path):
    path = tmp_path / "own.txt"
    path.write_bytes(b"a\0b")
    with pytest.raises(ValueError, match=r"own\.txt holds a NUL byte"):
        load_text(path).prepare()
    with pytest.raises(ValueError, match=r"must hold a file to learn from, called train .*; it holds own\.txt"):
        load_text(tmp_path).prepare()


def test_what_is_nowhere_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*nothing\.txt"):
        load_text(tmp_path / "nothing.txt")
    with pytest.raises(FileNotFoundError, match=r"no such file: nothing\.txt"):
        load_text("nothing.txt")
    with pytest.raises(ValueError, match=r"'time-machin' is no corpus, nor .*; did you mean 'time-machine'"):
        load_text("time-machin")
    with pytest.raises(ValueError, match="'mnist' is no corpus, nor is there a file of that name; there are time-m"):
        load_text("mnist")
    with pytest.raises(ValueError, match="'mnist' is no corpus; these are: time-machine, moby-dick"):
        read_corpus("mnist")


def test_every_corpus_is_in_the_registry():
    assert set(CORPORA) <= set(DATASETS)


def test_the_real_files_have_the_published_sizes(real_files, monkeypatch):
    """D2L's 173,428 characters of 28 kinds; Mikolov's 929,589, 73,760 and 82,430 words of 10,000 kinds;
    2,088,628, 217,646 and 245,569 of 33,278 kinds, which Merity et al. (2016) give for WikiText-2."""
    name, files = real_files
    monkeypatch.setattr(corpora, "fetch_any", lambda name, report=None: (name, files))
    module = load_text(name, validation=0)
    counts, size = {
        "time-machine": ((173_428,), 28),
        "ptb": ((929_589, 73_760, 82_430), 10_000),
        "wikitext2-shuffled": ((2_088_628, 217_646, 245_569), 33_278),
    }[name]
    assert tuple(module.token_counts.values()) == counts
    assert len(module.encoder) == size


def test_a_folder_has_its_texts_by_name(tmp_path):
    for name, text in (
        ("wiki.train.tokens", "abcabc" * 9),
        ("wiki.valid.tokens", "bca" * 7),
        ("Wiki_TEST.txt", "cb" * 8),
    ):
        (tmp_path / name).write_text(text)
    data = load_text(tmp_path, num_steps=3)
    data.prepare()
    assert data.token_counts == {"train": 54, "val": 21, "test": 16}
