import json
import math
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Annotated, Literal, get_origin

import numpy as np
import pytest
from msgspec import Meta, ValidationError, convert

from deepdive.commands.running import main as run
from deepdive.recipes import load_recipe
from deepdive.recipes.ranges import Checked, SettingError, checked_from, types
from deepdive.recipes.ranges.flags import parse, parse_one
from deepdive.recipes.ranges.rules import shown
from deepdive.recipes.ranges.types import Probability, Width
from deepdive.recipes.results.sweep import main as sweep
from deepdive.recipes.running import runner

pytestmark = pytest.mark.usefixtures("without_shape_checks")  # a user has none either


@dataclass(frozen=True)
class Inner(Checked):
    """Within."""

    rate: Annotated[float, Meta(gt=0, le=2.5)] = 1.0
    """How fast."""
    weight_decay: Annotated[float, Meta(ge=0, le=9)] = 0.0


@dataclass(frozen=True)
class Outer(Checked):
    """Without."""

    dropout: Probability = 0.5
    """Dropout probability."""
    hidden: tuple[Width, ...] = (8,)
    """Width of each layer."""
    held: Annotated[int, Meta(ge=0, le=99)] | Annotated[float, Meta(ge=0, lt=1)] = 0
    """How many, or which fraction."""
    limit: Annotated[int, Meta(ge=3, le=7)] | None = None
    mode: Literal["fast", "slow"] = "fast"
    """Which."""
    sizes: Annotated[tuple[Width, ...], Meta(min_length=2)] = (1, 2)
    inner: Inner = field(default_factory=Inner)

    def _settle(self) -> None:
        if self.limit == len(self.hidden):
            raise SettingError("limit", "another number than that of the layers", self.limit)


WRONG = [
    ("dropout", math.nan, "from 0 up and below 1, got nan"),
    ("dropout", 1, "from 0 up and below 1, got 1"),
    ("dropout", -0.25, r"from 0 up and below 1, got -0\.25"),
    ("dropout", "x", "a number from 0 up and below 1, got 'x'"),
    ("dropout", True, "a number from 0 up and below 1, got True"),
    ("dropout", None, "a number from 0 up and below 1, got None"),
    ("hidden", (4, 0), r"integers from 1 to 65536, got \(4, 0\)"),
    ("hidden", (10**30,), r"integers from 1 to 65536, got \(1000000000000000000000000000000,\)"),
    ("hidden", 4, "integers from 1 to 65536, got 4"),
    ("hidden", "48", "integers from 1 to 65536, got '48'"),
    ("held", 100, "an integer from 0 to 99 or a number from 0 up and below 1, got 100"),
    ("held", 1.0, r"an integer from 0 to 99 or a number from 0 up and below 1, got 1\.0"),
    ("limit", 2, "from 3 to 7 or None, got 2"),
    ("limit", 4.5, r"an integer from 3 to 7 or None, got 4\.5"),
    ("limit", 10**200, "from 3 to 7 or None, got an integer of 665 bits"),
    ("mode", "Fast", "'fast' or 'slow', got 'Fast'"),
    ("sizes", (1,), r"2 or more integers from 1 to 65536, got \(1,\)"),
    ("inner", 3, "(a Inner|settings by their names), got 3"),
]


@pytest.mark.parametrize("make", [lambda name, value: Outer(**{name: value}), lambda n, v: checked_from(Outer, {n: v})])
@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_a_wrong_value_is_named_with_its_rule_however_settings_are_made(make, name, value, message):
    with pytest.raises(SettingError, match=f"^{name} must be {message}$"):
        make(name, value)


def test_a_change_of_settings_is_checked_too():
    with pytest.raises(SettingError, match=r"^dropout must be from 0 up and below 1, got inf$"):
        replace(Outer(), dropout=math.inf)
    with pytest.raises(SettingError, match=r"^limit must be another number than that of the layers, got 3$"):
        Outer(limit=3, hidden=(1, 1, 1))


def test_what_is_allowed_is_taken_in_its_own_type():
    made = Outer(dropout=0, hidden=[3, 65536], held=np.float64(0.5), limit=7)
    assert made == Outer(0.0, (3, 65536), 0.5, 7)
    assert [type(each) for each in (made.dropout, made.hidden, made.held)] == [float, tuple, float]
    assert checked_from(Outer, {"inner": {"rate": 2}}) == Outer(inner=Inner(2.0))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--dropout nan", "--dropout must be from 0 up and below 1, got nan"),
        ("--dropout=-1", "--dropout must be from 0 up and below 1, got -1"),
        (f"--hidden 1 {10**30}", f"--hidden must be integers from 1 to 65536, got \\(1, {10**30}\\)"),
        ("--inner.weight-decay 1e308", r"--inner\.weight-decay must be from 0 to 9, got 1e\+308"),
        ("--inner.weight_decay inf", r"--inner\.weight-decay must be from 0 to 9, got inf"),
        ("--held 1.5", r"--held must be an integer from 0 to 99 or a number from 0 up and below 1, got 1\.5"),
        ("--limit 3 --hidden 1 1 1", "--limit must be another number than that of the layers, got 3"),
    ],
)
def test_a_wrong_flag_is_named_as_it_is_typed(line, message):
    with pytest.raises(SettingError, match=f"^{message}$"):
        parse_one(Outer(), arguments=line.split(), prog="x")


def test_flags_change_the_defaults_that_are_given():
    words = ["--hidden", "3", "4", "--inner.rate", "2", "--mode", "slow", "--weight-decay", "1"]
    made, other = parse(Outer(0.25, limit=5), Inner, arguments=[*words[:-2], "--rate", "0.5"], prog="x")
    assert made == Outer(0.25, (3, 4), 0, 5, "slow", inner=Inner(2.0))
    assert other == Inner(0.5)


def test_help_tells_the_ranges(capsys):
    with pytest.raises(SystemExit) as end:
        parse_one(Outer(), arguments=["--help"], prog="x")
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert end.value.code == 0
    assert "Dropout probability; from 0 up and below 1. (default: 0.5)" in told
    assert "Width of each layer; from 1 to 65536. (default: 8)" in told
    assert "or which fraction; an integer from 0 to 99 or a number from 0 up and below 1. (default: 0)" in told
    assert "How fast; above 0 and at most 2.5. (default: 1.0)" in told
    assert "{fast,slow} Which. (default: fast)" in told
    assert "inner options" in told


def test_the_help_of_a_recipe_tells_them(capsys):
    with pytest.raises(SystemExit):
        run(["mlp", "--help"])
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for words in ("Passes over the training data; from 1 to 1000000.", "hidden units; from 0 up and below 1."):
        assert words in told


@pytest.mark.parametrize(
    "line",
    [
        "mlp --dropout nan",
        "lenet --optimizer.lr 1e308",
        "table --test inf",
        f"mlp --hidden {10**30}",
        f"mlp --batch-size {10**30}",
        f"lstm-lm --num-layers {10**30}",
        f"gpt-pretrain --num-layers {10**9}",
        "bert-qa --max-length 0",
    ],
)
def test_a_range_is_checked_before_there_is_a_recipe(line, monkeypatch):
    monkeypatch.setattr(runner, "start", lambda *_, **__: pytest.fail("the recipe was begun"))
    with pytest.raises(SettingError, match=r"^--\S+ must be .*, got "):
        run(line.split())


def test_a_wrong_value_in_a_run_folder_is_refused(tmp_path):
    recipe = load_recipe("edge-kernel")
    folder = runner.start(recipe, recipe.settings_type(), preset="quick", root=tmp_path, console=False).run.folder
    content = json.loads((folder / "run.json").read_text())
    content["settings"]["optimizer"]["lr"] = 1e308
    (folder / "run.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"optimizer\.lr must be above 0 and at most 1000, got 1e\+308"):
        runner.predict(folder, ["x.png"])


def test_the_flags_of_the_sweep_are_checked(capsys):
    assert sweep(["--seeds", "0", "--list"]) == 2
    assert capsys.readouterr().err == "make sweep: --seeds must be from 1 to 10000, got 0\n"


def test_a_value_is_told_in_one_short_line():
    assert shown("a\nb" * 100) == repr("a\nb" * 100)[:60] + "..."
    assert len(shown(tuple(range(1000)))) < 60
    assert "\n" not in shown(SimpleNamespace(text="x"))


@pytest.mark.parametrize("name", [name for name, kind in vars(types).items() if get_origin(kind) is Annotated])
def test_every_number_is_bounded_on_both_sides(name):
    kind = getattr(types, name)
    for far in (10**30, -(10**30)):
        with pytest.raises(ValidationError):
            convert(far, kind)


@dataclass(frozen=True)
class Chosen(Checked):
    """A text, or none."""

    name: str | None = "some"
    """The name."""


def test_none_is_no_text_on_the_command_line():
    assert parse_one(Chosen, arguments=["--name", "None"], prog="x").name is None
    assert parse_one(Chosen, arguments=["--name", "none"], prog="x").name == "none"


def test_a_default_that_is_repeated_stays_in_the_group_of_its_setting(capsys):
    """House prices have an epochs and a batch_size of their own."""
    with pytest.raises(SystemExit):
        run(["house-prices", "--help"])
    _, _, trainer = capsys.readouterr().out.partition("trainer options")
    assert "--epochs" in trainer
    assert "--batch-size" in trainer


@pytest.mark.parametrize("number", [12, 13])
def test_of_many_values_twelve_are_shown(number):
    assert ("..." in shown(tuple(range(number)))) == (number > 12)
    assert str(min(number, 12) - 1) in shown(tuple(range(number)))


@pytest.mark.parametrize("value", [1.0, 0.5])
def test_a_whole_is_a_fraction_of_itself(value):
    settings = load_recipe("bert-classify").settings_type
    assert checked_from(settings, {"layer_lr_decay": value}).layer_lr_decay == value
