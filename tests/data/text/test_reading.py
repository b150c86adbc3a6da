import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.text import decode_text, read_text


def test_a_file_is_its_text_without_the_mark_and_with_one_kind_of_line_end(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n\r\nfour \xc3\xa9")
    assert read_text(path) == read_text(str(path)) == "one\ntwo\nthree\n\nfour é"
    for encoding in ("utf-16-le", "utf-16-be"):
        path.write_bytes("\ufeffone\r\ntwo é".encode(encoding))
        assert read_text(path) == "one\ntwo é"


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufeff\r"), min_size=1))
def test_any_text_comes_back(text):
    if not text.strip():
        return
    assert decode_text(text.encode(), "a") == decode_text(text.replace("\n", "\r\n").encode(), "a") == text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"a\.txt is empty; a text must hold more than white space"),
        (b"\xef\xbb\xbf \r\n\t", r"a\.txt is empty"),
        (b"one\r\ntwo\rth\0ree", r"a\.txt holds a NUL byte, byte 11 in line 3; it is no text file"),
        (b"one\ntw\xe9", r"a\.txt is not UTF-8: 0xe9, byte 6 in line 2; save it as UTF-8 \(it may be Latin-1"),
        (b"\xef\xbb\xbfone\ntw\xe9", r"0xe9, byte 9 in line 2"),
        ("one\ntwo".encode("utf-16")[:-1], r"a\.txt begins as UTF-16, but is damaged: byte 14 in line 2"),
        ("one\ntwo".encode("utf-32"), r"a\.txt holds a NUL character in line 1; it is no text file, or UTF-32"),
    ],
)
def test_what_is_no_text_is_named_with_the_place(tmp_path, content, message):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_text(path)


def test_what_is_no_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*nothing\.txt"):
        read_text(tmp_path / "nothing.txt")
    with pytest.raises(ValueError, match="is a folder; a text is a file"):
        read_text(tmp_path)
