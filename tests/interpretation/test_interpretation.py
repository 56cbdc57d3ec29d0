from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.assembly import GRCH38, KERNIA1
from kerne.alleles.interval import Interval, Intervals
from kerne.alleles.sequence import ReferenceSequence
from kerne.errors import InterpretationError, PhenotypeError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import (
    Classification,
    GeneCoverage,
    Genotype,
    Met,
    Mode,
    NamedTerm,
    Tier,
)
from kerne.interpretation.consequences.consequence import Consequences
from kerne.interpretation.examination import look
from kerne.interpretation.family.pedigree import Family, Kin, Relative
from kerne.interpretation.interpretation import examine, interpret
from kerne.interpretation.listing import Listing
from kerne.interpretation.presentation import NationalFrequency
from kerne.interpretation.reading.calls import Call, GenomeCalls
from kerne.interpretation.secondary import (
    EVERYTHING_OPEN,
    Disclosure,
    FindingClass,
    SecondaryList,
)
from kerne.knowledge.allele_library import AlleleLibrary
from kerne.knowledge.frequencies import PublishedFrequencies, read_frequencies
from kerne.knowledge.panels import Panel
from kerne.knowledge.release import Kind, Release
from kerne.phenotype.likelihood import UNITS
from kerne.phenotype.phenopacket import Phenotype, Sex

MakeCall = Callable[..., Call]
MakeGenome = Callable[..., GenomeCalls]
BLUE_EARS, GREEN_NAILS, COLD_NOSE = "HP:0000010", "HP:0000020", "HP:0000030"


@pytest.fixture
def published(tmp_path: Path) -> PublishedFrequencies:
    path = tmp_path / "frequencies.tsv"
    rows = ("chr1 181 C T 1 20000 5e-05 0 1", "chr1 115 C T 9000 20000 0.45 2000 5000")
    lines = ("chrom pos ref alt AC AN AF hom het", *rows)
    path.write_text("".join(line.replace(" ", "\t") + "\n" for line in lines))
    return read_frequencies(path, KERNIA1)


def _phenotype(*observed: str, sex: Sex = Sex.UNKNOWN) -> Phenotype:
    return Phenotype("P", sex, observed or (BLUE_EARS,), (COLD_NOSE,), ("a note of the packet",))


def _with(knowledge: Knowledge, published: PublishedFrequencies) -> Knowledge:
    release = Release(Kind.FREQUENCIES, "f", date(2025, 1, 1), "cd" * 32, "f.tsv", Path("f"))
    releases = (*knowledge.releases, release)
    facts = AlleleLibrary(published)
    return replace(knowledge, frequencies=published, facts=facts, releases=releases)


def test_stop_in_a_gene_that_fits__is_the_first_candidate_with_reasons(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    found = interpret(make_genome(make_call(181, "C>T")), _phenotype(), knowledge)
    (candidate,) = found.candidates
    assert (candidate.rank, candidate.gene, candidate.disease) == (1, "PLUS", "OMIM:1")
    assert (candidate.mode, candidate.tier) == (Mode.DOMINANT, Tier.NO_PANEL)
    assert candidate.disease_name == "Blue ear disease"
    # Of one term the phenotype counts twice.
    assert candidate.log10_odds == 2 * candidate.log10_phenotype + candidate.log10_genotype
    effect, expected, phenotype, others = candidate.reasons
    assert expected.endswith("(loss of function) lie in this gene by chance in one genome in 9,278")
    assert others == "other diseases of the gene fit less: OMIM:2"
    assert effect.startswith("stop gained and splice region TX1.1:c.31C>T p.(Gln11Ter)")
    assert effect.endswith("heterozygous: uncertain significance (+0 points)")
    assert phenotype == "1 of 1 observed features speak for it: Blue ears"
    told = sum(term.log10_ratio for term in candidate.terms)
    assert told == pytest.approx(candidate.log10_phenotype, abs=1 / UNITS)


def test_absent_knowledge__is_named_and_not_assumed(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    found = interpret(make_genome(make_call(181, "C>T")), _phenotype(), knowledge)
    assert found.absent[0].startswith("published allele frequencies")
    assert "frequencies of the national genome database" in found.absent
    assert any("callable regions" in words for words in found.absent)
    variant = found.candidates[0].variants[0]
    assert variant.published_frequency.startswith("not known")
    assert variant.national_frequency.startswith("not known")
    criteria = {each.criterion: each.met for each in variant.evidence}
    assert criteria["PM2"] is criteria["PP3"] is Met.NOT_JUDGED
    assert "repeat expansions" in found.not_examined
    assert found.releases == ("genes g (sha256 abababababab)",)


def test_interpretation__says_what_it_was_given(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    genome = make_genome(make_call(181, "C>T"), make_call(10, "T>C"), sample="X1")
    found = interpret(genome, _phenotype(), knowledge)
    assert (found.sample, found.assembly) == ("X1", "Kernia1")
    assert found.observed == (NamedTerm(BLUE_EARS, "Blue ears"),)
    assert found.excluded == (NamedTerm(COLD_NOSE, "Cold nose"),)
    assert (found.variants_read, found.variants_considered) == (2, 1)
    assert "a note of the packet" in found.notes


def test_published_frequency__is_evidence_and_a_common_allele_is_not_ranked(
    knowledge: Knowledge,
    published: PublishedFrequencies,
    make_call: MakeCall,
    make_genome: MakeGenome,
) -> None:
    genome = make_genome(make_call(181, "C>T"), make_call(115, "C>T"), make_call(118, "C>T"))
    found = interpret(genome, _phenotype(), _with(knowledge, published))
    variants = [variant for each in found.candidates for variant in each.variants]
    (stop,) = (each for each in variants if each.allele.position == 180)
    assert "AF 5e-05 (AC 1 of AN 20,000" in stop.published_frequency
    assert stop.points == 9  # PVS1 of a recessive disease, PM2
    assert found.variants_considered == 2
    only_common = interpret(
        make_genome(make_call(115, "C>T")), _phenotype(), _with(knowledge, published)
    )
    assert only_common.candidates == ()
    assert "1 alleles more frequent than 5% are not ranked" in found.notes
    assert all("published" not in words for words in found.absent)


def test_unlisted_allele__is_said_to_be_unlisted(
    knowledge: Knowledge,
    published: PublishedFrequencies,
    make_call: MakeCall,
    make_genome: MakeGenome,
) -> None:
    found = interpret(make_genome(make_call(118, "C>T")), _phenotype(), _with(knowledge, published))
    variant = found.candidates[0].variants[0]
    assert variant.published_frequency == "not listed in frequencies f (sha256 cdcdcdcdcdcd)"
    assert variant.classification is Classification.UNCERTAIN


class _National:
    source = "the national database, without the family"

    def __init__(self) -> None:
        self.asked: list[Allele] = []

    def look_up(self, alleles: Sequence[Allele]) -> list[NationalFrequency | None]:
        self.asked += alleles
        return [NationalFrequency(2, 900, 0) if a.position == 180 else None for a in alleles]


def test_national_frequency__is_shown_and_meets_no_criterion(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    national = _National()
    genome = make_genome(make_call(181, "C>T", Genotype.HOM))
    found = interpret(genome, _phenotype(GREEN_NAILS), knowledge, national=national)
    variant = found.candidates[0].variants[0]
    assert national.asked == [variant.allele]
    assert variant.national_frequency == "AC 2 of AN 900, 0 homozygotes"
    assert all("national" not in each.source for each in variant.evidence)
    assert all("national" not in words for words in found.absent)
    other = interpret(
        make_genome(make_call(118, "C>T")), _phenotype(), knowledge, national=national
    )
    words = other.candidates[0].variants[0].national_frequency
    assert words == "not known to the national database, without the family"


def test_national_database__is_not_asked_when_there_is_nothing_to_ask(
    knowledge: Knowledge, make_genome: MakeGenome
) -> None:
    national = _National()
    found = interpret(make_genome(), _phenotype(), knowledge, national=national)
    assert found.candidates == ()
    assert national.asked == []


def test_trio__makes_an_allele_de_novo(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    call = make_call(181, "C>T")
    family = Family(
        tuple(
            Relative(kin, affected=False, calls=make_genome(absent=(call.allele,)))
            for kin in (Kin.MOTHER, Kin.FATHER)
        )
    )
    found = interpret(make_genome(call), _phenotype(), knowledge, family=family)
    candidate = found.candidates[0]
    assert candidate.mode is Mode.DE_NOVO
    said = "not one read of a parent shows the allele (mother: 0 of 30 reads, father: 0 of 30 reads"
    assert any(said in reason for reason in candidate.reasons)
    assert any(each.criterion == "PM6" for each in candidate.variants[0].evidence)
    assert not any("parent" in note for note in found.notes)


def test_panel__makes_two_tiers_and_removes_nothing(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    genome = make_genome(make_call(181, "C>T"), make_call(181, "C>T", Genotype.HEMI, contig="chrX"))
    panel = Panel("P", "1", frozenset({"XGENE"}))
    found = interpret(genome, _phenotype(), knowledge, panel=panel)
    tiers = {candidate.gene: candidate.tier for candidate in found.candidates}
    assert tiers == {"PLUS": Tier.OUTSIDE, "XGENE": Tier.PANEL}
    # Each of the two diseases has one feature; the patient is known to lack a cold nose.
    assert found.next_look is None
    asked = interpret(genome, replace(_phenotype(), excluded=()), knowledge)
    assert asked.next_look is not None
    assert (asked.next_look.first, asked.next_look.second) == (
        "Blue ear disease",
        "Cold nose disease",
    )
    assert [each.name for each in asked.next_look.features] == ["Cold nose"]
    assert "the gene is outside the panel" in found.candidates[0].reasons
    assert "panel `P` version 1, 1 genes" in found.notes
    misspelt = replace(panel, genes=frozenset({"XGENE", "Xgene"}))
    noted = interpret(genome, _phenotype(), knowledge, panel=misspelt).notes
    assert "panel genes that the gene models lack: Xgene" in noted


def test_alleles_read_together__say_so(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    genome = make_genome(make_call(211, "T>A", Genotype.HOM), make_call(212, "G>A", Genotype.HOM))
    found = interpret(genome, _phenotype(GREEN_NAILS), knowledge)
    assert "read together with chr1-212-G-A on the same copy" in found.candidates[0].reasons


EARLY = FindingClass(actionable=True, adult_onset=False)
NOTHING_OPEN = Disclosure(frozenset())


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "kerne.interpretation.interpretation.secondary_list",
        lambda: SecondaryList("9 (test)", {"PLUS": EARLY}),
    )


@pytest.mark.usefixtures("listed")
def test_secondary_variant_that_is_closed__is_nowhere_and_kept_apart(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    genome = make_genome(make_call(181, "C>T"))
    seen = examine(genome, _phenotype(COLD_NOSE), knowledge, disclosure=NOTHING_OPEN)
    found = look(seen.primary, seen.secondary, NOTHING_OPEN)
    assert (found.candidates, found.variants_considered) == ((), 0)
    assert "PLUS" not in repr(found)
    assert any(note.startswith("secondary findings shown: none (gene") for note in found.notes)
    (sealed,) = seen.secondary.candidates
    assert (sealed.candidate.gene, sealed.listed) == ("PLUS", {"PLUS": EARLY})


@pytest.mark.usefixtures("listed")
def test_closed_variant__leaves_the_interpretation_as_if_it_were_not_there(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    other = make_call(181, "C>T", contig="chrX")
    asked = [
        interpret(
            replace(make_genome(*calls), variants_read=2),
            _phenotype(COLD_NOSE),
            knowledge,
            disclosure=NOTHING_OPEN,
            national=_National(),
        )
        for calls in ((other,), (other, make_call(181, "C>T")))
    ]
    assert asked[0] == asked[1]
    assert asked[0].candidates[0].gene == "XGENE"


@pytest.mark.usefixtures("listed")
def test_closed_variant__is_not_asked_about(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    genome, national = make_genome(make_call(181, "C>T")), _National()
    seen = examine(
        genome, _phenotype(COLD_NOSE), knowledge, disclosure=NOTHING_OPEN, national=national
    )
    assert national.asked == []
    opened = look(seen.primary, seen.secondary, EVERYTHING_OPEN)
    frequency = opened.candidates[0].variants[0].national_frequency
    assert frequency == "not asked yet: rank the candidates again"
    again = interpret(
        genome, _phenotype(COLD_NOSE), knowledge, disclosure=EVERYTHING_OPEN, national=national
    )
    assert again.candidates[0].variants[0].national_frequency.startswith("AC 2 of AN 900")


@pytest.mark.usefixtures("listed")
def test_opened_class__shows_the_variant_ranked_among_the_others(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    genome = make_genome(make_call(181, "C>T"), make_call(181, "C>T", contig="chrX"))
    opened = Disclosure(frozenset({EARLY}))
    found = interpret(genome, _phenotype(COLD_NOSE), knowledge, disclosure=opened)
    assert [each.rank for each in found.candidates] == [1, 2]
    odds = [each.log10_odds for each in found.candidates]
    assert odds == sorted(odds, reverse=True)
    shown = [each for each in found.candidates if each.gene == "PLUS"]
    assert all("the choice about secondary findings opens it" in e.reasons[-1] for e in shown)
    assert found.variants_considered == 2
    everything = interpret(genome, _phenotype(COLD_NOSE), knowledge)
    assert [e.gene for e in everything.candidates] == [e.gene for e in found.candidates]


@pytest.mark.usefixtures("listed")
def test_relabelled_gene__is_primary_from_the_next_look_on(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    genome = make_genome(make_call(181, "C>T"))
    relabelled = Disclosure(frozenset(), frozenset({"PLUS"}))
    seen = examine(genome, _phenotype(COLD_NOSE), knowledge, disclosure=NOTHING_OPEN)
    (shown, *_) = look(seen.primary, seen.secondary, relabelled).candidates
    assert shown.reasons[-1] == "re-labelled as primary by a geneticist"
    again = examine(genome, _phenotype(COLD_NOSE), knowledge, disclosure=relabelled)
    assert again.secondary.candidates == ()
    assert again.primary.candidates[0].gene == "PLUS"


@pytest.mark.usefixtures("listed")
def test_variant_that_fits_the_question__is_not_closed(
    monkeypatch: pytest.MonkeyPatch,
    knowledge: Knowledge,
    make_call: MakeCall,
    make_genome: MakeGenome,
) -> None:
    genome = make_genome(make_call(181, "C>T"))
    monkeypatch.setattr("kerne.interpretation.interpretation.FITS_LOG10", 0.1)
    fits = interpret(genome, _phenotype(BLUE_EARS), knowledge, disclosure=NOTHING_OPEN)
    assert fits.candidates[0].gene == "PLUS"
    panel = Panel("P", "", frozenset({"PLUS"}))
    monkeypatch.setattr("kerne.interpretation.interpretation.FITS_LOG10", 99)
    asked = interpret(
        genome, _phenotype(COLD_NOSE), knowledge, disclosure=NOTHING_OPEN, panel=panel
    )
    assert asked.candidates[0].gene == "PLUS"


def test_warnings_of_the_program__are_counted_where_they_could_name_what_is_closed(
    monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge, make_genome: MakeGenome
) -> None:
    warned = Consequences({}, (), ("Warning: chr1:181 overlaps",))
    monkeypatch.setattr("kerne.interpretation.interpretation.predict_all", lambda *_: warned)
    free = interpret(make_genome(), _phenotype(), knowledge)
    assert "bcftools csq: Warning: chr1:181 overlaps" in free.notes
    found = interpret(make_genome(), _phenotype(), knowledge, disclosure=NOTHING_OPEN)
    assert "bcftools csq: 1 warnings" in found.notes
    assert "181" not in repr(found.notes)


def test_coverage__is_told_of_genes_that_fit_and_what_could_not_be_seen(
    monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge, make_genome: MakeGenome
) -> None:
    monkeypatch.setattr("kerne.interpretation.coverage.FITS_LOG10", 0.1)
    seen = Intervals.build([Interval("chrX", 0, 300), Interval("chrX", 310, 400)])
    genome = make_genome().with_callable(seen)
    found = interpret(genome, _phenotype(COLD_NOSE), knowledge)
    assert found.coverage == (GeneCoverage("XGENE", 170 / 180, ("chrX:301-310",)),)
    monkeypatch.setattr(Knowledge, "hgnc_of", lambda _self, symbol: f"HGNC:of {symbol}")
    (named,) = interpret(genome, _phenotype(COLD_NOSE), knowledge).coverage
    assert named.hgnc == "HGNC:of XGENE"
    assert (
        "genes that fit the phenotype but are not in the gene models: ELSEWHERE"
        in found.not_examined
    )


def test_gene_outside_the_reference__is_not_examined(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    knowledge: Knowledge,
    make_genome: MakeGenome,
    chr1: str,
) -> None:
    monkeypatch.setattr("kerne.interpretation.coverage.FITS_LOG10", 0.1)
    path = tmp_path / "chr1.fa"
    path.write_text(f">chr1\n{chr1}\n")
    with ReferenceSequence(path) as reference:
        lacking = replace(knowledge, reference=reference)
        found = interpret(make_genome(), _phenotype(COLD_NOSE), lacking)
    assert (
        "genes that fit the phenotype but lie outside the reference sequence: XGENE"
        in found.not_examined
    )


def test_what_is_not_ranked__is_counted_in_the_notes(
    monkeypatch: pytest.MonkeyPatch,
    knowledge: Knowledge,
    make_call: MakeCall,
    make_genome: MakeGenome,
) -> None:
    monkeypatch.setattr("kerne.interpretation.interpretation.WHOLE_LIST", Listing(most=1))
    calls = [make_call(181, "C>T"), make_call(181, "C>T", contig="chrX")]
    unlinked = replace(knowledge, gene_links={"PLUS": frozenset({"OMIM:1"})})
    found = interpret(make_genome(*calls), _phenotype(), unlinked)
    assert "1 alleles are in genes without a known disease: not ranked" in found.notes
    both = interpret(make_genome(*calls), _phenotype(), knowledge)
    assert len(both.candidates) == 1
    assert "1 candidates of lower rank are not listed" in both.notes
    assert any("nothing was closed" in note for note in both.notes)


def test_haploid_x_of_a_patient_said_to_be_female__is_to_be_checked(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    genome = make_genome(make_call(181, "C>T", Genotype.HEMI, contig="chrX"))
    found = interpret(genome, _phenotype(COLD_NOSE, sex=Sex.FEMALE), knowledge)
    assert found.candidates[0].mode is Mode.X_LINKED
    assert any("check the sample" in note for note in found.notes)


def test_genome_of_another_assembly__is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(InterpretationError, match="assembly `GRCh38`, knowledge of `Kernia1`"):
        interpret(GenomeCalls("S", GRCH38, ()), _phenotype(), knowledge)


def test_phenotype_that_cannot_be_used__is_refused(
    knowledge: Knowledge, make_genome: MakeGenome
) -> None:
    nothing = Phenotype("P", Sex.UNKNOWN, (), ())
    with pytest.raises(InterpretationError, match="no phenotype term was observed"):
        interpret(make_genome(), nothing, knowledge)
    with pytest.raises(PhenotypeError, match="HP:9999999"):
        interpret(make_genome(), _phenotype("HP:9999999"), knowledge)


def test_homozygous_allele_that_both_parents_lack__is_not_de_novo(
    knowledge: Knowledge, make_call: MakeCall, make_genome: MakeGenome
) -> None:
    call = make_call(181, "C>T", Genotype.HOM)
    family = Family(
        tuple(
            Relative(kin, affected=False, calls=make_genome(absent=(call.allele,)))
            for kin in (Kin.MOTHER, Kin.FATHER)
        )
    )
    found = interpret(make_genome(call), _phenotype(GREEN_NAILS), knowledge, family=family)
    criteria = {e.criterion: e for e in found.candidates[0].variants[0].evidence}
    assert criteria["PS2"].points == 0
    assert "the mother lacks the allele: deletion or disomy?" in found.candidates[0].reasons
