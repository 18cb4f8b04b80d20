"""`constraints.txt` has each package that comes along, in the version that is tested here."""

import re
from importlib.metadata import requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def requirements(file):
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def needed(found, wanted, seen):
    """The names of the packages that these requirements bring along, on this machine."""
    for each in wanted:
        name = canonicalize_name(each.name)
        for extra in {"", *each.extras}:
            if (each.marker is None or each.marker.evaluate({"extra": ""})) and (name, extra) not in seen:
                seen.add((name, extra))
                found.add(name)
                further = [Requirement(text) for text in requires(name) or ()]
                fit = [one for one in further if one.marker is None or one.marker.evaluate({"extra": extra})]
                needed(found, fit, seen)
    return found


def test_each_package_that_comes_along_has_the_version_that_is_tested():
    known = {canonicalize_name(each.name): str(each.specifier) for each in requirements("constraints.txt")}
    assert all(re.fullmatch("==[^,*]+", pinned) for pinned in known.values())
    wanted = [*requirements("requirements.txt"), *requirements("tests/requirements.txt")]
    names = needed(set(), wanted, set())
    assert len(names) > 60
    assert {name: f"=={version(name)}" for name in names} == {name: known.get(name) for name in names}


def test_the_constraints_are_used_by_each_way_to_install():
    assert (ROOT / "requirements.txt").read_text(encoding="utf-8").startswith("-c constraints.txt\n")
    assert (
        (ROOT / "tests/requirements.txt").read_text(encoding="utf-8").startswith("-r ../requirements.txt\n")
    )
