"""What the README says is so: its commands run, its map and its tables are complete."""

import re
import shlex
from pathlib import Path

import pytest

from lrlab.cli.main import main
from lrlab.datasets import BUILT_IN
from lrlab.export import TARGETS
from lrlab.networks import NETWORKS
from lrlab.optimizers import OPTIMIZERS
from lrlab.schedules import SCHEDULES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python -m lrlab (.*)$", README, re.MULTILINE)


TRAINING = [command for command in COMMANDS if command.startswith(("train", "range-test --opt", "confirm"))]


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in TRAINING])
def test_a_command_of_the_readme_runs(home, command, capsys):
    assert main(shlex.split(command)) == 0


@pytest.mark.parametrize("command", TRAINING)
def test_a_training_command_of_the_readme_is_taken(home, command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([*shlex.split(command), "--help"])


def test_the_map_names_every_part_of_the_code():
    code_map = README.split("## The code")[1].split("```")[1]
    named = set(re.findall(r"^  (\w+(?:/|\.py))", code_map, re.MULTILINE))
    assert named == parts(ROOT / "lrlab") - {"errors.py"}
    for folder in ("runs", "ui"):
        inside = re.search(rf"^  {folder}/.*\n((?:    .*\n)+)", code_map, re.MULTILINE)[1]
        named = set(re.findall(r"(?<=  )(\w+(?:/|\.py))", inside))
        assert named == parts(ROOT / "lrlab" / folder), folder


def parts(folder):
    """The modules and packages in a folder."""
    there = {path.name + ("/" if path.is_dir() else "") for path in folder.iterdir()}
    return there - {"__init__.py", "__pycache__/"}


def test_the_recipes_name_files_that_exist():
    recipes = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:lrlab|tests)/[\w./]+|\w+\.(?:py|md|toml))`", recipes)
    assert len(named) > 20
    for path in named:
        places = [ROOT / path, ROOT / "lrlab/schedules" / path]
        assert any(place.exists() for place in places), path


def test_every_kind_and_parameter_is_in_the_table():
    for schedule in SCHEDULES:
        (row,) = re.findall(rf"^\| `{schedule.kind}` \|.*$", README, re.MULTILINE)
        assert all(f"`{name}`" in row for name in schedule.parameters())


@pytest.mark.parametrize(
    ("heading", "catalogue"),
    [("optimizer", OPTIMIZERS), ("network", NETWORKS)],
    ids=["optimizers", "networks"],
)
def test_the_table_is_the_catalogue(heading, catalogue):
    table = README.split(f"\n| {heading} | name | parameters |\n| --- | --- | --- |\n")[1].split("\n\n")[0]
    rows = [
        f"| `{cls.kind}` | {cls.title} | " + "".join(f"`{name}`, " for name in cls.parameters())[:-2]
        for cls in catalogue
    ]
    assert [line.removesuffix("|").rstrip() for line in table.splitlines()] == [row.rstrip() for row in rows]


def test_every_export_target_is_in_the_table():
    table = README.split("\n## Exported code\n")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [*TARGETS]


def test_every_dependency_is_in_the_table():
    table = README.split("## Dependencies")[1]
    for file in ("requirements.txt", "tests/requirements.txt", "tests/requirements-torch.txt"):
        for name in re.findall(r"^([a-z-]+)==", (ROOT / file).read_text(), re.MULTILINE):
            assert re.search(rf"\b{name}\b", table), name


def test_the_pictures_are_there():
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert 10_000 < (ROOT / path).stat().st_size < 2_000_000


def test_every_fault_in_the_table_has_its_test():
    table = README.split("\n## Faults\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (?!what happens|---).*\|$", table, re.MULTILINE)
    assert len(rows) > 20
    for row in rows:
        tests = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)
        assert tests, row
        for file, name in tests:
            assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8"), name


def test_every_data_set_is_in_the_table():
    for data in BUILT_IN:
        (row,) = re.findall(rf"^\|.*\| `{data.name}` \|.*$", README, re.MULTILINE)
        assert data.title.removeprefix("the built-in ") in row
        if data.files:
            height, width, _ = data.shape
            assert f"{data.train + data.test:,} grey images of {height} x {width} pixels" in row
            assert f"{data.class_count} classes; " in row
            assert f"({data.files.megabytes} MB)" in row
