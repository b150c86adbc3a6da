"""What is said beside a published vocabulary and is not done here: refused, or told, by name."""

import json

import pytest
import transformers

from deepdive.data.subwords import Subwords, read_published

from .folders import say


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
