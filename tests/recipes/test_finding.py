import pytest

from deepdive.recipes import load_recipe, recipes
from deepdive.recipes.finding import by_meaning, missing, recipe_hint


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        (
            "classify",
            "; for images: fine-tune, image-folder; for texts: classify-text, bert-classify; for tables: table",
        ),
        ("regression", "; for tables: table, linear-regression, house-prices"),
        ("images", "; for images: fine-tune, image-folder"),
        ("text", "; for texts: classify-text, bert-classify"),
        ("Sentiment", "; for texts: classify-text, bert-classify"),
        ("sentimant", "; for texts: classify-text, bert-classify"),
        ("translation", "; for texts: seq2seq, bahdanau, transformer"),
        ("ner", "; for texts: tag-sequence, bert-tag"),
        ("series", "; for series: forecast"),
        ("tabular", "; for tables: table"),
        ("csv", "; for tables: table"),
        ("resnet50", "; for images: fine-tune, resnet"),
        ("bert", "; for texts: "),
        ("gpt", "; for texts: gpt-pretrain"),
        ("detect", ", and none for object detection yet"),
        ("GAN", ", and none for generating images yet"),
        ("lenett", "; did you mean 'lenet'"),
        ("qqq", "; there are linear-regression"),
    ],
)
def test_a_word_leads_somewhere(word, hint):
    assert recipe_hint(word, recipes()).startswith(hint)
    with pytest.raises(ValueError, match="there is no recipe"):
        load_recipe(word)


def test_what_is_said_to_be_missing_is_missing():
    from deepdive.recipes.finding import _ABSENT

    words = [word for each in _ABSENT.values() for word in each.split()]
    assert len(words) == len(set(words))
    known = {word for recipe in recipes().values() for word in (recipe.name, *recipe.keywords)}
    assert not known & {*words}
    assert missing("boxes") == "object detection"
    assert missing("lenet") is None


def test_plurals_are_the_singular_and_own_data_comes_first():
    assert [each.name for each in by_meaning("image", recipes().values())] == [
        each.name for each in by_meaning("IMAGES", recipes().values())
    ]
    assert by_meaning("csv", recipes().values())[0].name in ("table", "classify-text")
    assert by_meaning("zzz", recipes().values()) == []
