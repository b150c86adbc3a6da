import zipfile

import pytest

from deepdive.data.translation import read_pairs


def written(folder, data, name="pairs.txt"):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def zipped(folder, members):
    path = folder / "pairs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_lines_of_all_ends_and_further_columns(tmp_path):
    text = '\ufeffGo.\tVa !\tCC\t1\r\n\r\nHi.\t Salut\u202f! \t\t\rA\u2028b\tc\x85d\tCC\t2\n  \n"A"\t"B" c\t\t\n'
    assert read_pairs(written(tmp_path, text)) == [
        ("Go.", "Va !"),
        ("Hi.", "Salut\u202f!"),
        ("A\u2028b", "c\x85d"),
        ('"A"', '"B" c'),
    ]


def test_the_text_of_an_archive_is_found(tmp_path):
    members = {"fra-eng/_about.txt": "?", "__MACOSX/fra-eng/.__about.txt": "?", "fra-eng/fra.txt": "Go.\tVa !"}
    path = zipped(tmp_path, members)
    assert read_pairs(path) == read_pairs(path, "fra-eng/fra.txt") == [("Go.", "Va !")]
    with pytest.raises(ValueError, match=r"has no member 'deu.txt'; its text files are fra-eng/fra.txt"):
        read_pairs(path, "deu.txt")
    with pytest.raises(ValueError, match=r"must hold one text file \(.tab, .tsv, .txt\), got 2: a.txt, b.tsv"):
        read_pairs(zipped(tmp_path, {"a.txt": "a\tb", "b.tsv": "a\tb"}))
    with pytest.raises(ValueError, match=r"pairs.zip, a.txt:1: a line must be a sentence, .* got no tab in 'alone'"):
        read_pairs(zipped(tmp_path, {"a.txt": "alone"}))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a\tb\nonly one side\nc\td", "pairs.txt:2: row must have 2 fields as the first row, got 1"),
        ("a\tb\r\nc\t \r\n", r"pairs.txt:2: a line must be a sentence, .* got nothing on its right side in 'c\\t '"),
        ("a\tb\r\r\tc", r"pairs.txt:3: .* got nothing on its left side in '\\tc'"),
        ("", "pairs.txt is empty"),
        (" \n\n", "pairs.txt is empty"),
        (b"a\tb\nc\t\xff", "pairs.txt is not UTF-8: 0xff, byte 6 in line 2"),
        (b"a\tb\0", "pairs.txt holds a NUL byte, byte 3 in line 1"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path, data, message):
    with pytest.raises(ValueError, match=message):
        read_pairs(written(tmp_path, data))


def test_archives_that_are_none(tmp_path):
    with pytest.raises(ValueError, match=r"pairs.zip cannot be read: pairs.zip is damaged"):
        read_pairs(written(tmp_path, b"PK\3\4 cut off", "pairs.zip"))
    with pytest.raises(ValueError, match=r"is no .zip archive; it has no member 'a'"):
        read_pairs(written(tmp_path, "a\tb"), "a")
    path = zipped(tmp_path, {"a.txt": "a\tb" * 50})
    path.write_bytes(path.read_bytes().replace(b"a\tba\tb", b"a\tbX\tb", 1))
    with pytest.raises(ValueError, match=r"pairs.zip, a.txt cannot be read: .*Bad CRC-32"):
        read_pairs(path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_pairs(tmp_path / "nothing")


def test_the_published_pairs(published_pairs):
    pairs = read_pairs(published_pairs)
    assert len(pairs) == 167_130
    assert pairs[:2] == [("Go.", "Va !"), ("Hi.", "Salut !")]
