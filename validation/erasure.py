"""Erase people and kill the process at any instant: what is left, byte by byte.

A small centre is founded with people who have names, civil registration numbers, orders, choices,
kin and genomes. Each round copies it, erases one person in a child process, kills that child with
`SIGKILL` at a random instant, and opens the centre again. Then either nothing had begun and nothing
is gone, or the person is gone from every count, list, log and file. A backup made before is opened
with the keys of after; a backup made after is searched byte by byte.

    python validation/erasure.py [--kills 100] [--people 12] [--seed 1]
"""

import argparse
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from kerne.centre import Centre, found_centre, open_centre
from kerne.consent.events import Capacity, SecondaryChoice
from kerne.custody.events import ErasureGround, ErasureStep
from kerne.custody.proposal import Stage
from kerne.errors import VaultError
from kerne.genomes.reading.intake import GenomeFile
from kerne.people.asking import Identity, Refusal, Role
from kerne.people.counted import Relatives
from kerne.people.person import Person, RegisteredSex
from kerne.settings import Settings

AT: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
REGISTRAR: Final = Identity("registrar-1", frozenset({Role.REGISTRAR}), "Authority")
FIRST: Final = Identity("custodian-1", frozenset({Role.CUSTODIAN}), "Authority")
SECOND: Final = Identity("custodian-2", frozenset({Role.CUSTODIAN}), "Authority")
DOCTOR: Final = Identity("doctor-1", frozenset({Role.DOCTOR}), "Hospital")
LABORATORY: Final = Identity("laboratory-1", frozenset({Role.LABORATORY}), "East")
STAFF: Final = [FIRST, SECOND, DOCTOR, LABORATORY]
OWN: Final = "own-treatment"
SITES: Final = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Whom:
    """One invented person, by what must not be found after an erasure."""

    number: str
    name: str
    question: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """Words that are the person's alone."""
        return (self.name, self.question, f"form-{self.name}")


def people(how_many: int) -> list[Whom]:
    """Invent people whose names occur nowhere else."""
    return [
        Whom(f"P-{number:06d}", f"Xyloph{number:04d}ia", f"Whence murmur {number:04d}zyg?")
        for number in range(1, how_many + 1)
    ]


def done(answer: T | Refusal) -> T:
    """Return what was answered; a refusal ends the run."""
    if isinstance(answer, Refusal):
        sys.exit(f"refused: {answer.reasons}")
    return answer


def settle(home: Path, everyone: list[Whom]) -> None:
    """Found a centre in which everyone has data everywhere."""
    found_centre(Settings(home), REGISTRAR)
    with open_centre(home, lambda: AT) as centre:
        persons = [
            Person(each.number, each.name, None, date(1950, 1, 1), RegisteredSex.FEMALE, "East")
            for each in everyone
        ]
        done(centre.people.register_persons(REGISTRAR, "quality", persons))
        done(centre.people.appoint(REGISTRAR, "quality", STAFF))
        samples = {f"S{each.number[2:]}": each.number for each in everyone}
        done(centre.people.assign_samples(REGISTRAR, "quality", samples))
        for each in everyone:
            fill(centre, each)
        done(centre.genomes.add(LABORATORY, OWN, [write_vcf(home.parent / "a.vcf", list(samples))]))


def fill(centre: Centre, whom: Whom) -> None:
    """Give one person a consent and an order."""
    done(
        centre.consent.consent_to_analysis(
            *(DOCTOR, OWN, whom.number),
            document=f"form-{whom.name}",
            document_version="1",
            secondary=SecondaryChoice.NONE,
            recontact=False,
            signed_by=Capacity.SELF,
        )
    )
    done(centre.orders.place(DOCTOR, OWN, whom.number, patient_group="eye", question=whom.question))


def write_vcf(path: Path, samples: list[str]) -> GenomeFile:
    """Write one file with a genome for each sample."""
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    calls = "\t".join("0/1" for _ in samples)
    lines = ["##fileformat=VCFv4.2", "\t".join([fixed, *samples])]
    lines += [f"chr1\t{at}\t.\tA\tC\t.\t.\t.\tGT\t{calls}" for at in range(100, 100 + SITES)]
    path.write_text("\n".join(lines) + "\n")
    return GenomeFile(path)


def erase(home: Path, whom: Whom) -> None:
    """Erase one person, by two custodians."""
    with open_centre(home, lambda: AT) as centre:
        proposal = done(
            centre.custody.propose_erasure(
                *(FIRST, "custody", whom.number),
                ground=ErasureGround.AUTHORITY_DECISION,
                document="DEC-2026-12",
            )
        )
        done(centre.custody.erase(SECOND, "custody", whom.number, proposal=proposal.number))


def in_child(work: Callable[[], None], kill_after_s: float | None = None) -> int:
    """Do `work` in a fork of this process; return its wait status."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def words_found(place: Path, whom: Whom) -> list[str]:
    """Return the files below `place` that hold a secret of the person as it is written."""
    wanted = [secret.encode() for secret in whom.secrets]
    return [
        str(path.relative_to(place))
        for path in sorted(place.rglob("*"))
        if path.is_file() and any(secret in path.read_bytes() for secret in wanted)
    ]


def steps_done(home: Path) -> int | None:
    """Return how many steps a begun erasure had recorded when it was cut off; `None` before it."""
    query = "SELECT type, count(*) FROM custody_event GROUP BY type"
    with closing(sqlite3.connect(home / "centre.sqlite")) as connection:
        counts = dict(connection.execute(query).fetchall())
    return counts.get("ErasureStepDone", 0) if "ErasureBegun" in counts else None


def problems_after(home: Path, whom: Whom, alleles: int) -> tuple[str, list[str]]:
    """Open the centre again; return how far the erasure had come, and what is wrong."""
    with open_centre(home, lambda: AT) as centre:
        proposals = centre.custody.ledger.proposals()
        stage = proposals[0].stage if proposals else Stage.PROPOSED
        found = centre.audit.verify()
        problems = list(found.problems)
        everyone = centre.genomes.frequencies(REGISTRAR, "quality", relatives=Relatives.COUNTED)
        counted = int(done(everyone).an[0])
        is_known = whom.number in centre.people._ledger.person_numbers()  # noqa: SLF001  a witness
        if stage is Stage.DONE:
            problems += [f"plaintext in {name}" for name in words_found(home, whom)]
            if counted != alleles - 2 or is_known:
                problems.append(f"{counted} alleles counted, known: {is_known}")
        elif stage is Stage.BEGUN:
            problems.append("the erasure was not carried on")
        elif counted != alleles or not is_known:
            problems.append(f"not begun, yet {counted} alleles counted, known: {is_known}")
    return stage.value, problems


def backup_problems(home: Path, before: Path, after: Path, whom: Whom) -> list[str]:
    """Say what a backup from before gives away with today's keys, and what one from after holds."""
    problems = []
    with open_centre(home, lambda: AT) as centre:
        centre.copies.back_up(after)
        vault = centre.people._ledger._vault  # noqa: SLF001  the keys of today
        with closing(sqlite3.connect(before / "centre.sqlite")) as connection:
            sealed = dict(connection.execute("SELECT number, sealed FROM person").fetchall())
        try:
            vault.unseal(whom.number, sealed[whom.number], "person")
            problems.append("an older backup opened with the keys of today")
        except VaultError:
            pass  # as it must be
    problems += [f"plaintext in the backup: {name}" for name in words_found(after, whom)]
    return problems


def main() -> int:
    """Run the rounds and print what was found."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--people", type=int, default=12)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    chance = random.Random(asked.seed)
    everyone = people(asked.people)
    stages: Counter[str] = Counter()
    wrong: list[str] = []
    carried_on = 0
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        in_child(lambda: settle(root / "home", everyone))
        shutil.copytree(root / "home", root / "timed")
        began = time.monotonic()
        in_child(lambda: erase(root / "timed", everyone[0]))
        lasts_s = time.monotonic() - began
        for number in range(asked.kills):
            whom, home = chance.choice(everyone), root / "round"
            shutil.copytree(root / "home", home)
            in_child(partial(erase, home, whom), chance.uniform(0, lasts_s))
            steps = steps_done(home)
            carried_on += steps is not None and steps < len(ErasureStep)
            stage, problems = problems_after(home, whom, 2 * len(everyone))
            stages[stage] += 1
            wrong += [f"round {number}, {whom.number}: {problem}" for problem in problems]
            shutil.rmtree(home)
        wrong += last_round(root, everyone[1])
    print(f"one erasure takes {lasts_s:.2f} s; killed {asked.kills} times within it")
    print(f"found at the next start: {dict(sorted(stages.items()))}")
    print(f"of these, cut off in the middle and carried on: {carried_on}")
    print(f"problems: {len(wrong)}")
    for problem in wrong[:20]:
        print(f"  {problem}")
    is_telling = carried_on > 0 and stages[Stage.PROPOSED.value] > 0
    print("bar: no problem, with kills before the point of no return and in the middle")
    return 0 if not wrong and is_telling else 1


def last_round(root: Path, whom: Whom) -> list[str]:
    """Back up, erase, back up again."""
    home = root / "home"

    def before() -> None:
        with open_centre(home, lambda: AT) as centre:
            centre.copies.back_up(root / "before")

    in_child(before)
    in_child(lambda: erase(home, whom))
    return backup_problems(home, root / "before", root / "after", whom)


if __name__ == "__main__":
    sys.exit(main())
