"""A patient's structural variants, from the laboratory's file to the ranked case and the report."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from kerne.cases.case import Case
from kerne.centre import Centre, open_centre
from kerne.consent.events import SecondaryChoice
from kerne.consent.receipt import Receipt
from kerne.genomes.actions import PersonalGenome
from kerne.genomes.reading.intake import GenomeFile
from kerne.interpretation.candidate import Interpretation
from kerne.interpretation.limits import STRUCTURAL, STRUCTURAL_IN_PART
from kerne.people.person import Person, RegisteredSex
from kerne.sequencing.order import Order, TubeQuality
from tests.conftest import Run, Walked

pytestmark = pytest.mark.xdist_group("demo")

OWN = "own-treatment"
PERSON, SAMPLE = "P-900001", "S-900001"
GENE = "KANSL1"
FEATURES = ("HP:0001249", "HP:0001252", "HP:0000414", "HP:0001250")
"""Of Koolen-De Vries syndrome: intellectual disability, low tone, bulbous nose, seizures."""
DOSAGE = (
    "#ClinGen Gene Curation List\n#01 Jan,2026\n"
    "#Gene Symbol\tGene ID\tcytoBand\tGenomic Location\tHaploinsufficiency Score"
    "\tTriplosensitivity Score\tDate Last Evaluated\n"
    "{gene}\t1\t1p1\t{place}\t3\t0\t2021-01-01\n"
)
HEAD = f"##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{SAMPLE}\n"


def _home(walked: Walked, run: Run, place: Path) -> tuple[Path, tuple[str, int, int]]:
    """Copy the walked home and tell it that the gene is haploinsufficient; give its place."""
    home = Path(shutil.copytree(walked.home, place / "home"))
    genes = walked.home.with_name("home-country") / "genes.gff3"
    named = next(
        line.split("\t")
        for line in genes.read_text().splitlines()
        if "\tgene\t" in line and f"Name={GENE};" in line
    )
    contig, start_1based, end = named[0], int(named[3]), int(named[4])
    told = place / "dosage.tsv"
    span = f"{contig}:{start_1based}-{end}"
    told.write_text(DOSAGE.format(gene=GENE, place=span))
    assert run("knowledge", "--home", home, "add", "dosage", told).code == 0
    return home, (contig, start_1based - 1, end)


def _file(path: Path, contig: str, start: int, end: int) -> GenomeFile:
    """Write a deletion of a whole gene, and one that its caller did not believe."""
    lines = [
        f"{contig}\t{start - 99}\t.\tN\t<DEL>\t99\tPASS\tEND={end + 100};SVTYPE=DEL\tGT:DV\t0/1:20",
        f"{contig}\t{end + 4000}\t.\tN\t<DUP>\t3\tLowQual\tEND={end + 9000}\tGT:DV\t0/1:1",
    ]
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines))
    bed = path.with_suffix(".bed")
    bed.write_text("".join(f"chr{number}\t0\t500000\n" for number in range(1, 5)))
    return GenomeFile(path, bed)


def _sequenced(centre: Centre, file: GenomeFile) -> Order:
    """Take a new patient from the register to a released order, whose genome is stored."""
    registrar, doctor, laboratory = map(
        centre.identify, ("registrar-1", "doctor-1", "laboratory-1")
    )
    person = Person(PERSON, "A Name", None, date(1990, 1, 1), RegisteredSex.FEMALE, "Capital")
    centre.people.register_persons(registrar, "quality", [person])
    centre.people.assign_samples(registrar, "quality", {SAMPLE: PERSON})
    given = centre.consent.consent_to_analysis(
        *(doctor, OWN, PERSON),
        document="form",
        document_version="1",
        secondary=SecondaryChoice.NONE,
        recontact=False,
    )
    assert isinstance(given, Receipt)
    order = centre.orders.place(doctor, OWN, PERSON, patient_group="neurogenetic", question="Why?")
    assert isinstance(order, Order)
    orders, number = centre.orders, order.number
    orders.accept_sample(laboratory, OWN, number, barcode="T-9", sample=SAMPLE)
    orders.record_quality(laboratory, OWN, number, TubeQuality(80, 50, 1.8))
    orders.record_run(laboratory, OWN, number, run="R", mean_depth_reads=35, callable_fraction=0.97)
    added = centre.genomes.add(laboratory, OWN, [file])
    assert isinstance(added, list)
    assert [(each.sample, each.structural) for each in added] == [(SAMPLE, 2)]
    released = orders.release_sample(laboratory, OWN, number)
    assert isinstance(released, Order)
    return released


def test_deletion_of_a_haploinsufficient_gene__ranks_first_in_a_case_of_a_centre_and_is_answered(
    walked: Walked, run: Run, tmp_path: Path
) -> None:
    home, place = _home(walked, run, tmp_path)
    with open_centre(home) as centre:
        order = _sequenced(centre, _file(tmp_path / "a.vcf", *place))
        geneticist = centre.identify("geneticist-1")
        case = centre.cases.open_case(geneticist, OWN, order.number, observed=list(FEATURES))
        assert isinstance(case, Case)
        found = centre.cases.interpret(geneticist, OWN, case.number)
        assert isinstance(found, Interpretation)
        read = centre.genomes.variants_of(geneticist, OWN, PERSON)
        assert isinstance(read, PersonalGenome)
        assert [line.split("\t")[4] for line in read.structural or ()] == ["<DEL>", "<DUP>"]
    best = found.candidates[0]
    assert (best.gene, best.variants[0].consequence) == (GENE, "transcript_ablation")
    assert {each.criterion for each in best.variants[0].evidence} >= {"CNV 2A"}
    assert STRUCTURAL_IN_PART in found.not_examined
    assert STRUCTURAL not in found.not_examined
    filtered = "1 structural records that did not pass the caller's filters were not read"
    assert filtered in found.notes
    _answered(run, home, case.number, str(best.variants[0].allele))


def _answered(run: Run, home: Path, case: str, allele: str) -> None:
    """Judge the deletion, sign, and look at the case once more."""
    cases, geneticist = ("cases", "--home", home), ("--as", "geneticist-1", "--purpose", OWN)
    shown = run(*cases, "evidence", case, allele, *geneticist)
    assert "CNV 2A" in shown.out
    judged = ("--class", "pathogenic", "--because", "the whole gene is lost")
    assert run(*cases, "classify", case, allele, *judged, *geneticist).code == 0
    signed = run(*cases, "sign", case, *geneticist)
    assert signed.code == 0, signed.err
    report = (Path(signed.out.strip()) / "report.html").read_text()
    assert "del(" in report
    assert GENE in report
    looked = run(*cases, "reanalyse", *geneticist)
    assert looked.code == 0, looked.err
