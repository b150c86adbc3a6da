"""Attention maps of a network that translates, whatever its layers and heads."""

import pytest
import torch
from torch import nn

from deepdive.data.sequences import Ragged
from deepdive.data.text import TextEncoder, Vocabulary
from deepdive.data.text.tokens import WordTokenizer
from deepdive.data.translation import Languages, SentenceEncoder
from deepdive.data.translation.sentences import BOS, EOS, PAD
from deepdive.recipes.language.translation.attention_maps import attention_figures, write_figures


class AttendsToOne(nn.Module):
    """Attends with head ``j`` of layer ``i`` to position ``i + j`` alone, and remembers what it was asked."""

    def __init__(self, layers, heads):
        super().__init__()
        self.layers, self.heads = layers, heads
        self.place = nn.Parameter(torch.zeros(1))
        self.asked = []

    def attention(self, source, lengths, target):
        self.asked.append((source.tolist(), lengths.tolist(), target.tolist()))
        weights = torch.zeros(1, self.layers, self.heads, target.shape[1], source.shape[1])
        for i in range(self.layers):
            for j in range(self.heads):
                weights[:, i, j, :, i + j] = 1
        return weights


def encoder(*words):
    counts = {word: 2 for word in words}
    return SentenceEncoder(TextEncoder(WordTokenizer(), Vocabulary(counts, reserved=(PAD, BOS, EOS))))


ENGLISH, FRENCH = encoder("go", "now", "please"), encoder("va", "vite")
LANGUAGES = Languages(ENGLISH, FRENCH)
SENTENCES = ENGLISH.encode(["go now please", "go"])
TRANSLATIONS = [["va", "vite"], ["va"]]


def panels(figure):
    return [ax for ax in figure.axes if ax.get_visible() and ax.images]


def test_sentences_share_a_figure_where_each_has_one_map():
    network = AttendsToOne(1, 1)
    [figure] = attention_figures(network, LANGUAGES, SENTENCES, TRANSLATIONS)
    first, second = panels(figure)
    assert [label.get_text() for label in first.get_xticklabels()] == ["go", "now", "please", EOS]
    assert [label.get_text() for label in first.get_yticklabels()] == ["va", "vite", EOS]
    assert [label.get_text() for label in second.get_xticklabels()] == ["go", EOS]
    number = FRENCH.vocabulary.id_of
    assert network.asked == [
        ([SENTENCES[0].tolist()], [4], [[number(BOS), number("va"), number("vite")]]),
        ([SENTENCES[1].tolist()], [2], [[number(BOS), number("va")]]),
    ]


def test_layers_and_heads_have_a_figure_for_each_sentence(tmp_path):
    figures = attention_figures(AttendsToOne(2, 1), LANGUAGES, SENTENCES, TRANSLATIONS)
    assert len(figures) == 2
    first = SENTENCES.rows(torch.tensor([0]))
    shown = panels(attention_figures(AttendsToOne(2, 3), LANGUAGES, first, TRANSLATIONS[:1])[0])
    assert [ax.get_title(loc="left") for ax in shown] == [f"layer {i}, head {j}" for i in (1, 2) for j in (1, 2, 3)]
    for i in range(2):
        for j in range(3):
            assert shown[3 * i + j].images[0].get_array()[:, i + j].tolist() == [1, 1, 1]
    paths = write_figures(tmp_path / "maps.png", figures)
    assert [path.name for path in paths] == ["maps-1.png", "maps-2.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    paths[0].unlink()
    paths[1].write_text("mine")
    with pytest.raises(FileExistsError, match=r"must be a new file, got one that exists.*maps-2\.png"):
        write_figures(tmp_path / "maps.png", figures, replace=False)
    assert list(tmp_path.iterdir()) == [paths[1]]
    assert paths[1].read_text() == "mine"


def test_a_network_without_attention_has_none():
    assert attention_figures(nn.Linear(1, 1), LANGUAGES, SENTENCES, TRANSLATIONS) == []
    assert attention_figures(AttendsToOne(1, 1), LANGUAGES, Ragged.from_lists([]), []) == []


def test_an_image_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"image is .*maps; its name must end with .png or .svg"):
        write_figures(tmp_path / "maps", [])
