"""Durable entries of the audit a second: one at a time and in a batch, beside plain SQLite.

Run with `make bench` or `python benchmarks/audit.py [--asks 3000] [--directory DIR]`. One process,
one file, `synchronous=FULL`: every figure counts what is on disk when the call returns. The plain
figure is `BEGIN IMMEDIATE`, one insert of as many bytes as an entry has, `COMMIT`, by Python's
`sqlite3` alone, on the same disk in the same run. Exits 1 when a bar is missed.
"""

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kerne.audit.entry import Intent, Outcome, Verdict, encode
from kerne.audit.ledger import AuditLedger, Draft, open_audit
from kerne.people.asking import Action, Role

AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
SINGLE_BAR: Final = 1_500
BATCH_BAR: Final = 20_000
BATCH: Final = 5_000
ROUNDS: Final = 5

INTENT: Final = Intent(
    who="doctor-1",
    organisation="hospital-east",
    roles=(Role.DOCTOR,),
    purpose="own-treatment",
    action=Action.READ_ANSWER,
    about="case C-2026-000012",
    project=None,
    verdict=Verdict.PERMITTED,
    rules=("treatment-reading",),
    law=("Sundhedsloven § 42 a",),
)


def drafts(count: int) -> list[Draft]:
    """Draft one entry each about `count` persons."""
    return [Draft(INTENT, f"P-{person:06d}", "own-treatment") for person in range(count)]


def per_second(work: Callable[[], object], amount: int) -> float:
    """Return how many of `amount` things `work` does in a second of wall time."""
    started = time.perf_counter()
    work()
    return amount / (time.perf_counter() - started)


def plain(path: Path, asks: int, size_bytes: int) -> float:
    """Return how many single inserts of `size_bytes` plain SQLite commits in a second."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, body BLOB)")
        body = os.urandom(size_bytes)

        def insert() -> None:
            for _ in range(asks):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO entry (body) VALUES (?)", (body,))
                connection.execute("COMMIT")

        return per_second(insert, asks)


def single(audit: AuditLedger, asks: int) -> float:
    """Return how many asks about one person are recorded in a second."""
    each = drafts(asks)
    return per_second(lambda: [audit.record([draft], AT) for draft in each], asks)


def pairs(audit: AuditLedger, asks: int) -> float:
    """Return how many asks are recorded and closed in a second: two durable entries each."""
    each = drafts(asks)

    def work() -> None:
        for draft in each:
            (number,) = audit.record([draft], AT)
            audit.close_ask(number, Outcome.DONE, AT)

    return per_second(work, asks)


def batched(audit: AuditLedger) -> float:
    """Return how many entries a second are written by asks about `BATCH` persons."""
    each = drafts(BATCH)
    return per_second(lambda: audit.record(each, AT), BATCH)


def main() -> int:
    """Measure, print one line a figure, and say whether the bars are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asks", type=int, default=3_000)
    parser.add_argument("--directory", type=Path, help="on the disk to measure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        audit = open_audit(Path(folder) / "audit.sqlite")
        audit.record(drafts(1), AT)
        size_bytes = len(encode(audit.entry(1)))
        found: dict[str, list[float]] = {"plain": [], "single": [], "pairs": [], "batched": []}
        for turn in range(ROUNDS):
            found["plain"].append(plain(Path(folder) / f"{turn}.sqlite", options.asks, size_bytes))
            found["single"].append(single(audit, options.asks))
            found["pairs"].append(pairs(audit, options.asks // 2))
            found["batched"].append(batched(audit))
        audit.close()
    median = {name: statistics.median(figures) for name, figures in found.items()}
    print(f"an entry has {size_bytes} bytes; medians of {ROUNDS} rounds")
    print(f"plain sqlite3 insert and commit\t{median['plain']:,.0f}/s")
    print(f"record one ask\t{median['single']:,.0f} entries/s\tbar {SINGLE_BAR:,}")
    print(f"  of plain\t{median['single'] / median['plain']:.2f}")
    print(f"record and close one ask\t{median['pairs']:,.0f} asks/s")
    print(f"  of plain, two commits each\t{2 * median['pairs'] / median['plain']:.2f}")
    print(
        f"record {BATCH:,} persons at once\t{median['batched']:,.0f} entries/s\tbar {BATCH_BAR:,}"
    )
    return int(median["single"] < SINGLE_BAR or median["batched"] < BATCH_BAR)


if __name__ == "__main__":
    sys.exit(main())
