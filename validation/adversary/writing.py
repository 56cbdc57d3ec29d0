"""Write invented files: once plainly for bcftools, once in any dress that the format allows.

A dress changes nothing of what a file says: other spellings of the contigs, lower case, Windows
line ends, no line end at the end, comments and unknown keys in the header, no contigs in it, bgzip
in blocks of any size, BCF.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import pysam
import pysam.bcftools

from adversary.files import InventedFile, Record
from adversary.sequence import Stretch, happens

_LENGTHS: Final = (
    *(248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636),
    *(138394717, 133797422, 135086622, 133275309, 114364328, 107043718, 101991189, 90338345),
    *(83257441, 80373285, 58617616, 64444167, 46709983, 50818468, 156040895, 57227415),
)
_VERSIONS: Final = (
    *(11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12),
    *(11, 9, 10, 10, 11, 10, 10, 11, 9, 11, 11, 10),
)
_NAMES: Final = (*(str(number) for number in range(1, 23)), "X", "Y")
LENGTHS: Final = {
    **{f"chr{name}": length for name, length in zip(_NAMES, _LENGTHS, strict=True)},
    "chrM": 16_569,
}
"""Contigs of GRCh38, NCBI GCF_000001405."""

SPELLINGS: Final = {
    **{
        f"chr{name}": (f"chr{name}", name, f"NC_{number:06}.{version}", f"CHR{name}")
        for number, (name, version) in enumerate(zip(_NAMES, _VERSIONS, strict=True), start=1)
    },
    "chrM": ("chrM", "MT", "NC_012920.1", "M"),
}
_META: Final = (
    '##INFO=<ID=END,Number=1,Type=Integer,Description="end">',
    '##INFO=<ID=DP,Number=1,Type=Integer,Description="depth">',
    '##INFO=<ID=XF,Number=1,Type=Float,Description="share">',
    '##INFO=<ID=DB,Number=0,Type=Flag,Description="known">',
    '##FILTER=<ID=q10,Description="a comma, \\"quotes\\" and =">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="depths">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="depth">',
    '##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="smallest depth">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="quality">',
    '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="likelihoods">',
    '##FORMAT=<ID=XX,Number=1,Type=String,Description="unknown">',
)
_COLUMNS: Final = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")


class Container(StrEnum):
    """How the text of a file is kept."""

    PLAIN = "plain"
    BGZIP = "bgzip"
    BCF = "BCF"


@dataclass(frozen=True, slots=True)
class Dress:
    """How a file is written, whatever it says."""

    container: Container = Container.PLAIN
    spelling: int = 0
    has_contigs: bool = True
    lower_case: bool = False
    line_end: str = "\n"
    ends_with_line: bool = True
    comments: bool = False


def choose_dress(rng: random.Random, containers: Sequence[Container]) -> Dress:
    """Choose any dress in one of some containers."""
    container = rng.choice(containers)
    is_binary = container is Container.BCF
    return Dress(
        container,
        spelling=rng.choice((0, 1, 2, 3)),
        has_contigs=is_binary or happens(rng, 0.7),
        lower_case=happens(rng, 0.2),
        line_end="\r\n" if not is_binary and happens(rng, 0.2) else "\n",
        ends_with_line=is_binary or happens(rng, 0.7),
        comments=happens(rng, 0.3),
    )


def write_invented(
    file: InventedFile, path: Path, dress: Dress, rng: random.Random | None = None
) -> Path:
    """Write a file in a dress; without `rng` nothing but its records is written."""
    text = text_of(file, dress, rng)
    if dress.container is Container.PLAIN:
        path.write_bytes(text)
    elif dress.container is Container.BGZIP:
        write_bgzip(path, text, rng)
    else:
        plain = path.with_name(f"{path.name}.plain")
        plain.write_bytes(text)
        pysam.bcftools.view("--no-version", "-Ob", "-o", str(path), str(plain), catch_stdout=False)
        plain.unlink()
    return path


def write_bgzip(path: Path, text: bytes, rng: random.Random | None = None) -> None:
    """Write bytes as bgzip; with `rng` in blocks of any size, lines cut anywhere."""
    with pysam.BGZFile(str(path), "wb", None) as stream:
        at = 0
        while at < len(text):
            size = len(text) if rng is None else rng.choice((1, 50, 700, 9000, 1 << 20))
            stream.write(text[at : at + size])
            stream.flush()
            at += size


def text_of(file: InventedFile, dress: Dress, rng: random.Random | None = None) -> bytes:
    """Return the text of a file in a dress."""
    meta = list(_META)
    if dress.comments and rng is not None:
        rng.shuffle(meta)
        meta += ["##source=an invented caller", '##GATKCommandLine=<ID=x,CommandLine="a b">']
    if dress.has_contigs:
        meta += [
            f"##contig=<ID={_spelled(contig, dress)},length={length}>"
            for contig, length in LENGTHS.items()
        ]
    names = [person.name for person in file.people]
    lines = ["##fileformat=VCFv4.2", *meta, "\t".join([*_COLUMNS, "FORMAT", *names])]
    lines += [_line(record, dress, rng) for record in file.records]
    text = dress.line_end.join(lines)
    return (text + dress.line_end if dress.ends_with_line else text).encode()


def write_bed(stretches: Sequence[Stretch], path: Path, dress: Dress, rng: random.Random) -> Path:
    """Write a BED file with spelled contigs and lines that are no regions."""
    lines = ["track name=callable", "# a comment"] if happens(rng, 0.5) else []
    lines += [
        "\t".join([_spelled(each.contig, dress), str(each.start), str(each.end), "more"])
        for each in stretches
    ]
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def _line(record: Record, dress: Dress, rng: random.Random | None) -> str:
    reference, alternatives = record.reference, list(record.alternatives)
    if dress.lower_case:
        reference = reference.lower()
        alternatives = [each.lower() if each.isalpha() else each for each in alternatives]
    identifier, quality, filters = ".", ".", "."
    if rng is None:
        # `bcftools norm` refuses a breakend without a mate, which VCF 4.4 §5.4.9 allows.
        alternatives = ["<BND>" if each.endswith(".") else each for each in alternatives]
    else:
        identifier = rng.choice((".", "rs1", "rs1;rs2"))
        quality = rng.choice((".", "30", "12.5"))
        filters = rng.choice((".", "PASS", "q10"))
    alternative = ",".join(alternatives) or "."
    position_1based = str(record.position + 1)
    columns = [_spelled(record.contig, dress), position_1based, identifier, reference, alternative]
    columns += [quality, filters, record.info, ":".join(record.form), *record.values]
    return "\t".join(columns)


def _spelled(contig: str, dress: Dress) -> str:
    spellings = SPELLINGS[contig]
    return spellings[dress.spelling % len(spellings)]
