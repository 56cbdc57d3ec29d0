"""Work on a genome store that is hurt, what it acknowledged, and what must be true of it after.

The genomes are invented and their calls are known, so that whatever a store holds after it was
hurt, plain Python says what it must answer.
"""

import fcntl
import gc
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Final

from kerne.alleles.assembly import GRCH38
from kerne.errors import KerneError
from kerne.genomes.exporting.export_format import FrequencyFormat
from kerne.genomes.exporting.frequency_files import save_frequencies
from kerne.genomes.frequencies import write_table_1based
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.scrub import scrub
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import Reader, open_freestanding
from kerne.genomes.reading.intake import GenomeFile

from .telling import Say

ADDED_AT_ONCE: Final = 3
CALLS: Final = ("0/0", "0/1", "1/1", "./.", "0|1", "1|0")
SHARES: Final = (30, 30, 10, 10, 10, 10)
MOST_HELD: Final = 0.6
"""Share of all genomes from which on more are removed than added."""

Site = tuple[str, int, str, str]
"""Contig, 1-based position, REF and ALT."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Invented genomes, each in a file of its own, with their calls by site."""

    files: dict[str, GenomeFile]
    calls: dict[str, dict[Site, str]]

    def expected(self, samples: Sequence[str]) -> str:
        """Count by hand what a store of these samples answers, as the table that it writes."""
        sites = sorted(
            {site for sample in samples for site in self.calls[sample]},
            key=lambda site: (int(site[0].removeprefix("chr")), *site[1:]),
        )
        lines = ["chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet"]
        for site in sites:
            # Silence is reference: these files are callable everywhere.
            found = Counter(self.calls[sample].get(site, "0/0") for sample in samples)
            het = sum(found[call] for call in ("0/1", "0|1", "1|0"))
            ac, an = het + 2 * found["1/1"], 2 * (len(samples) - found["./."])
            words = (*site, ac, an, f"{ac / an:.6g}" if an else ".", found["1/1"], het)
            lines.append("\t".join(map(str, words)))
        return "\n".join(lines) + "\n"


def invent(place: Path, genomes: int, sites: int, rng: random.Random) -> Cohort:
    """Write so many invented genomes into the directory `place`."""
    pool = sorted({(rng.choice([1, 2, 20]), rng.randrange(1, 50_000)) for _ in range(2 * sites)})
    cohort = Cohort({}, {})
    for number in range(genomes):
        sample = f"s{number:03}"
        chosen = sorted(rng.sample(pool, sites))
        calls = {
            (f"chr{contig}", at, "A", "CGT"[at % 3]): rng.choices(CALLS, SHARES)[0]
            for contig, at in chosen
        }
        head = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
        lines = ["##fileformat=VCFv4.2", f"{head}\t{sample}"]
        lines += [
            f"{contig}\t{at}\t.\t{reference}\t{alternative}\t.\t.\t.\tGT\t{call}"
            for (contig, at, reference, alternative), call in calls.items()
        ]
        path = place / f"{sample}.vcf"
        path.write_text("\n".join(lines) + "\n")
        cohort.files[sample] = GenomeFile(path)
        cohort.calls[sample] = calls
    return cohort


@dataclass
class StoreTold:
    """What was acknowledged of a store, and what each of its writers was about to do.

    `held` are the samples that must be there; `doing` says of a writer which samples come or go,
    or are exported; `exported` are those of the last export.
    """

    held: set[str] = field(default_factory=set)
    doing: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    acts: Counter[str] = field(default_factory=Counter)
    exported: frozenset[str] = frozenset()

    def hear(self, said: dict[str, Any]) -> None:  # Any: JSON
        """Take in a line that a writer has said."""
        writer, kind = said["writer"], said["kind"]
        if kind == "doing":
            self.doing[writer] = said["act"], frozenset(said["samples"])
        elif kind == "done":
            act, samples = self.doing.pop(writer)
            self.acts[act] += 1
            if act == "export":
                self.exported = samples
            else:
                self.held = self.held - samples if act == "remove" else self.held | samples
        else:  # it was refused, and nothing may have changed
            self.doing.pop(writer)
            self.acts[kind] += 1

    def problems(self, found: set[str]) -> list[str]:
        """Compare the samples that are there with those that must be or may be."""
        amiss = []
        undecided: set[str] = set()
        changes = [(act, samples) for act, samples in self.doing.values() if act != "export"]
        for act, samples in changes:
            undecided |= samples
            if samples & found not in (samples, frozenset()):
                amiss.append(f"`{act}` of {sorted(samples)} was done by halves")
        if lost := self.held - found - undecided:
            amiss.append(f"{sorted(lost)} were acknowledged and are lost")
        if strange := found - self.held - undecided:
            amiss.append(f"{sorted(strange)} were never acknowledged, or removed, and are there")
        return amiss

    def settle(self, found: set[str]) -> None:
        """Take what is there for what was decided."""
        self.held, self.doing = set(found), {}


def make(place: Path) -> Path:
    """Make an empty store in the new directory `place`."""
    return create_store(place, GRCH38, kept_by_centre=False).path


@dataclass(frozen=True, slots=True)
class StoreWork:
    """One writer's work on the store in `path`, with `samples` of its own; exports go `out`."""

    path: Path
    cohort: Cohort
    samples: Sequence[str]
    out: Path
    writer: str = "one"

    def acts(self, say: Say, rng: random.Random) -> Iterator[str]:
        """Do one act after the other, for ever, and say what begins and what is done."""
        store = GenomeStore(self.path)
        while True:
            held = sorted(set(store.rows()) & set(self.samples))
            absent = sorted(set(self.samples) - set(held))
            act, samples, do = self._drawn(store, held, absent, rng)
            self.told(say, act, samples, do)
            yield act

    def told(
        self, say: Say, act: str, samples: Sequence[str], do: Callable[[], object]
    ) -> KerneError | None:
        """Do one act and say so; return the error by which it was refused."""
        say("doing", writer=self.writer, act=act, samples=samples)
        try:
            do()
        except KerneError as error:
            say("failed", writer=self.writer)
            return error
        say("done", writer=self.writer)
        return None

    def _drawn(
        self, store: GenomeStore, held: list[str], absent: list[str], rng: random.Random
    ) -> tuple[str, list[str], Callable[[], object]]:
        is_full = len(held) > MOST_HELD * len(self.samples)
        chances = {"add": 6 * bool(absent), "compact": 1, "forget": 1}
        if held:
            chances |= {"remove": 2 + 6 * is_full, "export": 1}
        act = rng.choices([*chances], [*chances.values()])[0]
        if act == "export":
            return act, held, self.export
        if act in {"compact", "forget"}:
            return act, [], lambda: store.compact(forgotten=act == "forget")
        if act == "remove":
            sample = rng.choice(held)
            return act, [sample], lambda: store.remove(sample)
        chosen = rng.sample(absent, min(len(absent), rng.randrange(1, ADDED_AT_ONCE + 1)))
        files = [self.cohort.files[sample] for sample in chosen]
        return act, chosen, lambda: store.add(files)

    def export(self) -> None:
        """Write all frequencies to a file."""
        parts = open_freestanding(self.path).each_frequencies()
        save_frequencies(self.out, FrequencyFormat.TSV, GRCH38, parts)


def check(path: Path, cohort: Cohort, told: StoreTold) -> list[str]:
    """Return what is amiss in a store that was hurt."""
    try:
        reader = open_freestanding(path)
        found = reader.rows()
        return told.problems(set(found)) + wrong_answers(reader, cohort)
    except KerneError as error:
        return [f"the store does not answer: {error}"]


def check_export(out: Path, cohort: Cohort, told: StoreTold) -> list[str]:
    """Return what is amiss in the file that the only writer exports to."""
    text = out.read_text() if out.exists() else ""
    may_be = [samples for act, samples in told.doing.values() if act == "export"]
    may_be += [told.exported] if told.exported or not may_be else []
    allowed = {cohort.expected(sorted(samples)) if samples else "" for samples in may_be}
    if not told.exported:
        allowed.add("")
    return [] if text in allowed else [f"`{out.name}` was exported and is not whole"]


def wrong_answers(reader: Reader, cohort: Cohort) -> list[str]:
    """Compare all that a store answers with what is expected of the samples in it."""
    rows = reader.rows()
    table = StringIO()
    write_table_1based(reader.frequencies(), table)
    amiss = []
    if table.getvalue() != cohort.expected(sorted(rows)):
        amiss.append(f"the frequencies of {sorted(rows)} are wrong")
    for sample, row in rows.items():
        carried = sum("1" in call for call in cohort.calls[sample].values())
        if len(list(reader.variants_of(row))) != carried:
            amiss.append(f"the genome of `{sample}` is not whole")
    return amiss


def is_held(place: Path) -> bool:
    """Say whether a reader still reads a segment; the next writer removes it."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def check_tidy(path: Path, cohort: Cohort) -> list[str]:
    """Write once more, which removes what dead writers left, and look for anything left over."""
    gc.collect()  # a segment stays as long as somebody holds it, if only an error's traceback
    store = GenomeStore(path)
    sample = min(set(cohort.files) - set(store.rows()))
    try:
        store.add([cohort.files[sample]])
        store.remove(sample)
    except KerneError as error:
        return [f"the store does not take a genome: {error}"]
    named = {entry.name for entry in store.manifest.segments}
    places = {place.name: place for place in (path / "segments").iterdir()}
    unnamed = [place for name, place in places.items() if name not in named]
    amiss = [f"debris `{place.name}`" for place in unnamed if not is_held(place)]
    amiss += [f"segment `{name}` is not there" for name in sorted(named - set(places))]
    amiss += [f"debris `{each.name}`" for each in path.glob("*.making")]
    amiss += [f"damaged: {each.file}" for each in scrub(path).damages]
    return amiss
