"""Encodings of words: as the published tokenizers cut, as the from-scratch tokenizer merges, and by brute force."""

import json
import sys

import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.subwords import CLS, END_OF_TEXT, MASK, PAD, SEP, UNKNOWN, Subwords, check_vocabulary
from deepdive.data.text import BytePairTokenizer


@pytest.fixture(scope="session")
def files(tmp_path_factory, word_pieces, byte_pairs):
    """The vocabularies in the public forms: vocab.txt, and vocab.json with merges.txt."""
    folder = tmp_path_factory.mktemp("published")
    lines = word_pieces.tokens(range(len(word_pieces)))
    (folder / "vocab.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    model = json.loads(byte_pairs.to_json())["model"]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]), encoding="utf-8")
    merges = "".join(" ".join(pair) + "\n" for pair in model["merges"])
    (folder / "merges.txt").write_text("#version: 0.2\n" + merges, encoding="utf-8")
    return folder


def some(folder, *names):
    return {name: folder / name for name in names}


def rows(ragged):
    return [ragged[i].tolist() for i in range(len(ragged))]


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("max_length", [None, 9])
def test_word_pieces_are_those_of_transformers(files, texts, lowercase, max_length, tmp_path):
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": lowercase}))
    ours = Subwords.from_files(some(files, "vocab.txt") | some(tmp_path, "tokenizer_config.json"))
    theirs = transformers.BertTokenizerFast(vocab=str(files / "vocab.txt"), do_lower_case=lowercase)
    options = {"truncation": max_length is not None, "max_length": max_length, "return_offsets_mapping": True}
    for seconds in (None, texts[::-1]):
        mine = ours.encode(texts, seconds, max_length=max_length)
        their = theirs(texts, seconds, **options)
        assert rows(mine.ids) == their["input_ids"]
        assert rows(mine.type_ids) == their["token_type_ids"]
        spans = zip(rows(mine.starts), rows(mine.ends), strict=True)
        assert [list(zip(*span, strict=True)) for span in spans] == their["offset_mapping"]
        none = [[-1 if word is None else word for word in their.word_ids(i)] for i in range(len(texts))]
        assert rows(mine.words) == none
        assert rows(mine.sequences) == [
            [-1 if s is None else s for s in their.sequence_ids(i)] for i in range(len(texts))
        ]
    assert [ours.decode(row) for row in rows(mine.ids)] == theirs.batch_decode(
        their["input_ids"], skip_special_tokens=True, clean_up_tokenization_spaces=False
    )


def test_byte_pairs_are_those_of_transformers(files, texts):
    ours = Subwords.from_files(some(files, "vocab.json", "merges.txt"))
    theirs = transformers.GPT2TokenizerFast(vocab=str(files / "vocab.json"), merges=str(files / "merges.txt"))
    asked = [*texts, "a<|endoftext|>b", "ends <|endoftext|>", "\n\n  two\tlines\r\n"]
    found = ours.encode(asked)
    assert rows(found.ids) == theirs(asked)["input_ids"]
    assert ours.decode(ours.encode(["a<|endoftext|>"]).ids[0]) == "a"


def test_byte_pairs_are_those_of_the_from_scratch_tokenizer(byte_pairs, texts):
    """Where both cut words alike: without elisions, which GPT-2 cuts off, and marks."""
    merges = json.loads(byte_pairs.to_json())["model"]["merges"]
    scratch = BytePairTokenizer(merges)
    for text in texts:
        plain = " ".join(word for word in text.split() if word.isalpha() and word.isascii())
        if plain:
            assert byte_pairs.tokens(byte_pairs.encode([plain]).ids.values.tolist()) == scratch.split(plain)


def longest_first(word, known):
    """WordPiece by hand: the longest piece that is known, again and again."""
    found, at = [], 0
    while at < len(word):
        ends = (end for end in range(len(word), at, -1) if ("##" if at else "") + word[at:end] in known)
        end = next(ends, None)
        if end is None:
            return [UNKNOWN]
        found.append(("##" if at else "") + word[at:end])
        at = end
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("aeioubcdlmnrstxyz", min_size=1, max_size=12), min_size=1, max_size=8))
def test_a_word_is_cut_into_the_longest_pieces(word_pieces, words):
    known = set(word_pieces.tokens(range(len(word_pieces))))
    found = word_pieces.encode_words([words])
    expected = [piece for word in words for piece in longest_first(word, known)]
    assert word_pieces.tokens(found.ids[0].tolist()) == [CLS, *expected, SEP]


def is_plain(text):
    return text.strip() and END_OF_TEXT not in text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=30).filter(is_plain), min_size=1, max_size=4))
def test_no_text_is_unknown_to_byte_pairs(byte_pairs, given_texts):
    found = byte_pairs.encode(given_texts).ids
    assert [byte_pairs.decode(found[i]) for i in range(len(found))] == given_texts


def test_places_are_those_of_the_pieces(word_pieces, texts):
    pieces = word_pieces.encode(texts)
    for i, text in enumerate(texts):
        names = word_pieces.tokens(pieces.ids[i].tolist())
        for name, start, end in zip(names, pieces.starts[i].tolist(), pieces.ends[i].tolist(), strict=True):
            spelt = text[start:end].lower()
            assert name == UNKNOWN or name in (CLS, SEP) or name.removeprefix("##")[0] in spelt or "é" in spelt


def test_words_that_are_cut_already(files, texts):
    ours = Subwords.from_files(some(files, "vocab.txt"))
    theirs = transformers.BertTokenizerFast(vocab=str(files / "vocab.txt"))
    sentences = [[word for word in text.split() if "\u200e" not in word] or ["a"] for text in texts]
    found = ours.encode_words(sentences, max_length=12)
    expected = theirs(sentences, is_split_into_words=True, truncation=True, max_length=12)
    assert rows(found.ids) == expected["input_ids"]
    assert rows(found.words) == [
        [-1 if word is None else word for word in expected.word_ids(i)] for i in range(len(sentences))
    ]


def test_every_word_has_a_piece(word_pieces):
    found = word_pieces.encode_words([["\u200e", "a", "\ufffd", "b"], ["\u200e"]])
    assert word_pieces.tokens(found.ids[0].tolist())[:3] == [CLS, UNKNOWN, "a"]
    assert found.words[0].unique().tolist() == [-1, 0, 1, 2, 3]
    assert found.words[1].tolist() == [-1, 0, -1]


@pytest.mark.parametrize("learn", [Subwords.word_pieces, Subwords.byte_pairs])
def test_what_is_learnt_depends_on_the_texts_alone(learn, texts):
    """A resumed run learns anew, and must get the same numbers."""
    assert len({learn(texts, 600).to_json() for _ in range(4)}) == 1


def test_pieces_are_frequent_pairs():
    """A word that is everywhere is one piece, at the beginning of longer words too; letters are known everywhere."""
    learnt = Subwords.word_pieces(["singing and ringing, ringingly"] * 5, 60)
    assert learnt.tokens(learnt.encode(["Ringing gird"]).ids[0].tolist()) == [
        CLS, "ringing", "g", "##i", "##r", "##d", SEP
    ]  # fmt: skip
    assert learnt.tokens(range(5)) == [PAD, UNKNOWN, CLS, SEP, MASK]


def test_special_tokens(word_pieces, byte_pairs, files):
    assert word_pieces.special == tuple(word_pieces.id_of(token) for token in (PAD, UNKNOWN, CLS, SEP, MASK))
    read = Subwords.from_files(some(files, "vocab.txt"))
    assert read.special == word_pieces.special
    assert read.decode([0, 2, read.id_of("a"), 3, 0]) == "a"
    assert byte_pairs.special == (0,)
    assert Subwords.from_files(some(files, "vocab.json", "merges.txt")).special == (0,)


def test_sentinels_are_numbered_from_the_end_down(byte_pairs):
    more = byte_pairs.with_sentinels(3)
    n = len(byte_pairs)
    assert len(more) == n + 3
    assert more.sentinels == (n + 2, n + 1, n)
    assert more.tokens([n + 2, n]) == ["<extra_id_0>", "<extra_id_2>"]
    assert byte_pairs.sentinels == ()
    assert set(more.sentinels) < set(more.special)
    with pytest.raises(ValueError, match="there are 3 sentinels already"):
        more.with_sentinels()
    with pytest.raises(ValueError, match="count is 0; it must be at least 1"):
        byte_pairs.with_sentinels(0)


@pytest.mark.parametrize("kind", ["word_pieces", "byte_pairs"])
def test_what_is_written_is_read_again(kind, texts, tmp_path, request):
    ours = request.getfixturevalue(kind)
    again = Subwords.from_json(ours.to_json())
    (tmp_path / "tokenizer.json").write_text(ours.to_json(), encoding="utf-8")
    for read in (again, Subwords.from_folder(tmp_path)):
        assert torch.equal(read.encode(texts).ids.values, ours.encode(texts).ids.values)
        assert read.special == ours.special


def test_a_published_form_that_pads_and_cuts_does_neither_here(word_pieces, tmp_path):
    tokenizer = Subwords.from_json(word_pieces.to_json())._tokenizer
    tokenizer.enable_padding(length=32)
    tokenizer.enable_truncation(4)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert rows(Subwords.from_folder(tmp_path).encode(["a b c d e"]).words) == [[-1, 0, 1, 2, 3, 4, -1]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.encode(["a", " \n"]), r"texts\[1\] is empty; a text must hold more than white space"),
        (lambda s: s.encode(["a"], [""]), r"seconds\[0\] is empty"),
        (lambda s: s.encode(["a"], ["b", "c"]), "there are 1 texts and 2 seconds"),
        (lambda s: s.encode(["a"], max_length=2), "max_length must leave room beside 2 special tokens, got 2"),
        (lambda s: s.encode(["a"], ["b"], max_length=4), "max_length must leave room beside 3 special tokens, got 4"),
        (lambda s: s.encode_words([["a"], []]), "sentence 1 has no words"),
        (lambda s: s.id_of("zzz"), "the vocabulary of 400 tokens has no 'zzz'"),
        (lambda s: check_vocabulary(s, 300), "the tokenizer has 400 tokens, but the weights are for 300"),
    ],
)
def test_what_cannot_be_is_told(word_pieces, call, message):
    with pytest.raises(ValueError, match=message):
        call(word_pieces)


def test_a_vocabulary_that_is_padded_is_no_error(word_pieces):
    check_vocabulary(word_pieces, 512)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Subwords.word_pieces(["a"], 5), "vocab_size must be above 5"),
        (lambda: Subwords.word_pieces(["abcdefg"], 8), "vocab_size must be at least 19"),
        (lambda: Subwords.word_pieces([" "], 30), "texts hold no words"),
        (lambda: Subwords.byte_pairs(["a"], 256), "vocab_size must be above 257"),
        (lambda: Subwords.byte_pairs(["", ""], 300), "texts are empty"),
        (lambda: Subwords.from_json("{}"), "this is no tokenizer"),
    ],
)
def test_what_cannot_be_learnt_is_told(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("name", "content"),
    [("tokenizer.json", "{"), ("vocab.txt", "a\nb\n"), ("vocab.json", "[1")],
)
def test_a_damaged_file_is_named(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"the tokenizer among .*{name}.* is damaged"):
        Subwords.from_folder(tmp_path)


def test_a_folder_without_a_tokenizer_is_told(tmp_path):
    (tmp_path / "notes.md").write_text("")
    with pytest.raises(FileNotFoundError, match=r"no tokenizer: there must be tokenizer\.json, .* found notes\.md"):
        Subwords.from_folder(tmp_path)
    with pytest.raises(FileNotFoundError, match="found nothing"):
        Subwords.from_folder(tmp_path / "nowhere")


def test_without_the_library_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ImportError, match=r'pip install "deepdive\[tokenizers\]"'):
        Subwords.word_pieces(["a"], 30)


@pytest.mark.parametrize("learn", [Subwords.word_pieces, Subwords.byte_pairs])
@pytest.mark.parametrize("texts", ["one text", None, 3])
def test_a_text_is_not_taken_letter_by_letter(learn, texts, without_shape_checks):
    with pytest.raises(TypeError, match="texts must be several strings, got "):
        learn(texts, 300)
