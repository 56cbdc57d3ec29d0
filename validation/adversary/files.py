"""Invent VCF files, record by record, that hold whatever the format allows.

What makes them hard: many alleles at a place, indels in repeats that overlap each other, one
allele written in several ways or twice, `*`, symbolic alleles and breakends, half-calls, haploid
and missing calls, odd orders of FORMAT, values left out at the end, long alleles, N. Chance comes
from a `random.Random`, so that a seed makes many files fast and hypothesis can shrink one.

References
----------
VCF 4.4 §1.6.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adversary.sequence import (
    PAR_END,
    PAR_START,
    STRETCHES,
    SURE_X,
    SURE_Y,
    InventedSequence,
    Stretch,
    happens,
)

FORMS: Final = (
    ("GT",),
    ("GT",),
    ("GT", "DP"),
    ("GT", "GQ"),
    ("GT", "AD", "DP", "GQ", "PL"),
    ("GT", "PL", "GQ", "XX", "DP", "AD"),
    ("GT", "AD"),
    ("DP", "GQ"),
)
SYMBOLIC: Final = ("<DEL>", "<INS>", "<DUP:TANDEM>", "<CNV>", "G]chr2:1100]", "[chr1:50[T", "A.")
SPANNING: Final = "*"
SURE_RECORDS: Final = 60
"""Calls outside the pseudo-autosomal regions that leave no doubt about the copies of X."""

PAIRED: Final = 2
LONG_BP: Final = 70
MANY_ALLELES: Final = 12


@dataclass(frozen=True, slots=True)
class Person:
    """Whose genome it is; `aware` when the caller wrote one allele where there is one copy."""

    name: str
    copies_of_x: int
    aware: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One line; `values` has one text for each sample, without what was left out."""

    contig: str
    position: int
    reference: str
    alternatives: tuple[str, ...]
    info: str
    form: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InventedFile:
    """A file before it is written; `callable_in` stands for a BED that comes with it."""

    people: tuple[Person, ...]
    records: tuple[Record, ...]
    is_gvcf: bool = False
    callable_in: tuple[Stretch, ...] | None = None


@dataclass(frozen=True, slots=True)
class Inventor:
    """Invents files over one sequence."""

    rng: random.Random
    sequence: InventedSequence

    def people(self, names: Sequence[str]) -> tuple[Person, ...]:
        """Invent the people of one file."""
        rng = self.rng
        aware = happens(rng, 0.5)
        return tuple(Person(name, rng.choice((1, 2)), aware) for name in names)

    def file(self, names: Sequence[str]) -> InventedFile:
        """Invent a plain VCF of some samples."""
        rng, people = self.rng, self.people(names)
        records: list[Record] = []
        for stretch in STRETCHES:
            if happens(rng, 0.8):
                records += self.records(stretch, people)
        if happens(rng, 0.9):
            records += self.sure_records(people)
        bed = self.callable_in() if happens(rng, 0.3) else None
        return InventedFile(people, tuple(records), callable_in=bed)

    def records(self, stretch: Stretch, people: Sequence[Person]) -> list[Record]:
        """Invent records of one stretch, in order."""
        rng = self.rng
        places = sorted(rng.choices(range(stretch.start, stretch.end), k=rng.randint(0, 9)))
        made: list[Record] = []
        for at in places:
            made.append(self.record(stretch, at, people))
            if happens(rng, 0.25):
                made.append(self.again(made[-1], stretch, people))
        return made

    def again(self, record: Record, stretch: Stretch, people: Sequence[Person]) -> Record:
        """Invent a record with alleles of another one, written alike or with a base more."""
        rng = self.rng
        kept = tuple(each for each in record.alternatives if happens(rng, 0.7))
        more = ""
        if all(each.isalpha() for each in kept) and happens(rng, 0.5):
            end = record.position + len(record.reference)
            more = self.sequence.fetch(record.contig, end, min(end + 1, stretch.end))
        alternatives = tuple(each + more for each in kept)
        form = rng.choice(FORMS)
        values = tuple(
            self.value(
                form, self.call(person, record.contig, record.position, len(kept)), alternatives
            )
            for person in people
        )
        reference = record.reference + more
        return Record(record.contig, record.position, reference, alternatives, ".", form, values)

    def record(self, stretch: Stretch, at: int, people: Sequence[Person]) -> Record:
        """Invent the record at a position."""
        rng = self.rng
        size = rng.choice((1, 1, 1, 1, 2, 3, 5, LONG_BP if happens(rng, 0.1) else 2))
        reference = self.sequence.fetch(stretch.contig, at, min(at + size, stretch.end))
        alternatives = self.alternatives(stretch.contig, at, reference)
        form = rng.choice(FORMS)
        values = tuple(
            self.value(form, self.call(person, stretch.contig, at, len(alternatives)), alternatives)
            for person in people
        )
        end = f"END={at + len(reference) + 30}"
        info = end if "<DEL>" in alternatives else rng.choice((".", "DP=30", "DB;XF=0.5"))
        return Record(stretch.contig, at, reference, alternatives, info, form, values)

    def alternatives(self, contig: str, at: int, reference: str) -> tuple[str, ...]:
        """Invent different ALT alleles, in no order."""
        rng = self.rng
        count = MANY_ALLELES if happens(rng, 0.02) else rng.choice((0, 1, 1, 1, 1, 2, 3, 4))
        found = dict.fromkeys(self.alternative(contig, at, reference) for _ in range(count))
        found.pop(reference, None)
        return tuple(found)

    def alternative(  # noqa: PLR0911  one for each kind of allele
        self, contig: str, at: int, reference: str
    ) -> str:
        """Invent one ALT allele; it may equal the reference."""
        rng = self.rng
        end = at + len(reference)
        match rng.randrange(8):
            case 0:
                return reference[0]
            case 1:
                return reference + "".join(rng.choices("ACGT", k=rng.randint(1, 4)))
            case 2:
                return reference + self.sequence.fetch(contig, end, end + rng.randint(1, 6))
            case 3 if happens(rng, 0.3):
                return rng.choice(SYMBOLIC)
            case 3:
                return SPANNING
            case 4 if happens(rng, 0.1):
                return reference[0] + "".join(rng.choices("ACGT", k=LONG_BP))
            case 5 if len(reference) > 1:
                return reference[: rng.randint(1, len(reference))]
            case _:
                return "".join(rng.choices("ACGTN", (24, 24, 24, 24, 1), k=len(reference)))

    def call(self, person: Person, contig: str, at: int, alternatives: int) -> str:
        """Invent a genotype that the person can have there."""
        rng = self.rng
        copies = copies_at(person, contig, at)
        if copies == 0:
            return "." if person.aware else rng.choice((".", "./.", "0/0"))
        ploidy = copies if person.aware else PAIRED
        if copies == PAIRED and contig in {"chr1", "chr2"} and happens(rng, 0.04):
            ploidy = 1
        if happens(rng, 0.05):
            return rng.choice((".", "./.", ".|."))
        alleles = [
            "." if happens(rng, 0.1) else str(rng.choice((0, 0, rng.randint(0, alternatives))))
            for _ in range(ploidy)
        ]
        if copies == 1 and ploidy == PAIRED and happens(rng, 0.9):
            alleles = [alleles[0]] * ploidy
        return rng.choice("/|").join(alleles)

    def value(self, form: Sequence[str], genotype: str, alternatives: Sequence[str]) -> str:
        """Invent the values of one sample, the last ones left out now and then."""
        rng = self.rng
        alleles = len(alternatives) + 1
        found = [genotype if key == "GT" else self.number(key, alleles) for key in form]
        first = 1 if form[0] == "GT" else 0
        for column in range(first, len(found)):
            if happens(rng, 0.08):
                found[column] = "."
        kept = rng.randint(1, len(found)) if happens(rng, 0.2) else len(found)
        return ":".join(found[:kept])

    def number(self, key: str, alleles: int) -> str:
        """Invent the value of a FORMAT key other than GT, for a record of so many alleles."""
        rng = self.rng
        match key:
            case "DP":
                return str(rng.choice((0, 7, 8, 14, 300)))
            case "GQ":
                return str(rng.choice((0, 19, 20, 50, 99)))
            case "AD":
                return ",".join(str(rng.randint(0, 40)) for _ in range(alleles))
            case "PL":
                return ",".join(str(rng.randint(0, 99)) for _ in range(_genotypes(alleles)))
            case _:
                return rng.choice(("a", "b.c", "-"))

    def sure_records(self, people: Sequence[Person]) -> list[Record]:
        """Make calls that leave no doubt about the copies of X and Y."""
        made = []
        for at in range(SURE_X.start, SURE_X.start + SURE_RECORDS):
            calls = [_sure_on_x(person) for person in people]
            made.append(self.single(SURE_X.contig, at, calls))
        calls = [
            ("1" if each.aware else "1/1") if each.copies_of_x == 1 else "." for each in people
        ]
        made.append(self.single(SURE_Y.contig, SURE_Y.start, calls))
        return made

    def single(self, contig: str, at: int, calls: Sequence[str]) -> Record:
        """Make the record of one SNV, with genotypes alone."""
        reference = self.sequence.fetch(contig, at, at + 1)
        alternative = "C" if reference == "A" else "A"
        return Record(contig, at, reference, (alternative,), ".", ("GT",), tuple(calls))

    def callable_in(self) -> tuple[Stretch, ...]:
        """Invent where a genome is callable: overlapping, empty and adjoining stretches too."""
        rng = self.rng
        made = []
        for _ in range(rng.randint(0, 12)):
            stretch = rng.choice(STRETCHES)
            start = rng.randint(stretch.start, stretch.end)
            made.append(Stretch(stretch.contig, start, start + rng.randint(0, 60)))
        return tuple(made)


def copies_at(person: Person, contig: str, position: int) -> int:
    """Return how many copies of a 0-based position the person has."""
    if contig == "chrM":
        return 1
    if contig not in {"chrX", "chrY"} or PAR_START <= position < PAR_END:
        return PAIRED
    return person.copies_of_x if contig == "chrX" else PAIRED - person.copies_of_x


def _sure_on_x(person: Person) -> str:
    if person.copies_of_x == PAIRED:
        return "0/1"
    return "1" if person.aware else "1/1"


def _genotypes(alleles: int) -> int:
    return alleles * (alleles + 1) // 2
