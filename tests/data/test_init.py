import ast
import inspect
import subprocess
import sys

import pytest

import deepdive.data


def test_every_declared_name_is_there():
    tree = ast.parse(inspect.getsource(deepdive.data))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module != "typing"]
    declared = {alias.name: node.module for node in imports for alias in node.names}
    assert declared == {name: f"deepdive.data.{home}" for name, home in deepdive.data._HOME_OF.items()}
    assert all(getattr(deepdive.data, name) is not None for name in declared)
    assert set(declared) <= set(dir(deepdive.data))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"'deepdive\.data' has no attribute 'nothing'"):
        deepdive.data.nothing  # noqa: B018


def test_importing_it_imports_no_torch():
    code = "import sys, deepdive.data; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
