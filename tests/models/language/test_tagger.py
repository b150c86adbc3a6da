import pytest
import torch

from deepdive.models.language import CharacterFeatures, Tagger


def words():
    torch.manual_seed(0)
    x = torch.tensor([[3, 4, 5], [6, 7, 0]])
    c = torch.randint(1, 8, (2, 3, 4))
    c[0, 0, 2:] = 0
    c[1, 2] = 0
    return x, torch.tensor([3, 2]), c


def test_features_of_a_word_do_not_depend_on_how_far_it_is_padded():
    features = CharacterFeatures(8, 5, 6).double()
    _, _, c = words()
    y = features(c)
    longer = torch.cat([c, torch.zeros(2, 3, 3, dtype=torch.long)], dim=2)
    torch.testing.assert_close(features(longer), y)
    assert torch.equal(y[1, 2], torch.zeros(6, dtype=torch.double))


def test_features_are_the_strongest_answer_of_each_filter():
    features = CharacterFeatures(8, 5, 6, kernel_size=3).double()
    word = torch.tensor([2, 3, 4, 5])
    e = features.embedding(word)
    padded = torch.cat([e.new_zeros(1, 5), e, e.new_zeros(1, 5)])
    w, b = features.filters.weight[:, :, 0], features.filters.bias
    answers = torch.stack([torch.einsum("fek,ke->f", w, padded[j : j + 3]) + b for j in range(4)])
    torch.testing.assert_close(features(word.view(1, 1, 4))[0, 0], answers.amax(0))


@pytest.mark.parametrize("character_width", [0, 6])
def test_tags_do_not_depend_on_padding(character_width):
    network = Tagger(9, 8, 4, 5, character_width, 6).double().eval()
    x, lengths, c = words()
    together = network(x, lengths, c)
    assert together.shape == (2, 3, 4)
    alone = network(x[1:, :2], lengths[1:], c[1:, :2])
    torch.testing.assert_close(alone[0], together[1, :2])


def test_what_cannot_be_made_is_refused():
    with pytest.raises(ValueError, match="kernel_size is 4; it must be odd"):
        CharacterFeatures(8, kernel_size=4)
    with pytest.raises(ValueError, match="num_tags must be at least 1, got 0"):
        Tagger(9, 8, 0)
