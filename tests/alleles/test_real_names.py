"""Names against those that people published: ClinVar, the published cases, MITOMAP.

Every comparison is between names on the same version of the same MANE transcript.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from kerne.alleles.allele import Allele, parse_allele
from kerne.alleles.assembly import GRCH38
from kerne.alleles.hgvs import coding_name, genomic_name
from kerne.alleles.mitochondrion import mitochondrial_transcripts
from kerne.alleles.protein import protein_name, spliced_sequence
from kerne.alleles.sequence import MITOCHONDRIAL_CODONS, ReferenceSequence, translate
from kerne.alleles.transcript import Transcript

Golden = Callable[[str], list[dict[str, str]]]
SLICE_BP = 9_990_000
"""The reference slices of chr20 and chr21 hold the first 10 Mb."""


def mane_transcripts(path: Path) -> dict[str, Transcript]:
    with gzip.open(path, "rt") as lines:
        return {found.identifier: found for found in map(_mane_transcript, lines)}


def _mane_transcript(line: str) -> Transcript:
    fields = line.rstrip("\n").split("\t")
    origin = int(fields[1])
    sizes, starts = ([int(number) for number in fields[at].split(",")[:-1]] for at in (10, 11))
    strand: Literal[1, -1] = 1 if fields[5] == "+" else -1
    return Transcript(
        identifier=fields[21],
        gene_id=fields[17],
        symbol=fields[18],
        contig=fields[0],
        strand=strand,
        exons=tuple(
            (origin + start, origin + start + size)
            for start, size in zip(starts, sizes, strict=True)
        ),
        cds=(int(fields[6]), int(fields[7])),
        protein_id=fields[23],
        tags=frozenset({fields[24].replace(" ", "_")}),
    )


@pytest.fixture(scope="module")
def mane() -> dict[str, Transcript]:
    path = Path(__file__).parents[3] / "shared/data/reference/MANE.GRCh38.bigGenePred.bed.gz"
    if not path.exists():
        pytest.skip("../shared/data is absent: real data are not checked")
    return mane_transcripts(path)


@pytest.fixture
def slices(shared_data: Path) -> ReferenceSequence:
    return ReferenceSequence(shared_data / "reference/grch38.chr20_and_21_10M.fa.gz")


def published_variants(shared_data: Path) -> Iterator[tuple[Allele, dict[str, Any]]]:
    seen: set[tuple[Allele, str]] = set()
    with gzip.open(shared_data / "cases/published_cases.jsonl.gz", "rt") as lines:
        for variant in (found for line in lines for found in json.loads(line)["variants"]):
            if "chrom" not in variant or not variant.get("hgvs_c"):
                continue
            allele = Allele(*(variant["chrom"], variant["pos"] - 1, variant["ref"], variant["alt"]))
            if (allele, variant["hgvs_c"]) not in seen:
                seen.add((allele, variant["hgvs_c"]))
                yield allele, variant


def test_published_substitutions__have_the_names_their_authors_gave(
    shared_data: Path, mane: dict[str, Transcript]
) -> None:
    differing, compared = [], 0
    for allele, variant in published_variants(shared_data):
        published = variant["hgvs_c"].replace(" ", "")
        transcript = mane.get(published.split(":")[0])
        if transcript is None or not allele.is_snv:
            continue
        compared += 1
        if coding_name(transcript, allele, None) != published:
            differing.append(published)
    assert compared == 2160
    # One names two changes; the bases of two others are not those of their genomic position.
    assert sorted(differing) == [
        "NM_000090.4:c.[1546G>T;1556G>T]",
        "NM_001163435.3:c.455+4C>G",
        "NM_020366.4:c.3748+1C>A",
    ]


def test_published_variants_of_the_slices__have_the_published_protein_changes(
    shared_data: Path, mane: dict[str, Transcript], slices: ReferenceSequence
) -> None:
    compared = 0
    for allele, variant in published_variants(shared_data):
        transcript = mane.get(variant["hgvs_c"].split(":")[0])
        inside = allele.contig in slices.contigs and allele.end < SLICE_BP
        if transcript is None or not inside:
            continue
        compared += 1
        assert coding_name(transcript, allele, slices) == variant["hgvs_c"]
        if variant.get("hgvs_p"):
            assert protein_name(transcript, allele, slices) == variant["hgvs_p"].split(":")[1]
    assert compared >= 2


def clinvar_names(shared_data: Path) -> Iterator[tuple[str, str, list[str]]]:
    with gzip.open(shared_data / "reference/hgvs/clinvar_hgvs.tsv.gz", "rt") as lines:
        next(lines)
        for line in lines:
            names = line.rstrip("\n").split("\t")[-1].split()
            for name in names:
                accession, _, change = name.partition(":g.")
                if change and GRCH38.has_contig(accession):
                    yield GRCH38.canonical_name(accession), change, names


def test_clinvar_substitutions__have_their_names_on_the_same_transcript(
    shared_data: Path, mane: dict[str, Transcript]
) -> None:
    compared = 0
    for contig, change, names in clinvar_names(shared_data):
        if re.fullmatch(r"[0-9]+[ACGT]>[ACGT]", change) is None:
            continue
        allele = parse_allele(f"{contig}:{change}", GRCH38)
        for name in names:
            transcript = mane.get(name.split(":")[0])
            if transcript is not None and transcript.contig == contig:
                compared += 1
                assert coding_name(transcript, allele, None) == name
    assert compared == 51


# ClinVar's names of indels on the slices, without the deleted or copied bases, which are no longer
# written. MANE has later versions of these transcripts, with the same coding sequence.
CLINVAR_INDELS = [
    ("chr20-6115894-AGAC-A", "NM_017671", "c.299_301del"),
    ("chr20-3218579-C-CTCAGCACC", "NM_033453", "c.359_366dup"),
    ("chr20-5977950-T-TTA", "NM_032485", "c.1470_1471insTA"),
    ("chr20-5314311-TG-T", "NM_144773", "c.58del"),
    ("chr20-409978-CCT-C", "NM_031229", "c.121_122del"),
    ("chr20-419698-G-GGGCG", "NM_031229", "c.724_727dup"),
    ("chr20-761109-CGA-C", "NM_033409", "c.1325_1326del"),
    ("chr20-442027-CTG-C", "NM_144628", "c.352_353del"),
    ("chr20-2430488-AAGA-A", "NM_198994", "c.1722_1724del"),
]


@pytest.mark.parametrize(("allele", "transcript", "expected"), CLINVAR_INDELS)
def test_clinvar_indels__have_their_names(
    allele: str,
    transcript: str,
    expected: str,
    mane: dict[str, Transcript],
    slices: ReferenceSequence,
) -> None:
    found = next(one for name, one in mane.items() if name.split(".")[0] == transcript)
    name = coding_name(found, parse_allele(allele, GRCH38), slices)
    assert name.split(":")[1] == expected


def test_every_mane_gene_of_the_slices__reads_from_start_to_stop(
    mane: dict[str, Transcript], slices: ReferenceSequence
) -> None:
    proteins = {}
    for transcript in mane.values():
        if transcript.contig in slices.contigs and transcript.end < SLICE_BP:
            span = transcript.coding_span
            assert span is not None
            coding = spliced_sequence(transcript, slices)[span[0] : span[1]]
            proteins[transcript.symbol] = translate(coding)
    assert len(proteins) == 99
    assert all(found.find("*") == len(found) - 1 for found in proteins.values())
    # PANK2 starts with CTG.
    assert [name for name, found in proteins.items() if not found.startswith("M")] == ["PANK2"]


def test_mitochondrial_disease_variants__have_their_published_names(
    shared_data: Path, golden: Golden
) -> None:
    genes = {gene.symbol: gene for gene in mitochondrial_transcripts()}
    with ReferenceSequence(shared_data / "reference/rCRS.fa") as sequence:
        for row in golden("mitochondrial.tsv"):
            gene, allele = genes[row["gene"]], parse_allele(row["allele"], GRCH38)
            assert genomic_name(GRCH38, allele, sequence) == f"NC_012920.1:{row['genomic']}"
            found = coding_name(gene, allele, sequence), protein_name(gene, allele, sequence)
            assert found == (f"NC_012920.1({row['gene']}):{row['coding']}", row["protein"])


def test_every_mitochondrial_protein__reads_from_start_to_stop(shared_data: Path) -> None:
    lengths = {}
    with ReferenceSequence(shared_data / "reference/rCRS.fa") as sequence:
        for gene in mitochondrial_transcripts():
            if gene.cds is not None:
                message = spliced_sequence(gene, sequence)
                tail = "A" * (-len(message) % 3)
                lengths[gene.symbol] = translate(message + tail, MITOCHONDRIAL_CODONS).find("*")
    # UniProt: P03886, P03891, P00395, P00403, P03928, P00846, P00414, P03897, P03901, P03905,
    # P03915, P03923, P00156.
    assert list(lengths.values()) == [318, 347, 513, 227, 68, 226, 261, 115, 98, 459, 603, 174, 380]
