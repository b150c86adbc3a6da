"""The house keeps its shape: arrows, light doors, and no forbidden thing in the library."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import deepdive

SOURCE = Path(deepdive.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))


def modules_after(code: str) -> set[str]:
    """What a fresh interpreter has imported after ``code``."""
    program = f"{code}\nimport sys\nsys.stdout.write('\\n' + ' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "command",
    [
        *("--help", "list", "data list", "run", "run lenet --help", "resume --help"),
        *("predict --help", "predict --schema", "export --help", "compare --help"),
    ],
)
def test_a_command_that_computes_nothing_does_not_import_torch(command):
    code = (
        f"import sys\nfrom deepdive.cli import main\ntry:\n    main({command.split()!r})\nexcept SystemExit:\n    pass"
    )
    assert not {"torch", "matplotlib", "numpy"} & modules_after(code)


def test_importing_the_package_imports_nothing_heavy():
    assert not {"torch", "numpy", "matplotlib", "rich", "tyro"} & modules_after("import deepdive")


def test_training_does_not_import_what_only_shows():
    assert not {"matplotlib", "rich", "tensorboard", "IPython"} & modules_after("import deepdive.training.listeners")


def test_parts_are_found_by_name_and_others_are_not():
    assert deepdive.training.Trainer.__name__ == "Trainer"
    assert {"scratch", "data", "__version__"} <= set(dir(deepdive))
    with pytest.raises(AttributeError, match="module 'deepdive' has no attribute 'trainning'; did you mean 'training'"):
        _ = deepdive.trainning


def test_what_a_user_guesses_is_there_and_costs_nothing_before():
    assert not {"torch", "numpy"} & modules_after(
        "import deepdive, deepdive.models; dir(deepdive), dir(deepdive.models)"
    )
    code = "from deepdive import Trainer, Classification, Regression, evaluate; from deepdive.models import resnet18"
    assert "deepdive.models.language.seq2seq" not in modules_after(code)
    for name in set(deepdive.__all__) - {"load"}:
        assert getattr(deepdive, name) is not None
    for name in deepdive.models.__all__:
        assert callable(getattr(deepdive.models, name)) or name in deepdive.models._ROOMS
    for name in ("MLP", "LeNet", "GPT", "BERT", "T5", "Seq2Seq", "VisionTransformer", "vgg16", "densenet121"):
        assert name in dir(deepdive.models)


@pytest.mark.parametrize(
    ("name", "meant"), [("resnet_18", "resnet18"), ("Lenet", "LeNet"), ("bert", "BERT"), ("ViT", "vit_")]
)
def test_a_wrong_name_leads_to_the_right_one(name, meant):
    with pytest.raises(
        AttributeError, match=f"module 'deepdive.models' has no attribute '{name}'; did you mean '{meant}"
    ):
        getattr(deepdive.models, name)


def test_type_checkers_are_told_of_the_same_names():
    stub = ast.parse((SOURCE / "__init__.pyi").read_text(encoding="utf-8"))
    told = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert told == set(deepdive.__all__)
    models = ast.parse((SOURCE / "models" / "__init__.py").read_text(encoding="utf-8"))
    told = {alias.asname for node in ast.walk(models) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert told - {None} == set(deepdive.models.__all__) - set(deepdive.models._ROOMS)


def test_import_arrows_point_one_way():
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", script], cwd=SOURCE.parents[1], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_fits_in_a_head(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_a_file_of_tests_fits_in_a_head_too():
    tests = Path(__file__).parent
    lengths = {
        str(path.relative_to(tests)): len(path.read_text(encoding="utf-8").splitlines()) for path in tests.rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > 300} == {}


@pytest.mark.parametrize("place", [SOURCE, Path(__file__).parents[1] / "benchmarks"], ids=lambda path: path.name)
def test_a_folder_holds_at_most_a_dozen_modules(place):
    folders = {path.parent for path in place.rglob("*.py")}
    modules = {f: [path for path in f.glob("*.py") if path.name != "__init__.py"] for f in folders}
    assert {str(f.relative_to(place)): len(found) for f, found in modules.items() if len(found) > 12} == {}


def test_names_are_no_markup_where_something_is_drawn_or_shown():
    """Figures are made in our style, logarithmic axes by our function, and consoles read no markup."""
    found = []
    for path in FILES:
        if path.name == "figures.py" and path.parent == SOURCE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        styled = {
            inner
            for node in ast.walk(tree)
            if isinstance(node, ast.With) and "figure_style()" in ast.unparse(node.items[0])
            for inner in ast.walk(node)
        }
        for node in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            called, words = ast.unparse(node.func), {word.arg: ast.unparse(word.value) for word in node.keywords}
            if called == "Figure" and node not in styled:
                found.append((path.name, "a figure outside figure_style()"))
            if called.endswith("Console") and "plain" not in called and "False" not in words.get("markup", ""):
                found.append((path.name, "a console that reads markup"))
            if "'log'" in (words.get("xscale"), words.get("yscale")) or called.endswith(("set_xscale", "set_yscale")):
                found.append((path.name, "an axis without log_scale()"))
    assert not found


def test_nothing_is_unpickled():
    """torch.load reads tensors and nothing else where it is told weights_only=True in so many words."""
    found = []
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        safe = {
            node.func
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            for word in node.keywords
            if word.arg == "weights_only" and isinstance(word.value, ast.Constant) and word.value.value is True
        }
        for node in ast.walk(tree):
            if node in safe:
                continue
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                names.append(f"{node.value.id}.{node.attr}")
            found += [(path.name, name) for name in names if name in {"pickle", "torch.load", "torch.save", "joblib"}]
    assert not found


def test_the_number_of_what_is_ignored_stands_in_one_place():
    """But where PyTorch's own default is told or repeated."""
    theirs = {"training/losses.py", "toolkit/toolkit.py"}
    literals = {
        path.relative_to(SOURCE).as_posix()
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.UnaryOp) and ast.unparse(node) == "-100" and SOURCE / "scratch" not in path.parents
    }
    assert literals == {"targets.py"} | theirs
