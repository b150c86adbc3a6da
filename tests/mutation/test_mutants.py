"""Which errors are planted, and that the tests find them."""

import ast
import os

import pytest

from .campaign import SOURCE, candidates, judge, report, sample
from .equivalents import EQUIVALENT
from .mutants import mutants_of
from .nearest import modules, nearest
from .planted import planted

SAMPLE, WHOLE, SEED = 20, 200, 0
LEAST, LEAST_OF_SAMPLE = 0.95, 0.9
"""The rate of mutants that the nearest tests must find: other ones with every change of the source."""


def changes(tmp_path, source):
    """Every line that a mutant makes of a program."""
    (tmp_path / "program.py").write_text(source)
    found = mutants_of(tmp_path / "program.py", tmp_path)
    assert all(mutant.counts(source.encode()) for mutant in found)
    return {line[1:].strip() for m in found for line in m.diff(source.encode()).splitlines() if line.startswith("+")}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("if a < b: c()", {"if a <= b: c()", "if a >= b: c()", "if not (a < b): c()", "if a < b: pass"}),
        ("x = a * b + 1", {"x = a / b + 1", "x = a * b - 1", "x = a * b + 2", "x = a * b + 0"}),
        ("x = not a or b", {"x = not a and b", "x = (a) or b"}),
        ("x = f(a, k=b)", {"x = f(a)"}),
        ("x = f(a, b)", {"x = f(b, a)"}),
        ("x = sorted(a)", {"x = (a)"}),
        ("x = a.clamp(b)", {"x = (a)"}),
        ("x = a['key'] is True", {"x = a['key'] is not True", "x = a['key_'] is True", "x = a['key'] is False"}),
        ("x = 'é' and a < b", {"x = 'é' or a < b", "x = 'é' and a <= b", "x = 'é' and a >= b"}),
        ("raise ValueError(f'{a + 1} is less than {b}')", {"pass"}),
        ("x: float = 0.5", {"x: float = 1.0", "x: float = 0.25"}),
    ],
)
def test_a_line_has_these_mutants(line, expected, tmp_path):
    assert changes(tmp_path, f"def program(a, b, c, f):\n    {line}\n") == expected


@pytest.mark.parametrize(
    "line",
    [
        "'words of 1 + 1'",
        "sys.stderr.write(f'{a + 1}')",
        "x: Literal['a', 'b']",
        "ax.plot(a, b, lw=2)",
        "x = min(a, b)",
        "x = self.f(a)",
        "x = torch.stack(a)",
        "x = f(a, report=b)",
        "x = a.to(b)",
        "x = a > 1e-12",
    ],
)
def test_what_no_test_could_tell_is_left_alone(line, tmp_path):
    found = changes(tmp_path, f"import sys, torch\n\ndef program(self, a, b, f, ax):\n    {line}\n")
    assert found <= {"x = a >= 1e-12", "x = a <= 1e-12"}


@pytest.mark.slow
def test_mutants_are_drawn_with_a_seed_and_of_every_kind():
    drawn = sample(WHOLE, SEED)
    assert len({mutant.name for mutant in drawn}) == WHOLE
    assert drawn[:SAMPLE] == sample(SAMPLE, SEED)
    assert {mutant.kind for mutant in drawn[:SAMPLE]} == {mutant.kind for mutant in candidates()}
    assert {mutant.path.partition("/")[0] for mutant in drawn} == {"data", "recipes", "training"}
    assert sample(SAMPLE, SEED + 1) != drawn[:SAMPLE]


@pytest.mark.slow
def test_every_module_has_near_tests_its_own_first():
    for path in modules():
        assert nearest(path), path
    assert nearest("training/task.py")[0] == "tests/training/test_task.py"
    assert nearest("recipes/vision/modern/vgg.py")[0] == "tests/recipes/vision/test_modern.py"


@pytest.mark.slow
def test_what_is_called_equivalent_is_still_there():
    every = {m.name for path in modules() for m in mutants_of(SOURCE / path, SOURCE)}
    assert EQUIVALENT.keys() <= every


def test_the_planted_errors_are_errors():
    for mutant in planted().values():
        ast.parse(mutant.applied((SOURCE / mutant.path).read_bytes()))


@pytest.mark.slow
def test_planted_errors_and_a_sample_of_mutants_are_found():
    errors = planted().values()
    verdicts = judge([*errors, *sample(SAMPLE, SEED)], jobs=os.cpu_count() or 1)
    names = {mutant.name for mutant in errors}
    assert all(verdict.caught for verdict in verdicts if verdict.name in names), report(verdicts)
    assert sum(v.caught for v in verdicts if v.name not in names) >= LEAST_OF_SAMPLE * SAMPLE, report(verdicts)


@pytest.mark.long
def test_nearly_all_mutants_are_found():
    verdicts = judge(sample(WHOLE, SEED), jobs=os.cpu_count() or 1)
    assert sum(verdict.caught for verdict in verdicts) >= LEAST * WHOLE, report(verdicts)
