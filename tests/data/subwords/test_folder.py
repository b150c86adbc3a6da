"""What is said beside a published vocabulary: as the reference honours it, or refused by name."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import transformers
from deepdive.data.subwords import Subwords, read_published
from deepdive.data.subwords.folder import _loaded

TEXTS = [
    "Naïve CAFÉ résumé",
    "漢字 and kanji漢字mixed",
    "a\u0301e\u0308 İstanbul ǅ",
    "🙂emoji👩\u200d👩\u200d👧 \u200d",
    "tab\tnul\x00\x07bell\x85",
    "[MASK]inside[SEP] the [UNK] text[PAD]",
    "[mask] [ MASK ]",
    "x" * 101 + " " + "ab" * 50,
    "\u00a0nbsp\u3000wide\u2028line",
    " <new> and <NEW>, <new>x",
    "ﬁn Straße ΑΣ ſ",
    "don't U.S. 12,5—_",
    "\ufffd\u200e\ufeff ok",
]
PIECES = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *"abcdefghijklmnopqrstuvwxyzABCDEFKMNRSUéèïüİΑΣαςσ漢字🙂👩.,'-—_<>[]0125",
    *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyzABCDEFKMNRSUéèïüış漢字🙂0125"),
    *("##ve", "na", "caf", "mask", "MASK", "the", "\u0301", "##\u0301", "##x" * 3),
]
FLAGS = {
    "do_lower_case": st.booleans(),
    "strip_accents": st.sampled_from([True, False, None]),
    "tokenize_chinese_chars": st.booleans(),
}
SPECIAL = {
    "additional_special_tokens": ["<new>"],
    "extra_special_tokens": ["<new>", {"content": "<x>", "lstrip": True, "__type": "AddedToken"}],
    "bos_token": "<new>",
    "mask_token": {"content": "[MASK]", "lstrip": True, "normalized": True, "__type": "AddedToken"},
    "sep_token": {"content": "[SEP]", "single_word": True, "__type": "AddedToken"},
}


@pytest.fixture(scope="session")
def bert(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def gpt2(tmp_path_factory, byte_pairs):
    folder = tmp_path_factory.mktemp("gpt2")
    model = json.loads(byte_pairs.to_json())["model"]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(" ".join(pair) + "\n" for pair in model["merges"]))
    return folder


def say(folder, told, name="tokenizer_config.json"):
    for old in ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.json"):
        (folder / old).unlink(missing_ok=True)
    (folder / name).write_text(json.dumps(told), encoding="utf-8")
    return folder


def check(folder, reference, texts):
    """Numbers of texts alone and of pairs."""
    ours, theirs = Subwords.from_folder(folder), reference.from_pretrained(folder)
    texts = [text for text in texts if text.strip()]
    assert len(ours) == len(theirs)
    for seconds in (None, texts[::-1]) if texts else ():
        found = ours.encode(texts, seconds).tokens
        assert [found[i].tolist() for i in range(len(found))] == theirs(texts, seconds)["input_ids"]


@pytest.mark.parametrize(
    "told",
    [
        *({name: value} for name in FLAGS for value in (True, False)),
        {"do_lower_case": False, "strip_accents": True},
        {"do_lower_case": True, "strip_accents": False},
        *({name: value} for name, value in SPECIAL.items()),
        {"added_tokens_decoder": {str(len(PIECES)): {"content": "<new>", "special": False, "normalized": True}}},
        {"model_max_length": 6, "clean_up_tokenization_spaces": False, "padding_side": "right"},
    ],
)
def test_bert(bert, told):
    check(say(bert, told), transformers.BertTokenizer, TEXTS)


@pytest.mark.parametrize(
    "told", [{"additional_special_tokens": ["<new>"]}, {"pad_token": "[PAD]", "bos_token": "<new>"}]
)
def test_special_tokens_in_a_file_of_their_own(bert, told):
    check(say(bert, told, "special_tokens_map.json"), transformers.BertTokenizer, TEXTS)


def test_added_tokens_in_a_file_of_their_own(bert):
    check(say(bert, {"<new>": len(PIECES)}, "added_tokens.json"), transformers.BertTokenizer, TEXTS)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"add_prefix_space": True},
        {"pad_token": "<pad>"},
        {"eos_token": "<new>", "add_prefix_space": False},
        {
            f"{role}_token": {"content": "<|endoftext|>", "lstrip": True, "__type": "AddedToken"}
            for role in ("unk", "bos", "eos")
        },
        {"added_tokens_decoder": {"0": {"content": "<|endoftext|>", "lstrip": True, "special": True}}},
        {"additional_special_tokens": ["<new>"], "padding_side": "left"},
    ],
)
def test_gpt2(gpt2, told):
    check(say(gpt2, told), transformers.GPT2Tokenizer, [*TEXTS, "a<|endoftext|>b", "  two  spaces "])


@pytest.mark.parametrize("told", [{"do_lower_case": False, "strip_accents": True}, {"tokenize_chinese_chars": False}])
def test_what_the_reference_saves_is_read(bert, tmp_path, told):
    """With tokenizer.json, which is another way to say the same; vocab.txt beside it does not count."""
    theirs = transformers.BertTokenizer.from_pretrained(say(bert, told | {"additional_special_tokens": ["<new>"]}))
    theirs.save_pretrained(tmp_path)
    (tmp_path / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n")
    check(tmp_path, transformers.BertTokenizer, TEXTS)


def test_what_the_reference_saves_of_gpt2_is_read(gpt2, tmp_path):
    transformers.GPT2Tokenizer.from_pretrained(say(gpt2, {"add_prefix_space": True})).save_pretrained(tmp_path)
    check(tmp_path, transformers.GPT2Tokenizer, TEXTS)


def test_a_t5_tokenizer_is_read(tmp_path):
    pieces = [
        ("<pad>", 0.0),
        ("</s>", 0.0),
        ("<unk>", 0.0),
        ("▁", -2.0),
        *((c, -3.0) for c in "abcdehnotxé漢"),
        ("▁the", -1.5),
    ]
    transformers.T5Tokenizer(vocab=pieces, extra_ids=4).save_pretrained(tmp_path)
    check(tmp_path, transformers.T5Tokenizer, [*TEXTS, "the<extra_id_0> note"])
    config = json.loads((tmp_path / "tokenizer_config.json").read_text())
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config | {"extra_ids": 9}))
    with pytest.raises(ValueError, match=r"extra_ids must be 4, as tokenizer.json has it, got 9"):
        Subwords.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("unk_token", "<unk>"),
        ("pad_token", "<pad>"),
        ("cls_token", {"content": "<s>"}),
        ("mask_token", 7),
        ("do_lower_case", "false"),
        ("strip_accents", 0),
        ("tokenize_chinese_chars", None),
        ("do_basic_tokenize", False),
        ("never_split", ["<new>"]),
        ("truncation_side", "left"),
        ("padding_side", "left"),
        ("split_special_tokens", True),
        ("add_bos_token", True),
        ("tokenizer_class", "BertJapaneseTokenizer"),
        ("auto_map", {"AutoTokenizer": ["own.py", None]}),
        ("model_input_names", ["input_ids", "attention_mask"]),
        ("max_input_chars_per_word", 5),
        ("wordpieces_prefix", "@@"),
        ("additional_special_tokens", "<new>"),
        ("added_tokens_decoder", {"0": {"content": "<new>"}}),
        ("added_tokens_decoder", {"first": {"content": "<new>"}}),
    ],
)
def test_what_is_not_done_is_refused_by_name(bert, key, value):
    with pytest.raises(ValueError, match=f"^{key} must .*, got .* in tokenizer_config.json"):
        Subwords.from_folder(say(bert, {key: value}))


@pytest.mark.parametrize(
    ("key", "value"),
    [("add_bos_token", True), ("errors", "ignore"), ("do_lower_case", True), ("tokenizer_class", "RobertaTokenizer")],
)
def test_what_is_not_done_by_byte_pairs_is_refused_by_name(gpt2, key, value):
    with pytest.raises(ValueError, match=f"^{key} must .*, got .* in tokenizer_config.json"):
        Subwords.from_folder(say(gpt2, {key: value}))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("do_lower_case", False, "must be True, as tokenizer.json has it, got False"),
        ("strip_accents", False, "must be True, as tokenizer.json has it, got False"),
        ("tokenize_chinese_chars", False, "must be True, as tokenizer.json has it, got False"),
        ("unk_token", "[PAD]", r"must be '\[UNK\]', as tokenizer.json has it, got '\[PAD\]'"),
        ("cls_token", "[SEP]", r"must be '\[CLS\]', as tokenizer.json has it, got '\[SEP\]'"),
        ("added_tokens_decoder", {"5": {"content": "[MASK]", "special": True}}, r"must give '\[MASK\]' the number 4"),
    ],
)
def test_files_that_contradict_each_other(bert, tmp_path, key, value, words):
    transformers.BertTokenizer.from_pretrained(say(bert, {})).backend_tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({key: value}))
    with pytest.raises(ValueError, match=f"^{key} {words}"):
        Subwords.from_folder(tmp_path)


def test_flags_of_tokens_that_contradict_each_other(bert, tmp_path):
    transformers.BertTokenizer.from_pretrained(say(bert, {})).backend_tokenizer.save(str(tmp_path / "tokenizer.json"))
    told = {"added_tokens_decoder": {"4": {"content": "[MASK]", "lstrip": True, "special": True}}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match=r"lstrip of added token 4 must be False, as tokenizer.json has it, got True"):
        Subwords.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda file: file["model"].update(dropout=0.1), "dropout must be None, got 0.1"),
        (
            lambda file: file.update(
                truncation={"direction": "Left", "max_length": 8, "strategy": "LongestFirst", "stride": 0}
            ),
            "direction of truncation must be 'right', got 'left' in tokenizer.json",
        ),
    ],
)
def test_what_tokenizer_json_says_is_refused_by_name(byte_pairs, tmp_path, change, words):
    file = json.loads(byte_pairs.to_json())
    change(file)
    (tmp_path / "tokenizer.json").write_text(json.dumps(file))
    with pytest.raises(ValueError, match=words):
        Subwords.from_folder(tmp_path)


def test_two_files_that_name_different_tokens(bert):
    say(bert, {"bos_token": "<a>"})
    (bert / "special_tokens_map.json").write_text('{"bos_token": {"content": "<b>"}}')
    with pytest.raises(ValueError, match=r"bos_token must be one thing, got '<a>' in tokenizer_config.json and .*<b>"):
        Subwords.from_folder(bert)


def test_one_token_that_is_found_in_two_ways(gpt2):
    told = {"bos_token": {"content": "<|endoftext|>", "lstrip": True}}
    with pytest.raises(ValueError, match=r"'<\|endoftext\|>' must be found in one way, got .*'lstrip': True.* and .*"):
        Subwords.from_folder(say(gpt2, told))


@pytest.mark.parametrize("text", ["a\ud800b", "\udfff"])
def test_half_a_letter_is_told(bert, text):
    ours = Subwords.from_folder(say(bert, {}))
    with pytest.raises(ValueError, match="texts must be whole letters of Unicode, got half of one"):
        ours.encode([text])


def test_unknown_keys_are_told(bert):
    folder = say(bert, {"new_flag": 1, "other": 2, "do_lower_case": True})
    with pytest.warns(UserWarning, match="tokenizer_config.json has keys that are not known .*: new_flag, other"):
        Subwords.from_folder(folder)
    notes = []
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    read_published(str(folder), report=notes.append)
    assert [note.what for note in notes if "new_flag" in note.what]


def test_a_sentencepiece_file_alone_is_named(tmp_path):
    (tmp_path / "spiece.model").write_bytes(b"\n")
    with pytest.raises(
        FileNotFoundError, match=r"spiece.model alone is not read: save the tokenizer as tokenizer.json"
    ):
        Subwords.from_folder(tmp_path)


def test_a_vocabulary_with_gaps_is_as_large_as_its_greatest_number(byte_pairs, tmp_path):
    file = json.loads(byte_pairs.to_json())
    file["model"]["vocab"]["zz"] = 900
    (tmp_path / "tokenizer.json").write_text(json.dumps(file))
    assert len(Subwords.from_folder(tmp_path)) == 901


ALPHABET = st.sampled_from("abcxéÉïİ漢字🙂ﬁΣς.,'-—_<>[] \t\n\x00\x07\u0301\u200d\u00a0\u3000ABMSKUN")
PARTS = st.one_of(
    st.text(ALPHABET, max_size=12), st.text(max_size=8), st.sampled_from([*TEXTS, "[MASK]", "[SEP]", "<new>", "<x>"])
)


def equal(folder, data):
    told = {
        name: data.draw(FLAGS[name], label=name) for name in sorted(data.draw(st.sets(st.sampled_from(list(FLAGS)))))
    }
    told |= {name: SPECIAL[name] for name in sorted(data.draw(st.sets(st.sampled_from(list(SPECIAL)), max_size=2)))}
    texts = data.draw(st.lists(st.lists(PARTS, min_size=1, max_size=5).map("".join), min_size=1, max_size=6))
    check(say(folder, told), transformers.BertTokenizer, texts)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_flags_and_texts(bert, data):
    equal(bert, data)


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_any_flags_and_texts_at_length(bert, data):
    equal(bert, data)


@pytest.mark.parametrize("error", [MemoryError("full"), OSError("gone"), RuntimeError("other")])
def test_an_error_that_says_nothing_of_the_files_is_not_taken_for_damage(error):
    def load(_):
        raise error

    with pytest.raises(type(error), match=str(error)):
        _loaded({}, load)


@pytest.mark.parametrize("error", [Exception("cut off"), ValueError("cut off"), TypeError("cut off")])
def test_an_error_of_the_library_is_told_as_damage(error):
    def load(_):
        raise error

    with pytest.raises(ValueError, match=r"the tokenizer among one\.json is damaged: cut off"):
        _loaded({"one.json": Path("one.json")}, load)
