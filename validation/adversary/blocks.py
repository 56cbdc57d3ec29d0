"""Invent gVCFs: reference blocks good and bad, variants between them, and what callers do wrong.

References
----------
VCF 4.4 §5.5 (`<*>` and reference blocks); GATK's `<NON_REF>`.
"""

from collections.abc import Sequence
from typing import Final

from adversary.files import InventedFile, Inventor, Person, Record, copies_at
from adversary.sequence import STRETCHES, SURE_X, SURE_Y, Stretch, happens

ANY_ALLELES: Final = ("<NON_REF>", "<*>")
BLOCK_FORM: Final = ("GT", "GQ", "DP", "MIN_DP")
VARIANT_FORMS: Final = (("GT", "AD", "DP", "GQ", "PL"), ("GT", "GQ", "DP"), ("GT", "DP"))
LONGEST_BLOCK_BP: Final = 40
PAIRED: Final = 2


def invent_gvcf(
    inventor: Inventor, names: Sequence[str], stretches: Sequence[Stretch] = STRETCHES
) -> InventedFile:
    """Invent a gVCF of one sample, or of a few."""
    rng, people = inventor.rng, inventor.people(names)
    any_allele = rng.choice(ANY_ALLELES)
    records: list[Record] = []
    for stretch in stretches:
        if happens(rng, 0.9):
            records += _stretch(inventor, stretch, people, any_allele)
    if stretches is STRETCHES and happens(rng, 0.9):
        records += _sure(inventor, people, any_allele)
    # What tells a gVCF stands near its beginning.
    records.insert(0, _block(inventor, Stretch("chr1", 0, 1), people, any_allele))
    return InventedFile(people, tuple(records), is_gvcf=True)


def _stretch(
    inventor: Inventor, stretch: Stretch, people: Sequence[Person], any_allele: str
) -> list[Record]:
    rng, at, made = inventor.rng, stretch.start, list[Record]()
    while at < stretch.end:
        size = min(rng.randint(1, LONGEST_BLOCK_BP), stretch.end - at)
        if happens(rng, 0.5):
            piece = Stretch(stretch.contig, at, at + size)
            made.append(_block(inventor, piece, people, any_allele))
        elif happens(rng, 0.8):
            made.append(_variant(inventor, stretch, at, people, any_allele))
        # Records overlap, follow each other, or leave a gap.
        at += max(1, size + rng.choice((-3, 0, 0, 5)))
    return made


def _block(
    inventor: Inventor, stretch: Stretch, people: Sequence[Person], any_allele: str
) -> Record:
    rng = inventor.rng
    values = []
    for person in people:
        copies = copies_at(person, stretch.contig, stretch.start)
        called = "0" if person.aware and copies == 1 else "0/0"
        genotype = rng.choice(("./.", ".", "0/.")) if happens(rng, 0.1) else called
        depth = rng.choice((7, 8, 30))
        least = rng.choice((7, 8))
        quality = rng.choice(("19", "20", "99", "."))
        values.append(f"{genotype}:{quality}:{depth}:{least}")
    form: tuple[str, ...] = BLOCK_FORM
    if happens(rng, 0.3):
        form, values = form[:3], [value.rsplit(":", 1)[0] for value in values]
    reference = inventor.sequence.fetch(stretch.contig, stretch.start, stretch.start + 1)
    alternatives = () if happens(rng, 0.2) else (any_allele,)
    info = f"END={stretch.end}"
    start = stretch.start
    return Record(stretch.contig, start, reference, alternatives, info, form, tuple(values))


def _variant(
    inventor: Inventor, stretch: Stretch, at: int, people: Sequence[Person], any_allele: str
) -> Record:
    rng = inventor.rng
    plain = inventor.record(stretch, at, people)
    alternatives = (*plain.alternatives, any_allele)
    form = rng.choice(VARIANT_FORMS)
    values = tuple(
        inventor.value(
            form, inventor.call(person, stretch.contig, at, len(alternatives)), alternatives
        )
        for person in people
    )
    return Record(stretch.contig, at, plain.reference, alternatives, plain.info, form, values)


def _sure(inventor: Inventor, people: Sequence[Person], any_allele: str) -> list[Record]:
    made = []
    for record in inventor.sure_records(people):
        values = tuple(f"{value}:99:30" for value in record.values)
        alternatives = (*record.alternatives, any_allele)
        made.append(
            Record(
                record.contig,
                record.position,
                record.reference,
                alternatives,
                ".",
                ("GT", "GQ", "DP"),
                values,
            )
        )
    rest = Stretch(SURE_X.contig, SURE_X.start + 100, SURE_X.end)
    made.insert(-1, _block(inventor, rest, people, any_allele))
    made.append(_block(inventor, SURE_Y, people, any_allele))
    return made
