"""Compile every kernel once, so that nobody's first question waits for it.

A kernel is compiled for the kinds of arrays that it is given. So files of each form are written
about nobody, added to stores that are thrown away, and asked about in every way there is.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pysam

from kerne.alleles.interval import Interval
from kerne.genomes.exporting.export_format import ExportFormat
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.reader import open_freestanding
from kerne.genomes.reading.intake import GenomeFile, StoreRules
from kerne.genomes.strata import Strata

MANY: Final = 200
_BASES: Final = "ACGTTGCAAC" * 50
_RULES: Final = "GRCh38"
_CARRIED: Final = ("0/1", "1|1", "0|1", "./.", "./1", "0/0", "1|0")


def warm() -> None:
    """Run through all that is compiled; what was compiled before is only loaded."""
    with TemporaryDirectory() as name:
        place = Path(name)
        reference = place / "reference.fa"
        reference.write_text(f">chr1\n{_BASES}\n>chrX\n{_BASES}\n")
        for number, fasta in enumerate((None, reference)):
            files = list(_files(place / f"{number}"))
            store = FreestandingGenomes(place / f"store{number}")
            store.add(files[:1], StoreRules(_RULES, fasta))
            store.add(files[1:], StoreRules(_RULES))
            _ask(store, place / f"{number}.vcf.gz")


def _ask(store: FreestandingGenomes, exported: Path) -> None:
    for region in (None, "chr1:1-300"):
        store.frequencies(region)
        store.frequencies_by(Strata(by_sex=True, named={"some": ["a0", "b0"]}), region)
    store.carriers("chr1-11-A-C")
    store.find_duplicates()
    store.stats()
    store.verify()
    store.export(exported, ExportFormat.VCF)
    reader = open_freestanding(store.path)
    for row in reader.rows().values():
        reader.calls_of(row, Interval("chr1", 0, 300))
        reader.callable_of(row)
        reader.variants_of(row)
    store.remove("a0")
    store.frequencies("chr1")
    store.compact(forgotten=True)
    store.frequencies()


def _files(place: Path) -> Iterator[GenomeFile]:
    """Write files of every form that is read: plain, with fields, with blocks, BCF, of many."""
    place.mkdir()
    few = [f"a{at}" for at in range(3)]
    full = "GT:AD:DP:GQ"
    rows = [_row(at, full, ("0/1:9,8:17:50", "1|1:0,9:9:30", "./1:1,2:3:9")) for at in range(4)]
    rows += [_row(4, full, ("1/2:1,5,6:12:40", "0/2:4,.,5:9:30", ".:.:.:."), "C,AT")]
    rows += [_row(5, full, ("0/1:3,4:7:20",) * 3, "<DEL>"), _row(6, full, ("0|0:3,0:3:9",) * 3)]
    rows += [_row(7, full, ("0|1:3,4:7:20",) * 3, "G" * 40)]
    of_x = ("1:0,9:9:30", "0/1:5,5:10:40", "0:9,0:9:30")
    rows += [_row(at, full, of_x, contig="chrX") for at in (8, 9)]
    plain = _write(place / "few.vcf", few, rows)
    bed = place / "few.bed"
    bed.write_text("chr1\t0\t200\nchrX\t0\t400\n")
    yield GenomeFile(plain, bed)
    blocks = [
        "chr1\t1\t.\tA\t<NON_REF>\t.\t.\tEND=40\tGT:DP:GQ\t0/0:30:60",
        "chr1\t41\t.\tA\tC,<NON_REF>\t.\t.\t.\tGT:AD:DP:GQ\t0/1:15,14,0:29:60",
        "chr1\t42\t.\tC\tG,<NON_REF>\t.\t.\t.\tGT:AD:DP:GQ\t0/1:2,1,0:3:6",
        "chr1\t43\t.\tG\t<NON_REF>\t.\t.\tEND=400\tGT:DP:GQ\t0/0:30:60",
    ]
    yield GenomeFile(_write(place / "blocks.g.vcf", ["g"], blocks))
    many = [f"b{at}" for at in range(MANY)]
    dense = [
        _row(at, "GT", [_CARRIED[(at * sample) % len(_CARRIED)] for sample in range(MANY)])
        for at in range(20)
    ]
    source = _write(place / "many.vcf", many, dense)
    yield GenomeFile(source)
    binary = place / "binary.bcf"
    text = source.read_text().replace("\tb", "\tc")
    contig = "##contig=<ID=chr1,length=248956422>\n#CHROM"
    (place / "binary.vcf").write_text(text.replace("#CHROM", contig))
    with (
        pysam.VariantFile(str(place / "binary.vcf")) as read,
        pysam.VariantFile(str(binary), "wb", header=read.header) as written,
    ):
        for record in read:
            written.write(record)
    yield GenomeFile(binary)


def _row(
    at: int, form: str, cells: Sequence[str], alternative: str = "", contig: str = "chr1"
) -> str:
    reference = _BASES[at * 10]
    return "\t".join(
        (
            *(contig, str(at * 10 + 1), ".", reference, alternative or "C", ".", ".", "."),
            *(form, *cells),
        )
    )


def _write(path: Path, samples: Sequence[str], rows: Sequence[str]) -> Path:
    form = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
    head = "\t".join(("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", *samples))
    path.write_text("\n".join(("##fileformat=VCFv4.3", form, head, *rows, "")))
    return path


if __name__ == "__main__":
    warm()
