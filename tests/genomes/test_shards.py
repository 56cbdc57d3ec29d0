"""Stores of about 65,536 genomes, where a row no longer fits 16 bits: counted like plain arrays.

A few sites of many people: rare, common, and nearly everybody's; missing and half-calls among them.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.reading.intake import GenomeFile, StoreRules

SHARD = 1 << 16
RULES = StoreRules("GRCh38")
TEXTS = np.array(["0/0", "0/1", "1/1", "./.", "./1", "0|0", "1|0"])
AC = np.array([0, 1, 2, 0, 1, 0, 1])
AN = np.array([2, 2, 2, 0, 1, 2, 2])
HOM = TEXTS == "1/1"
HET = (TEXTS == "0/1") | (TEXTS == "1|0")
CHANCES = (
    (0.9999, 0.0001, 0, 0, 0, 0, 0),
    (0.4, 0.2, 0.1, 0.1, 0.05, 0.1, 0.05),
    (0, 0.02, 0.975, 0.005, 0, 0, 0),
    (0, 0, 1, 0, 0, 0, 0),
    (0.7, 0.3, 0, 0, 0, 0, 0),
)


class People:
    """People with random genotypes, (sites, people) indices into `TEXTS`."""

    def __init__(self, first: int, count: int, rng: np.random.Generator) -> None:
        self.names = [f"p{number}" for number in range(first, first + count)]
        self.drawn = np.array([rng.choice(len(TEXTS), count, p=each) for each in CHANCES])

    def write(self, path: Path) -> GenomeFile:
        columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
        lines = ["##fileformat=VCFv4.2", "\t".join([*columns, *self.names])]
        for site, drawn in enumerate(self.drawn):
            fixed = f"chr1\t{10 * site + 1}\t.\tA\tC\t.\t.\t.\tGT\t"
            lines.append(fixed + "\t".join(TEXTS[drawn].tolist()))
        path.write_text("\n".join([*lines, ""]))
        return GenomeFile(path)


def counted(drawn: NDArray[np.int64]) -> list[tuple[int, int, int, int]]:
    """Return AC, AN, hom and het of each site, the plain way."""
    columns = (AC[drawn], AN[drawn], HOM[drawn], HET[drawn])
    return list(zip(*(column.sum(axis=1).tolist() for column in columns), strict=True))


def asked(genomes: FreestandingGenomes, names: list[str] | None) -> list[tuple[int, ...]]:
    found = genomes.frequencies(samples=names)
    columns = (found.ac, found.an, found.hom, found.het)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("first", [SHARD - 3, SHARD])
def test_people_on_both_sides_of_a_shard__count_like_plain_arrays(
    tmp_path: Path, first: int
) -> None:
    rng = np.random.default_rng(first)
    genomes = FreestandingGenomes(tmp_path / "store")
    parts = [People(0, first, rng), People(first, 7, rng), People(first + 7, 1, rng)]
    for number, part in enumerate(parts):
        genomes.add([part.write(tmp_path / f"{number}.vcf")], RULES)
    names = [name for part in parts for name in part.names]
    drawn = np.concatenate([part.drawn for part in parts], axis=1)
    assert asked(genomes, None) == counted(drawn)
    for share in (0.9, 0.001):
        chosen = np.flatnonzero(rng.random(len(names)) < share)
        assert asked(genomes, [names[at] for at in chosen]) == counted(drawn[:, chosen])
    edge = list(range(SHARD - 4, SHARD + 4))
    edge = [at for at in edge if at < len(names)]
    assert asked(genomes, [names[at] for at in edge]) == counted(drawn[:, edge])
    gone = [at for at in (SHARD - 1, SHARD, first, 0) if at < len(names)]
    for name in sorted({names[at] for at in gone}):
        genomes.remove(name)
    rest = np.setdiff1d(np.arange(len(names)), gone)
    assert asked(genomes, None) == counted(drawn[:, rest])
    carriers = {carrier.sample for carrier in genomes.carriers("chr1-1-A-C")}
    assert carriers == {names[at] for at in rest if AC[drawn[0, at]]}
