"""Protein changes against `bcftools csq`, on a drawn gene of three exons on either strand."""

import random
import re
from pathlib import Path
from typing import Literal

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.normalise import left_align
from kerne.alleles.protein import protein_name, spliced_sequence
from kerne.alleles.sequence import CODONS, ReferenceSequence, reverse_complement, translate
from kerne.alleles.transcript import Transcript
from kerne.interpretation.consequences.csq import run_csq

Strand = Literal[1, -1]

EXONS_BP = (70, 90, 140)
INTRON_BP = 60
LEADER_BP = 20
CODING_BP = 210
FLANK_BP = 50
VARIANTS = 400
CODING = "biotype=protein_coding"


def draw_gene(strand: Strand, directory: Path) -> tuple[Transcript, ReferenceSequence]:
    """Write a contig with one gene as FASTA and GFF3; the gene reads from start to stop."""
    rng = random.Random(strand)
    codons = [codon for codon, residue in CODONS.items() if residue not in "*M"]
    coding = "ATG" + "".join(rng.choices(codons, k=CODING_BP // 3 - 2)) + "TAA"
    tail_bp = sum(EXONS_BP) - LEADER_BP - CODING_BP
    message = _bases(rng, LEADER_BP) + coding + _bases(rng, tail_bp)
    contig, exons = _bases(rng, FLANK_BP), []
    for number, size in enumerate(EXONS_BP):
        exons.append((len(contig), len(contig) + size))
        contig += message[:size]
        message = message[size:]
        if number < len(EXONS_BP) - 1:
            contig += "GT" + _bases(rng, INTRON_BP - 4) + "AG"
    contig += _bases(rng, FLANK_BP)
    first = exons[0][0] + LEADER_BP
    last = exons[2][0] + LEADER_BP + CODING_BP - EXONS_BP[0] - EXONS_BP[1]
    cds = (first, last)
    if strand == -1:
        size = len(contig)
        contig = reverse_complement(contig)
        exons = [(size - end, size - start) for start, end in reversed(exons)]
        cds = (size - last, size - first)
    gene = Transcript("T1", "G1", "GENE", "chr1", strand, tuple(exons), cds, "P1")
    (directory / "reference.fa").write_text(f">chr1\n{contig}\n")
    _write_gff3(gene, directory / "genes.gff3")
    return gene, ReferenceSequence(directory / "reference.fa")


def _bases(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("ACGT", k=count))


def _write_gff3(gene: Transcript, path: Path) -> None:
    assert gene.cds is not None
    rows = [
        ("gene", gene.start, gene.end, ".", f"ID=gene:G1;Name=GENE;{CODING}"),
        ("mRNA", gene.start, gene.end, ".", f"ID=transcript:T1;Parent=gene:G1;{CODING}"),
    ]
    read_bp = 0
    for start, end in gene.exons_in_order:
        rows.append(("exon", start, end, ".", "Parent=transcript:T1"))
        first, last = max(start, gene.cds[0]), min(end, gene.cds[1])
        rows.append(("CDS", first, last, str(-read_bp % 3), "Parent=transcript:T1"))
        read_bp += last - first
    strand = "+" if gene.strand == 1 else "-"
    lines = [
        f"chr1\ttest\t{kind}\t{start + 1}\t{end}\t.\t{strand}\t{phase}\t{attributes}"
        for kind, start, end, phase, attributes in rows
    ]
    path.write_text("##gff-version 3\n" + "\n".join(lines) + "\n")


def draw_alleles(gene: Transcript, sequence: ReferenceSequence) -> list[Allele]:
    """Draw changes inside the coding part of exons, left-aligned and once each.

    Substitutions, blocks, deletions, insertions and duplications: csq reads other blocks of
    unequal length as if they shared their first base.
    """
    rng = random.Random(7)
    assert gene.cds is not None
    found = set()
    for start, end in gene.exons:
        first, last = max(start, gene.cds[0]) + 4, min(end, gene.cds[1]) - 10
        for _ in range(VARIANTS // len(gene.exons)):
            position = rng.randrange(first, last)
            anchor = sequence.fetch("chr1", position, position + 1)
            bases = sequence.fetch("chr1", position + 1, position + rng.randint(2, 7))
            new = _bases(rng, rng.randint(1, 6))
            reference, alternative = rng.choice(
                (
                    *((bases[0], new[0]), (bases, _bases(rng, len(bases)))),
                    *((bases, ""), ("", new), ("", bases)),
                )
            )
            if reference != alternative:
                drawn = Allele("chr1", position, anchor + reference, anchor + alternative)
                found.add(left_align(drawn, sequence))
    return sorted(found)


def csq_changes(alleles: list[Allele], directory: Path) -> dict[Allele, str]:
    """Ask `bcftools csq` for the changed residues: `7E>7V`, `35K>35K*`."""
    lines = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=chr1>",
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    ]
    lines += [
        f"chr1\t{one.position + 1}\t.\t{one.reference}\t{one.alternative}\t.\t.\t."
        for one in alleles
    ]
    (directory / "drawn.vcf").write_text("\n".join(lines) + "\n")
    options = ["-l", "-f", str(directory / "reference.fa"), "-g", str(directory / "genes.gff3")]
    answered = run_csq([*options, str(directory / "drawn.vcf")], directory).vcf_text
    found = {}
    for line in answered.splitlines():
        fields = line.split("\t")
        match = re.search(r"BCSQ=(?:[^|,;]*\|){5}([^|,;]+)", line)
        if not line.startswith("#") and match is not None:
            found[Allele("chr1", int(fields[1]) - 1, fields[3], fields[4])] = match[1]
    return found


def to_stop(protein: str) -> str:
    return protein[: protein.find("*") + 1] or protein


def csq_protein(change: str, reference: str) -> str:
    """Put the residues that csq names into the protein, up to the first stop if it has one."""
    match = re.fullmatch(r"(\d+)([A-Z*]+)(?:>\d+([A-Z*]+))?", change)
    assert match is not None
    at = int(match[1]) - 1
    assert reference[at:].startswith(match[2])
    altered = reference[:at] + (match[3] or match[2]) + reference[at + len(match[2]) :]
    return to_stop(altered)


def our_protein(name: str, reference: str, csq: str) -> str:
    """Read our name back; of a shifted frame it gives the first residue and the new stop."""
    parts = re.fullmatch(
        r"p\.\((\D{3})(\d+)(?:_(\D{3})(\d+))?(.*?)(fsTer|extTer)?(\d+)?(?<!=)\)", name
    )
    if parts is None:
        assert name.endswith("=)")
        return reference
    start, end = int(parts[2]) - 1, int(parts[4] or parts[2])
    kind, inserted = re.fullmatch(r"(delins|del|ins|dup)?(.*)", parts[5]).groups()  # type: ignore[union-attr]  # the pattern fits every text
    new = "".join(ONE[inserted[at : at + 3]] for at in range(0, len(inserted), 3))
    if parts[6]:
        stop = start + int(parts[7]) - (1 if parts[6] == "fsTer" else 0)
        assert (csq[start], csq.index("*")) == (new, stop)
        return reference[:start] + csq[start:]
    if kind == "dup":
        return reference[:end] + reference[start:]
    if kind == "ins":
        altered = reference[: start + 1] + new + reference[end - 1 :]
    else:
        altered = reference[:start] + new + reference[end:]
    return to_stop(altered)


NAMES = "AlaCysAspGluPheGlyHisIleLysLeuMetAsnProGlnArgSerThrValTrpTyrTer"
ONE = {NAMES[3 * at : 3 * at + 3]: residue for at, residue in enumerate("ACDEFGHIKLMNPQRSTVWY*")}


@pytest.mark.parametrize("strand", [1, -1])
def test_protein_names__say_what_bcftools_csq_says(strand: Strand, tmp_path: Path) -> None:
    gene, sequence = draw_gene(strand, tmp_path)
    alleles = draw_alleles(gene, sequence)
    span = gene.coding_span
    assert span is not None
    reference = translate(spliced_sequence(gene, sequence)[span[0] : span[1]])
    compared = 0
    for allele, change in csq_changes(alleles, tmp_path).items():
        expected = csq_protein(change, reference)
        # csq does not read on through the untranslated end, so that it may miss the new stop.
        if expected.endswith("*"):
            compared += 1
            name = protein_name(gene, allele, sequence)
            assert (name, our_protein(name, reference, expected)) == (name, expected)
    assert compared > VARIANTS // 2
