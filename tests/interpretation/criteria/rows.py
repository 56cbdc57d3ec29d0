"""Subjects for the criteria: one transcript, and what is known said in one line of a table."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from kerne.alleles.allele import Allele
from kerne.alleles.transcript import Transcript
from kerne.interpretation.consequences.consequence import Consequence
from kerne.interpretation.criteria.subject import (
    Circumstances,
    DeNovo,
    Known,
    Neighbour,
    Partner,
    Segregation,
    Sources,
    Subject,
)
from kerne.knowledge.allele_facts import AlleleFacts, ClinVarRecord, PublishedFrequency
from kerne.knowledge.gene_facts import DosageScore, GeneFacts, Validity, ValidityClass
from kerne.knowledge.specification import Region, Specification

ALL_SOURCES = Sources("genes g", "frequencies f", "constraint c", "validity v", "dosage d",
                      "clinvar n", "scores s")  # fmt: skip

# Three exons; of 200 spliced bases the 180 from 10 on are coding: 60 codons, the last a stop.
TRANSCRIPT = Transcript(
    "TX1.1", "G1", "PLUS", "chr1", 1, ((100, 140), (180, 240), (280, 380)), (110, 370), None
)
PLACE = Allele("chr1", 182, "C", "T")

Words = dict[str, str]


def read_words(text: str) -> Words:
    """Read `name=value; name=value`; `.` says nothing."""
    pairs = (part.strip().partition("=") for part in text.split(";") if part.strip() != ".")
    return {name: value for name, _, value in pairs}


def make_subject(terms: str, protein: str, coding: str, said: Words) -> Subject:
    """Make the subject that a row of the table speaks of."""
    contig = said.get("contig", "chr1")
    allele = replace(PLACE, contig=contig)
    transcript = replace(TRANSCRIPT, contig=contig)
    if said.get("mane"):
        transcript = replace(transcript, tags=frozenset({"MANE_Select"}))
    return Subject(
        allele=allele,
        consequence=Consequence(allele, "TX1.1", "PLUS", tuple(terms.split("&"))),
        transcript=transcript,
        coding_name=coding if ":" in coding else f"TX1.1:{coding}",
        protein_name=protein,
        facts=_facts(said),
        in_repeat={"yes": True, "no": False}.get(said.get("repeat", "")),
        gene=_gene(said),
        known=_known(said),
        specification=_specification(said),
        spared=tuple(filter(None, said.get("spared", "").split(","))),
        next_start=int(said["next_start"]) if "next_start" in said else None,
    )


def make_circumstances(said: Words) -> Circumstances:
    """Make what the patient and the family show."""
    family = [int(number) for number in said.get("family", "").split(",") if number]
    return Circumstances(
        de_novo={"yes": DeNovo(True), "no": DeNovo(False)}.get(said.get("parents", "")),
        is_homozygous=said.get("homozygous") == "yes",
        partners=_partners(said["partner"]) if "partner" in said else None,
        segregation=Segregation(*family) if family else None,
        other_cause=said.get("other_cause", ""),
        is_early_and_full={"yes": True, "no": False}.get(said.get("early", "")),
        log10_phenotype=float(said["phenotype"]) if "phenotype" in said else None,
    )


def _partners(text: str) -> tuple[Partner, ...]:
    """Read `P trans`, `LP ?`, `VUS cis`, or `none`."""
    if text == "none":
        return ()
    class_, phase = text.split()
    in_trans = {"trans": True, "cis": False}.get(phase)
    return (Partner("c.5A>G", class_ == "P", class_ == "LP", in_trans),)


def _facts(said: Words) -> AlleleFacts:
    def number(name: str) -> float | None:
        return float(said[name]) if name in said else None

    counts = [int(each) for each in said.get("counts", "").split(",") if each]
    frequency = None
    if counts:
        frequency = PublishedFrequency(
            counts[0],
            counts[1],
            counts[2],
            counts[3],
            hemizygotes=int(said.get("hemizygotes", 0)),
            greatest_af=number("greatest"),
            is_filtered=said.get("filtered") == "yes",
        )
    return AlleleFacts(
        frequency=frequency,
        is_surveyed=bool(counts) or said.get("surveyed") == "yes",
        revel=number("revel"),
        alphamissense=number("alphamissense"),
        splice=number("splice"),
    )


def _gene(said: Words) -> GeneFacts | None:
    if not said.keys() & {"z", "loeuf", "pli", "hi", "validity"}:
        return None
    validity = tuple(
        Validity(("MONDO:1",), "a disease", mode, ValidityClass(class_), date(2026, 1, 1), "panel")
        for mode, class_ in (
            each.split(" ") for each in said.get("validity", "").split(",") if each
        )
    )
    return GeneFacts(
        "PLUS",
        missense_z=float(said["z"]) if "z" in said else None,
        loeuf=float(said["loeuf"]) if "loeuf" in said else None,
        pli=float(said["pli"]) if "pli" in said else None,
        haploinsufficiency=DosageScore(int(said["hi"])) if "hi" in said else None,
        validity=validity,
    )


def _known(said: Words) -> Known | None:
    """Read `near=p.(Arg12His) Pathogenic 1|...` and the counts of the gene."""
    if not said.keys() & {"near", "losses", "missense", "behind", "known"}:
        return None
    near = (each.rsplit(" ", 2) for each in said.get("near", "").split("|") if each)
    return Known(
        near=tuple(
            Neighbour(PLACE, protein, ClinVarRecord("VCV1", class_.replace("_", " "), int(stars)))
            for protein, class_, stars in near
        ),
        pathogenic_losses=int(said.get("losses", 0)),
        pathogenic_missense=int(said.get("missense", 0)),
        pathogenic_behind=int(said.get("behind", 0)),
    )


def _specification(said: Words) -> Specification:
    """Read `limits=BA1 0.001`, `uses=PVS1,PP2`, `bars=BP1`, `regions=10-20 strong`."""
    limits = (each.split(" ") for each in said.get("limits", "").split(",") if each)
    known = said.keys() & {"limits", "uses", "bars", "regions", "cold", "open"}
    return Specification(
        label="experts 1.0" if known else "",
        limits={name: float(limit) for name, limit in limits},
        used=frozenset(filter(None, said.get("uses", "").split(","))),
        unused=frozenset(filter(None, said.get("bars", "").split(","))),
        open_beyond=frozenset(filter(None, said.get("open", "").split(","))),
        regions=(*_regions(said.get("regions", ""), "PM1"), *_regions(said.get("cold", ""), "BP1")),
    )


def _regions(text: str, criterion: str) -> Iterator[Region]:
    for each in filter(None, text.split(",")):
        place, strength = each.split(" ")
        first, last = place.split("-")
        yield Region(int(first), int(last), strength, criterion)
