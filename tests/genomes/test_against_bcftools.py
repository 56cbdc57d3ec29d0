"""Counts of random files beside those of bcftools: the same on every allele, whatever the form.

bcftools counts each file by itself (`norm -m-any`, then `view -S`); what a file that does not
have an allele adds is the rule of the database, and stands in `silent_copies`.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pysam.bcftools
import pytest
from pyroaring import BitMap

from kerne.alleles.assembly import GRCH38
from kerne.alleles.normalise import trim
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.intake import GenomeFile
from kerne.genomes.reader import open_freestanding
from kerne.genomes.store import GenomeStore, create_store

Key = tuple[str, int, str, str]
Counts = tuple[int, int, int, int]
AsTable = Callable[[Frequencies], dict[Key, tuple[int, int, int, int, int]]]

SEEDS = range(12)
QUERY = '%CHROM\t%POS\t%REF\t%ALT\t%AC\t%AN\t%N_PASS(GT="AA")\t%N_PASS(GT="het")\n'
HEADER = """##fileformat=VCFv4.2
##INFO=<ID=END,Number=1,Type=Integer,Description="end">
##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="quality">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="depths">
"""
FIRST_1BASED = {"chr1": 101, "chr2": 101, "chrX": 3_000_001, "chrY": 3_000_001, "chrM": 101}
PAR_1BASED = 20_001
SPAN_BP = 160
SURE_X_RECORDS = 12
FORMS = ("GT", "GT:DP", "GT:AD:DP:GQ", "GT:GQ")
SYMBOLIC = ("*", "<DEL>", "<INS>", "<DUP:TANDEM>")


@dataclass(frozen=True)
class Made:
    """A random file: its samples with the copies of X in each, and its text."""

    copies_of_x: Mapping[str, int]
    text: str
    has_prefix: bool


@dataclass
class Maker:
    """Makes random files over one random reference."""

    rng: random.Random
    bases: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for contig in FIRST_1BASED:
            # Few letters and long repeats: much to shift.
            self.bases[contig] = "".join(
                self.rng.choice(("A", "C", "CA", "T", "GG")) * self.rng.randint(1, 6)
                for _ in range(SPAN_BP)
            )

    def reference_at(self, contig: str, at: int, length: int) -> str:
        return self.bases[contig][at : at + length]

    def fasta(self, path: Path) -> Path:
        text = "".join(
            f">{contig}\n{'N' * 100}{self.bases[contig]}\n" for contig in ("chr1", "chr2", "chrM")
        )
        path.write_text(text)
        return path

    def file(self, samples: Sequence[str], contigs: Sequence[str]) -> Made:
        rng, copies = self.rng, {}
        for sample in samples:
            copies[sample] = rng.choice((1, 2))
        has_prefix = rng.random() < 0.5
        lines = []
        for contig in contigs:
            places = sorted(rng.choices(range(4, SPAN_BP - 20), k=rng.randint(0, 12)))
            lines += [self.record(contig, at, FIRST_1BASED[contig], copies) for at in places]
        if "chrX" in contigs:
            lines += [self.sure_x(at, copies) for at in range(SURE_X_RECORDS)]
            lines.append(self.sure_y(copies))
            lines += [self.record("chrX", at, PAR_1BASED, copies) for at in (7, 33)]
        names = {contig: contig if has_prefix else plain(contig) for contig in FIRST_1BASED}
        text = HEADER + "".join(f"##contig=<ID={name}>\n" for name in names.values())
        columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
        text += "\t".join([*columns, *samples]) + "\n"
        for line in lines:
            contig, rest = line.split("\t", 1)
            text += f"{names[contig]}\t{rest}\n"
        return Made(copies, text, has_prefix)

    def sure_x(self, at: int, copies: Mapping[str, int]) -> str:
        """Make a record that shows how many copies of X there are."""
        fields = ["0/1" if number == 2 else "1" for number in copies.values()]
        position_1based = FIRST_1BASED["chrX"] + 10_000 + at
        return "\t".join(
            ["chrX", str(position_1based), ".", "A", "G", ".", ".", ".", "GT", *fields]
        )

    def sure_y(self, copies: Mapping[str, int]) -> str:
        """Make a record that everybody with a Y carries."""
        fields = ["." if number == 2 else "1" for number in copies.values()]
        position_1based = FIRST_1BASED["chrY"] + 10_000
        return "\t".join(
            ["chrY", str(position_1based), ".", "A", "G", ".", ".", ".", "GT", *fields]
        )

    def record(self, contig: str, at: int, first_1based: int, copies: Mapping[str, int]) -> str:
        rng = self.rng
        reference = self.reference_at(contig, at, rng.choice((1, 1, 1, 2, 3, 5)))
        alternatives = self.alternatives(contig, at, reference)
        is_paired = contig in {"chr1", "chr2"} or first_1based == PAR_1BASED
        form = rng.choice(FORMS)
        fields = []
        for number in copies.values():
            ploidy = 2 if is_paired else {"chrX": number, "chrY": 2 - number, "chrM": 1}[contig]
            genotype = self.genotype(ploidy, len(alternatives), may_be_haploid=is_paired)
            fields.append(self.with_values(form, genotype, len(alternatives)))
        info = f"END={first_1based + at + 30}" if "<DEL>" in alternatives else "."
        where = [contig, str(first_1based + at), rng.choice((".", "rs1")), reference]
        alt = ",".join(alternatives) or "."
        return "\t".join([*where, alt, ".", rng.choice((".", "PASS")), info, form, *fields])

    def alternatives(self, contig: str, at: int, reference: str) -> list[str]:
        rng, found = self.rng, set[str]()
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 4))):
            inserted = "".join(rng.choices("ACGT", k=rng.randint(1, 4)))
            repeated = reference + self.reference_at(contig, at + len(reference), 4)
            kind = rng.randrange(6)
            substituted = "".join(rng.choices("ACGT", k=len(reference)))
            found.add(
                (reference[0], reference + inserted, repeated, substituted, substituted, "*")[kind]
                if rng.random() < 0.9
                else rng.choice(SYMBOLIC)
            )
        found.discard(reference)
        unsorted = sorted(found)
        rng.shuffle(unsorted)
        return unsorted

    def genotype(self, ploidy: int, alternatives: int, *, may_be_haploid: bool) -> str:
        rng = self.rng
        if ploidy == 0:
            return "."
        if may_be_haploid and rng.random() < 0.04:
            ploidy = 1
        each = [
            "." if rng.random() < 0.12 else str(rng.choice((0, 0, rng.randint(0, alternatives))))
            for _ in range(ploidy)
        ]
        return rng.choice("/|").join(each) if rng.random() < 0.95 else "."

    def with_values(self, form: str, genotype: str, alternatives: int) -> str:
        rng = self.rng
        depths = ",".join(str(rng.randint(0, 30)) for _ in range(alternatives + 1))
        values = {"GT": genotype, "DP": "14", "GQ": "50", "AD": depths}
        found = [values[key] if rng.random() < 0.9 else "." for key in form.split(":")[1:]]
        # Trailing values may be left out.
        kept = rng.randint(0, len(found)) if rng.random() < 0.2 else len(found)
        return ":".join([genotype, *found[:kept]])


def plain(contig: str) -> str:
    return "MT" if contig == "chrM" else contig.removeprefix("chr")


def counted_by_bcftools(
    path: Path, samples: Sequence[str], work: Path, fasta: Path | None
) -> dict[Key, list[Counts]]:
    """Return AC, AN, hom and het of each allele in each record of a file that has it."""
    split, subset, listed = work / "split.bcf", work / "subset.bcf", work / "listed"
    listed.write_text("".join(f"{sample}\n" for sample in samples))
    options = [] if fasta is None else ["-f", str(fasta)]
    pysam.bcftools.norm(
        *("-m-any", *options, "-Ob", "-o", str(split), str(path)), catch_stdout=False
    )
    pysam.bcftools.view(
        *("-S", str(listed), "-Ob", "-o", str(subset), str(split)), catch_stdout=False
    )
    counts: dict[Key, list[Counts]] = {}
    for line in str(pysam.bcftools.query("-f", QUERY, str(subset))).splitlines():
        name, position_1based, reference, alternative, *numbers = line.split("\t")
        if alternative.isalpha() and reference != alternative:
            contig = GRCH38.contig(name).name
            key = (contig, *trim(int(position_1based), reference, alternative))
            ac, an, hom, het = (0 if number == "." else int(number) for number in numbers)
            counts.setdefault(key, []).append((ac, an, hom, het))
    return counts


def silent_copies(key: Key, made: Made, samples: Sequence[str]) -> int:
    """Return the AN that the samples of a file without the allele bring: it is declared whole."""
    contig, position_1based, *_ = key
    if contig == "chrM":
        return len(samples)
    if contig == "chrX" and position_1based > FIRST_1BASED["chrX"]:
        return sum(made.copies_of_x[sample] for sample in samples)
    if contig == "chrY":
        return sum(2 - made.copies_of_x[sample] for sample in samples)
    return 2 * len(samples)


def expected(
    files: Mapping[Path, Made], chosen: frozenset[str], work: Path, fasta: Path | None
) -> tuple[dict[Key, Counts], set[Key]]:
    """Return the counts over all files, and the alleles that stand twice in one of them."""
    totals: dict[Key, Counter[str]] = {}
    twice = set[Key]()
    told = {}
    for path, made in files.items():
        samples = [sample for sample in made.copies_of_x if sample in chosen]
        everyone = samples or list(made.copies_of_x)[:1]
        told[path] = (samples, counted_by_bcftools(path, everyone, work, fasta))
        twice |= {key for key, counts in told[path][1].items() if len(counts) > 1}
    for key in {key for _, counts in told.values() for key in counts}:
        total = totals.setdefault(key, Counter())
        for path, (samples, counts) in told.items():
            if key not in counts:
                total["an"] += silent_copies(key, files[path], samples)
            elif samples:
                total.update(dict(zip(("ac", "an", "hom", "het"), counts[key][0], strict=True)))
    return {
        key: (total["ac"], total["an"], total["hom"], total["het"]) for key, total in totals.items()
    }, twice


@pytest.mark.parametrize("has_reference", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_counts__are_those_of_bcftools(
    tmp_path: Path, as_table: AsTable, seed: int, has_reference: bool
) -> None:
    rng = random.Random(seed)
    maker = Maker(rng)
    contigs = ("chr1", "chr2", "chrM") if has_reference else tuple(FIRST_1BASED)
    fasta = maker.fasta(tmp_path / "reference.fa") if has_reference else None
    store = create_store(tmp_path / "store", GRCH38, kept_by_centre=False, reference=fasta)
    names = [f"s{number}" for number in range(rng.randint(1, 24))]
    rng.shuffle(names)
    files: dict[Path, Made] = {}
    given = []
    while names:
        size = rng.choice((1, 2, 10, 24))
        made = maker.file(names[:size], contigs)
        names = names[size:]
        path, mine = tmp_path / f"{len(files)}.vcf", tmp_path / f"{len(files)}-kerne.vcf"
        path.write_text(made.text)
        ends = "\r\n" if rng.random() < 0.3 else "\n"
        text = made.text.replace("\n", ends)
        mine.write_bytes((text.rstrip("\r\n") if rng.random() < 0.3 else text).encode())
        files[path] = made
        given.append(GenomeFile(mine))
    rng.shuffle(given)
    while given:
        batch = rng.randint(1, len(given))
        GenomeStore(store.path).add(given[:batch])
        given = given[batch:]

    everyone = [sample for made in files.values() for sample in made.copies_of_x]
    rows = store.rows()
    subset = frozenset(rng.sample(everyone, rng.randint(0, len(everyone))))
    for chosen in (frozenset(everyone), subset):
        # bcftools wants its reference with the names of the file.
        local = None if fasta is None else _both_spellings(fasta)
        theirs, twice = expected(files, chosen, tmp_path, local)
        bitmap = BitMap([rows[sample] for sample in chosen])
        found = as_table(open_freestanding(store.path).frequencies(bitmap))
        ours = {key: counts[:4] for key, counts in found.items()}
        assert ours.keys() == theirs.keys()
        different = {key for key in ours.keys() - twice if ours[key] != theirs[key]}
        assert not {key: (ours[key], theirs[key]) for key in different}


def _both_spellings(fasta: Path) -> Path:
    both = fasta.with_name("both.fa")
    text = fasta.read_text()
    both.write_text(text + text.replace(">chrM", ">MT").replace(">chr", ">"))
    return both
