"""The parts of the library that together are BERT's and GPT-2's tokenizers."""

from collections.abc import Iterable
from typing import Any

CLS, SEP, PAD, MASK, UNKNOWN = "[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]"
"""BERT's special tokens: before a text, after each text, behind the shorter ones, hidden, and unknown."""
END_OF_TEXT = "<|endoftext|>"
"""GPT-2's only special token."""
_MARK = "\N{LOWER ONE EIGHTH BLOCK}"


def library() -> Any:
    """The library, which is an extra.

    Raises:
        ImportError: it is not installed; says how to.
    """
    try:
        import tokenizers
        from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers
    except ImportError as error:
        raise ImportError('subwords need tokenizers; install it with: pip install "deepdive[tokenizers]"') from error
    del decoders, models, normalizers, pre_tokenizers, processors, trainers  # they are attributes now
    return tokenizers


def bert_like(
    tokenizer: Any, lowercase: bool, *, strip_accents: bool | None = None, around_chinese: bool = True
) -> Any:
    """Cut texts as BERT does, before tokens are looked for.

    ``strip_accents`` is as ``lowercase`` where it is ``None``; ``around_chinese`` makes every Chinese letter a word.
    """
    parts = library()
    tokenizer.normalizer = parts.normalizers.BertNormalizer(
        lowercase=lowercase, strip_accents=strip_accents, handle_chinese_chars=around_chinese
    )
    tokenizer.pre_tokenizer = parts.pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = parts.decoders.WordPiece()
    return tokenizer


def _with_special(tokenizer: Any, *tokens: str) -> Any:
    """Those of the tokens that the vocabulary has are no text; what was said of them before stays."""
    said = {token.content for token in tokenizer.get_added_tokens_decoder().values()}
    new = [token for token in tokens if token not in said and tokenizer.token_to_id(token) is not None]
    tokenizer.add_special_tokens(new)
    return tokenizer


def with_bert_template(tokenizer: Any) -> Any:
    """``[CLS] a [SEP]`` and ``[CLS] a [SEP] b [SEP]``; BERT's special tokens are no text."""
    numbers = {token: tokenizer.token_to_id(token) for token in (CLS, SEP)}
    if missing := [token for token, number in numbers.items() if number is None]:
        raise ValueError(f"the vocabulary lacks {', '.join(missing)}")
    tokenizer.post_processor = library().processors.TemplateProcessing(
        single=f"{CLS} $A {SEP}", pair=f"{CLS} $A {SEP} $B:1 {SEP}:1", special_tokens=list(numbers.items())
    )
    return _with_special(tokenizer, PAD, UNKNOWN, CLS, SEP, MASK)


def byte_level(tokenizer: Any, *, add_prefix_space: bool = False) -> Any:
    """Cut texts as GPT-2 does: words with the space before them, as bytes."""
    parts = library()
    tokenizer.pre_tokenizer = parts.pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    tokenizer.decoder = parts.decoders.ByteLevel()
    return _with_special(tokenizer, END_OF_TEXT)


def learn_word_pieces(texts: Iterable[str], size: int, lowercase: bool) -> list[str]:
    """Subwords: all letters, at the beginning of a word and within, then what was merged, the first ones first.

    The library's own trainer for this gives other tokens each time. So byte pairs are learnt in its place, of words
    with a mark before them, and that mark becomes what tells tokens within a word, ``##``.

    Raises:
        ValueError: ``size`` does not hold the special tokens and the letters, or there are no words.
    """
    parts = library()
    tokenizer = bert_like(parts.Tokenizer(parts.models.BPE()), lowercase)
    cut, mark = tokenizer.pre_tokenizer, parts.pre_tokenizers.Metaspace(_MARK, prepend_scheme="always")
    tokenizer.pre_tokenizer = parts.pre_tokenizers.Sequence([cut, mark])
    # One more for the mark; of the tokens, the mark with a letter behind it is a letter.
    trainer = parts.trainers.BpeTrainer(vocab_size=size + 1, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    learnt = sorted(tokenizer.get_vocab().items(), key=lambda each: each[1])
    letters = [piece for piece, _ in learnt if len(piece) == 1 and piece != _MARK]
    if not letters:
        raise ValueError("texts hold no words; there is nothing to learn from")
    if (least := 5 + 2 * len(letters)) > size:
        raise ValueError(
            f"vocab_size must be at least {least}, the special tokens and the letters of the texts, got {size}"
        )
    merged = [piece[1:] if piece[0] == _MARK else f"##{piece}" for piece, _ in learnt if len(piece) > 1]
    return list(dict.fromkeys([*letters, *(f"##{letter}" for letter in letters), *merged]))
