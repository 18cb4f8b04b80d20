"""The rules of the code, checked from the imports: layers import in one direction, among others."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "pages").rglob("*.py"))
SOURCES = [*sorted((ROOT / "lrlab").rglob("*.py")), *PAGES, ROOT / "app.py"]

# Value in, value out: these know only each other. Each part imports only what stands before it.
PURE = (
    *("errors", "text", "parameters", "schedules", "optimizers", "networks", "article", "datasets"),
    *("runs", "palette", "scene", "export", "analysis", "figures", "exchange", "lessons", "links"),
)
ORDER = (
    *PURE,
    *("home", "memory", "loaders", "store", "training", "jobs", "ui", "cli", "__main__", "pages", "app"),
)
# What is known of a data set is pure; these find, download and keep its files.
LOADERS = ("sources", "download", "kept")
UI_ORDER = ("chart", "widgets", "shell", "explore", "train", "race", "compare", "choose", "lessons")
HOMES = {
    "tensorflow": {"training"},
    "keras": {"training"},
    "streamlit": {"ui", "pages", "app"},
    "plotly": {"figures"},
    "sqlite3": {"store"},
    "subprocess": {"jobs"},
    "pooch": {"loaders"},
    "requests": {"loaders"},
    "multiprocessing": set(),
    "pickle": set(),
}


def part(path):
    """The part of the house that a file is in: `store` for lrlab/store/runs.py, `pages` for a page."""
    return part_of(path.relative_to(ROOT).with_suffix("").parts)


def part_of(place):
    """The part of a file or a module, given the names on the way to it."""
    if place[:2] == ("lrlab", "datasets") and place[2] in LOADERS:
        return "loaders"
    return place[1] if place[0] == "lrlab" else place[0]


def imports(path):
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out from lrlab on"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts_used(path):
    """The parts of LR Lab that a file imports, other than its own."""
    modules = [tuple(module.split(".")) for module in imports(path)]
    return {part_of(module) for module in modules if module[0] == "lrlab" and len(module) > 1} - {part(path)}


every_file = pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@every_file
def test_layers_point_one_way(path):
    own = part(path)
    if own == "__init__":
        assert not parts_used(path)
        return
    for used in parts_used(path):
        assert ORDER.index(used) < ORDER.index(own), f"{own} must not import {used}"
        assert own not in PURE or used in PURE, f"{own} is pure and must not import {used}"
        assert used != "training" or own == "cli", f"{own} must not import training, which loads TensorFlow"


@pytest.mark.parametrize("path", sorted((ROOT / "lrlab/ui").rglob("*.py")), ids=lambda path: path.stem)
def test_the_parts_of_the_pages_point_one_way(path):
    own = path.relative_to(ROOT / "lrlab/ui").parts[0]
    for module in imports(path):
        used = module.removeprefix("lrlab.ui.").split(".")[0]
        if module.startswith("lrlab.ui.") and used != own:
            assert UI_ORDER.index(used) < UI_ORDER.index(own), f"{own} must not import {used}"


@every_file
def test_each_heavy_library_has_one_home(path):
    for module in imports(path):
        library = module.split(".")[0]
        assert part(path) in HOMES.get(library, {part(path)}), f"{part(path)} must not import {library}"


def test_one_module_reads_and_writes_the_address():
    using = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and (node.attr == "query_params" or ast.unparse(node).endswith("context.url"))
    }
    assert using == {"lrlab/ui/shell/address.py"}


@every_file
def test_only_training_makes_every_rate_of_a_run(path):
    """A run may have millions: what is shown and written takes some of them, or one chunk after another."""
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    if any(isinstance(call, ast.Attribute) and call.attr == "rates" for call in calls):
        assert part(path) == "training"


@every_page
def test_a_page_is_thin(path):
    assert path.parent.parent == ROOT / "pages", "a page stands in the sub-folder of its section"
    assert len(path.read_text().splitlines()) <= 60


@every_page
def test_a_page_holds_no_string_keys_of_session_state(path):
    def is_state(node):
        return isinstance(node, ast.Attribute) and node.attr == "session_state"

    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Subscript) and is_state(node.value):
            assert not isinstance(node.slice, ast.Constant | ast.JoinedStr), ast.unparse(node)
        if isinstance(node, ast.Attribute) and is_state(node.value):
            assert hasattr(dict, node.attr), ast.unparse(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_state(node.func.value):
            assert not any(isinstance(given, ast.Constant) for given in node.args[:1]), ast.unparse(node)


def test_importing_what_the_web_process_needs_loads_no_framework():
    parts = ("jobs", "store", "loaders", "figures", "ui", "cli")
    files = [path for path in SOURCES if part(path) in parts]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    heavy = ("tensorflow", "keras", "torch")
    code = f"import sys, {', '.join(names)}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
