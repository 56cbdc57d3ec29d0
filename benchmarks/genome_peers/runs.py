"""Runs of other programs, timed from outside: wall time, and the most memory that one took."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

KILOBYTE: Final = 1_024


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `seconds` of wall time, `cpu_seconds` of all cores, `peak_bytes` resident."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    printed: str

    @property
    def told(self) -> dict[str, Any]:  # Any: JSON
        """What the run printed last, a line of JSON."""
        found: dict[str, Any] = json.loads(self.printed.splitlines()[-1])  # Any: JSON
        return found


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs commands under the variables of `surroundings`."""

    surroundings: Mapping[str, str]

    def run(self, *command: str) -> Run:
        """Run a command to its end; one that fails ends the benchmark with what it said."""
        started = time.perf_counter()
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=dict(self.surroundings),
        ) as program:
            printed = program.stdout.read() if program.stdout else ""
            _, status, usage = os.wait4(program.pid, 0)
            program.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        if program.returncode:
            raise SystemExit(f"`{' '.join(command)}` failed:\n{printed}")
        cpu_seconds = usage.ru_utime + usage.ru_stime
        return Run(seconds, cpu_seconds, usage.ru_maxrss * KILOBYTE, printed)


def in_turns(works: Mapping[str, Callable[[], Run]], rounds: int) -> dict[str, list[Run]]:
    """Do each of `works` once a round, so that all meet the machine in the same moods."""
    found: dict[str, list[Run]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(work())
    return found


def median_seconds(runs: Sequence[Run]) -> float:
    """Return the median wall time."""
    return statistics.median(run.seconds for run in runs)


def least_seconds(runs: Sequence[Run]) -> float:
    """Return the wall time of the quickest."""
    return min(run.seconds for run in runs)


def median_cpu_seconds(runs: Sequence[Run]) -> float:
    """Return the median time of all cores."""
    return statistics.median(run.cpu_seconds for run in runs)


def median_told(runs: Sequence[Run], name: str) -> float:
    """Return the median of a figure that the runs printed."""
    return statistics.median(float(run.told[name]) for run in runs)


def peak_bytes(runs: Sequence[Run]) -> int:
    """Return the most memory that any of the runs took."""
    return max(run.peak_bytes for run in runs)
