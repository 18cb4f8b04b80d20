"""How much memory a process here may still take: of the machine, or of the container that it runs in."""

import ctypes
import os
from pathlib import Path

import psutil

UNLIMITED = 1 << 60  # version 1 writes a huge number where there is no limit


def free_memory(system: Path = Path("/")) -> int:
    """Bytes that are free: the machine's, or what a container's limit leaves of them if that is less.

    What the container holds of files that were read can be given back, and so counts as free. Source: the
    Linux kernel's documentation of cgroups, version 1 (memory) and version 2. `system` is the root of the
    files.
    """
    left = [limit - used for limit, used in _groups(system)]
    return max(min([psutil.virtual_memory().available, *left]), 0)


def give_back() -> None:
    """With glibc, return memory that this process has freed to the system, such as 50 MB after compiling."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim:
        trim(0)


def _groups(system):
    """The limit and the used bytes of each control group around this process that has a limit."""
    for line in _lines(system / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        version = 1 if controllers else 2
        root = system / "sys/fs/cgroup" / ("memory" if version == 1 else "")
        names = {
            1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
            2: ("memory.max", "memory.current", "inactive_file"),
        }[version]
        inside = root / path.lstrip("/")
        # Seen from inside of a container, its own group may be the root.
        for group in {root, inside, *(parent for parent in inside.parents if root in parent.parents)}:
            if found := _group(group, *names):
                yield found


def _group(folder, limit, used, cached):
    limits, uses = _lines(folder / limit), _lines(folder / used)
    if not limits or not uses or not limits[0].isdecimal() or int(limits[0]) >= UNLIMITED:
        return None
    in_files = dict(line.split() for line in _lines(folder / "memory.stat")).get(cached, "0")
    return int(limits[0]), int(uses[0]) - int(in_files)


def _lines(file):
    """The lines of a file; none if this system has no such file."""
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
