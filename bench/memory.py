"""Memory of each process: its own pages and its share of those it has in common with others."""

from __future__ import annotations

from pathlib import Path

from bench.figures import Figure
from sandbox.stack import Stack

PART = "memory"


def memory_figures(stack: Stack, moment: str) -> list[Figure]:
    """Return the proportional set size of each process; nothing where the system does not tell."""
    processes = [*stack.web, *stack.workers, *([stack.beat] if stack.beat else [])]
    found = {process.name: pss_mib(process.pid) for process in processes}
    return [Figure(PART, f"{name}, {moment}", "MiB", (size,)) for name, size in found.items() if size is not None]


def pss_mib(pid: int) -> float | None:
    """Return a process's proportional set size."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    sizes = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
    return round(sizes[0] / 1024, 1) if sizes else None
