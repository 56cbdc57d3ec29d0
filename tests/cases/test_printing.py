from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from kerne.cases.answers.page import percent
from kerne.cases.answers.printing import render_pdf, writable
from kerne.cases.answers.report import (
    NOT_FOR_DIAGNOSIS,
    SYNTHETIC,
    Conclusion,
    Fact,
    Report,
    Validation,
    with_conclusion,
)
from kerne.policy.words import Language

LANGUAGES = tuple(Language)


def pages(report: Report, language: Language = Language.ENGLISH) -> list[str]:
    found = PdfReader(BytesIO(render_pdf(report, language))).pages
    return [" ".join(page.extract_text().split()) for page in found]


def test_print__depends_on_the_report_alone(signed_report: Report) -> None:
    assert render_pdf(signed_report) == render_pdf(replace(signed_report))


def test_print__says_its_warnings_and_the_answer_on_the_first_page(signed_report: Report) -> None:
    first = pages(signed_report)[0]
    assert first.index(SYNTHETIC) < first.index(NOT_FOR_DIAGNOSIS) < first.index("Answer")
    assert "One variant was found that explains the patient's condition" in first
    assert "SCN1A" in first
    assert "Signed by geneticist-1, Hospital North" in first


def test_print__gives_what_was_not_examined_and_the_coverage_a_page(signed_report: Report) -> None:
    second = pages(signed_report)[1]
    assert second.split(" page 2 ")[1].startswith("What was not examined")
    for limit in signed_report.interpretation.not_examined:
        assert limit in second
    for gene in signed_report.interpretation.coverage:
        known = gene.callable_fraction
        assert f"{gene.gene} {'not stated' if known is None else percent(known)}" in second


def test_print__shows_the_evidence_with_what_each_criterion_is_about(signed_report: Report) -> None:
    whole = " ".join(pages(signed_report))
    assert "PVS1: null variant in a gene where loss of function causes disease" in whole
    assert "met, very strong +8" in whole


def test_print__in_danish_is_danish(signed_report: Report) -> None:
    first, second, *_ = pages(signed_report, Language.DANISH)
    assert "Der blev fundet én variant som forklarer patientens tilstand" in first
    assert second.split(" side 2 ")[1].startswith("Hvad der ikke blev undersøgt")
    assert "Ikke til diagnostik" in second


def test_print__of_a_validated_version_is_not_marked_as_not_for_diagnosis(
    signed_report: Report,
) -> None:
    validation = Validation("Hospital North", "0.1.0", "2026-03-01", "V-12")
    valid = replace(signed_report, validation=validation, warnings=())
    assert "Not for diagnosis" in " ".join(pages(signed_report))
    assert "Not for diagnosis" not in " ".join(pages(valid))


@pytest.mark.parametrize("language", LANGUAGES)
def test_print__of_an_unjudged_genome_lists_candidates_and_says_so(
    report: Report, language: Language
) -> None:
    first = pages(report, language)[0]
    assert "SCN1A" in first
    assert ("No geneticist has judged" in first) is (language is Language.ENGLISH)


def test_print__of_nothing_found_gives_the_reason(report: Report) -> None:
    found = replace(report.interpretation, candidates=(), coverage=(), releases=())
    nothing = Conclusion((), "every candidate was looked at", "geneticist-1", "North")
    whole = " ".join(pages(with_conclusion(replace(report, interpretation=found), nothing)))
    assert "every candidate was looked at" in whole
    assert "No gene was measured" in whole
    unjudged = replace(report, interpretation=found)
    assert "No geneticist has judged" in pages(unjudged)[0]


def test_print__takes_what_people_wrote_as_text(report: Report) -> None:
    hostile = replace(report, facts=(Fact("Question", "<b>5 < 6 & more</b>"),))
    assert "<b>5 < 6 & more</b>" in pages(hostile)[0]


def test_print__names_what_the_font_cannot_draw() -> None:
    alpha = "\N{GREEK SMALL LETTER ALPHA}"
    assert writable(f"{alpha}-synuclein ① ☃") == "alpha-synuclein 1 snowman"
