"""The law against a plain table: every request of the grid, and every wrong rule book.

    python validation/rules.py [--keep SHARE] [--random COUNT] [--processes N]

For each country: all requests of `tests/policy/grid.py` (roles x actions x purposes x states of
the person, the permit, the record) and `--random` more are decided by the Cedar rules and by
`tests/policy/oracle.py`, which was written apart from them. They must agree on the decision, on
what stopped it and on whether the person is told: 0 differences. Then each rule is changed in one
place (`tests/policy/mutants.py`): every wrong book must be told from the table, but for those that
are listed as giving no other answer, each with the reason.
"""

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from itertools import islice
from multiprocessing.pool import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kerne.database.engine import in_batches
from kerne.policy.decision import decide
from kerne.policy.rulebook import RuleBook, rule_books
from tests.policy.comparing import differences
from tests.policy.grid import every
from tests.policy.mutants import mutants
from tests.policy.oracle import LAWS
from tests.policy.shooting import NO_OTHER_ANSWER, SCHEMA, range_over, reason_to_stand

BATCH = 1000
LEAST = 1_000_000
SHOWN = 3


def compare(task: tuple[str, int, int, int, float]) -> Counter[str]:
    """Decide one process's share of the grid of one country, by rules and by table."""
    country, part, parts, extra, keep = task
    book, law = RuleBook.load(country), LAWS[country]
    mine = list(islice(every(extra, keep), part, None, parts))
    found: Counter[str] = Counter()
    for some in in_batches(mine, BATCH):
        decided = decide(book, some)
        pairs = list(zip(some, decided, strict=True))
        found["requests"] += len(pairs)
        found["permitted"] += sum(decision.permitted for decision in decided)
        for request, decision, answer in differences(book, law, pairs):
            found["differences"] += 1
            if found["differences"] <= SHOWN:
                print(f"  {country}: {request} decided {decision}, table says {answer}")
    return found


def shoot(task: tuple[str, int, int]) -> tuple[int, int, list[str]]:
    """Return how many wrong books one process shot at, how many may stand, and the undetected."""
    country, part, parts = task
    book = RuleBook.load(country)
    shots = range_over(book)
    mine = list(islice(mutants(book, SCHEMA), part, None, parts))
    standing = [mutant for mutant in mine if not shots.kills(mutant)]
    undetected = [mutant.name for mutant in standing if reason_to_stand(mutant) is None]
    return len(mine), len(standing) - len(undetected), undetected


def compared(pool: Pool, country: str, parts: int, extra: int, keep: float) -> bool:
    """Print how rules and table compare for one country; return whether they agree."""
    started = time.perf_counter()
    tasks = [(country, part, parts, extra, keep) for part in range(parts)]
    total = sum(pool.map(compare, tasks), Counter[str]())
    print(
        f"{country}: {total['requests']:,} requests, {total['permitted']:,} permitted, "
        f"{total['differences']} differences ({time.perf_counter() - started:.0f} s)",
        flush=True,
    )
    return total["differences"] == 0 and (keep < 1 or total["requests"] >= LEAST)


def found_out(pool: Pool, country: str, parts: int) -> bool:
    """Print how many wrong books of one country are found out; return whether all must-be are."""
    started = time.perf_counter()
    shots = [(country, part, parts) for part in range(parts)]
    books, alike, names = zip(*pool.map(shoot, shots), strict=True)
    undetected = [name for some in names for name in some]
    found = sum(books) - sum(alike) - len(undetected)
    print(
        f"{country}: {sum(books):,} wrong rule books, {found:,} found out, {sum(alike)} that give "
        f"no other answer, {len(undetected)} undetected ({time.perf_counter() - started:.0f} s)",
        flush=True,
    )
    for name in undetected:
        print(f"  undetected: {name}")
    return not undetected


def main() -> int:
    """Print both comparisons and return how the script ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=float, default=1.0, help="share of the grid")
    parser.add_argument("--random", type=int, default=100_000, help="random requests more")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        agreed = [
            (
                compared(pool, country, options.processes, options.random, options.keep),
                found_out(pool, country, options.processes),
            )
            for country in rule_books()
        ]
    for form, reason in NO_OTHER_ANSWER.items():
        print(f"gives no other answer: {form}: {reason}")
    return int(not all(map(all, agreed)))


if __name__ == "__main__":
    sys.exit(main())
