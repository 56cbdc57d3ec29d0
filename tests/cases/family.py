"""A small real centre with one family, for tests of what leaves it.

The genome is four contigs that can be read by eye: `LDLR` (secondary, acted on in childhood) on
chr1, `ASKED` (what the patient is asked about) on chr2, `BRCA1` (secondary, adult onset) on chr3,
and 400 common places on chr4 by which kin can be told.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pypdf import PdfReader

from kerne.cases.case import Case
from kerne.cases.events import KinInCase
from kerne.cases.verdict import Verdict
from kerne.centre import Centre, found_centre, open_centre
from kerne.consent.events import SecondaryChoice
from kerne.consent.receipt import Receipt
from kerne.genomes.reading.intake import GenomeFile
from kerne.interpretation.candidate import Classification, Interpretation
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.people.asking import Identity, Refusal, Role
from kerne.people.kinship import Custody, ParentOf
from kerne.people.organisation import Organisation, OrganisationKind
from kerne.people.person import Person, RegisteredSex
from kerne.sequencing.order import Order, TubeQuality
from kerne.settings import Settings

from .conftest import CHR1, GREEN_NAILS, HPOA, OBO, PLUS

AT: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
OWN: Final = "own-treatment"
REGISTRAR = Identity("registrar-1", frozenset({Role.REGISTRAR}), "Authority")
DOCTOR = Identity("doctor-1", frozenset({Role.DOCTOR}), "Hospital")
LABORATORY = Identity("laboratory-1", frozenset({Role.LABORATORY}), "East")
GENETICIST = Identity("geneticist-1", frozenset({Role.GENETICIST}), "Hospital")
PATIENT, MOTHER, FATHER, CHILD = (f"P-{number:06d}" for number in range(1, 5))
"""The patient is the adult child of mother and father, and has custody of the child."""
CHILD_BORN = date(2012, 6, 1)
SAMPLES = {f"S{number}": f"P-{number:06d}" for number in range(1, 5)}
PLACES, FIRST_PLACE = 400, 1_000
LENGTH_BP = FIRST_PLACE + PLACES * 10

STOPS = {"LDLR": "chr1-181-C-T", "ASKED": "chr2-184-C-T", "BRCA1": "chr3-187-C-T"}
RSID = "rs424242"
"""The identifier that the file gives to every allele of a gene."""


def citizen(person: str) -> Identity:
    return Identity(person, frozenset({Role.CITIZEN}), None, person)


def settle(
    home: Path,
    *,
    is_father: bool = True,
    stops: Collection[str] = STOPS.values(),
    structural: Sequence[str] = (),
) -> None:
    """Found the centre and add four genomes.

    Parameters
    ----------
    is_father
        Whether the father is one.
    stops, structural
        What patient and child carry; further lines of the VCF. See `write_genomes`.
    """
    work = home.with_name(f"{home.name}-files")
    work.mkdir()
    authority = Organisation("Authority", "Authority", OrganisationKind.AUTHORITY, None)
    settings = Settings(home, assembly="Kernia1", demo=True)
    fasta = work / "reference.fa"
    contigs = dict.fromkeys(("chr1", "chr2", "chr3"), CHR1) | {"chr4": "A" * LENGTH_BP}
    fasta.write_text("".join(f">{name}\n{bases}\n" for name, bases in contigs.items()))
    found_centre(settings, REGISTRAR, (authority,), reference=fasta)
    add_knowledge(home, work)
    with open_centre(home, lambda: AT) as centre:
        register(centre)
        consent(centre, PATIENT, SecondaryChoice.NONE)
        for person in (MOTHER, FATHER):
            consent(centre, person, SecondaryChoice.ALL)
        guardians_consent(centre, SecondaryChoice.ALL)
        files = [write_genomes(work, stops, structural, is_father=is_father)]
        assert isinstance(centre.genomes.add(LABORATORY, OWN, files), list)


def add_knowledge(home: Path, work: Path) -> None:
    genes = [
        replace(PLUS, identifier=f"TX-{symbol}.1", gene_id=f"G-{symbol}", symbol=symbol, contig=at)
        for symbol, at in (("LDLR", "chr1"), ("ASKED", "chr2"), ("BRCA1", "chr3"))
    ]
    GeneModels(genes).write_gff3(work / "genes.gff3", ["chr1", "chr2", "chr3"])
    (work / "hpo").mkdir()
    newer = ("2025-01-01", "2026-01-01")  # than the packaged release
    (work / "hpo" / "hp.obo").write_text(OBO.replace(*newer))
    green = "".join(map(GREEN_NAILS.format, range(2, 40)))
    (work / "hpo" / "phenotype.hpoa").write_text((HPOA + green).replace(*newer))
    links = (("LDLR", "OMIM:1"), ("ASKED", "OMIM:2"), ("BRCA1", "OMIM:1"))
    head = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n"
    (work / "hpo" / "genes_to_phenotype.txt").write_text(
        head + "".join(f"1\t{gene}\tHP:0000020\tx\t-\t{disease}\n" for gene, disease in links)
    )
    base = KnowledgeBase(home / "knowledge")
    base.add(Kind.GENES, work / "genes.gff3", assembly="Kernia1")
    base.add(Kind.HPO, work / "hpo")


def register(centre: Centre) -> None:
    sexes = (RegisteredSex.FEMALE, RegisteredSex.FEMALE, RegisteredSex.MALE, RegisteredSex.MALE)
    born = (date(1990, 1, 1), date(1960, 1, 1), date(1958, 1, 1), CHILD_BORN)
    persons = [
        Person(number, f"Name {number}", None, day, sex, "East")
        for number, sex, day in zip(SAMPLES.values(), sexes, born, strict=True)
    ]
    kinship = [ParentOf(MOTHER, PATIENT), ParentOf(FATHER, PATIENT), ParentOf(PATIENT, CHILD)]
    custody = [Custody(PATIENT, CHILD, CHILD_BORN)]
    registered = centre.people.register_persons(REGISTRAR, "quality", persons, kinship, custody)
    assert not isinstance(registered, Refusal)
    centre.people.appoint(REGISTRAR, "quality", [DOCTOR, LABORATORY, GENETICIST])
    centre.people.assign_samples(REGISTRAR, "quality", SAMPLES)


def consent(centre: Centre, person: str, secondary: SecondaryChoice, version: str = "1") -> None:
    given = centre.consent.consent_to_analysis(
        DOCTOR,
        OWN,
        person,
        document="form",
        document_version=version,
        secondary=secondary,
        recontact=False,
    )
    assert isinstance(given, Receipt)


def guardians_consent(centre: Centre, secondary: SecondaryChoice) -> None:
    given = centre.consent.consent_to_analysis(
        citizen(PATIENT),
        "guardian-access",
        CHILD,
        document="form",
        document_version="1",
        secondary=secondary,
        recontact=False,
    )
    assert isinstance(given, Receipt)


def genotypes(*, is_father: bool) -> NDArray[np.int64]:
    """Give copies of the alternative allele, (places, samples), drawn with a fixed seed."""
    rng = np.random.default_rng(11)
    people = (rng.random((3, 2, PLACES)) < 0.4).astype(np.int64)
    mother, father, other = people

    def passed(parent: NDArray[np.int64]) -> NDArray[np.int64]:
        chosen: NDArray[np.int64] = np.where(rng.random(PLACES) < 0.5, parent[0], parent[1])
        return chosen

    patient = np.stack([passed(mother), passed(father)])
    child = np.stack([passed(patient), (rng.random(PLACES) < 0.4).astype(np.int64)])
    shown = father if is_father else other
    return np.stack([each.sum(axis=0) for each in (patient, mother, shown, child)], axis=1)


def write_genomes(
    work: Path,
    stops: Collection[str] = STOPS.values(),
    structural: Sequence[str] = (),
    *,
    is_father: bool,
) -> GenomeFile:
    """Write the VCF: patient and child carry the stops, the parents none.

    A line of `structural` holds contig, place, kind, end and four genotypes.
    """
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    lines = ["##fileformat=VCFv4.2", "\t".join([fixed, *SAMPLES])]
    for stop in stops:
        contig, place, reference, alternative = stop.split("-")
        calls = "0/1\t0/0\t0/0\t0/1"
        lines.append(
            f"{contig}\t{place}\t{RSID}\t{reference}\t{alternative}\t.\tPASS\t.\tGT\t{calls}"
        )
    words = np.array(["0/0", "0/1", "1/1"])
    for number, copies in enumerate(genotypes(is_father=is_father)):
        calls = "\t".join(words[copies].tolist())
        lines.append(f"chr4\t{FIRST_PLACE + number * 10}\t.\tA\tC\t.\tPASS\t.\tGT\t{calls}")
    for each in structural:
        contig, place, kind, end, *carried = each.split()
        head = f"{contig}\t{place}\t.\tN\t<{kind}>\t.\tPASS\tEND={end}\tGT"
        lines.append("\t".join([head, *carried]))
    name = "father" if is_father else "other"
    path, bed = work / f"{name}.vcf", work / f"{name}.bed"
    path.write_text("\n".join(lines) + "\n")
    lengths = dict.fromkeys(("chr1", "chr2", "chr3"), len(CHR1)) | {"chr4": LENGTH_BP}
    bed.write_text("".join(f"{contig}\t0\t{length}\n" for contig, length in lengths.items()))
    return GenomeFile(path, bed)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that stands open in a centre."""

    centre: Centre
    case: str

    def interpret(self) -> Interpretation:
        found = self.centre.cases.interpret(GENETICIST, OWN, self.case)
        assert isinstance(found, Interpretation), found
        return found

    def look(self) -> Interpretation:
        found = self.centre.cases.candidates(GENETICIST, OWN, self.case)
        assert isinstance(found, Interpretation), found
        return found

    def judge(self) -> None:
        verdict = Verdict(Classification.PATHOGENIC, "seen before")
        judged = self.centre.cases.classify(GENETICIST, OWN, self.case, STOPS["ASKED"], verdict)
        assert isinstance(judged, Case)


def open_case(centre: Centre, person: str, relatives: tuple[str, ...] = ()) -> Opened:
    """Take a person from order to open case."""
    order = centre.orders.place(DOCTOR, OWN, person, patient_group="ear", question="Green nails?")
    assert isinstance(order, Order)
    sample = next(sample for sample, whose in SAMPLES.items() if whose == person)
    orders, number = centre.orders, order.number
    orders.accept_sample(LABORATORY, OWN, number, barcode=f"T{sample}", sample=sample)
    orders.record_quality(LABORATORY, OWN, number, TubeQuality(80, 50, 1.8))
    orders.record_run(
        LABORATORY, OWN, number, run="R1", mean_depth_reads=35, callable_fraction=0.97
    )
    assert isinstance(orders.release_sample(LABORATORY, OWN, number), Order)
    case = centre.cases.open_case(
        GENETICIST,
        OWN,
        number,
        observed=["HP:0000020"],
        relatives=[KinInCase(each, affected=False) for each in relatives],
    )
    assert isinstance(case, Case), case
    return Opened(centre, case.number)


def genes(found: Interpretation) -> set[str]:
    return {candidate.gene for candidate in found.candidates}


def texts(home: Path) -> Iterator[tuple[str, str]]:
    """Give every file of a centre that is not the genome store or knowledge, by its path."""
    for path in sorted(home.rglob("*")):
        within = path.relative_to(home)
        if path.is_file() and within.parts[0] not in {"genomes", "knowledge", "keys"}:
            yield str(within), _text(path)


def _text(path: Path) -> str:
    if path.suffix == ".pdf":  # what is in print is compressed
        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    return path.read_bytes().decode("latin-1")
