"""A study: some invented files over one sequence, the same in the database and in plain Python."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from adversary.blocks import invent_gvcf
from adversary.files import InventedFile, Inventor
from adversary.naive import NaiveFile
from adversary.plain_reading import Thresholds, looks_like_gvcf, read_naively
from adversary.sequence import InventedSequence, Stretch, happens, invent_sequence
from adversary.writing import (
    Container,
    Dress,
    choose_dress,
    write_bed,
    write_invented,
)
from kerne.errors import InputFileError
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.reading.intake import GenomeFile, StoreRules

FILES_MOST: Final = 8
SIZES: Final = (1, 1, 1, 2, 5, 9, 30)
THRESHOLDS: Final = ((20, 8), (20, 8), (0, 0), (99, 30))


@dataclass(frozen=True, slots=True)
class StudyFile:
    """One file: as it was given, as plain text for bcftools, and as it was read naively."""

    given: GenomeFile
    plain: Path
    naive: NaiveFile
    is_gvcf: bool


@dataclass(frozen=True, slots=True)
class Study:
    """Files before they are added; `fasta` is `None` when alleles are trimmed only."""

    work: Path
    rules: StoreRules
    sequence: InventedSequence
    fasta: Path | None
    files: list[StudyFile] = field(default_factory=list)

    @property
    def store(self) -> Path:
        """The directory of the store."""
        return self.work / "store"

    @property
    def naive(self) -> list[NaiveFile]:
        """The files as read naively."""
        return [file.naive for file in self.files]

    @property
    def samples(self) -> list[str]:
        """All samples, by file and column."""
        return [sample for file in self.files for sample in file.naive.samples]

    @property
    def shifted_by(self) -> InventedSequence | None:
        """The sequence that alleles are shifted by, if they are."""
        return None if self.fasta is None else self.sequence

    @property
    def thresholds(self) -> Thresholds:
        """What a genotype of a gVCF must reach."""
        return Thresholds(self.rules.min_gq or 0, self.rules.min_dp or 0)

    @property
    def genomes(self) -> FreestandingGenomes:
        """The database."""
        return FreestandingGenomes(self.store)

    def invent_file(
        self, rng: random.Random, names: Sequence[str], containers: Sequence[Container]
    ) -> None:
        """Invent a VCF of some samples, or a gVCF of the first of them; it is not yet added."""
        inventor = Inventor(rng, self.sequence)
        is_gvcf = happens(rng, 0.35)
        made = invent_gvcf(inventor, names[:3]) if is_gvcf else inventor.file(names)
        self.take(made, rng, containers)

    def take(self, made: InventedFile, rng: random.Random, containers: Sequence[Container]) -> None:
        """Write an invented file in some dress, and read it naively; it is not yet added."""
        stem = self.work / f"file{len(self.files)}"
        plain = write_invented(made, stem.with_suffix(".vcf"), Dress())
        dress = choose_dress(rng, containers)
        given = write_invented(made, stem.with_suffix(".given"), dress, rng)
        bed = None
        if made.callable_in is not None:
            bed = write_bed(made.callable_in, stem.with_suffix(".bed"), dress, rng)
        naive = read_naively(
            plain,
            sequence=self.shifted_by,
            bed=made.callable_in,
            is_gvcf=made.is_gvcf,
            thresholds=self.thresholds,
        )
        self.files.append(StudyFile(GenomeFile(given, bed), plain, naive, made.is_gvcf))

    def forget(self, sample: str) -> None:
        """Let the truth forget a sample, and what its file said when it was the last one."""
        (at,) = (at for at, file in enumerate(self.files) if sample in file.naive.samples)
        rest = self.files[at].naive.without(sample)
        self.files[at : at + 1] = [replace(self.files[at], naive=rest)] if rest.samples else []

    def take_real(
        self, path: Path, bed: Path | None = None, stretches: Sequence[Stretch] | None = None
    ) -> None:
        """Read a file that nobody invented naively; it is not yet added."""
        is_gvcf = looks_like_gvcf(path)
        naive = read_naively(path, bed=stretches, is_gvcf=is_gvcf, thresholds=self.thresholds)
        self.files.append(StudyFile(GenomeFile(path, bed), path, naive, is_gvcf))

    def add_all(self, rng: random.Random) -> None:
        """Add all files in any order and in batches of any size."""
        waiting = [file.given for file in self.files]
        rng.shuffle(waiting)
        while waiting:
            size = rng.randint(1, len(waiting))
            self.genomes.add(waiting[:size], self.rules)
            waiting = waiting[size:]


def invent_study(
    rng: random.Random, work: Path, containers: Sequence[Container], files: int = FILES_MOST
) -> Study:
    """Invent a study of up to `files` files in the directory `work`."""
    study = empty_study(rng, work, invent_sequence(rng), has_reference=happens(rng, 0.5))
    for _ in range(rng.randint(1, files)):
        first, size = len(study.samples), rng.choice(SIZES)
        study.invent_file(rng, [f"s{first + at}" for at in range(size)], containers)
    return study


def empty_study(
    rng: random.Random, work: Path, sequence: InventedSequence, *, has_reference: bool
) -> Study:
    """Make a study without files; with a reference its alleles are left-aligned."""
    fasta = sequence.write(work / "reference.fa", rng) if has_reference else None
    min_gq, min_dp = rng.choice(THRESHOLDS)
    return Study(work, StoreRules("GRCh38", fasta, min_gq, min_dp), sequence, fasta)


def accepts_bcf(work: Path) -> bool:
    """Say whether the database takes BCF."""
    rng = random.Random(1)
    inventor = Inventor(rng, invent_sequence(rng))
    path = write_invented(inventor.file(["a"]), work / "probe.bcf", Dress(Container.BCF))
    try:
        FreestandingGenomes(work / "probe").add([GenomeFile(path)], StoreRules("GRCh38"))
    except InputFileError as error:
        if "is BCF" in str(error):
            return False
        raise
    return True
