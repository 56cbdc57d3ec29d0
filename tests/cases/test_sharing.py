import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kerne.cases.actions import Answer
from kerne.cases.answers.report import Conclusion, Report, with_conclusion
from kerne.cases.case import Case
from kerne.cases.clinvar import ClinVarSubmission
from kerne.cases.events import Bearing
from kerne.cases.profiles import ProfileMarks, profile_of
from kerne.cases.va_spec import Statements
from kerne.cases.verdict import Verdict
from kerne.errors import CaseError
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Classification, Interpretation, Mode
from kerne.knowledge.cases import read_cases
from kerne.people.asking import Action, Identity, Purpose, Refusal, Role
from kerne.phenotype.likelihood import LikelihoodModel
from kerne.phenotype.phenopacket import Sex
from kerne.phenotype.profiles import CaseProfile

from .conftest import BROTHER, FATHER, MISSENSE, MOTHER, PATIENT, STOP, Room
from .test_cases_actions import OWN, opened, signed

ANOTHER = Purpose.TREATMENT_OF_ANOTHER
SOUTH = Identity("geneticist-2", frozenset({Role.GENETICIST}), "Hospital South")


@dataclass
class Choosing:
    """Lets the treatment of another draw on everybody but those who have withdrawn."""

    withdrawn: frozenset[str] = frozenset()

    def may_help(self, person: str) -> bool:
        return person not in self.withdrawn


def sign_in_the_south(room: Room, classification: Classification) -> None:
    case = room.cases.open_case(SOUTH, OWN, "K-2026-000002", observed=["HP:0000010"])
    assert isinstance(case, Case)
    room.cases.interpret(SOUTH, OWN, case.number)
    verdict = Verdict(classification, "seen in healthy people", Bearing.CANDIDATE)
    room.cases.classify(SOUTH, OWN, case.number, str(STOP), verdict)
    assert isinstance(room.cases.sign(SOUTH, OWN, case.number, despite_others=True), Answer)


def test_classification__of_a_signed_answer_is_seen_by_another_hospital(room: Room) -> None:
    case, _ = signed(room)
    seen = room.cases.shared.classifications(SOUTH, ANOTHER, gene="PLUS")
    assert not isinstance(seen, Refusal)
    (said,) = seen
    assert (said.organisation, said.classification) == ("Hospital North", "pathogenic")
    assert case not in repr(said)
    assert "published in five patients" not in repr(said)
    ask = room.door.asks[-1]
    assert (ask.action, ask.persons, ask.about) == (
        Action.READ_CLASSIFICATIONS,
        (),
        "classifications in gene PLUS",
    )


def test_classifications__are_a_history_that_can_be_asked_by_variant(room: Room) -> None:
    signed(room)
    sign_in_the_south(room, Classification.UNCERTAIN)
    look = room.cases.shared.classifications
    found = look(SOUTH, ANOTHER, allele=str(STOP))
    assert not isinstance(found, Refusal)
    assert [each.organisation for each in found] == ["Hospital North", "Hospital South"]
    assert found[1].reason == "seen in healthy people"
    assert look(SOUTH, ANOTHER, allele="chr1-1-A-C") == look(SOUTH, ANOTHER, gene="NONE") == ()


def test_disagreement__is_shown_to_both_and_to_no_third(room: Room) -> None:
    signed(room)
    sign_in_the_south(room, Classification.UNCERTAIN)
    third = Identity("geneticist-3", frozenset({Role.GENETICIST}), "Hospital West")
    for who, count in ((room.geneticist, 1), (SOUTH, 1), (third, 0)):
        found = room.cases.shared.disagreements(who, ANOTHER)
        assert not isinstance(found, Refusal)
        assert len(found) == count
        assert all(each.matters for each in found)


def test_classification__of_who_has_withdrawn_is_shown_no_more(room: Room) -> None:
    signed(room)
    withdrawn = replace(room.cases, kin=Choosing(frozenset({PATIENT})))
    assert withdrawn.shared.classifications(SOUTH, ANOTHER) == ()
    made = withdrawn.shared.clinvar(room.geneticist, ANOTHER, "Kerne")
    assert isinstance(made, ClinVarSubmission)
    assert made.content["germlineSubmission"] == []
    with pytest.raises(CaseError, match="lets others learn from it"):
        withdrawn.shared.profiles(room.geneticist, ANOTHER)


def test_classification__is_kept_once_and_made_again_at_start_up(room: Room) -> None:
    case, _ = signed(room)
    shared = room.cases.ledger.shared
    kept = list(shared.read([PATIENT]))
    shared.keep(case, PATIENT, ())
    assert list(shared.read([PATIENT])) == []
    shared.keep(case, PATIENT, [each.said for each in kept])
    room.cases.react()
    assert list(shared.read([PATIENT])) == kept
    assert shared.persons() == (PATIENT,)


def test_classifications__of_one_variant_are_read_without_the_others(room: Room) -> None:
    case, _ = signed(room)
    shared = room.cases.ledger.shared
    (kept,) = shared.read([PATIENT])
    other = replace(kept.said, allele=MISSENSE, reason=f"unlike {STOP}, and quoting '\"{STOP}\"'")
    shared.keep(case, PATIENT, [kept.said, other])
    for alleles, found in (
        ({str(STOP)}, [kept.said]),
        ({str(MISSENSE)}, [other]),
        ({str(STOP), str(MISSENSE)}, [kept.said, other]),
        (set[str](), []),
        (None, [kept.said, other]),
    ):
        assert [each.said for each in shared.read([PATIENT], alleles)] == found


def test_classification__is_sealed_at_rest_and_goes_with_its_person(
    room: Room, case_file: Path
) -> None:
    signed(room)
    assert b"Hospital North" not in case_file.read_bytes()
    with room.cases.ledger.history.engine.begin() as connection:
        room.cases.ledger.forget_within(connection, PATIENT)
    assert room.cases.shared.classifications(SOUTH, ANOTHER) == ()


def test_exports__hold_what_the_own_hospital_signed(room: Room) -> None:
    signed(room)
    sign_in_the_south(room, Classification.UNCERTAIN)
    made = room.cases.shared.statements(SOUTH, ANOTHER)
    assert isinstance(made, Statements)
    (content,) = made.content
    assert content["classification"]["primaryCoding"]["code"] == "uncertain significance"
    assert room.door.actions[-1] is Action.EXPORT_CLASSIFICATIONS
    submission = room.cases.shared.clinvar(SOUTH, ANOTHER, "Kerne")
    assert isinstance(submission, ClinVarSubmission)
    assert (submission.records, submission.left_out) == (0, 1)  # of no human assembly


def test_profiles__are_read_as_a_release_and_name_nobody(room: Room, tmp_path: Path) -> None:
    case, _ = signed(room)
    sign_in_the_south(room, Classification.UNCERTAIN)
    profiles = room.cases.shared.profiles(room.geneticist, ANOTHER)
    assert not isinstance(profiles, Refusal)
    assert room.door.actions[-1] is Action.RELEASE_PROFILES
    path = tmp_path / "profiles.jsonl"
    path.write_bytes(b"".join(each.line for each in profiles))
    (read,) = read_cases(path)
    assert (read.disease, read.gene, read.observed) == ("OMIM:1", "PLUS", ("HP:0000010",))
    assert read.publication == ""
    for private in (case, PATIENT, MOTHER, str(STOP), "North", "2026"):
        assert private not in path.read_text()


def test_case__is_not_ranked_by_the_profile_of_its_own_family(
    room: Room, knowledge: Knowledge
) -> None:
    blue, green = knowledge.ontology.indices(["HP:0000010", "HP:0000020"])
    mark = room.cases.marks.family({PATIENT, MOTHER, FATHER, BROTHER})

    def odds(family: str) -> float:
        profile = CaseProfile("p", "OMIM:1", "Blue ear disease", ("PLUS",), (blue, green))
        model = replace_profiles(knowledge, (replace(profile, family=family),))
        cases = replace(room.cases, knowledge=lambda: replace(knowledge, model=model))
        case = cases.ledger.lines()[0].number
        found = cases.interpret(room.geneticist, OWN, case)
        assert isinstance(found, Interpretation)
        return found.candidates[0].log10_phenotype

    opened(room)
    assert odds(mark) != odds("another")


def replace_profiles(knowledge: Knowledge, profiles: tuple[CaseProfile, ...]) -> LikelihoodModel:
    model = knowledge.model
    return LikelihoodModel(model.ontology, model.annotations, profiles=profiles)


def test_marks__are_one_for_a_family_and_another_in_another_centre() -> None:
    ours, theirs = ProfileMarks(b"ours"), ProfileMarks(b"theirs")
    family = {PATIENT, MOTHER, FATHER, BROTHER}
    assert ours.family(family) == ours.family(sorted(family, reverse=True))
    assert ours.family(family) != ours.family({MOTHER})
    assert ours.family(family) != theirs.family(family)
    assert ours.case("C-1") != ours.case("C-2")


@pytest.mark.parametrize(
    ("bearing", "mode", "is_solved"),
    [
        (Bearing.CAUSATIVE, Mode.DE_NOVO, True),
        (Bearing.CONTRIBUTORY, Mode.DE_NOVO, False),
        (Bearing.CANDIDATE, Mode.DE_NOVO, False),
        (Bearing.CAUSATIVE, Mode.RECESSIVE_COMPOUND, False),
    ],
)
def test_profile__is_of_a_case_that_is_explained(
    signed_report: Report, *, bearing: Bearing, mode: Mode, is_solved: bool
) -> None:
    assert signed_report.conclusion is not None
    finding = replace(signed_report.conclusion.findings[0], bearing=bearing, mode=mode)
    judged = with_conclusion(
        signed_report, Conclusion((finding,), None, "geneticist-1", "Hospital North")
    )
    assert (profile_of(judged, Sex.FEMALE, "m", "f") is not None) is is_solved


def test_profile__is_of_one_disease_and_of_somebody_who_shows_something(
    report: Report, signed_report: Report
) -> None:
    assert profile_of(report, Sex.FEMALE, "m", "f") is None
    assert signed_report.conclusion is not None
    (first,) = signed_report.conclusion.findings
    two = Conclusion((first, replace(first, disease="OMIM:2")), None, "g", "North")
    assert profile_of(with_conclusion(report, two), Sex.FEMALE, "m", "f") is None
    silent = replace(report.interpretation, observed=())
    shown = with_conclusion(replace(report, interpretation=silent), signed_report.conclusion)
    assert profile_of(shown, Sex.FEMALE, "m", "f") is None


def test_profile__is_a_line_of_json(signed_report: Report) -> None:
    made = profile_of(signed_report, Sex.FEMALE, "mark", "family")
    assert made is not None
    line = json.loads(made.line)
    assert (line["id"], line["family"], line["disease"]["id"]) == ("mark", "family", "OMIM:607208")
    assert line["hpo_excluded"] == ["HP:0000717"]


def test_shared_knowledge__is_refused_as_the_gate_refuses(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Refusal(("no",))
    monkeypatch.setattr(room.door, "answer", lambda *_: refusal)
    shared = room.cases.shared
    assert shared.classifications(SOUTH, ANOTHER) is refusal
    assert shared.disagreements(SOUTH, ANOTHER) is refusal
    assert shared.clinvar(SOUTH, ANOTHER, "x") is refusal
    assert shared.statements(SOUTH, ANOTHER) is refusal
    assert shared.profiles(SOUTH, ANOTHER) is refusal
