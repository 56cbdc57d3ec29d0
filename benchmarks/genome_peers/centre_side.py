"""A centre around a cohort, asked through gate, choices and durable audit, beside the bare reader.

    python -m genome_peers.centre_side FILE --people 10000 --genes MANE.bed.gz

The centre is founded in a temporary home and opened as any other; each person of the file is
registered, has agreed to the analysis and is treated by one doctor. Prints one line of JSON:
medians in seconds, each question in turns with the same one put to a warm reader of the store.
"""

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from pyroaring import BitMap

from kerne.centre import Centre, found_centre, open_centre
from kerne.consent.events import AnalysisConsented, LimitedToOwnTreatment, SecondaryChoice
from kerne.consent.ledger import ConsentLedger
from kerne.consent.ledger import metadata as consent_tables
from kerne.custody.home import DATABASE, GENOMES, KEYS
from kerne.database.engine import open_database
from kerne.gate.law import RuledGenomes
from kerne.genomes.disk.segment_keys import CentreSegmentKeys
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.keeping.store import GenomeStore, utc_now
from kerne.genomes.reader import Reader
from kerne.genomes.reading.intake import GenomeFile
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.people.asking import Identity, Refusal, Role
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_tables
from kerne.people.person import Person, RegisteredSex
from kerne.people.sample import GenomeRow
from kerne.people.vault import open_vault
from kerne.policy.rulebook import RuleBook
from kerne.settings import Settings

DOCTOR: Final = Identity("doctor-1", frozenset({Role.DOCTOR}), "hospital-east")
REGISTRAR: Final = Identity("registrar-1", frozenset({Role.REGISTRAR}))
COUNTING: Final = "treatment-of-another"
READING: Final = "own-treatment"
REPEATS: Final = 15
SEED: Final = 1
Pair = tuple[Callable[[], object], Callable[[], object]]


def person_of(number: int) -> str:
    """Return the number of the person with sample `number`."""
    return f"P-{number:06d}"


def settle(settings: Settings, vcf: Path, genes: Path, people: int) -> None:
    """Found a centre, register its people and their choices, and store their genomes."""
    found_centre(settings, REGISTRAR)
    home = settings.home
    KnowledgeBase(home / "knowledge").add(Kind.GENES, genes, assembly=settings.assembly)
    vault = open_vault(home / KEYS, settings.keys)
    store = GenomeStore(home / GENOMES, keys=CentreSegmentKeys(vault))
    engine = open_database(home / DATABASE, people_tables)
    consent_tables.create_all(engine)
    register = PeopleLedger(engine, vault)
    choices = ConsentLedger(engine, vault, register, RuledGenomes(RuleBook.load(settings.country)))
    at = utc_now()
    unknown = RegisteredSex.UNKNOWN
    register.register_persons(
        [
            Person(person_of(each), "N", None, date(1980, 1, 1), unknown, "East")
            for each in range(people)
        ],
        entry=1,
        at=at,
    )
    register.appoint(DOCTOR)
    register.assign_samples({f"S{each:06d}": person_of(each) for each in range(people)})
    added = store.add([GenomeFile(vcf)], entry=1)
    register.register_rows(
        GenomeRow(each.row, each.sample, f"P-{each.sample[1:]}") for each in added
    )
    agreed = [
        AnalysisConsented(
            person_of(each), "form", "1", "d", SecondaryChoice.ACTIONABLE, recontact=False
        )
        for each in range(people)
    ]
    choices.append_all(agreed, entry=1, at=at)
    limited = [LimitedToOwnTreatment(person_of(each), "form") for each in range(0, people, 10)]
    choices.append_all(limited, entry=1, at=at)
    for each in treated(people):
        register.start_treatment(DOCTOR.identifier, person_of(each), "K-1", at)
    engine.dispose()


def treated(people: int) -> list[int]:
    """Return the numbers of those whom the doctor treats."""
    return random.Random(SEED).sample(range(people), REPEATS)


def ask(centre: Centre, reader: Reader, people: int) -> dict[str, float]:
    """Put each question to both, in turns."""
    among = BitMap(row for name, row in reader.rows().items() if int(name[1:]) % 10)
    found = allowed(centre.genomes.frequencies(DOCTOR, COUNTING))
    check(found, reader.frequencies(among))
    draw = random.Random(SEED)
    alleles = [found.allele(draw.randrange(len(found))) for _ in range(REPEATS)]
    rows = reader.rows()
    read = [(person_of(each), rows[f"S{each:06d}"]) for each in treated(people)]
    genomes = centre.genomes
    counts: Pair = (
        lambda: allowed(genomes.frequencies(DOCTOR, COUNTING)),
        lambda: reader.frequencies(among),
    )
    carriers: list[Pair] = [
        (partial(genomes.carriers, DOCTOR, COUNTING, each), partial(reader.carriers, each, among))
        for each in alleles
    ]
    persons: list[Pair] = [
        (partial(genomes.variants_of, DOCTOR, READING, person), partial(reader.variants_of, row))
        for person, row in read
    ]
    return {
        **in_turns("frequencies", [counts] * REPEATS),
        **in_turns("carriers", carriers),
        **in_turns("person_first", persons),
        **in_turns("person", persons),
    }


def plain_commit(folder: Path) -> float:
    """Return how long two durable commits take to plain SQLite: an ask is recorded and closed."""
    with closing(sqlite3.connect(folder / "plain.sqlite", isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE entry (body BLOB)")
        taken = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            for _ in ("recorded", "closed"):
                connection.execute("INSERT INTO entry VALUES (zeroblob(600))")
            taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def allowed(answer: Frequencies | Refusal) -> Frequencies:
    """Return an answer that is no refusal."""
    if isinstance(answer, Refusal):
        raise SystemExit(f"refused: {answer}")
    return answer


def check(through_gate: Frequencies, bare: Frequencies) -> None:
    """Stop when the two count differently."""
    if int(through_gate.ac.sum()) != int(bare.ac.sum()):
        raise SystemExit("the gate and the bare reader count differently")


def in_turns(name: str, pairs: Sequence[Pair]) -> dict[str, float]:
    """Time pairs of works in turns, after one of each that is not counted."""
    taken: tuple[list[float], list[float]] = ([], [])
    for pair in (pairs[0], *pairs):
        for times, work in zip(taken, pair, strict=True):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
    through, bare = (statistics.median(times[1:]) for times in taken)
    return {name: through, f"{name}_bare": bare}


def main() -> None:
    """Make the centre, ask, and print what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--genes", type=Path, required=True)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "home")
        settle(settings, given.file, given.genes, given.people)
        with open_centre(settings.home) as centre:
            keys = CentreSegmentKeys(open_vault(settings.home / KEYS, settings.keys))
            reader = Reader(GenomeStore(settings.home / GENOMES, keys=keys), None, None)
            told = ask(centre, reader, given.people)
        print(json.dumps({**told, "two_commits": plain_commit(Path(folder))}))


if __name__ == "__main__":
    main()
