"""The compiled reader beside the plain one: the same segment of every file, the same error."""

import re
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.alleles.change import change_of
from kerne.alleles.interval import read_bed
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import InputFileError
from kerne.genomes.calls import CODE_MASK, FIRST, FIRST_CARRIED, LAST_CARRIED, SECOND, Code
from kerne.genomes.gathering import GatheredFile, Gathering
from kerne.genomes.intake import BAD_GENOTYPE, GenomeFile, IntakeRules, read_genomes
from kerne.genomes.reading.chunks import open_chunks
from kerne.genomes.segment import Segment

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "genotypes"
MIN_GQ, MIN_DP = 20, 8
BASES = "NNNNACAACACACACACGTTTTTTTTTTAGGAGGAGGAGGCATGCATNNACGTACGGGTTTACACATTTTTTTGCANNN"
HEADER = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
PHASES = FIRST | SECOND


def segment_of(file: GenomeFile, rules: IntakeRules) -> Segment:
    """Make of a file's chunks what the plain reader makes of its records."""
    gathering = Gathering()
    with open_chunks(file, rules) as reading:
        for chunk in reading:
            numbers = np.array(
                [
                    gathering.add_site(chunk.contig, int(position), change_of(code, chunk.long))
                    for position, code in zip(chunk.position, chunk.change.tolist(), strict=True)
                ],
                dtype=np.int64,
            )
            depths = np.full(len(chunk.code), -1, dtype=np.int32)
            if chunk.fields is not None:
                depths = chunk.fields.depth_reads
            codes = chunk.code & ~np.uint8(PHASES)
            sites = np.repeat(numbers, np.diff(chunk.first))
            gathering.add_calls(sites, chunk.column.astype(np.int64), codes, depths)
            stretches = chunk.stretches
            for each in zip(stretches.column, stretches.start, stretches.end, strict=True):
                column, start, end = map(int, each)
                gathering.add_stretch(column, chunk.contig, start, end)
        samples, is_gvcf = reading.samples, reading.is_gvcf
    everywhere = None
    if file.callable_bed is not None:
        everywhere = [read_bed(file.callable_bed, rules.assembly)] * len(samples)
    if is_gvcf:
        everywhere = gathering.callable_of_each(len(samples), rules.assembly)
    return GatheredFile(samples, rules.assembly, gathering, everywhere).segment(0, 0)


def said_by(segment: Segment) -> dict[str, object]:
    """Return what a segment holds, as lists; of calls, the depth of those that carry an allele."""
    sites, calls, stretches = segment.sites, segment.calls, segment.stretches
    code = calls.code & CODE_MASK
    is_kept = ((code >= FIRST_CARRIED) & (code <= LAST_CARRIED)) | (code >= Code.WEAK_HET)
    return {
        "samples": segment.rows.samples,
        "whole": segment.rows.whole.tolist(),
        "x": segment.rows.x_copies.tolist(),
        "contig": sites.contig.tolist(),
        "position": sites.position.tolist(),
        "change": [sites.changes[each] for each in sites.change.tolist()],
        "site": calls.site.tolist(),
        "row": calls.row.tolist(),
        "code": calls.code.tolist(),
        "depth": np.where(is_kept, calls.depth, -1).tolist(),
        "stretches": [
            getattr(stretches, name).tolist() for name in ("row", "contig", "start", "end")
        ],
    }


def outcome_of(
    read: Callable[[GenomeFile, IntakeRules], Segment], file: GenomeFile, rules: IntakeRules
) -> object:
    """Return what is said, or the words of the error."""
    try:
        return said_by(read(file, rules))
    except InputFileError as error:
        return str(error)
    except OverflowError:
        return BAD_GENOTYPE


def plain(file: GenomeFile, rules: IntakeRules) -> Segment:
    return read_genomes(file, rules, 0, 0)


@dataclass(frozen=True)
class Made:
    """A random file."""

    content: bytes
    bed: str | None
    is_packed: bool


ALT_OTHER = st.sampled_from(["<DEL>", "*", "<INS:ME>", "N[chr1:5[", "<CNV>", "."])
LETTERS = st.text("ACGTacgtN", min_size=1, max_size=4)


@st.composite
def alleles(draw: st.DrawFn) -> tuple[int, str, list[str]]:
    """Draw a 0-based position, REF as the sequence has it, and ALT."""
    at = draw(st.integers(0, len(BASES) - 1))
    size = draw(st.sampled_from([1, 1, 1, 2, 3, 9, 30]))
    reference = BASES[at : at + size]
    reference = draw(st.sampled_from([reference, reference.lower()]))
    repeat = BASES[at : at + draw(st.integers(1, 6))]
    choices = [LETTERS, st.just(reference[:1]), st.just(reference + repeat), ALT_OTHER]
    choices.append(st.just(reference[:1] + "ACGT" * 6))
    choices.append(st.sampled_from([reference[:1] + repeat, reference]))
    found = draw(st.lists(st.one_of(*choices), max_size=4))
    return at, reference, found


@st.composite
def genotype(draw: st.DrawFn, alternatives: int) -> str:
    """Draw a GT value."""
    allele = st.sampled_from(["0", "0", *(str(number) for number in range(alternatives + 1)), "."])
    if draw(st.integers(0, 9)) == 0:
        return draw(allele)
    return draw(allele) + draw(st.sampled_from("/|")) + draw(allele)


NUMBER = st.sampled_from(["0", "7", "8", "19", "20", "31", "99", "20.5", "1e2", ".", "12."])


@st.composite
def cell(draw: st.DrawFn, keys: Sequence[str], alternatives: int) -> str:
    """Draw what a sample says; values at the end may be left out."""
    values = []
    for key in keys:
        if key == "GT":
            values.append(draw(genotype(alternatives)))
        elif key == "AD":
            count = draw(st.integers(0, alternatives + 1))
            values.append(",".join(draw(st.sampled_from(["3", "14", "."])) for _ in range(count)))
            values[-1] = values[-1] or "."
        elif key == "PL":
            values.append("0,3,30")
        else:
            values.append(draw(NUMBER))
    kept = draw(st.sampled_from([len(values), len(values), 1]))
    return ":".join(values[:kept])


FORMS = [["GT"], ["GT"], ["GT", "AD", "DP", "GQ", "PL"], ["GT", "DP"], ["DP", "GQ"]]
GVCF_FORMS = [["GT", "GQ", "DP"], ["GT", "DP", "GQ", "MIN_DP"], ["GT", "MIN_DP", "GQ"], ["GT"]]


@st.composite
def line(draw: st.DrawFn, samples: int, *, is_gvcf: bool) -> str:
    """Draw a record that is well formed."""
    at, reference, found = draw(alleles())
    info = draw(st.sampled_from([".", "DP=3;AC=1", "SVEND=7", "END=x;DP=4"]))
    if is_gvcf:
        found += draw(st.sampled_from([[], ["<NON_REF>"], ["<*>"]]))
        end = at + draw(st.integers(1, 30))
        info = draw(st.sampled_from([info, f"END={end}", f"DP=4;END={end};X=1"]))
    keys = draw(st.sampled_from(GVCF_FORMS if is_gvcf else FORMS))
    cells = [draw(cell(keys, len(found))) for _ in range(samples)]
    contig = draw(st.sampled_from(["chr1", "chr1", "1", "chrX", "chr1_decoy"]))
    columns = [contig, str(at + 1), ".", reference, ",".join(found) or ".", ".", "PASS", info]
    return "\t".join([*columns, ":".join(keys), *cells])


@st.composite
def files(draw: st.DrawFn) -> Made:
    """Draw a file of any kind."""
    is_gvcf = draw(st.booleans())
    samples = draw(st.sampled_from([1, 1, 2, 3] if is_gvcf else [1, 2, 9, 40]))
    lines = draw(st.lists(line(samples, is_gvcf=is_gvcf), max_size=6))
    names = "".join(f"\ts{number}" for number in range(samples))
    ends = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = ends.join([HEADER + names, *lines]) + draw(st.sampled_from(["", ends]))
    beds: list[str | None] = [None, "chr1\t10\t30\nchr1\t33\t60\n", "chrX\t0\t9\n"]
    bed = draw(st.sampled_from([*[None] * 9, *beds] if is_gvcf else beds))
    return Made(text.encode(), bed, draw(st.booleans()))


def written(made: Made, folder: Path) -> GenomeFile:
    path = folder / "a.vcf"
    content = made.content
    if made.is_packed:
        with pysam.BGZFile(str(path), "wb", None) as stream:
            stream.write(content)
    else:
        path.write_bytes(content)
    if made.bed is None:
        return GenomeFile(path)
    (folder / "a.bed").write_text(made.bed)
    return GenomeFile(path, folder / "a.bed")


@pytest.fixture(scope="session")
def sequence(tmp_path_factory: pytest.TempPathFactory) -> ReferenceSequence:
    """The bases, in lines of 10 letters."""
    path = tmp_path_factory.mktemp("reference") / "r.fa"
    lines = [BASES[at : at + 10].lower() for at in range(0, len(BASES), 10)]
    path.write_text("".join(f">{name}\n" + "\n".join(lines) + "\n" for name in ("1", "chrX")))
    return ReferenceSequence(path)


@pytest.fixture(scope="session")
def packed_sequence(sequence: ReferenceSequence) -> ReferenceSequence:
    """The bases in a bgzip file."""
    path = sequence.path.with_suffix(".fa.gz")
    with pysam.BGZFile(str(path), "wb", None) as stream:
        stream.write(sequence.path.read_bytes())
    return ReferenceSequence(path)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(made=files(), which=st.integers(0, 2))
def test_random_file__is_read_as_the_plain_reader_reads_it(
    made: Made, which: int, sequence: ReferenceSequence, packed_sequence: ReferenceSequence
) -> None:
    rules = IntakeRules(KERNIA1, (None, sequence, packed_sequence)[which], MIN_GQ, MIN_DP)
    with TemporaryDirectory() as folder:
        file = written(made, Path(folder))
        assert outcome_of(segment_of, file, rules) == outcome_of(plain, file, rules)


PIECES = [
    b"\t",
    b"\n",
    b"\x00",
    b"\xff",
    b"\xc3\xa9",
    b":",
    b"/",
    b"|",
    b",",
    b".",
    b"0",
    b"7",
    b"-1",
]
PIECES += [
    b"\r",
    b" ",
    b"GT",
    b"END=1",
    b"nan",
    b"inf",
    b"9999999999",
    b"A",
    b"*",
    b"<",
    b"\n\n",
    b"#",
]


@st.composite
def spoilt_files(draw: st.DrawFn) -> Made:
    """Draw a file that is changed at one place."""
    made = draw(files())
    header = len(HEADER) if draw(st.integers(0, 3)) else 0
    at = draw(st.integers(header, len(made.content)))
    cut = draw(st.integers(0, 3))
    content = made.content[:at] + draw(st.sampled_from(PIECES)) + made.content[at + cut :]
    return Made(content, None, made.is_packed)


def same(ours: object, theirs: object) -> bool:
    """Say whether two outcomes agree.

    The readers do not read the same numbers of a cell, and of two lines that are wrong the plain
    one may tell the second.
    """
    if ours == theirs:
        return True
    told = [outcome for outcome in (ours, theirs) if isinstance(outcome, str)]
    if all(each.endswith(BAD_GENOTYPE) for each in told):
        return bool(told)
    lines = [int(found[1]) for each in told if (found := re.search(r"line ([0-9]+): ", each))]
    return len(lines) == len(told) and lines[0] < lines[-1]


@settings(deadline=None, max_examples=150, derandomize=True)
@given(made=spoilt_files())
def test_spoilt_file__is_refused_in_the_plain_readers_words(made: Made) -> None:
    rules = IntakeRules(KERNIA1, None, MIN_GQ, MIN_DP)
    with TemporaryDirectory() as folder:
        file = written(made, Path(folder))
        assert same(outcome_of(segment_of, file, rules), outcome_of(plain, file, rules))


@pytest.mark.parametrize(
    "name",
    [
        "1000G.1004snps.3202.GRCh38.vcf.gz",
        "1000G.chr22_10.5Mb.2548.GRCh38.vcf.gz",
        "HG002_GRCh38_1_22_v4.2.1_benchmark.chr20.vcf.gz",
    ],
)
def test_real_file__is_read_as_the_plain_reader_reads_it(name: str) -> None:
    if not (DATA / name).exists():
        pytest.skip("the real files are not beside the repository")
    file, rules = GenomeFile(DATA / name), IntakeRules(GRCH38, None, MIN_GQ, MIN_DP)
    assert said_by(segment_of(file, rules)) == said_by(plain(file, rules))


def test_real_file__is_of_its_real_reference() -> None:
    name = "HG002_GRCh38_1_22_v4.2.1_benchmark.chr20.vcf.gz"
    path = DATA.parent / "reference" / "grch38.chr20_and_21_10M.fa.gz"
    if not path.exists():
        pytest.skip("the real files are not beside the repository")
    with ReferenceSequence(path) as sequence:
        rules = IntakeRules(GRCH38, sequence, MIN_GQ, MIN_DP)
        outcomes = [
            outcome_of(read, GenomeFile(DATA / name), rules) for read in (segment_of, plain)
        ]
    assert outcomes[0] == outcomes[1]


def test_real_gvcfs__are_read_as_the_plain_reader_reads_them(tmp_path: Path) -> None:
    packed = DATA / "1000G.chr22.50_gvcfs.tar.gz"
    if not packed.exists():
        pytest.skip("the real files are not beside the repository")
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path, filter="data")
    found = sorted(tmp_path.rglob("*.gz"))[:3]
    assert found
    rules = IntakeRules(GRCH38, None, MIN_GQ, MIN_DP)
    for path in found:
        file = GenomeFile(path)
        assert said_by(segment_of(file, rules)) == said_by(plain(file, rules))
