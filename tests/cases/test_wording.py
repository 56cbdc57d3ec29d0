import re
from dataclasses import replace
from enum import StrEnum
from importlib.resources import files
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from kerne.cases.answers.page import ZYGOSITY, render_page
from kerne.cases.answers.report import NOT_EXCLUDED, NOT_FOR_DIAGNOSIS, SYNTHETIC, VALIDATED, Report
from kerne.cases.answers.wording import Wording, danish
from kerne.cases.events import Bearing
from kerne.errors import CaseError
from kerne.interpretation.candidate import Classification, Genotype, Met, Mode, Strength
from kerne.interpretation.family.facts import sharing_facts, structural_origin, two_copies_facts
from kerne.interpretation.family.observation import Observation, RelativeCarriage
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.limits import STRUCTURAL_IN_PART, UNJUDGED, not_examined
from kerne.interpretation.ranking.background import Effect
from kerne.interpretation.reading.calls import Carriage
from kerne.phenotype.expectation import Basis
from kerne.policy.words import Language

ENGLISH, DANISH = Wording(Language.ENGLISH), Wording(Language.DANISH)
LITERAL = re.compile(r'say\(\s*"([^"]*)"')


def literals(name: str) -> set[str]:
    return set(
        LITERAL.findall(files("kerne.cases.answers").joinpath(name).read_text(encoding="utf-8"))
    )


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_sentence_of_the_page__is_in_the_danish_table() -> None:
    said = literals("templates/report.html.j2") | literals("templates/report.css")
    assert len(said) > 60
    assert said <= set(danish())


def test_danish_table__keeps_the_places_of_each_sentence_and_holds_no_markup() -> None:
    for english, in_danish in danish().items():
        assert places(english) == places(in_danish), english
        assert not {"<", ">", "&"} & {*english, *in_danish}


@pytest.mark.parametrize("words", [Basis, Classification, Bearing, Mode, Met])
def test_words_that_a_doctor_reads__are_known_in_danish(words: type[StrEnum]) -> None:
    assert [each for each in words if DANISH.told(each) is None] == []


def test_strengths_and_zygosities__are_known_in_danish() -> None:
    words = [*(set(Strength) - {Strength.NONE}), *ZYGOSITY.values()]
    assert [each for each in words if DANISH.told(each) is None] == []


def test_limits_and_warnings__are_known_in_danish() -> None:
    validated = VALIDATED.format(institution="Hospital North", version="1.0", day="2026-03-01")
    limits = (
        *not_examined(),
        *(words for _, words in UNJUDGED),
        STRUCTURAL_IN_PART,
        NOT_EXCLUDED,
        NOT_FOR_DIAGNOSIS,
        SYNTHETIC,
        validated,
    )
    assert [each for each in limits if DANISH.told(each) is None] == []
    assert "Hospital North" in DANISH.tell(validated)


@pytest.mark.parametrize("kin", [each for each in Kin if each is not Kin.OTHER])
def test_reasons_of_the_family__name_kin_in_danish(kin: Kin) -> None:
    two = two_copies_facts(
        RelativeCarriage(kin, affected=True, carriage=Carriage.HOM), has_two=True
    )
    one = [
        fact
        for spares in (True, False)
        for affected in (True, False)
        for carriage in (Carriage.HET, Carriage.ABSENT, Carriage.UNSEEN)
        for fact in sharing_facts([RelativeCarriage(kin, affected, carriage)], spares_some=spares)
    ]
    said = {words for _, words in (*two, *one)}
    assert len(said) == 5
    assert [each for each in said if DANISH.told(each) is None] == []
    assert all(DANISH.tell(kin.value) in DANISH.tell(each) for each in said)


@pytest.mark.parametrize("mother", Carriage)
@pytest.mark.parametrize("father", [*Carriage, None])
def test_origin_of_a_structural_variant__is_known_in_danish(
    mother: Carriage, father: Carriage | None
) -> None:
    parents = [
        RelativeCarriage(kin, affected=False, carriage=carriage)
        for kin, carriage in ((Kin.MOTHER, mother), (Kin.FATHER, father))
        if carriage is not None
    ]
    seen = Observation(Genotype.HET, relatives=tuple(parents))
    of_boy = replace(seen, genotype=Genotype.HEMI, givers=frozenset({Kin.MOTHER}))
    said = [*structural_origin(seen), *structural_origin(of_boy)]
    assert [each for each in said if DANISH.told(each) is None] == []


def test_sentences__are_looked_up_one_by_one_when_the_whole_is_not_known() -> None:
    told = DANISH.told(
        "No certain cause was found. 3 variants may have to do with it: too little is known to say."
    )
    assert told == (
        "Der blev ikke fundet nogen sikker årsag. 3 varianter kan have med den at gøre: der vides "
        "for lidt til at sige det."
    )


@pytest.mark.parametrize("effect", Effect)
def test_kinds_of_alleles__are_known_in_danish(effect: Effect) -> None:
    said = f"rare alleles of this kind ({effect}) lie in this gene by chance in one genome in 1,190"
    in_danish = danish()[effect.value]
    assert DANISH.told(said) == (
        f"sjældne alleler af denne slags ({in_danish}) ligger tilfældigt i dette gen i ét genom ud "
        "af 1,190"
    )


@pytest.mark.parametrize(
    ("english", "in_danish"),
    [
        (
            "stop gained TX1.1:c.31C>T p.(Gln11Ter), heterozygous: likely pathogenic (+9 points)",
            "stop gained TX1.1:c.31C>T p.(Gln11Ter), heterozygot: sandsynligt patogen (+9 point)",
        ),
        (
            "loss of A, B, homozygous: pathogenic (score +1.00 of losses and gains)",
            "loss of A, B, homozygot: patogen (score +1.00 for tab og gevinster)",
        ),
        (
            "5 of 6 observed features speak for it: Ataxia, Tremor and 3 more",
            "5 af 6 observerede træk taler for den: Ataxia, Tremor og 3 flere",
        ),
        (
            "2 of 6 observed features speak for it: Ataxia, Tremor",
            "2 af 6 observerede træk taler for den: Ataxia, Tremor",
        ),
    ],
)
def test_reasons_of_a_candidate__are_told_in_danish(english: str, in_danish: str) -> None:
    assert DANISH.told(english) == in_danish


def test_sentence_of_a_person__that_looks_like_a_reason_is_not_taken_for_one() -> None:
    assert DANISH.told("seen, as I wrote: much (+9 points)") is None


def test_sentence__that_is_not_known_stands_as_written_and_is_marked_as_english() -> None:
    assert DANISH.tell("seen <twice>") == "seen <twice>"
    assert DANISH.tell_marked("seen <twice>") == '<span lang="en">seen &lt;twice&gt;</span>'
    assert ENGLISH.tell_marked("seen <twice>") == "seen &lt;twice&gt;"


def test_sentence_of_the_program__must_be_in_the_table() -> None:
    with pytest.raises(CaseError, match=r"is not in `danish\.tsv`"):
        ENGLISH.say("Nobody translated this.")


@given(st.text())
def test_value__is_escaped_wherever_it_is_put(value: str) -> None:
    assert ENGLISH.say("Terms for {gene}", gene=value) == Markup("Terms for ") + value


def test_criterion__is_told_in_both_languages() -> None:
    assert ENGLISH.criterion("PM2") == "absent or very rare in population databases"
    assert DANISH.criterion("PM2").startswith("fraværende")
    assert DANISH.criterion("4A") == ""


def test_danish_page__says_in_danish_what_was_not_examined(signed_report: Report) -> None:
    page = render_page(signed_report, Language.DANISH).decode()
    assert '<html lang="da">' in page
    for words in ("Hvad der ikke blev undersøgt", "gentagelsesekspansioner", "patogen", "årsag"):
        assert words in page
    assert "published in five patients" in page
    assert "Not examined" not in page
