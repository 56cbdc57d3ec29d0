"""Compare matrices of genotypes with what plain Python says of each genome at each allele."""

import random
from collections.abc import Iterator

from pyroaring import BitMap

from adversary.comparing import CONTIGS, key_of, keys_of
from adversary.naive import Key, NaiveFile
from adversary.sequence import STRETCHES
from adversary.studies import Study
from kerne.alleles.interval import Interval
from kerne.genomes.asking.matrix import NO_ALLELE, UNCALLED, GenotypeBlock
from kerne.genomes.reader import open_freestanding


def differences_of_matrices(
    study: Study, chosen: frozenset[str], rng: random.Random
) -> Iterator[str]:
    """Compare the matrix of some samples, whole and in a region."""
    reader = open_freestanding(study.store)
    rows = reader.rows()
    picked = BitMap([rows[sample] for sample in chosen])
    stretch = rng.choice(STRETCHES)
    start = rng.randrange(stretch.start, stretch.end)
    region = Interval(stretch.contig, start, rng.randint(start + 1, stretch.end))
    expected = keys_of(study.naive)
    yield from _differences(study, list(reader.blocks(None, picked)), expected, chosen)
    inside = {
        key
        for key in expected
        if key.contig == region.contig
        and key.position < region.end
        and key.position + len(key.reference) > region.start
    }
    yield from _differences(study, list(reader.blocks(region, picked)), inside, chosen)


def _differences(
    study: Study, blocks: list[GenotypeBlock], expected: set[Key], chosen: frozenset[str]
) -> Iterator[str]:
    of_sample = {
        sample: (file, at) for file in study.naive for at, sample in enumerate(file.samples)
    }
    found: list[Key] = []
    for block in blocks:
        if set(block.samples) != chosen:
            yield f"matrix of {block.samples}, expected {sorted(chosen)}"
        for number in range(len(block.alleles)):
            key = key_of(block.alleles.allele(number))
            found.append(key)
            for column, sample in enumerate(block.samples):
                pair = block.genotypes[number, column].tolist()
                phased = bool(block.phased[number, column])
                problem = _problem(*of_sample[sample], key, pair, phased=phased)
                if problem:
                    yield f"matrix: {key} of {sample}: {pair}, phased {phased}: {problem}"
    places = [(CONTIGS.index(key.contig), key.position) for key in found]
    if set(found) != expected or len(found) != len(expected) or places != sorted(places):
        yield f"matrix: alleles {set(found) ^ expected}, or their order"


def _problem(file: NaiveFile, at: int, key: Key, pair: list[int], *, phased: bool) -> str:
    """Say what is wrong with one genotype; nothing when it is right."""
    worth, call = file.worth(key, at), file.call(key, at)
    ours = (pair.count(1), pair.count(0) + pair.count(1))
    if ours != (worth.ac, worth.an) or set(pair) - {0, 1, UNCALLED, NO_ALLELE}:
        return f"expected {worth}"
    is_half = call is not None and call.said in {"half", "reference half"}
    copies = file.copies_at(at, key.contig, key.position)
    if worth.an == 1 and (UNCALLED in pair) != (is_half and copies != 1):
        return f"expected {call} on {copies} copies"
    if worth.het and call is not None:
        same = {each.haplotypes for each in file.told[key][at] if each.said == call.said}
        ours_on = (pair.index(1) + 1,) if phased else ()
        return "" if ours_on in same else f"expected haplotypes {same}"
    return ""
