"""Recipes by what they are for: words that users come with, and those that nothing answers to yet. Free of torch."""

from collections.abc import Iterable, Mapping

from deepdive.names import similar, suggestion
from deepdive.recipes.registry import Recipe

_FOR = {
    "vision": "images",
    "language": "texts",
    "tabular": "tables",
    "linear": "tables",
    "series": "series",
    "attention": "series",
}
"""What the recipes of a folder learn from."""
_ABSENT = {
    "object detection": "detect detection detector object objects boxes yolo ssd rcnn faster-rcnn",
    "segmentation": "segment segmentation semantic unet u-net masks mask-rcnn",
    "style transfer": "style style-transfer",
    "reinforcement learning": "rl reinforcement reinforcement-learning dqn policy agent q-learning gym",
    "Gaussian processes": "gp gaussian-process gaussian",
    "hyperparameter optimization": "hpo tune hyperparameters hyperparameter grid-search optuna",
    "generating images": "gan gans dcgan diffusion vae generative stable-diffusion",
    "recommending": "recommend recommendation recommender ratings movielens matrix-factorization collaborative",
    "graphs": "graph graphs gnn gcn",
    "sound": "audio speech sound asr whisper",
    "clustering": "cluster clustering kmeans k-means",
    "anomalies": "anomaly anomalies outlier outliers",
    "summaries of texts": "summarize summarise summary summarization",
}
"""What deepdive has no recipe for, by the words for it."""
_LITTLE = frozenset(
    "a an and any as at by for from in it not of on one or other same the to two with without your".split()
)
_MOST = 5
_FIRST = ("table", "classify-text", "image-folder", "fine-tune", "forecast")
"""What takes any data of its kind comes before what is for something special."""


def words_of(recipe: Recipe) -> set[str]:
    """What a recipe may be looked for by: its keywords, the words of its title and of its name."""
    title = (word.strip(":,.()").casefold() for word in recipe.title.split())
    return {*recipe.keywords, *(word for word in title if len(word) > 1 and word not in _LITTLE), recipe.name}


def by_meaning(word: str, known: Iterable[Recipe]) -> list[Recipe]:
    """Those of the recipes that a word, or its plural, fits: those first that take any data, then by keyword.

    >>> from deepdive.recipes import recipes
    >>> [each.name for each in by_meaning("Sentiment", recipes().values())]
    ['classify-text', 'bert-classify']
    """
    asked = _plain(word)
    found = [
        (recipe.name not in _FIRST, _place(recipe, asked), number, recipe)
        for number, recipe in enumerate(known)
        if asked in map(_plain, words_of(recipe))
    ]
    return [recipe for *_, recipe in sorted(found, key=lambda each: each[:3])]


def missing(word: str) -> str | None:
    """What a word stands for that deepdive has no recipe for."""
    asked = _plain(word)
    return next((topic for topic, words in _ABSENT.items() if asked in map(_plain, words.split())), None)


def recipe_hint(word: str, known: Mapping[str, Recipe]) -> str:
    """What to add to the message that there is no recipe of that name: those it may mean, by what they are for.

    >>> from deepdive.recipes import recipes
    >>> recipe_hint("ner", recipes())
    '; for texts: tag-sequence, bert-tag'
    """
    found = by_meaning(word, known.values())
    topic = missing(word)
    if topic and not found:
        return f", and none for {topic} yet; deepdive list shows what there is"
    if not found and not similar(word, known):
        every = dict.fromkeys(each for recipe in known.values() for each in recipe.keywords)
        found = [recipe for near in similar(word, every, most=1) for recipe in by_meaning(near, known.values())]
    if not found:
        return suggestion(word, known)
    groups: dict[str, list[str]] = {}
    for recipe in found:
        groups.setdefault(field_of(recipe), []).append(recipe.name)
    parts = [f"{kind}: {', '.join(names[:_MOST])}" for kind, names in groups.items()]
    return f"; {'; '.join(parts)}"


def field_of(recipe: Recipe) -> str:
    """What a recipe learns from, after ``for``; else the folder that its declaration lies in."""
    rooms = recipe.settings_type.__module__.split(".")
    room = rooms[2] if len(rooms) > 3 else ""
    return f"for {_FOR[room]}" if room in _FOR else room or "others"


def _plain(word: str) -> str:
    word = word.casefold().replace("_", "-").replace(" ", "-")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _place(recipe: Recipe, asked: str) -> int:
    """How far at the front a keyword stands: what a recipe is for above all comes first."""
    return next((place for place, each in enumerate(recipe.keywords) if _plain(each) == asked), len(recipe.keywords))
