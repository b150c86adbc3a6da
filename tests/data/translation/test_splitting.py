import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from deepdive.data.translation import normalized, references_of, split_pairs


def test_spellings_of_a_sentence_are_one():
    assert normalized("I'm  OK!") == normalized("i’m ok.") == "i m ok"
    assert normalized("Straße") == normalized("STRASSE")
    assert normalized("ﬁne 1") == "fine 1"
    assert normalized("?!") == "?!"


sentences = st.lists(st.sampled_from(["Go.", "Go!", "go", "Hi.", "Run!", "Who?", "Wow!", "I see."]), min_size=4)


@given(sources=sentences, data=st.data())
def test_no_source_is_on_two_sides(sources, data):
    groups = len({normalized(source) for source in sources})
    test = data.draw(st.integers(0, groups - 1))
    validation = data.draw(st.integers(0, groups - 1 - test))
    split = split_pairs(sources, test=test, validation=validation)
    parts = [split.train, split.val, split.test]
    assert torch.cat(parts).sort().values.tolist() == list(range(len(sources)))
    assert all(part.tolist() == sorted(part.tolist()) for part in parts)
    keys = [{normalized(sources[i]) for i in part.tolist()} for part in parts]
    assert sum(map(len, keys)) == len(keys[0] | keys[1] | keys[2])
    assert (len(keys[1]), len(keys[2])) == (validation, test)


def test_which_ones_are_held_out_is_random_and_always_the_same():
    sources = [f"sentence {i}" for i in range(1000)]
    first = split_pairs(sources, test=100, validation=0.1)
    assert torch.equal(first.test, split_pairs(sources, test=100).test)
    assert len(first.val) == 90
    assert 350 < first.test.float().mean() < 650


def test_a_split_that_leaves_nothing_is_refused():
    with pytest.raises(
        ValueError,
        match=r"test must take at least 0 of 2 examples .*, got 2",
    ):
        split_pairs(["Go.", "go", "Hi."], test=2)
    with pytest.raises(ValueError, match=r"validation must take at least 0 of 1 examples .*, got 1"):
        split_pairs(["Go.", "go", "Hi."], test=1, validation=1)


def test_references_are_all_translations():
    pairs = [("Run!", "Cours !"), ("Go.", "Va !"), ("Run!", "Courez !"), ("Run!", "Cours !")]
    assert references_of(["Go.", "Run!"], pairs) == [["Va !"], ["Cours !", "Courez !"]]
    with pytest.raises(ValueError, match=r"sources\[1\] has no translation among the pairs"):
        references_of(["Go.", "Hi."], pairs)


@pytest.mark.usefixtures("without_shape_checks")
def test_one_string_is_no_list_of_sentences():
    with pytest.raises(TypeError, match="sources must be"):
        split_pairs("abc", test=1)
    with pytest.raises(TypeError, match="sources must be"):
        references_of("abc", [])
    with pytest.raises(TypeError, match="sentence must be"):
        normalized(3)
