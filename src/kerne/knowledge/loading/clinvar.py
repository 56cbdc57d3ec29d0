"""Read ClinVar's VCF file, and the slices of it that were published in another spelling in 2018.

References
----------
Landrum et al. 2018, doi:10.1093/nar/gkx1153; review stars: ClinVar, "Review status".
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from kerne.alleles.vcf import VcfFile, VcfRecord, is_sequence, open_vcf
from kerne.errors import InputFileError
from kerne.knowledge.loading.gnomad import check_contigs
from kerne.knowledge.loading.reception import Reception, Report, watched
from kerne.knowledge.variant_table.fields import Field, Form, Value

CLINVAR_FIELDS: Final = (
    Field("variation", Form.WHOLE),
    Field("significance", Form.TEXT),
    Field("stars", Form.WHOLE),
    Field("conditions", Form.TEXT),
    Field("gene", Form.TEXT),
    Field("consequences", Form.TEXT),
)
SEPARATOR: Final = "|"
"""Between conditions and between consequences, in the file and in the table."""

STARS: Final = {
    "practice guideline": 4,
    "reviewed by expert panel": 3,
    "criteria provided, multiple submitters, no conflicts": 2,
    "criteria provided, multiple submitters": 2,
    "criteria provided, conflicting classifications": 1,
    "criteria provided, conflicting interpretations": 1,
    "criteria provided, single submitter": 1,
}
"""Of the review status; any other has none."""

NO_CONDITION: Final = frozenset({"not provided", "not specified", "see cases"})
NO_CLASS: Final = "without a class of their own"
OF_ONE_ALLELE: Final = "Variant"
"""The slices of 2018 also hold haplotypes, whose class is not that of each of their alleles."""

_COMMA: Final = r"\x2c"
"""A comma in INFO, where a plain one would part values."""

_REFERENCE: Final = re.compile("reference=")
_ASSEMBLIES: Final = {"grch37": "GRCh37", "hg19": "GRCh37", "grch38": "GRCh38", "hg38": "GRCh38"}
_FILE_DATE: Final = re.compile(r"fileDate=(\d{4})-?(\d{2})-?(\d{2})")


def gather(reception: Reception, report: Report) -> None:
    """Take in all files; alleles without a class of their own are left out and counted.

    Raises
    ------
    InputFileError
        A file is not ClinVar's, of another assembly, or a record is malformed.
    """
    for number, path in enumerate(reception.files):
        with open_vcf(path, may_be_gzip=True) as vcf:
            _check(vcf, reception)
            for record in watched(vcf, report):
                _take(record, number, reception)


def stated_date(path: Path) -> date | None:
    """Give the date that a file states; `None` when it states none.

    Raises
    ------
    InputFileError
        It is not a VCF.
    """
    with open_vcf(path, may_be_gzip=True) as vcf:
        for line in vcf.header.meta:
            found = _FILE_DATE.fullmatch(line)
            if found:
                return date(int(found[1]), int(found[2]), int(found[3]))
    return None


def _check(vcf: VcfFile, reception: Reception) -> None:
    check_contigs(vcf, reception)
    meta = vcf.header.meta
    if not any(line.startswith(("INFO=<ID=CLNSIG,", "INFO=<ID=CLINICAL_SIG")) for line in meta):
        raise InputFileError(vcf.path, "not ClinVar's: expected the INFO field `CLNSIG`")
    for line in filter(_REFERENCE.match, meta):
        named = {name for word, name in _ASSEMBLIES.items() if word in line.lower()}
        if named and reception.assembly.name not in named:
            problem = f"is of assembly `{named.pop()}`, expected `{reception.assembly.name}`"
            raise InputFileError(vcf.path, problem)


def _take(record: VcfRecord, file: int, reception: Reception) -> None:
    texts, path = record.info, reception.files[file]
    is_of_2018 = "CLINICAL_SIGNIFICANCE" in texts
    values = _as_in_2018(texts) if is_of_2018 else _as_today(record, texts, path)
    if values is None:
        reception.passed_over[NO_CLASS] += 1
        return
    for alternative in filter(is_sequence, record.alternatives):
        place = (record.contig_text, record.position)
        reception.take((file, record.line), place, (record.reference, alternative), values)


def _as_today(record: VcfRecord, texts: Mapping[str, str], path: Path) -> tuple[Value, ...] | None:
    significance = texts.get("CLNSIG", "").replace("_", " ")
    if not significance:
        return None
    if significance[0].isdigit():
        problem = f"expected words in `CLNSIG`, found `{significance}` (ClinVar before 2017?)"
        raise InputFileError(path, problem, record.line)
    if not (record.identifier.isascii() and record.identifier.isdigit()):
        problem = f"expected the number of a variation in ID, found `{record.identifier}`"
        raise InputFileError(path, problem, record.line)
    consequences = [each.partition("|")[2] for each in texts.get("MC", "").split(",")]
    return (
        int(record.identifier),
        significance,
        STARS.get(texts.get("CLNREVSTAT", "").replace("_", " "), 0),
        _conditions(texts.get("CLNDN", "").replace("_", " ").replace(_COMMA, ",")),
        texts.get("GENEINFO", "").partition("|")[0].partition(":")[0],
        SEPARATOR.join(sorted(set(filter(None, consequences)))),
    )


def _as_in_2018(texts: Mapping[str, str]) -> tuple[Value, ...] | None:
    variation = texts.get("VARIATION_ID", "")
    if texts.get("VARIATION_TYPE", OF_ONE_ALLELE) != OF_ONE_ALLELE or not variation.isdigit():
        return None
    significance = texts["CLINICAL_SIGNIFICANCE"].replace("_", " ").replace("..", ", ")
    if significance in {"", "-", "not provided"}:
        return None
    consequences = texts.get("MOLECULAR_CONSEQUENCE", "").split("|")
    return (
        int(variation),
        significance,
        STARS.get(_words_of_2018(texts.get("REVIEW_STATUS", "")), 0),
        _conditions(_words_of_2018(texts.get("ALL_TRAITS", ""))),
        texts.get("SYMBOL", "").replace("-", ""),
        SEPARATOR.join(sorted({each.rpartition(":")[2] for each in consequences if each})),
    )


def _words_of_2018(text: str) -> str:
    """Undo that spelling: `_` for a space, `..` for a comma and a space."""
    return text.replace("..", ", ").replace("_", " ")


def _conditions(text: str) -> str:
    """Name each condition once, but not that there is none."""
    names = dict.fromkeys(text.split(SEPARATOR))
    return SEPARATOR.join(each for each in names if each and each.lower() not in NO_CONDITION)
