"""What is said beside a published vocabulary: as the reference honours it."""

import json
from pathlib import Path

import pytest
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.subwords import Subwords
from deepdive.data.subwords.folder import _loaded

from .folders import FLAGS, PIECES, SPECIAL, TEXTS, check, say


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


def test_half_a_character_is_no_token(bert):
    say(bert, {"added_tokens_decoder": {"7": {"content": "\ud800", "special": False}}})
    with pytest.raises(ValueError, match=r"tokens must be text, got '\\ud800' with half a character in token"):
        Subwords.from_folder(bert)
