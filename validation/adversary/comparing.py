"""Ask the database everything that it can be asked, and say each answer that is not the truth."""

import random
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from pyroaring import BitMap

from adversary.bcftools import Split, split_by_bcftools
from adversary.naive import (
    CARRIED,
    PAIRED,
    Call,
    Counts,
    Key,
    NaiveFile,
    count,
    normal,
    summed,
)
from adversary.plain_reading import read_naively
from adversary.sequence import STRETCHES
from adversary.studies import Study
from adversary.writing import SPELLINGS
from kerne.alleles.allele import Allele
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import GenotypedAllele, Phase
from kerne.genomes.reader import Reader, open_freestanding

CONTIGS: Final = tuple(SPELLINGS)
SUBSETS: Final = 3
ASKED: Final = 12


def differences(study: Study, rng: random.Random) -> list[str]:
    """Compare a study that was added with the truth; each difference is one line."""
    reader = open_freestanding(study.store)
    found = list(_who(study, reader))
    for chosen in subsets(study, rng):
        found += _counts(study, chosen)
        found += _region(study, rng, chosen)
        found += _named(study, reader, rng, chosen)
    found += _carriers(study, rng)
    found += _genomes(study, reader)
    return found


def subsets(study: Study, rng: random.Random) -> Iterator[frozenset[str]]:
    """Yield everybody and some random subsets, the empty one now and then."""
    yield frozenset(study.samples)
    for _ in range(SUBSETS):
        yield frozenset(rng.sample(study.samples, rng.randint(0, len(study.samples))))


def table_of(found: Frequencies) -> dict[Key, Counts]:
    """Return a table of frequencies as a dictionary."""
    columns = (found.ac, found.an, found.hom, found.het, found.hemi)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    return {key_of(found.allele(at)): Counts(*each) for at, each in enumerate(numbers)}


def key_of(allele: Allele) -> Key:
    """Return an allele of the database as the truth writes it."""
    return Key(allele.contig, allele.position, allele.reference, allele.alternative)


def keys_of(files: Collection[NaiveFile]) -> set[Key]:
    """Return all alleles that the files mention."""
    return {key for file in files for key in file.told}


def truth(study: Study, keys: Collection[Key], chosen: frozenset[str]) -> dict[Key, Counts]:
    """Return the counts of alleles among some samples."""
    return {key: count(study.naive, key, chosen) for key in keys}


def _unlike(what: str, ours: dict[Key, Counts], theirs: dict[Key, Counts]) -> Iterator[str]:
    for key in sorted(ours.keys() | theirs.keys()):
        if ours.get(key) != theirs.get(key):
            yield f"{what}: {key}: database {ours.get(key)}, expected {theirs.get(key)}"


def differences_from_bcftools(study: Study, rng: random.Random, work: Path) -> list[str]:
    """Compare with bcftools: each call that the truth read, and each count that is as written.

    What bcftools does not count is explained, and left out: a genome of a file without the
    allele (silence is the rule of the database), single copies of X and Y, thresholds of a gVCF.
    """
    found, splits = list[str](), list[Split]()
    for file in study.files:
        splits.append(split_by_bcftools(file.plain, work, file.naive.samples, study.fasta))
        naive = read_naively(file.plain, sequence=study.shifted_by)
        theirs = splits[-1].calls()
        for key in theirs.keys() | naive.told.keys():
            ours, those = naive.told.get(key), theirs.get(key)
            if (
                ours is None
                or those is None
                or list(map(sorted_calls, ours)) != list(map(sorted_calls, those))
            ):
                found.append(f"{file.plain}: {key}: read {ours}, bcftools {those}")
    for chosen in subsets(study, rng):
        found += _bcftools_counts(study, splits, chosen, work)
    return found


def sorted_calls(calls: Sequence[Call]) -> list[str]:
    """Return calls of one allele in an order of their own: records of one place have none."""
    return sorted(map(str, calls))


def _bcftools_counts(
    study: Study, splits: Sequence[Split], chosen: frozenset[str], work: Path
) -> Iterator[str]:
    ours = table_of(study.genomes.frequencies(samples=chosen))
    counted: list[dict[Key, list[Counts]]] = []
    for split in splits:
        mine = [sample for sample in split.samples if sample in chosen]
        # bcftools wants a sample at least.
        counted.append(split.counts(mine, work) if mine else {})
    for key in sorted(ours):
        totals = []
        for file, theirs in zip(study.files, counted, strict=True):
            worths = [
                file.naive.worth(key, at)
                for at, sample in enumerate(file.naive.samples)
                if sample in chosen
            ]
            records = theirs.get(key, [])
            as_is = len(records) == 1 and not file.is_gvcf and is_as_written(file.naive, key)
            totals += records if as_is else worths
        total = summed(totals)
        if ours[key] != total:
            yield f"{key} among {len(chosen)}: database {ours[key]}, bcftools {total}"


def is_as_written(file: NaiveFile, key: Key) -> bool:
    """Say whether all genomes of a file have two copies of a place."""
    return all(
        file.copies_at(at, key.contig, key.position) == PAIRED for at in range(len(file.samples))
    )


def _who(study: Study, reader: Reader) -> Iterator[str]:
    if set(reader.rows()) != set(study.samples):
        yield f"samples: {sorted(reader.rows())}, expected {sorted(study.samples)}"
    whole = sum(len(file.samples) for file in study.naive if file.callable_in is None)
    stats = reader.stats()
    if (stats.genomes, stats.declared_whole) != (len(study.samples), whole):
        yield f"stats: {stats}, expected {len(study.samples)} genomes, {whole} whole"


def _counts(study: Study, chosen: frozenset[str]) -> Iterator[str]:
    ours = table_of(study.genomes.frequencies(samples=chosen))
    theirs = truth(study, keys_of(study.naive), chosen)
    yield from _unlike(f"counts of {len(chosen)}", ours, theirs)


def _region(study: Study, rng: random.Random, chosen: frozenset[str]) -> Iterator[str]:
    stretch = rng.choice(STRETCHES)
    start = rng.randrange(stretch.start, stretch.end)
    end = rng.randint(start + 1, stretch.end)
    spelled = rng.choice(SPELLINGS[stretch.contig])
    ours = table_of(study.genomes.frequencies(f"{spelled}:{start + 1}-{end}", chosen))
    inside = {
        key
        for key in keys_of(study.naive)
        if key.contig == stretch.contig
        and key.position < end
        and key.position + len(key.reference) > start
    }
    yield from _unlike(f"{spelled}:{start + 1}-{end}", ours, truth(study, inside, chosen))


def _named(
    study: Study, reader: Reader, rng: random.Random, chosen: frozenset[str]
) -> Iterator[str]:
    """Compare alleles asked for by name, written otherwise, and never seen."""
    known = sorted(keys_of(study.naive))
    asked = [_written_otherwise(study, key) for key in rng.sample(known, min(ASKED, len(known)))]
    for _ in range(ASKED):
        stretch = rng.choice(STRETCHES)
        at = rng.randrange(stretch.start, stretch.end)
        base = study.sequence.fetch(stretch.contig, at, at + 1)
        asked.append(Allele(stretch.contig, at, base, rng.choice("ACGT".replace(base, ""))))
    rows = reader.rows()
    found = reader.frequencies(BitMap([rows[each] for each in chosen]), alleles=asked)
    for at, allele in enumerate(asked):
        key = normal(*key_of(allele), study.shifted_by)
        columns = (found.ac, found.an, found.hom, found.het, found.hemi)
        ours = Counts(*(int(column[at]) for column in columns))
        theirs = count(study.naive, key, chosen)
        if (key_of(found.allele(at)), ours) != (key, theirs):
            yield f"asked {allele}: database {found.allele(at)} {ours}, expected {key} {theirs}"


def _written_otherwise(study: Study, key: Key) -> Allele:
    """Write an allele with a base more behind it."""
    end = key.position + len(key.reference)
    after = study.sequence.fetch(key.contig, end, end + 1)
    return Allele(key.contig, key.position, key.reference + after, key.alternative + after)


def _carriers(study: Study, rng: random.Random) -> Iterator[str]:
    known = sorted(keys_of(study.naive))
    for key in rng.sample(known, min(ASKED, len(known))):
        name = f"{key.contig}-{key.position + 1}-{key.reference}-{key.alternative}"
        found = study.genomes.carriers(name)
        ours = {each.sample: each.genotype.value for each in found}
        theirs = {
            sample: _as_counted(worth)
            for file in study.naive
            for at, sample in enumerate(file.samples)
            if (worth := file.worth(key, at)).ac
        }
        if ours != theirs or [each.row for each in found] != sorted(each.row for each in found):
            yield f"carriers of {name}: database {ours}, expected {theirs}"


def _as_counted(worth: Counts) -> str:
    kinds = {"hom": worth.hom, "het": worth.het, "hemi": worth.hemi}
    return next((kind for kind, number in kinds.items() if number), "half")


def _genomes(study: Study, reader: Reader) -> Iterator[str]:
    rows = reader.rows()
    for file in study.naive:
        for at, sample in enumerate(file.samples):
            yield from _variants(file, at, reader.variants_of(rows[sample]))
            yield from _callable(file, at, reader, rows[sample])


def _variants(file: NaiveFile, at: int, found: Sequence[GenotypedAllele]) -> Iterator[str]:
    sample = file.samples[at]
    expected = dict[Key, Call]()
    for key in file.told:
        call = file.call(key, at)
        if call is not None and call.said.removeprefix("weak ") in CARRIED:
            expected[key] = call
    ours = {key_of(each.allele): each for each in found}
    if ours.keys() != expected.keys() or len(ours) != len(found):
        yield f"variants of {sample}: {ours.keys() ^ expected.keys()}"
        return
    places = [(CONTIGS.index(key.contig), key.position) for key in ours]
    if places != sorted(places):
        yield f"variants of {sample}: not in order"
    for key, each in ours.items():
        call = expected[key]
        said = (each.genotype.value, each.is_counted)
        if said != (call.said.removeprefix("weak "), file.worth(key, at).ac > 0):
            yield f"{key} of {sample}: database {said}, expected {call}"
        same = {_numbers(other) for other in file.told[key][at] if other.said == call.said}
        numbers = (
            *(each.phase, each.depth_reads, each.quality),
            *(each.reference_reads, each.alternative_reads),
        )
        if numbers not in same:
            yield f"{key} of {sample}: database {numbers}, expected {same}"


def _numbers(call: Call) -> tuple[Phase, int | None, int | None, int | None, int | None]:
    phases = {(): Phase.NONE, (1,): Phase.FIRST, (2,): Phase.SECOND, (1, 2): Phase.BOTH}
    depths = (call.depth_reference, call.depth_alternative)
    return phases[call.haplotypes], call.depth, call.quality, *depths


def _callable(file: NaiveFile, at: int, reader: Reader, row: int) -> Iterator[str]:
    regions = reader.callable_of(row)
    if regions is None or file.callable_in is None:
        if (regions is None) != (file.callable_in is None):
            yield f"{file.samples[at]}: callable `{regions}`, expected `{file.callable_in}`"
        return
    ours = {
        contig: list(zip(*(bound.tolist() for bound in regions.ranges(contig)), strict=True))
        for contig in regions.contigs
    }
    theirs = {contig: ranges for contig, ranges in file.united(at).items() if ranges}
    if ours != theirs:
        different = {contig for contig in ours | theirs if ours.get(contig) != theirs.get(contig)}
        yield f"{file.samples[at]}: callable differs on {sorted(different)}"
