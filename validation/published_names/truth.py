"""Published variants with their names: patients, ClinVar, gnomAD, and hand-picked rows."""

import csv
import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH37, GRCH38, Assembly

CASES = "cases/published_cases.jsonl.gz"
CLINVAR_NAMES = "reference/hgvs/clinvar_hgvs.tsv.gz"
HAND_PICKED = tuple(f"reference/hgvs/{name}.tsv" for name in ("noncoding", "real", "regression"))
CLINVAR = ("clinvar_2018_750.GRCh38.vcf.gz", "clinvar_alleles.multi.b38.vcf.gz")
GNOMAD = ("gnomad-exomes.1.vcf.bgz", "gnomad-exomes.X.vcf.bgz", "gnomad-genomes.1.vcf.bgz")
GNOMAD_MITOCHONDRIAL = "gnomad-mtdna.vcf.bgz"


@dataclass(frozen=True, slots=True)
class Published:
    """A variant as published.

    Parameters
    ----------
    allele
        As a VCF has it; `None` where only names were published.
    genomic
        On the assembly of the allele, accession included; empty when none was published.
    coding
        One name; a variant with names on several transcripts comes several times.
    protein
        Without the accession; empty when none was published.
    """

    source: str
    assembly: Assembly
    allele: Allele | None
    genomic: str
    coding: str
    protein: str

    @property
    def transcript(self) -> str:
        """Accession and version that the coding name is on."""
        return self.coding.replace(" ", "").split(":")[0]


def published(data: Path) -> Iterator[Published]:
    """Give every variant of the shared data once by place and name."""
    seen = set()
    for one in _all(data):
        key = (one.allele, one.genomic, one.coding)
        if key not in seen:
            seen.add(key)
            yield one


def _all(data: Path) -> Iterator[Published]:
    yield from _cases(data / CASES)
    yield from _clinvar_names(data / CLINVAR_NAMES)
    for name in HAND_PICKED:
        yield from _hand_picked(data / name)
    for name in CLINVAR:
        yield from _clinvar(data / "knowledge/clinvar" / name)
    for name in (*GNOMAD, GNOMAD_MITOCHONDRIAL):
        yield from _gnomad(data / "knowledge/gnomad_v4" / name)


def _cases(path: Path) -> Iterator[Published]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for variant in (found for line in lines for found in json.loads(line)["variants"]):
            if variant.get("pos") is not None and GRCH38.has_contig(variant["chrom"]):
                yield _case(variant)


def _case(variant: dict[str, Any]) -> Published:  # Any: JSON as published
    contig = GRCH38.canonical_name(variant["chrom"])
    return Published(
        "published patients",
        GRCH38,
        Allele(contig, variant["pos"] - 1, variant["ref"], variant["alt"]),
        variant.get("hgvs_g") or "",
        variant.get("hgvs_c") or "",
        (variant.get("hgvs_p") or "").partition(":")[2],
    )


def _clinvar_names(path: Path) -> Iterator[Published]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            names = (row["hgvs_variants"] or "").split()
            coding = [name for name in names if not name.startswith("NC_")]
            for assembly, genomic in _genomic(names):
                for name in coding:
                    yield Published("ClinVar, names", assembly, None, genomic, name, "")


def _hand_picked(path: Path) -> Iterator[Published]:
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) < 3 or not fields[1].startswith("NC_"):  # noqa: PLR2004 - id, g., c.
            continue
        protein = fields[3].partition(":")[2] if len(fields) > 3 else ""  # noqa: PLR2004 - p.
        more = re.findall(r"N[MR]_[^|\t]+", "\t".join(fields[4:]))
        for assembly, genomic in _genomic(fields[1:2]):
            yield Published("hand-picked rows", assembly, None, genomic, fields[2], protein)
            for name in more:
                yield Published("hand-picked rows", assembly, None, genomic, name, "")


def _genomic(names: Iterable[str]) -> Iterator[tuple[Assembly, str]]:
    for name in names:
        accession = name.split(":")[0]
        for assembly in (GRCH38, GRCH37):
            if accession.startswith("NC_") and assembly.has_contig(accession):
                yield assembly, name


def _clinvar(path: Path) -> Iterator[Published]:
    for allele, about in _records(path):
        named = [about.get(key, "") for key in ("HGVS_C", "HGVS_P")]
        protein = unquote(named[1].partition(":")[2]).replace("_eq_", "=")
        yield Published("ClinVar, VCF", GRCH38, allele, "", named[0], protein)


def _gnomad(path: Path) -> Iterator[Published]:
    for allele, about in _records(path):
        for text in about.get("vep", "").split(","):
            fields = text.split("|")
            coding, protein = fields[10:12] if len(fields) > 12 else ("", "")  # noqa: PLR2004
            if coding:
                yield Published(
                    "gnomAD v4, VEP", GRCH38, allele, "", coding, unquote(protein.partition(":")[2])
                )


def _records(path: Path) -> Iterator[tuple[Allele, dict[str, str]]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            contig, position_1based, _, reference, alternative, _, _, info = line.split("\t")[:8]
            pairs = (item.partition("=") for item in info.rstrip("\n").split(";"))
            about = {key: value for key, _, value in pairs}
            for one in alternative.split(","):
                if set(reference + one) <= set("ACGT") and GRCH38.has_contig(contig):
                    name = GRCH38.canonical_name(contig)
                    yield Allele(name, int(position_1based) - 1, reference, one), about
