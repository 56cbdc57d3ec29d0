import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from kerne.alleles.allele import Allele
from kerne.cases.answers.packet import diagnoses_of
from kerne.cases.answers.page import DETAILED, LISTED, arrange_shelves, headline, render_page
from kerne.cases.answers.report import (
    NOT_EXCLUDED,
    NOT_FOR_DIAGNOSIS,
    PAGES,
    SYNTHETIC,
    Conclusion,
    Fact,
    Report,
    with_conclusion,
)
from kerne.cases.events import Bearing
from kerne.interpretation.candidate import Interpretation, Met, Mode, Strength, Tier
from kerne.interpretation.criteria.copy_number import CopyEvidence
from kerne.interpretation.criteria.overrides import Override, reconsider
from kerne.interpretation.ranking.posterior import weigh
from kerne.interpretation.structural.score import as_evidence
from kerne.phenotype.phenopacket import Progress
from kerne.policy.words import Language

VOID = {"meta", "br", "wbr", "line", "rect", "circle", "path"}


class Outline(HTMLParser):
    """Reads a page as a stranger would: tags, headings, identifiers, and the visible words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data


def outline(report: Report) -> Outline:
    return Outline(render_page(report).decode())


def plain(outlined: Outline) -> str:
    return " ".join(outlined.words.split())


@pytest.fixture(params=["unjudged", "signed", "nothing found", "no candidates", "panel"])
def any_report(request: pytest.FixtureRequest, report: Report, signed_report: Report) -> Report:
    found = report.interpretation
    if request.param == "signed":
        return signed_report
    if request.param == "nothing found":
        nothing = Conclusion((), "every candidate was looked at", "geneticist-1", "North")
        return with_conclusion(report, nothing)
    if request.param == "no candidates":
        empty = replace(
            found, candidates=(), coverage=(), releases=(), absent=(), notes=(), excluded=()
        )
        return replace(report, interpretation=empty)
    if request.param == "panel":
        tiers = (Tier.PANEL, Tier.OUTSIDE)
        pairs = zip(found.candidates, tiers, strict=True)
        candidates = tuple(replace(one, tier=tier) for one, tier in pairs)
        return replace(report, interpretation=replace(found, candidates=candidates))
    return report


def test_page__is_well_formed_and_stands_alone(any_report: Report) -> None:
    outlined = outline(any_report)
    assert outlined.open == []
    tags = {tag for tag, _ in outlined.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "form"}
    for _, attributes in outlined.tags:
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("href") or "#").startswith(("#", *PAGES.values()))
        assert "src" not in attributes


def test_page__can_be_read_without_eyes(any_report: Report) -> None:
    outlined = outline(any_report)
    attributes = dict(outlined.tags)
    assert attributes["html"]["lang"] == "en"
    assert outlined.headings[0] == 1
    assert outlined.headings.count(1) == 1
    steps = zip(outlined.headings, outlined.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)
    identifiers = [values["id"] for _, values in outlined.tags if "id" in values]
    assert len(set(identifiers)) == len(identifiers)
    for tag, values in outlined.tags:
        if tag == "th":
            assert values["scope"] in {"row", "col"}
        if tag == "svg":
            assert values["aria-hidden"] == "true"
        for reference in ("href", "aria-labelledby"):
            if values.get(reference):
                assert str(values[reference]).lstrip("#") in {*identifiers, *PAGES.values()}


def test_page__says_its_warnings_first_and_what_was_not_examined(any_report: Report) -> None:
    words = plain(outline(any_report))
    assert words.index(SYNTHETIC) < words.index(NOT_FOR_DIAGNOSIS) < words.index("Answer")
    assert "What was not examined" in words
    for gap in any_report.interpretation.not_examined:
        assert gap in words
    assert NOT_EXCLUDED in words


def test_page__of_an_unjudged_genome_says_that_it_is_no_answer(report: Report) -> None:
    words = plain(outline(report))
    assert "No geneticist has judged this genome" in words
    assert "Signed by" not in words


def test_page__of_a_signed_answer_shows_who_judged_what_and_why(signed_report: Report) -> None:
    words = plain(outline(signed_report))
    assert "One variant was found that explains the patient's condition" in words
    assert "Signed by geneticist-1, Hospital North" in words
    assert "published in five patients" in words
    assert "points: likely pathogenic" in words


def test_page__without_finding_says_so_and_why(report: Report) -> None:
    nothing = Conclusion((), "every candidate was looked at", "geneticist-1", "North")
    words = plain(outline(with_conclusion(report, nothing)))
    assert "No variant was found that explains the patient's condition" in words
    assert "every candidate was looked at" in words


def test_page__shows_every_criterion_with_its_data_and_source(report: Report) -> None:
    words = plain(outline(report))
    for evidence in report.interpretation.candidates[0].variants[0].evidence:
        assert evidence.criterion in words
        assert evidence.data in words
        assert evidence.source in words


def test_page__explains_each_term_and_names_what_is_absent(report: Report) -> None:
    words = plain(outline(report))
    for term in report.interpretation.candidates[0].terms:
        assert term.name in words
    assert "\N{MINUS SIGN}0.42" in words
    assert "not a feature of it" in words
    for line in (*report.interpretation.absent, *report.interpretation.releases):
        assert line in words


def test_page__shows_the_part_of_the_phenotype_that_counts(report: Report) -> None:
    first, *others = report.interpretation.candidates
    assert "it counts, for" not in plain(outline(report))
    many = replace(first, log10_odds=first.log10_genotype + 0.5)
    found = replace(report.interpretation, candidates=(many, *others))
    words = plain(outline(replace(report, interpretation=found)))
    assert "it counts, for the number of its terms+0.50" in words


def test_page__says_what_to_look_for_next(report: Report) -> None:
    words = plain(outline(report))
    assert "They would tell Dravet syndrome from Deafness 1." in words
    assert (
        "Febrile seizure (HP:0002373): in 80% of patients with the first, 2% with the second"
        in words
    )
    told = replace(report.interpretation, next_look=None)
    assert "look for next" not in plain(outline(replace(report, interpretation=told)))


def test_page__tells_what_was_absent_from_what_was_observed(report: Report) -> None:
    first, *others = report.interpretation.candidates
    absent = replace(first.terms[0], is_excluded=True, basis="name of the disease")
    told = replace(first, terms=(absent, *first.terms[1:]))
    found = replace(report.interpretation, candidates=(told, *others))
    words = plain(outline(replace(report, interpretation=found)))
    assert f"{absent.name} (not found)" in words
    assert f"name of the disease: {absent.source}" in words


def test_page__does_not_take_unknown_coverage_for_coverage(report: Report) -> None:
    words = plain(outline(report))
    assert "KCNQ2 not stated not known: the file does not say where it is callable" in words
    assert "SCN1A 97.3 % chr2:148101-148140" in words


def test_page__escapes_what_people_wrote(report: Report) -> None:
    hostile = replace(report, facts=(Fact("Question", "<script>alert(1)</script>"),))
    assert "<script>alert(1)</script>" in plain(outline(hostile))
    assert "script" not in {tag for tag, _ in outline(hostile).tags}


def test_shelves__lay_out_the_best_and_count_the_rest(found: Interpretation) -> None:
    first = found.candidates[0]
    many = [replace(first, rank=rank) for rank in range(1, LISTED + 8)]
    (shelf,) = arrange_shelves(many)
    assert (len(shelf.detailed), len(shelf.listed), shelf.unlisted) == (DETAILED, LISTED, 7)


def test_shelves__put_the_panel_before_the_rest(found: Interpretation) -> None:
    first, second = found.candidates
    tiered = [replace(first, tier=Tier.OUTSIDE), replace(second, tier=Tier.PANEL)]
    assert [shelf.heading for shelf in arrange_shelves(tiered)] == [
        "On the panel",
        "Outside the panel",
    ]


def test_page__says_that_the_panel_has_no_candidate(report: Report) -> None:
    found = report.interpretation
    outside = replace(
        found, candidates=tuple(replace(one, tier=Tier.OUTSIDE) for one in found.candidates)
    )
    page = render_page(replace(report, interpretation=outside)).decode()
    panel, rest = page.index("On the panel"), page.index("Outside the panel")
    assert "No candidate." in page[panel:rest]


def test_page__names_an_allele_that_has_no_other_name(report: Report) -> None:
    assert str(Allele("chr1", 90_133, "GAAG", "G")) in plain(outline(report))


@pytest.mark.parametrize(
    ("bearings", "words"),
    [
        ([], "No variant was found that explains the patient's condition."),
        (["rejected"], "No variant was found that explains the patient's condition."),
        (
            ["candidate"],
            (
                "No certain cause was found. One variant may have to do with it: "
                "too little is known to say."
            ),
        ),
        (
            ["causative", "contributory"],
            "2 variants were found that explain the patient's condition, wholly or in part.",
        ),
        (
            ["causative", "candidate", "candidate"],
            (
                "One variant was found that explains the patient's condition, wholly or in part. "
                "2 further variants may have to do with it: too little is known to say."
            ),
        ),
    ],
)
def test_headline__is_never_surer_than_the_geneticist(
    signed_report: Report, bearings: list[str], words: str
) -> None:
    assert signed_report.conclusion is not None
    finding = signed_report.conclusion.findings[0]
    findings = tuple(replace(finding, bearing=Bearing(bearing)) for bearing in bearings)
    assert headline(replace(signed_report.conclusion, findings=findings)) == words


@pytest.mark.parametrize(
    ("bearings", "is_solved"),
    [
        (["causative"], False),
        (["causative", "candidate"], False),
        (["causative", "causative"], True),
    ],
)
def test_headline__does_not_take_half_of_a_recessive_explanation_for_the_whole(
    signed_report: Report, bearings: list[str], is_solved: bool
) -> None:
    assert signed_report.conclusion is not None
    finding = replace(signed_report.conclusion.findings[0], mode=Mode.RECESSIVE_COMPOUND)
    findings = tuple(replace(finding, bearing=Bearing(bearing)) for bearing in bearings)
    conclusion = replace(signed_report.conclusion, findings=findings)
    assert ("One copy of SCN1A carries" in headline(conclusion)) is not is_solved
    (diagnosis,) = diagnoses_of(replace(signed_report, conclusion=conclusion))
    assert (diagnosis.progress is Progress.SOLVED) is is_solved


def test_page__says_how_probable_each_gene_is_and_that_it_is_none(report: Report) -> None:
    unweighed = plain(outline(report))
    assert "not worked out" in unweighed
    assert "none of these genes is the cause:" not in unweighed
    weighed = replace(report, interpretation=weigh(report.interpretation))
    shown = plain(outline(weighed))
    assert "that SCN1A is the cause: likely, over 99.9 %" in shown
    assert "That none of these genes is the cause: under 0.1 %. Genes to read" in shown
    danish = render_page(weighed, Language.DANISH).decode()
    assert "at SCN1A er årsagen: sandsynlig, over 99.9 %" in danish


@pytest.mark.parametrize("language", Language)
def test_page__shows_the_criteria_as_the_geneticist_judged_them(
    signed_report: Report, language: Language
) -> None:
    conclusion = signed_report.conclusion
    assert conclusion is not None
    (finding,) = conclusion.findings
    assay = Override("PS3", Met.MET, Strength.STRONG, "no current in oocytes")
    judged = replace(finding, variant=reconsider(finding.variant, [assay]))
    report = with_conclusion(signed_report, replace(conclusion, findings=(judged,)))
    words = plain(Outline(render_page(report, language).decode()))
    assert words.count("no current in oocytes") == 1


def test_page__gives_a_loss_of_copies_the_points_of_its_own_table(signed_report: Report) -> None:
    conclusion = signed_report.conclusion
    assert conclusion is not None
    (finding,) = conclusion.findings
    line = as_evidence(CopyEvidence("2C-1", Met.MET, 0.9, "the 5' end of PLUS", "dosage"))
    lost = replace(finding, variant=replace(finding.variant, evidence=(line,), points=0))
    report = with_conclusion(signed_report, replace(conclusion, findings=(lost,)))
    words = plain(outline(report))
    assert "ACMG/ClinGen score of a loss or gain of copies: +0.90 in all" in words
