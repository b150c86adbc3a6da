"""Folders with tokenizers as they are published, and the same read by the reference."""

import json

from hypothesis import strategies as st

from deepdive.data.subwords import Subwords

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
        found = ours.encode(texts, seconds).ids
        assert [found[i].tolist() for i in range(len(found))] == theirs(texts, seconds)["input_ids"]
