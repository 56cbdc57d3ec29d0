import json
from dataclasses import replace
from pathlib import Path

import pytest

from kerne.alleles.assembly import Assembly
from kerne.cases import issuing
from kerne.cases.actions import Answer
from kerne.cases.answers import report
from kerne.cases.answers.answer import PUBLIC_KEY, SIGNATURE, SUMS, SUMS_SIGNATURE
from kerne.cases.answers.report import RECORD
from kerne.cases.answers.signature import is_signed
from kerne.cases.case import Case, Stage
from kerne.cases.events import AnswerIssued, Bearing, KinInCase
from kerne.cases.gathering import as_calls
from kerne.cases.ledger import CaseLedger
from kerne.cases.verdict import Verdict
from kerne.errors import CaseError, PhenotypeError, StaleVersionError
from kerne.genomes.actions import PersonalGenome
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import (
    CandidateVariant,
    Classification,
    Genotype,
    Interpretation,
    Met,
    Mode,
    Strength,
)
from kerne.interpretation.criteria.overrides import Override
from kerne.interpretation.family.parentage import left_out_in_words
from kerne.interpretation.family.pedigree import Kin
from kerne.interpretation.reading.calls import GenomeCalls
from kerne.interpretation.reading.structural import StructuralCall, StructuralKind
from kerne.interpretation.structural.curating import CopyEntry
from kerne.people.asking import Action, Purpose, Refusal

from .conftest import (
    BROTHER,
    FATHER,
    MOTHER,
    ORDER,
    PATIENT,
    STOP,
    STRANGER,
    Room,
)

OWN = Purpose.OWN_TREATMENT
PATHOGENIC = Verdict(Classification.PATHOGENIC, "published in five patients")


def opened(room: Room, *relatives: str) -> str:
    case = room.cases.open_case(
        room.geneticist,
        OWN,
        ORDER,
        observed=["HP:0000010"],
        relatives=[KinInCase(person, affected=False) for person in relatives],
    )
    assert isinstance(case, Case)
    return case.number


def ranked(room: Room, *relatives: str) -> tuple[str, Interpretation]:
    case = opened(room, *relatives)
    found = room.cases.interpret(room.geneticist, OWN, case)
    assert isinstance(found, Interpretation)
    return case, found


def signed(room: Room) -> tuple[str, Answer]:
    case, _ = ranked(room)
    room.cases.classify(room.geneticist, OWN, case, str(STOP), PATHOGENIC)
    answer = room.cases.sign(room.geneticist, OWN, case)
    assert isinstance(answer, Answer)
    return case, answer


def test_cases__go_from_the_opened_case_to_the_signed_answer(room: Room) -> None:
    case, answer = signed(room)
    assert answer.verified
    assert sorted(path.name for path in answer.directory.iterdir()) == [
        SUMS,
        SUMS_SIGNATURE,
        "fhir.json",
        "phenopacket.json",
        PUBLIC_KEY,
        "report.da.html",
        "report.da.pdf",
        "report.html",
        RECORD,
        SIGNATURE,
        "report.pdf",
    ]
    record = json.loads(answer.record)
    (finding,) = record["conclusion"]["findings"]
    assert (finding["gene"], finding["classification"]) == ("PLUS", "pathogenic")
    assert record["interpretation"]["not_examined"]
    assert room.cases.ledger.case(case).stage is Stage.ISSUED
    assert room.door.actions == [
        Action.OPEN_CASE,
        Action.INTERPRET,
        Action.CLASSIFY,
        Action.SIGN_ANSWER,
        Action.READ_CLASSIFICATIONS,
    ]


def test_cases__commit_each_step_under_its_audit_entry(room: Room) -> None:
    case, _ = signed(room)
    history = room.cases.ledger.history.read(case)
    assert [recorded.entry for recorded in history] == [1, 2, 3, 4, 4]


def test_answer__can_be_checked_by_anyone_who_has_its_files(room: Room) -> None:
    _, answer = signed(room)
    record, signature, key = (
        (answer.directory / name).read_bytes() for name in (RECORD, SIGNATURE, PUBLIC_KEY)
    )
    assert is_signed(record, signature, key)
    assert not is_signed(record.replace(b"PLUS", b"PLUT"), signature, key)


def test_answer__is_read_from_the_ledger_when_its_files_are_gone(room: Room) -> None:
    case, answer = signed(room)
    for path in answer.directory.iterdir():
        path.unlink()
    again = room.cases.read_answer(room.geneticist, OWN, case, reason="the family asks")
    assert again == answer
    assert (room.door.asks[-1].action, room.door.asks[-1].reason) == (
        Action.READ_ANSWER,
        "the family asks",
    )


def test_read_answer__waits_for_the_signature(room: Room) -> None:
    case, _ = ranked(room)
    with pytest.raises(CaseError, match="no signed answer yet: it is ranked"):
        room.cases.read_answer(room.geneticist, OWN, case)


def test_open_case__starts_the_geneticists_treatment_relation(room: Room) -> None:
    opened(room, MOTHER)
    assert room.register.treated == {("geneticist-1", PATIENT), ("geneticist-1", MOTHER)}
    assert room.door.asks[0].persons == (PATIENT, MOTHER)


@pytest.mark.parametrize("relatives", [(STRANGER,), (PATIENT,), (MOTHER, MOTHER)])
def test_open_case__takes_genetic_kin_only_and_each_once(
    room: Room, relatives: tuple[str, ...]
) -> None:
    with pytest.raises(CaseError, match="genetic kin of the patient, named once"):
        opened(room, *relatives)
    assert room.door.asks == []


def test_open_case__replaces_terms_and_refuses_unknown_ones(room: Room) -> None:
    with pytest.raises(PhenotypeError, match="HP:0000099"):
        room.cases.open_case(room.geneticist, OWN, ORDER, observed=["HP:0000099"])
    case = room.cases.open_case(
        room.geneticist, OWN, ORDER, observed=["HP:0000011"], excluded=["HP:0000020"]
    )
    assert isinstance(case, Case)
    assert (case.observed, case.excluded) == (("HP:0000010",), ("HP:0000020",))


def test_open_case__takes_the_next_number_when_another_case_was_faster(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(room)
    numbers = iter(["C-2026-000001", "C-2026-000002"])
    monkeypatch.setattr(CaseLedger, "next_number", lambda *_: next(numbers))
    terms = ["HP:0000010"]
    second = room.cases.open_case(room.geneticist, OWN, "K-2026-000002", observed=terms)
    assert isinstance(second, Case)
    assert second.number == "C-2026-000002"


def test_open_case__gives_an_order_one_case(room: Room) -> None:
    opened(room)
    with pytest.raises(CaseError, match="has case `C-2026-000001` already"):
        opened(room)


def test_cases__change_nothing_when_the_gate_refuses(room: Room) -> None:
    room.door.closed_to.add(PATIENT)
    refused = room.cases.open_case(room.geneticist, OWN, ORDER, observed=["HP:0000010"])
    assert isinstance(refused, Refusal)
    assert room.cases.ledger.lines() == []
    assert room.register.treated == set()


def test_interpret__ranks_the_cause_with_reasons_and_keeps_the_result(room: Room) -> None:
    case, found = ranked(room)
    assert found.candidates[0].gene == "PLUS"
    assert found.candidates[0].reasons
    assert room.cases.candidates(room.geneticist, OWN, case) == found
    assert room.cases.ledger.case(case).stage is Stage.RANKED


def test_interpret__counts_citizens_without_the_family(room: Room) -> None:
    _, found = ranked(room)
    assert room.genomes.left_out == {PATIENT, MOTHER, FATHER, BROTHER}
    frequency = found.candidates[0].variants[0].national_frequency
    assert "AC 1 of AN 640" in frequency


def test_interpret__says_so_when_the_national_count_is_refused(room: Room) -> None:
    room.genomes.refuses.add("everyone")
    _, found = ranked(room)
    assert "no such purpose for you" in found.notes
    assert "not known" in found.candidates[0].variants[0].national_frequency


def test_interpret__reads_the_parents_and_finds_what_is_new(room: Room) -> None:
    _, found = ranked(room, MOTHER, FATHER)
    assert found.candidates[0].mode is Mode.DE_NOVO


def test_interpret__leaves_out_relatives_who_cannot_be_read_and_says_so(room: Room) -> None:
    room.genomes.refuses.add(MOTHER)
    _, found = ranked(room, MOTHER, BROTHER)
    assert left_out_in_words(Kin.MOTHER) in found.notes
    assert left_out_in_words(Kin.SIBLING) in found.notes
    assert "withdrawn" not in repr(found)


def test_interpret__stops_when_the_patients_genome_may_not_be_read(room: Room) -> None:
    case = opened(room)
    room.genomes.refuses.add(PATIENT)
    assert isinstance(room.cases.interpret(room.geneticist, OWN, case), Refusal)
    assert room.cases.ledger.case(case).stage is Stage.OPENED


def test_interpret__notes_calls_below_the_databases_limits(room: Room) -> None:
    _, found = ranked(room)
    assert "1 calls are below the database's quality limits" in found.notes


def test_classify__needs_a_ranking_first(room: Room) -> None:
    case = opened(room)
    with pytest.raises(CaseError, match="have not been ranked yet"):
        room.cases.classify(room.geneticist, OWN, case, str(STOP), PATHOGENIC)


def test_classify__can_name_the_candidate_by_its_rank(room: Room) -> None:
    case, _ = ranked(room)
    verdict = replace(PATHOGENIC, bearing=Bearing.CONTRIBUTORY)
    judged = room.cases.classify(room.geneticist, OWN, case, str(STOP), verdict, rank=1)
    assert isinstance(judged, Case)
    assert judged.judgements[0].said.bearing is Bearing.CONTRIBUTORY


def test_answer__shows_the_criteria_as_the_geneticist_judged_them_and_numbers_the_gene(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, found = ranked(room)
    rare = {each.criterion for each in found.candidates[0].variants[0].evidence}
    assert "PS3" in rare
    assay = Override("PS3", Met.MET, Strength.STRONG, "no protein in fibroblasts")
    verdict = Verdict(None, overrides=(assay,))
    judged = room.cases.classify(room.geneticist, OWN, case, str(STOP), verdict)
    assert isinstance(judged, Case)
    kept = room.cases.ledger.case(case).judgements[0].said
    assert kept.overrides == (assay,)
    monkeypatch.setattr(Knowledge, "hgnc_of", lambda _self, symbol: f"HGNC:of {symbol}")
    room.cases.interpret(room.geneticist, OWN, case)
    room.cases.classify(room.geneticist, OWN, case, str(STOP), verdict)
    answer = room.cases.sign(room.geneticist, OWN, case)
    assert not isinstance(answer, Refusal)
    report = json.loads(answer.record)
    assert report["conclusion"]["findings"][0]["hgnc"] == "HGNC:of PLUS"
    shown = report["conclusion"]["findings"][0]["variant"]
    said = {each["criterion"]: each for each in shown["evidence"]}
    assert said["PS3"]["data"].startswith("no protein in fibroblasts (the program: not judged, ")
    assert said["PS3"]["overridden"]["met"] == "not judged"
    assert shown["points"] == sum(each["points"] for each in shown["evidence"])


def test_variant__stands_as_the_newest_judgement_left_it(room: Room) -> None:
    case, found = ranked(room)
    ranked_variant = found.candidates[0].variants[0]

    def stands() -> CandidateVariant:
        shown = room.cases.variant(room.geneticist, OWN, case, str(STOP))
        assert isinstance(shown, CandidateVariant)
        return shown

    assert stands() == ranked_variant
    assay = Override("PS3", Met.MET, Strength.STRONG, "no protein in fibroblasts")
    room.cases.classify(room.geneticist, OWN, case, str(STOP), Verdict(None, overrides=(assay,)))
    assert stands().points == ranked_variant.points + 4
    open_again = Override("PVS1", Met.NOT_JUDGED, Strength.NONE, "the transcript is in doubt")
    doubted = Verdict(None, overrides=(open_again,))
    room.cases.classify(room.geneticist, OWN, case, str(STOP), doubted)
    said = {each.criterion: each for each in stands().evidence}
    assert (said["PVS1"].met, said["PVS1"].points) == (Met.NOT_JUDGED, 0)
    assert said["PS3"].met is Met.NOT_JUDGED


def test_sign__needs_a_hospital_and_a_conclusion(room: Room) -> None:
    case, _ = ranked(room)
    with pytest.raises(CaseError, match="signed when its candidates have been judged"):
        room.cases.sign(room.geneticist, OWN, case)
    room.cases.classify(room.geneticist, OWN, case, str(STOP), PATHOGENIC)
    nowhere = replace(room.geneticist, organisation=None)
    with pytest.raises(CaseError, match="must belong to a hospital"):
        room.cases.sign(nowhere, OWN, case)
    assert room.cases.ledger.case(case).stage is Stage.JUDGED


def test_sign__leaves_no_answer_when_the_gate_refuses(room: Room) -> None:
    case, _ = ranked(room)
    room.cases.classify(room.geneticist, OWN, case, str(STOP), PATHOGENIC)
    room.door.closed_to.add(PATIENT)
    assert isinstance(room.cases.sign(room.geneticist, OWN, case), Refusal)
    assert room.cases.ledger.case(case).stage is Stage.JUDGED
    assert not room.cases.answers.exists()


def test_sign__hands_over_at_the_next_start_what_a_fault_left_undone(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("kerne.cases.issuing.write_files", fail)
        with pytest.raises(OSError, match="no space left"):
            signed(room)
    (line,) = room.cases.ledger.lines(stage=Stage.SIGNED)
    assert room.cases.issue_outstanding() == 1
    assert room.cases.issue_outstanding() == 0
    history = room.cases.ledger.history.read(line.number)
    assert history[-1].entry == history[-2].entry
    answer = room.cases.read_answer(room.geneticist, OWN, line.number)
    assert isinstance(answer, Answer)
    assert (answer.directory / RECORD).read_bytes() == answer.record


def test_list_cases__leaves_out_the_line_that_is_refused(room: Room) -> None:
    case = opened(room)
    assert [line.number for line in room.cases.list_cases(room.geneticist, OWN)] == [case]
    room.door.closed_to.add(PATIENT)
    assert room.cases.list_cases(room.geneticist, OWN) == ()


def test_answer_that_two_processes_hand_over__is_handed_over_once(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = report.write_files

    def while_another_does(files: dict[str, bytes], directory: Path) -> None:
        monkeypatch.setattr(issuing, "write_files", write)
        assert room.cases.issue_outstanding() == 1
        write(files, directory)

    monkeypatch.setattr(issuing, "write_files", while_another_does)
    case, _ = signed(room)
    assert [type(each.event) for each in room.cases.ledger.history.read(case)].count(
        AnswerIssued
    ) == 1
    room.cases._issuer.issue(case, 1)
    assert room.cases.ledger.case(case).stage is Stage.ISSUED


def test_answer__that_cannot_be_noted_as_handed_over_is_a_fault(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_words: object, **_more: object) -> None:
        raise StaleVersionError("somebody else")

    with monkeypatch.context() as patch:

        def spoil(*_words: object) -> None:
            patch.setattr(CaseLedger, "append", fail)

        patch.setattr(issuing, "write_files", spoil)
        with pytest.raises(StaleVersionError, match="somebody else"):
            signed(room)
    assert room.cases.issue_outstanding() == 1


def test_answer__scores_a_lost_gene_as_the_geneticist_did(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = StructuralCall(StructuralKind.DELETION, "chr1", 90, 400, Genotype.HET, 310)

    def with_the_loss(found: PersonalGenome, assembly: Assembly) -> GenomeCalls:
        return replace(as_calls(found, assembly), calls=(), structural=(lost,))

    monkeypatch.setattr("kerne.cases.gathering.as_calls", with_the_loss)
    case, _ = ranked(room)
    entries = (
        CopyEntry("2A", Met.MET, 1.0, "loss of the gene is established, PMID:1"),
        CopyEntry("4O", Met.NOT_MET, 0.0, "in no population"),
    )
    verdict = Verdict(None, copies=entries)
    room.cases.classify(room.geneticist, OWN, case, str(lost.allele), verdict)
    kept = room.cases.ledger.case(case).judgements[0].said
    assert (kept.copies, kept.suggested) == (entries, Classification.PATHOGENIC)
    seen = room.cases.variant(room.geneticist, OWN, case, str(lost.allele))
    assert not isinstance(seen, Refusal)
    assert seen.copy_points == 1.0
    answer = room.cases.sign(room.geneticist, OWN, case)
    assert not isinstance(answer, Refusal)
    (finding,) = json.loads(answer.record)["conclusion"]["findings"]
    said = {each["criterion"]: each for each in finding["variant"]["evidence"]}
    assert said["CNV 2A"]["data"].startswith("loss of the gene is established, PMID:1 (the program")
    assert said["CNV 2A"]["overridden"]["source"] == "absent"
    assert (finding["classification"], finding["vrs"]) == ("pathogenic", None)
    page = (answer.directory / "report.html").read_text()
    assert "score of a loss or gain of copies: +1.00 in all" in page
    shared = room.cases.shared.classifications(room.geneticist, Purpose.TREATMENT_OF_ANOTHER)
    assert not isinstance(shared, Refusal)
    assert "CNV 2A +1.00" in shared[0].criteria
