"""Keys of a published tokenizer_config.json, and of what stands beside it: what each means here."""

from collections.abc import Mapping
from typing import Any

from deepdive.keys import FLAG, Honoured, Key, Keys, Kind, harmless, only, refused_unless

ROLES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
"""Keys whose value is one special token, in the order in which the reference numbers those that it adds."""
_FLAGS = ("lstrip", "rstrip", "single_word", "normalized", "special")


def _is_token(value: Any) -> bool:
    if isinstance(value, Mapping):
        flags = {name: each for name, each in value.items() if name not in ("content", "__type")}
        known = all(name in _FLAGS and isinstance(each, bool) for name, each in flags.items())
        return known and _is_token(value.get("content"))
    return isinstance(value, str) and bool(value)


def token(value: Any) -> dict[str, Any]:
    """A token and how it is found in a text, from its name or from all that is said of it."""
    given = {"content": value} if isinstance(value, str) else {n: each for n, each in value.items() if n != "__type"}
    return {"special": True} | given


def _is_tokens(value: Any) -> bool:
    every = value.values() if isinstance(value, Mapping) else value
    return isinstance(value, (list, Mapping)) and all(_is_token(each) for each in every)


def _is_numbered(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        str(number).isdecimal() and isinstance(each, Mapping) and _is_token(each) for number, each in value.items()
    )


_TOKEN = Kind("a token", _is_token, token)
_TOKENS = Kind(
    "a list of tokens",
    _is_tokens,
    lambda value: [token(each) for each in (value.values() if isinstance(value, Mapping) else value)],
)
_NUMBERED = Kind(
    "tokens by their numbers",
    _is_numbered,
    lambda value: {int(n): token(each) | {"special": each.get("special", False)} for n, each in value.items()},
)


def _called(*names: str) -> Kind:
    return Kind(f"one of {', '.join(map(repr, names))}", lambda value: value is None or value in names)


_COMMON: Keys = {
    **{name: Honoured(name, _TOKEN, nullable=True) for name in ROLES},
    "additional_special_tokens": Honoured("additional_special_tokens", _TOKENS, nullable=True),
    "extra_special_tokens": Honoured("extra_special_tokens", _TOKENS, nullable=True),
    "model_specific_special_tokens": Honoured("model_specific_special_tokens", _TOKENS, nullable=True),
    "added_tokens_decoder": Honoured("added_tokens_decoder", _NUMBERED, nullable=True),
    **harmless(
        "of lengths and padding, which each call says here",
        *("model_max_length", "max_len", "max_length", "stride", "truncation", "truncation_strategy", "padding"),
        *("pad_to_multiple_of", "pad_token_type_id", "pad_to_max_length"),
    ),
    **harmless(
        "of the file, or of where it is from",
        *("name_or_path", "_name_or_path", "tokenizer_file", "vocab_file", "merges_file", "special_tokens_map_file"),
        *("backend", "is_local", "local_files_only", "processor_class", "transformers_version", "_commit_hash"),
        *("full_tokenizer_file", "tokenizer_type", "init_inputs"),
    ),
    **harmless("of what numbers become again", "clean_up_tokenization_spaces"),
    **harmless("of conversations, which have no form here", "chat_template"),
    **refused_unless(only(None), "a program of its own makes the tokenizer", "auto_map"),
    **refused_unless(only("right", None), "texts are cut at their end", "truncation_side"),
    **refused_unless(only(False, None), "special tokens are found in texts", "split_special_tokens"),
    **refused_unless(only(False, None), "no token is put before or behind texts", "add_bos_token", "add_eos_token"),
}
_NORMALIZING: dict[str, Key] = {
    "do_lower_case": Honoured("do_lower_case", FLAG),
    "strip_accents": Honoured("strip_accents", only(True, False, None)),
    "tokenize_chinese_chars": Honoured("tokenize_chinese_chars", FLAG),
}

KEYS: Mapping[str, Keys] = {
    "WordPiece": {
        **_COMMON,
        **_NORMALIZING,
        **refused_unless(only(True, None), "words are cut before tokens", "do_basic_tokenize"),
        **refused_unless(only(None, []), "all words are cut into tokens", "never_split"),
        **refused_unless(only("##"), "tokens within a word begin so", "wordpieces_prefix"),
        **refused_unless(only(100), "longer words are unknown", "max_input_chars_per_word"),
        **refused_unless(only("right", None), "shorter texts are padded at their end", "padding_side"),
        **refused_unless(
            Kind("a list with 'token_type_ids'", lambda value: isinstance(value, list) and "token_type_ids" in value),
            "the second text of a pair has type 1",
            "model_input_names",
        ),
        **refused_unless(
            _called("BertTokenizer", "BertTokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"),
            "another tokenizer",
            "tokenizer_class",
        ),
    },
    "BPE": {
        **_COMMON,
        **_NORMALIZING,
        "add_prefix_space": Honoured("add_prefix_space", FLAG),
        **harmless("there is no padding", "padding_side"),
        **harmless("of what a call gives besides", "trim_offsets", "model_input_names", "return_token_type_ids"),
        **refused_unless(only("replace"), "bytes that are no letters become U+FFFD", "errors"),
        **refused_unless(
            _called("GPT2Tokenizer", "GPT2TokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"),
            "another tokenizer",
            "tokenizer_class",
        ),
    },
    "Unigram": {
        **_COMMON,
        **_NORMALIZING,
        "extra_ids": Honoured("extra_ids", Kind("a whole number", lambda value: type(value) is int and value >= 0)),
        **harmless("there is no padding", "padding_side"),
        **harmless("of what a call gives besides", "model_input_names"),
        **harmless("tokenizer.json says how spaces are read", "legacy", "add_prefix_space"),
        **refused_unless(only(None, {}), "tokenizer.json says how tokens are found", "sp_model_kwargs"),
        **refused_unless(
            _called("T5Tokenizer", "T5TokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"),
            "another tokenizer",
            "tokenizer_class",
        ),
    },
}
"""By the kind of the model in tokenizer.json; vocab.txt is WordPiece, vocab.json with merges.txt is BPE."""
