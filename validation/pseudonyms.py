"""Can pseudonyms of two projects be linked? Attackers with both full lists, against chance.

Every attacker gets all pseudonyms of project A and of project B for the same people, in the order
in which they are given out, and guesses for each of A which of B is the same person. Guessing by
chance is right once on average, whatever the number of people (Poisson with mean 1). One attacker
is also told half of the true pairs and fits a linear rule from the bits of the one to the bits of
the other. The same attackers are run against pseudonyms made badly, where they must succeed:
otherwise they prove nothing.

    python validation/pseudonyms.py [--people 8000] [--seed 1]
"""

import argparse
import base64
import hashlib
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kerne.people.pseudonym import KEY_BYTES, ProjectPseudonyms

FALSE_ALARM = 1e-4
"""A right scheme fails this often, attacker by attacker."""

Guess = Callable[["Lists"], NDArray[np.int64]]


@dataclass(frozen=True)
class Lists:
    """What attackers see; `truth` is what they are scored by and half of what one is told."""

    a: Sequence[str]
    b: Sequence[str]
    truth: NDArray[np.int64]

    @property
    def told(self) -> int:
        """So many of the first pairs may be known."""
        return len(self.a) // 2


def lists_of(make: Callable[[str, str], str], people: int, *, is_sorted: bool) -> Lists:
    """Make the lists of both projects by a scheme, in the order in which it gives them out."""
    numbers = [f"P-{number:06d}" for number in range(900_000, 900_000 + 10 * people, 10)]
    a, b = ([make(project, number) for number in numbers] for project in ("PRJ-0001", "PRJ-0002"))
    order_a, order_b = (
        sorted(range(people), key=each.__getitem__) if is_sorted else list(range(people))
        for each in (a, b)
    )
    place_in_b = np.empty(people, dtype=np.int64)
    place_in_b[order_b] = np.arange(people)
    return Lists([a[i] for i in order_a], [b[i] for i in order_b], place_in_b[order_a])


def same_text(lists: Lists) -> NDArray[np.int64]:
    """Take the one that is written alike."""
    places = {text: place for place, text in enumerate(lists.b)}
    return np.array([places.get(text, -1) for text in lists.a])


def same_position(lists: Lists) -> NDArray[np.int64]:
    """Take the one at the same place in the list."""
    return np.arange(len(lists.a))


def same_rank(lists: Lists) -> NDArray[np.int64]:
    """Take the one that is at the same place when both are sorted."""
    order_a, order_b = np.argsort(lists.a), np.argsort(lists.b)
    guesses = np.empty(len(lists.a), dtype=np.int64)
    guesses[order_a] = order_b
    return guesses


def same_length(lists: Lists) -> NDArray[np.int64]:
    """Take one of the same length, position by position among those of that length."""
    of_length: dict[int, list[int]] = {}
    for place, text in enumerate(lists.b):
        of_length.setdefault(len(text), []).append(place)
    for places in of_length.values():
        places.reverse()
    taken = [of_length.get(len(text), []) for text in lists.a]
    return np.array([places.pop() if places else -1 for places in taken])


def longest_prefix(lists: Lists) -> NDArray[np.int64]:
    """Take the neighbour in the sorted list, which shares the longest beginning."""
    order = np.argsort(lists.b)
    at = np.searchsorted(np.array(lists.b)[order], np.array(lists.a))
    return np.asarray(order[np.minimum(at, len(order) - 1)])


def longest_suffix(lists: Lists) -> NDArray[np.int64]:
    """Take the one that shares the longest end."""
    turned = [[text[::-1] for text in each] for each in (lists.a, lists.b)]
    return longest_prefix(Lists(turned[0], turned[1], lists.truth))


def fewest_bits(lists: Lists) -> NDArray[np.int64]:
    """Take the one that differs in the fewest bits."""
    return _most_alike(_bits(lists.a), _bits(lists.b))


def linear_rule(lists: Lists) -> NDArray[np.int64]:
    """Learn from half of the pairs how bits of A tell bits of B; guess the other half."""
    a, b = _bits(lists.a), _bits(lists.b)
    known = slice(0, lists.told)
    rule, *_ = np.linalg.lstsq(a[known], b[lists.truth[known]], rcond=None)
    guesses = _most_alike(a @ rule, b)
    guesses[known] = -1  # what it was told does not count
    return guesses


def _bits(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return +1 and -1 for each bit of the first 64 bytes, (texts, bits of the longest)."""
    raw = [base64.b32decode(text + "=" * (-len(text) % 8))[:64] for text in texts]
    longest = max(map(len, raw))
    filled = np.frombuffer(b"".join(each.ljust(longest, b"\0") for each in raw), dtype=np.uint8)
    bits = np.unpackbits(filled.reshape(len(texts), longest), axis=1)
    return bits.astype(np.float32) * 2 - 1


def _most_alike(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.int64]:
    guesses = np.empty(len(a), dtype=np.int64)
    for start in range(0, len(a), 1024):
        guesses[start : start + 1024] = (a[start : start + 1024] @ b.T).argmax(axis=1)
    return guesses


ATTACKERS: dict[str, Guess] = {
    "same text": same_text,
    "same position": same_position,
    "same rank": same_rank,
    "same length": same_length,
    "longest prefix": longest_prefix,
    "longest suffix": longest_suffix,
    "fewest differing bits": fewest_bits,
    "linear rule from half the pairs": linear_rule,
}


def interval(right: int) -> tuple[float, float]:
    """Return the 95 % interval of a Poisson mean (Garwood), by bisection."""

    def at_most(mean: float, count: int) -> float:
        term = total = math.exp(-mean)
        for each in range(1, count + 1):
            term *= mean / each
            total += term
        return total

    def solve(probability: Callable[[float], float], goal: float) -> float:
        low, high = 0.0, right + 10 * math.sqrt(right + 1) + 10
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if probability(middle) > goal else (low, middle)
        return low

    lower = 0.0 if right == 0 else solve(lambda mean: at_most(mean, right - 1), 0.975)
    return lower, solve(lambda mean: at_most(mean, right), 0.025)


def most_by_chance() -> int:
    """Return how many right guesses chance exceeds with a probability below `FALSE_ALARM`."""
    term = total = math.exp(-1)
    count = 0
    while 1 - total > FALSE_ALARM:
        count += 1
        term /= count
        total += term
    return count


def attack(name: str, lists: Lists) -> dict[str, int]:
    """Let every attacker at the lists, print how often each is right, and return it."""
    print(f"\n{name}: {len(lists.a)} people")
    found = {}
    for attacker, guess in ATTACKERS.items():
        right = int((guess(lists) == lists.truth).sum())
        found[attacker] = right
        if right > len(lists.a) // 100:
            print(f"  {attacker:32} right {right:6d}, rate {right / len(lists.a):.4f}")
            continue
        low, high = (bound / len(lists.a) for bound in interval(right))
        print(
            f"  {attacker:32} right {right:6d}, rate {right / len(lists.a):.6f} "
            f"(95 % {low:.6f} to {high:.6f}), chance {1 / len(lists.a):.6f}"
        )
    return found


def unsalted(_project: str, person: str) -> str:
    """Make one pseudonym for every project: what must be found."""
    return base64.b32encode(hashlib.sha256(person.encode()).digest()).decode().rstrip("=")


def xored(project: str, person: str) -> str:
    """Make pseudonyms that differ between projects by a constant."""
    secret = hashlib.sha256(person.encode()).digest()
    constant = hashlib.sha256(project.encode()).digest()
    mixed = bytes(a ^ b for a, b in zip(secret, constant, strict=True))
    return base64.b32encode(mixed).decode().rstrip("=")


def unpadded(project: str, person: str) -> str:
    """Make pseudonyms as long as what they stand for, one length a person or so."""
    digest = hashlib.sha256(f"{project} {person}".encode()).digest() * 40
    length = 20 + int(person.removeprefix("P-")) // 10 % 997
    return base64.b32encode(digest[:length]).decode().rstrip("=")


def main() -> int:
    """Run every attacker against our pseudonyms and against bad ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.perf_counter()
    key = hashlib.shake_256(str(options.seed).encode()).digest(KEY_BYTES)
    ours = ProjectPseudonyms(key)
    found = attack("ours", lists_of(ours.pseudonym, options.people, is_sorted=True))
    bound = most_by_chance()
    print(f"\nbar: at most {bound} right (chance exceeds it once in {1 / FALSE_ALARM:.0f})")
    failures = [f"ours: {name}: {right}" for name, right in found.items() if right > bound]
    small = min(options.people, 3000)
    for name, make, is_sorted, breaker in (
        ("bad: one for all projects", unsalted, True, "same text"),
        ("bad: projects differ by a constant", xored, True, "linear rule from half the pairs"),
        ("bad: as long as the number", unpadded, True, "same length"),
        ("bad: given out in the order of persons", ours.pseudonym, False, "same position"),
    ):
        right = attack(name, lists_of(make, small, is_sorted=is_sorted))[breaker]
        if right <= bound:
            failures.append(f"{name}: `{breaker}` found nothing, and so proves nothing")
    pseudonyms = ours.pseudonyms("PRJ-0001", [f"P-{number:06d}" for number in range(2000)])
    turned_back = {ours.person("PRJ-0001", each) for each in pseudonyms}
    if len(turned_back) != len(pseudonyms):
        failures.append("not every pseudonym turns back")
    print(f"\n{time.perf_counter() - start:.1f} s")
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
