"""The memory guard believes the container's limit, in both versions of control groups."""

import psutil
import pytest

from lrlab.memory import free_memory

GB = 10**9


def container(root, version, path, limit, used=3 * GB, in_files=1 * GB, at=None):
    """The files of a process in a container: `path` is its group, and its files are `at` that place."""
    at = path if at is None else at
    names = {
        1: ("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        2: ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    }[version]
    folder = root / names[0] / at.lstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[1]).write_text(f"{limit}\n")
    (folder / names[2]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\n{names[3]} {in_files}\n")
    (root / "proc/self").mkdir(parents=True, exist_ok=True)
    lines = {1: f"12:pids:{path}\n4:cpu,memory:{path}\n", 2: f"0::{path}\n"}
    (root / "proc/self/cgroup").write_text(lines[version])


@pytest.fixture(autouse=True)
def _large_machine(monkeypatch):
    machine = psutil.virtual_memory()._replace(available=64 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("path", "at"), [("/a/b", "/a/b"), ("/docker/x", ""), ("/", "")])
def test_a_containers_limit_counts_and_files_that_were_read_are_free(tmp_path, version, path, at):
    container(tmp_path, version, path, 8 * GB, at=at)
    assert free_memory(tmp_path) == 6 * GB


@pytest.mark.parametrize("version", [1, 2])
def test_the_limit_of_a_group_around_counts_too(tmp_path, version):
    container(tmp_path, version, "/a/b", 8 * GB)
    container(tmp_path, version, "/a/b", 5 * GB, at="/a")
    assert free_memory(tmp_path) == 3 * GB


@pytest.mark.parametrize(("version", "limit"), [(1, 2**63 - 4096), (2, "max")])
def test_without_a_limit_it_is_the_machines(tmp_path, version, limit):
    container(tmp_path, version, "/a", limit)
    assert free_memory(tmp_path) == 64 * GB
    assert free_memory(tmp_path / "a system without control groups") == 64 * GB


def test_a_container_that_is_full_has_nothing_left(tmp_path):
    container(tmp_path, 2, "/a", 2 * GB, used=4 * GB, in_files=0)
    assert free_memory(tmp_path) == 0
