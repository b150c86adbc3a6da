"""Tokenizers as their authors publish them: which files count, and what is said beside them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deepdive.data.subwords._library import (
    CLS,
    END_OF_TEXT,
    MASK,
    PAD,
    SEP,
    UNKNOWN,
    bert_like,
    byte_level,
    library,
    with_bert_template,
)
from deepdive.data.subwords.keys import KEYS, ROLES, token
from deepdive.files import read_json
from deepdive.keys import Tell, read_keys
from deepdive.panics import panics_told

_CONFIG, _SPECIAL, _ADDED = "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"
_BERT_ROLES = {"pad_token": PAD, "unk_token": UNKNOWN, "cls_token": CLS, "sep_token": SEP, "mask_token": MASK}
_GPT2_ROLES = {"bos_token": END_OF_TEXT, "eos_token": END_OF_TEXT, "unk_token": END_OF_TEXT}
_FLAGS = ("lstrip", "rstrip", "single_word", "normalized", "special")


def read_settings(path: Path) -> dict[str, Any]:
    """A JSON file of settings by name.

    Raises:
        ValueError: it is something else.
    """
    found = read_json(path)
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no settings by name")
    return found


def read_tokenizer(files: Mapping[str, Path], *, tell: Tell | None = None) -> Any:
    """The library's tokenizer of published files by their names.

    ``tokenizer.json`` says everything, and what tokenizer_config.json says besides must agree with it; without, a
    tokenizer is made from ``vocab.txt``, or ``vocab.json`` and ``merges.txt``, and from what tokenizer_config.json,
    special_tokens_map.json and added_tokens.json say.

    Raises:
        FileNotFoundError: there is none of these.
        ValueError: a file is damaged, files contradict each other, or something is said that is not done here.
    """
    told = _said(files)
    source = " or ".join(name for name in (_CONFIG, _SPECIAL, _ADDED) if name in files) or _CONFIG
    if "tokenizer.json" in files:
        tokenizer = _loaded(files, lambda parts: parts.Tokenizer.from_file(str(files["tokenizer.json"])))
        kind = type(tokenizer.model).__name__
        found = _read_told(told, kind, source, tell)
        _check_file(tokenizer, kind)
        _check_agreement(tokenizer, kind, found)
        _add(tokenizer, found)
    elif "vocab.txt" in files:
        found = _read_told(told, "WordPiece", source, tell)
        for role, name in _BERT_ROLES.items():
            if (given := found.get(role, {"content": name})["content"]) != name:
                raise ValueError(f"{role} must be {name!r}, got {given!r} in {_CONFIG}")
        tokenizer = _loaded(files, lambda parts: _word_pieces(parts, str(files["vocab.txt"])))
        bert_like(
            tokenizer,
            found.get("do_lower_case", True),
            strip_accents=found.get("strip_accents"),
            around_chinese=found.get("tokenize_chinese_chars", True),
        )
        _add(tokenizer, _own(_BERT_ROLES, told) | found)  # before BERT's own, as what is first said of a token counts
        with_bert_template(tokenizer)
    elif "vocab.json" in files and "merges.txt" in files:
        found = _read_told(told, "BPE", source, tell)
        _check_not_normalized(found)
        tokenizer = _loaded(files, lambda parts: _byte_pairs(parts, files))
        _add(tokenizer, _own(_GPT2_ROLES, told) | found)
        byte_level(tokenizer, add_prefix_space=found.get("add_prefix_space", False))
    else:
        raise FileNotFoundError(_nothing(files))
    return tokenizer


def _read_told(told: Mapping[str, Any], kind: str, source: str, tell: Tell | None) -> dict[str, Any]:
    """Our arguments for a kind of model; of the lists of further special tokens, those that count."""
    found = read_keys(told, KEYS.get(kind, KEYS["BPE"]), source, tell=tell)
    if (
        isinstance(told.get("extra_special_tokens"), Mapping) and found["extra_special_tokens"]
    ):  # the older way to write this
        found["model_specific_special_tokens"] = found.pop("extra_special_tokens")
    elif found.get("extra_special_tokens"):
        found.pop("additional_special_tokens", None)  # the older name of what is said already
    return found


def _own(roles: Mapping[str, str], told: Mapping[str, Any]) -> dict[str, Any]:
    """The special tokens of a family in the roles of which nothing is said, be it that there is none."""
    return {role: token(name) for role, name in roles.items() if role not in told}


def _nothing(files: Mapping[str, Path]) -> str:
    pieces = [name for name in files if name.endswith((".model", ".spm"))]
    help_ = f" ({pieces[0]} alone is not read: save the tokenizer as tokenizer.json)" if pieces else ""
    return (
        "no tokenizer: there must be tokenizer.json, vocab.txt, or vocab.json and merges.txt; "
        f"found {', '.join(sorted(files)) or 'nothing'}{help_}"
    )


def _loaded(files: Mapping[str, Path], load: Any) -> Any:
    try:
        with panics_told():
            return load(library())
    except ImportError:
        raise
    except Exception as error:  # the library raises no class of its own
        if type(error) is not Exception and not isinstance(error, (ValueError, TypeError)):
            raise
        raise ValueError(f"the tokenizer among {', '.join(map(str, files.values()))} is damaged: {error}") from error


def _word_pieces(parts: Any, path: str) -> Any:
    tokenizer = parts.Tokenizer(parts.models.WordPiece.from_file(path, unk_token=UNKNOWN))
    if missing := [name for name in (UNKNOWN, CLS, SEP) if tokenizer.token_to_id(name) is None]:
        raise ValueError(f"the vocabulary lacks {', '.join(missing)}")
    return tokenizer


def _byte_pairs(parts: Any, files: Mapping[str, Path]) -> Any:
    return parts.Tokenizer(parts.models.BPE.from_file(str(files["vocab.json"]), str(files["merges.txt"])))


def _said(files: Mapping[str, Path]) -> dict[str, Any]:
    """What is said of a tokenizer beside its vocabulary, in one.

    Raises:
        ValueError: two files contradict each other.
    """
    told = read_settings(files[_CONFIG]) if _CONFIG in files else {}
    for name, value in (read_settings(files[_SPECIAL]) if _SPECIAL in files else {}).items():
        if told.get(name) is None:
            told[name] = value
        elif _names(told[name]) != _names(value):
            raise ValueError(f"{name} must be one thing, got {told[name]!r} in {_CONFIG} and {value!r} in {_SPECIAL}")
    if _ADDED in files and told.get("added_tokens_decoder") is None:
        special = {name for role in ROLES for name in _names(told.get(role))}
        told["added_tokens_decoder"] = {
            str(number): {"content": name, "special": name in special, "normalized": name not in special}
            for name, number in read_settings(files[_ADDED]).items()
        }
    return told


def _names(value: Any) -> list[Any]:
    """The tokens of a key, without what is said of them."""
    if isinstance(value, Mapping) and "content" in value:
        return [value["content"]]
    if isinstance(value, (list, Mapping)):
        return [name for each in (value.values() if isinstance(value, Mapping) else value) for name in _names(each)]
    return [] if value is None else [value]


def _tokens(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All added tokens, in the order of their ids."""
    for _, each in sorted(found.get("added_tokens_decoder", {}).items()):
        yield each
    for role in ROLES:
        if role in found:
            yield found[role]
    for name in ("model_specific_special_tokens", "additional_special_tokens", "extra_special_tokens"):
        yield from found.get(name, [])


def _add(tokenizer: Any, found: Mapping[str, Any]) -> None:
    """Let the tokens that are said to be special be so; what is known of them before stays.

    Raises:
        ValueError: one of them is said to have another number than it would get, or to be found in two ways.
    """
    parts = library()
    known = {each.content for each in tokenizer.get_added_tokens_decoder().values()}
    numbered = {each["content"] for each in found.get("added_tokens_decoder", {}).values()}
    flags_of: dict[str, dict[str, bool]] = {}
    for said in _tokens(found):
        name = said["content"]
        flags = dict.fromkeys(_FLAGS, False) | {"normalized": not said["special"]}
        flags |= {flag: said[flag] for flag in _FLAGS if flag in said}
        if name in known or (name in numbered and name in flags_of):
            continue
        if flags_of.setdefault(name, flags) != flags:
            raise ValueError(f"{name!r} must be found in one way, got {flags_of[name]} and {flags} in {_CONFIG}")
    for name in flags_of:
        if any("\ud800" <= letter <= "\udfff" for letter in name):
            raise ValueError(f"tokens must be text, got {name!r} with half a character in {_CONFIG} or beside it")
    tokenizer.add_tokens([parts.AddedToken(name, **flags) for name, flags in flags_of.items()])
    for number, said in found.get("added_tokens_decoder", {}).items():
        if (real := tokenizer.token_to_id(said["content"])) != number:
            name = said["content"]
            raise ValueError(f"added_tokens_decoder must give {name!r} the number {real}, got {number} in {_CONFIG}")


def _check_file(tokenizer: Any, kind: str) -> None:
    """Refuse what tokenizer.json may say, but is not done here."""
    if kind == "BPE" and getattr(tokenizer.model, "dropout", None):
        raise ValueError(f"dropout must be None, got {tokenizer.model.dropout} in tokenizer.json (merges by chance)")
    sides = {"truncation": tokenizer.truncation} | ({"padding": tokenizer.padding} if kind == "WordPiece" else {})
    for name, settings in sides.items():
        if settings is not None and str(settings["direction"]).lower() != "right":
            raise ValueError(f"direction of {name} must be 'right', got {settings['direction']!r} in tokenizer.json")


def _check_agreement(tokenizer: Any, kind: str, found: Mapping[str, Any]) -> None:
    """Check what is said beside tokenizer.json against what it does.

    Raises:
        ValueError: the two contradict each other; names the key.
    """
    behaviour = _behaviour(tokenizer, kind)
    if kind == "WordPiece" and found.get("strip_accents", True) is None:  # null says: as letters are made small
        found = {**found, "strip_accents": found.get("do_lower_case", behaviour["do_lower_case"])}
    for key, does in behaviour.items():
        said = found.get(key)
        if said is None or does is None:
            continue
        said = said["content"] if isinstance(said, Mapping) else said
        if said != does:
            raise ValueError(f"{key} must be {does!r}, as tokenizer.json has it, got {said!r} in {_CONFIG}")
    for i in range(found.get("extra_ids", 0)):
        if tokenizer.token_to_id(f"<extra_id_{i}>") is None:
            raise ValueError(f"extra_ids must be {i}, as tokenizer.json has it, got {found['extra_ids']} in {_CONFIG}")
    real = tokenizer.get_added_tokens_decoder()
    for number, said in found.get("added_tokens_decoder", {}).items():
        for flag, value in said.items() if number in real else ():
            if (does := getattr(real[number], flag)) != value:
                words = f"must be {does!r}, as tokenizer.json has it, got {value!r} in {_CONFIG}"
                raise ValueError(f"{flag} of added token {number} {words}")


def _behaviour(tokenizer: Any, kind: str) -> dict[str, Any]:
    """What a tokenizer does, by the keys that would say it; ``None`` where it cannot be told."""
    normalized = "Aé漢字" if tokenizer.normalizer is None else tokenizer.normalizer.normalize_str("Aé漢字")
    cut = json.loads(tokenizer.to_str())["pre_tokenizer"] or {}
    levels = [each for each in cut.get("pretokenizers", [cut]) if each.get("type") == "ByteLevel"]
    does: dict[str, Any] = {
        "do_lower_case": "A" not in normalized,
        "strip_accents": "é" not in normalized and "e\u0301" not in normalized,
        "tokenize_chinese_chars": "漢 " in normalized if kind == "WordPiece" else None,
        "add_prefix_space": levels[0]["add_prefix_space"] if levels else None,
        "unk_token": getattr(tokenizer.model, "unk_token", None),
    }
    if kind == "WordPiece":
        around = [tokenizer.id_to_token(number) for number in tokenizer.encode("").ids]
        does |= {"cls_token": around[0], "sep_token": around[-1]} if len(around) == 2 else {}
    return does


def _check_not_normalized(found: Mapping[str, Any]) -> None:
    """Byte pairs of vocab.json and merges.txt take texts as they are."""
    for key in ("do_lower_case", "strip_accents", "tokenize_chinese_chars"):
        if found.get(key):
            raise ValueError(f"{key} must be False, got {found[key]} in {_CONFIG} (byte pairs take texts as they are)")
