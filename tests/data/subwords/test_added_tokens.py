"""The numbers of special tokens that a published vocabulary lacks."""

import json

import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.subwords import Subwords

ROLES = ("unk", "sep", "pad", "cls", "mask", "bos", "eos")


def with_roles(draw, names, *, also_none):
    """Some roles, in any order, and lists of further tokens, all of which the vocabulary may lack."""
    told = {}
    for role in draw(st.lists(st.sampled_from(ROLES), unique=True)):
        name = names.get(role, f"<{role}>")
        told[f"{role}_token"] = draw(st.sampled_from([name, {"content": name, "lstrip": True, "__type": "AddedToken"}]))
    for role in draw(st.sets(st.sampled_from(also_none), max_size=1)):
        told[f"{role}_token"] = None
    further = {
        "additional_special_tokens": [["<b>", "<a>"], ["<c>"]],
        "extra_special_tokens": [["<c>", "<b>"], {"image_token": "<i>", "audio_token": "<h>"}],
        "model_specific_special_tokens": [{"video_token": "<v>"}],
    }
    for key in draw(st.sets(st.sampled_from(list(further)))):
        told[key] = draw(st.sampled_from(further[key]))
    return told


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_tokens_that_the_vocabulary_lacks_are_numbered_as_by_the_reference(tmp_path_factory, byte_pairs, data):
    folder = tmp_path_factory.mktemp("roles")
    held = data.draw(st.permutations([f"<{role}>" for role in ROLES]))[: data.draw(st.integers(0, 7))]
    if data.draw(st.booleans(), label="bert"):
        names = {role: f"[{role.upper()}]" for role in ("unk", "sep", "pad", "cls", "mask")}
        held += data.draw(st.permutations(["[PAD]", "[MASK]"]))[: data.draw(st.integers(0, 2))]
        (folder / "vocab.txt").write_text("\n".join(["[UNK]", "a", "[SEP]", *held, "[CLS]", "##a"]) + "\n")
        told = with_roles(data.draw, names, also_none=("pad", "mask", "bos"))
        reference = transformers.BertTokenizer
    else:
        model = json.loads(byte_pairs.to_json())["model"]
        pieces = [piece for piece in model["vocab"] if piece != "<|endoftext|>"]
        held += ["<|endoftext|>"] * data.draw(st.booleans())
        vocabulary = {piece: i for i, piece in enumerate([*pieces, *held])}
        (folder / "vocab.json").write_text(json.dumps(vocabulary))
        (folder / "merges.txt").write_text("\n".join(" ".join(pair) for pair in model["merges"]) + "\n")
        told = with_roles(data.draw, {}, also_none=("pad", "unk", "bos", "eos"))
        reference = transformers.GPT2Tokenizer
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    theirs = reference.from_pretrained(folder)
    ours = json.loads(Subwords.from_folder(folder).to_json())
    assert ours["model"]["vocab"] | {each["content"]: each["id"] for each in ours["added_tokens"]} == theirs.get_vocab()
