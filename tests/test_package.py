"""The package: it needs what requirements.txt pins, and works without the repository."""

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

import lrlab

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
PINS = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line[0] != "-"]
BIN = "Scripts" if os.name == "nt" else "bin"


def split(requirement):
    """A requirement as its name, its version and its marker."""
    return re.fullmatch(r"([\w-]+)(?:[=~]=([\d.]+))?(?:; (.*))?", requirement).groups()


def test_the_package_needs_what_streamlit_cloud_installs():
    """The pins of requirements.txt are the lowest versions of the package, up to the next major one."""

    def compatible(pin):
        name, version, marker = split(pin)
        return name, ".".join(version.split(".")[:2]), marker and marker.replace('"', "'")

    declared = {*PROJECT["dependencies"], *EXTRAS["dashboard"], *EXTRAS["training"]}
    assert all("~=" in requirement for requirement in declared)
    assert sorted(map(split, declared), key=str) == sorted(map(compatible, PINS), key=str)
    assert EXTRAS["all"] == [f"lrlab[{','.join(sorted(EXTRAS.keys() - {'all'}))}]"]


def test_the_changelog_has_the_version():
    assert f"\n## {lrlab.__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def libraries(*modules):
    """What is imported from elsewhere, in functions too, by modules of LR Lab and all that these import."""
    files, found = [ROOT / module for module in modules], set()
    for file in files:  # the list grows meanwhile
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                places = [ROOT / f"{name.replace('.', '/')}{end}" for end in (".py", "/__init__.py")]
                files += [place for place in places if place.exists() and place not in files]
                found.add(name.split(".")[0])
    return found - {"lrlab"} - sys.stdlib_module_names


@pytest.mark.parametrize(
    ("extra", "modules"),
    [
        ("dashboard", ["app.py", *(str(page.relative_to(ROOT)) for page in ROOT.glob("pages/*/*.py"))]),
        ("training", ["lrlab/training/worker.py", "lrlab/training/execute.py"]),
    ],
)
def test_an_extra_brings_all_that_its_part_imports(extra, modules):
    needed = libraries(*modules)
    brought = [split(requirement)[0] for requirement in (*PROJECT["dependencies"], *EXTRAS[extra])]
    assert {"numpy", "platformdirs"} < needed
    assert needed <= {name.removesuffix("-cpu") for name in brought} | {"requests", "urllib3"}, "or of pooch"


def build(folder):
    """The wheel of this checkout."""
    pip("wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(folder, *arguments):
    """Install into a new environment; returns the path of its command `lrlab`."""
    venv.create(folder, with_pip=False)
    pip("--python", folder, "install", *arguments)
    return folder / BIN / "lrlab"


def install_beside_these_packages(folder, wheel):
    """Install LR Lab alone, into a new environment that finds every other package of this one."""
    command = install(folder, "--no-deps", wheel)
    (packages,) = folder.glob("**/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"])
    return command


def pip(*arguments):
    subprocess.run(
        [sys.executable, "-m", "pip", *map(str, arguments), "--quiet"], check=True, cwd=Path.home()
    )


def run(*command, cwd):
    given = {name: value for name, value in os.environ.items() if name not in ("LRLAB_HOME", "PYTHONPATH")}
    return subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True)


@pytest.mark.proof
def test_with_numpy_alone_the_library_and_its_commands_work(tmp_path):
    command = install(tmp_path / "venv", ROOT)
    python = command.with_name("python")
    listed = run(sys.executable, "-m", "pip", "--python", python, "list", "--format=freeze", cwd=tmp_path)
    assert [line.split("==")[0] for line in listed.stdout.splitlines()] == ["lrlab", "numpy"]
    assert f"lrlab=={lrlab.__version__}" in listed.stdout

    curve = run(command, "curve", "cosine", "initial_lr=0.1", "--epochs", "3", "--per-epoch", cwd=tmp_path)
    assert curve.returncode == 0, curve.stderr
    assert [round(float(row.split(",")[2]), 12) for row in curve.stdout.splitlines()[1:]] == [
        0.1,
        0.075,
        0.025,
    ]
    for target in ("keras", "pytorch", "optax", "python"):
        exported = run(command, "export", "step", "--to", target, cwd=tmp_path)
        assert exported.returncode == 0, exported.stderr
        compile(exported.stdout, target, "exec")
    code = (
        "import lrlab.analysis, lrlab.exchange, lrlab.export, lrlab.networks, lrlab.optimizers, lrlab.scene\n"
        "from lrlab.runs.plan import Plan\n"
        "from lrlab.schedules import CosineDecay\n"
        "print(Plan(CosineDecay(initial_lr=0.1), 3, 250).epoch_rates().round(12).tolist())"
    )
    library = run(python, "-c", code, cwd=tmp_path)
    assert library.stdout == "[0.1, 0.075, 0.025]\n", library.stderr

    for arguments, missing, extra in (
        (["train", "step"], "platformdirs", "training"),
        (["runs"], "platformdirs", "training"),
        (["app"], "streamlit", "dashboard"),
    ):
        refused = run(command, *arguments, cwd=tmp_path)
        assert refused.returncode == 2
        assert refused.stderr == (
            f"lrlab: This command needs {missing}, which is not installed. "
            f"Install it: pip install 'lrlab[{extra}]'\n"
        )
    assert [file.name for file in tmp_path.iterdir()] == ["venv"]
