"""A closed variant at every way out: it is planted, and nothing that comes out holds a trace."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from kerne.alleles.allele import Allele
from kerne.alleles.sequence import ReferenceSequence
from kerne.cases.actions import Answer
from kerne.cases.answers.answer import PUBLIC_KEY, SIGNATURE, SUMS, SUMS_SIGNATURE
from kerne.cases.case import Case
from kerne.cases.events import KinInCase
from kerne.cases.verdict import Verdict
from kerne.errors import CaseError
from kerne.genomes.genotypes import Zygosity
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.candidate import Classification, Interpretation
from kerne.interpretation.family.parentage import RelationshipCheck
from kerne.interpretation.secondary import FINDING_CLASSES, FindingClass, SecondaryList
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.panels import Panel
from kerne.people.asking import Action, Purpose, Refusal

from .conftest import CHR1, FATHER, MOTHER, ORDER, PATIENT, PLUS, STOP, Room

OWN = Purpose.OWN_TREATMENT
EARLY = FindingClass(actionable=True, adult_onset=False)
GREEN_NAILS = "HP:0000020"
ASKED = Allele("chr2", 183, "C", "T")
"""The variant that has to do with the question, in the gene `ASKED` on another chromosome."""
TRACES = (
    "PLUS",
    "chr1",
    r"\b181\b",
    r"TX1\.1",
    "GENE1",
    r"c\.31C>T",
    "Gln11",
    "Blue ear",
    r"OMIM:1\b",
)
"""Gene, place, transcript, names and disease of the closed variant."""
REASON = "ears of the mother"


@pytest.fixture(autouse=True)
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    on_list = SecondaryList("9 (test)", {"PLUS": EARLY})
    monkeypatch.setattr("kerne.interpretation.interpretation.secondary_list", lambda: on_list)


@pytest.fixture
def knowledge(knowledge: Knowledge, tmp_path: Path) -> Knowledge:
    """The shared knowledge with a second gene, which the question is about."""
    fasta = tmp_path / "two.fa"
    fasta.write_text(f">chr1\n{CHR1}\n>chr2\n{CHR1}\n")
    asked = replace(PLUS, identifier="TX9.1", gene_id="GENE9", symbol="ASKED", contig="chr2")
    return replace(
        knowledge,
        gene_links={**knowledge.gene_links, "ASKED": frozenset({"OMIM:2"})},
        genes=GeneModels([PLUS, asked]),
        reference=ReferenceSequence(fasta),
    )


@pytest.fixture
def case(room: Room) -> str:
    """The case of a patient who carries a closed variant beside the one that is asked about."""
    room.genomes.carried[PATIENT] = {STOP: Zygosity.HET, ASKED: Zygosity.HET}
    opened = room.cases.open_case(
        room.geneticist,
        OWN,
        ORDER,
        observed=[GREEN_NAILS],
        relatives=[KinInCase(MOTHER, affected=False), KinInCase(FATHER, affected=False)],
    )
    assert isinstance(opened, Case)
    return opened.number


def traces_in(text: str) -> list[str]:
    return [trace for trace in TRACES if re.search(trace, text)]


def interpret(room: Room, case: str) -> Interpretation:
    found = room.cases.interpret(room.geneticist, OWN, case)
    assert isinstance(found, Interpretation)
    return found


def look(room: Room, case: str) -> Interpretation:
    found = room.cases.candidates(room.geneticist, OWN, case)
    assert isinstance(found, Interpretation)
    return found


def genes(found: Interpretation) -> set[str]:
    return {candidate.gene for candidate in found.candidates}


def classify(room: Room, case: str, allele: Allele = ASKED) -> Case:
    verdict = Verdict(Classification.PATHOGENIC, "published")
    judged = room.cases.classify(room.geneticist, OWN, case, str(allele), verdict)
    assert isinstance(judged, Case)
    return judged


def sign(room: Room, case: str) -> Answer:
    answer = room.cases.sign(room.geneticist, OWN, case)
    assert isinstance(answer, Answer)
    return answer


def closed_is_not_found(room: Room, case: str) -> str:
    with pytest.raises(CaseError) as named:
        classify(room, case, STOP)
    with pytest.raises(CaseError) as unknown:
        classify(room, case, Allele("chr2", 5, "T", "C"))
    assert str(named.value) == str(unknown.value)
    return str(named.value)


def signed(room: Room, case: str) -> Answer:
    classify(room, case)
    return sign(room, case)


def files(room: Room, case: str) -> str:
    directory = signed(room, case).directory
    contents = {path.name: path.read_bytes() for path in directory.iterdir()}
    assert len(contents) == 11
    for random in (SIGNATURE, PUBLIC_KEY, SUMS, SUMS_SIGNATURE):  # letters and digits by chance
        del contents[random]
    return "\n".join(
        in_print(content) if name.endswith(".pdf") else content.decode(errors="replace")
        for name, content in contents.items()
    )


def in_print(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return "\n".join(page.extract_text() for page in pages)


def kept_in_clear(room: Room, case: str) -> str:
    """Everything that the database holds beside what it seals."""
    signed(room, case)
    database = Path(str(room.cases.ledger.history.engine.url.database))
    names = (database, database.with_name(f"{database.name}-wal"))
    # The sealer of these tests writes backwards, and the place reads the same from both ends.
    content = "".join(path.read_bytes().decode("latin-1") for path in names if path.exists())
    return content.replace("181-1rhc", "")


def read_again(room: Room, case: str) -> object:
    signed(room, case)
    return room.cases.read_answer(room.geneticist, OWN, case)


def interpreted_again(room: Room, case: str) -> object:
    classify(room, case)
    panel = Panel("nails", "1", frozenset({"ASKED"}))
    return room.cases.interpret(room.geneticist, OWN, case, panel=panel)


def events(room: Room, case: str) -> object:
    signed(room, case)
    return room.cases.ledger.history.read(case)


EXITS: dict[str, Callable[[Room, str], object]] = {
    "interpretation": look,
    "interpretation again": interpreted_again,
    "judgement": classify,
    "error in words": closed_is_not_found,
    "no finding": lambda room, case: room.cases.declare_no_finding(
        room.geneticist, OWN, case, "nothing fits"
    ),
    "answer": signed,
    "page": lambda room, case: signed(room, case).page.decode(),
    "record": lambda room, case: signed(room, case).record.decode(),
    "files": files,
    "answer read again": read_again,
    "list": lambda room, _: room.cases.list_cases(room.geneticist, OWN),
    "state": lambda room, case: room.cases.ledger.case(case),
    "events": events,
    "re-labelling another gene": lambda room, case: room.cases.relabel(
        room.geneticist, OWN, case, "ASKED", "nails"
    ),
    "relationship check": lambda room, case: room.cases.relationship_check(
        room.geneticist, OWN, case
    ),
    "what the gate was asked": lambda room, case: (signed(room, case), room.door.asks)[1],
    "what the nation was asked": lambda room, _: room.genomes.asked,
    "database in clear": kept_in_clear,
}


@pytest.mark.parametrize("leave", EXITS.values(), ids=EXITS)
def test_closed_variant__leaves_by_no_exit(
    room: Room,
    case: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    leave: Callable[[Room, str], object],
) -> None:
    caplog.set_level(logging.DEBUG)
    interpret(room, case)
    said = leave(room, case)
    assert not isinstance(said, Refusal)
    printed = capsys.readouterr()
    everything = "\n".join((str(said), repr(said), caplog.text, printed.out, printed.err))
    assert traces_in(everything) == []


def test_traces__are_those_of_the_variant_when_it_is_open(room: Room, case: str) -> None:
    """The search of the exits can find: open, all traces are there."""
    room.findings.opened = FINDING_CLASSES
    interpret(room, case)
    record = signed(room, case).record.decode()
    assert set(TRACES) - set(traces_in(record)) == {"GENE1"}


def test_choice__opens_what_was_closed_at_the_next_look_without_new_reading(
    room: Room, case: str
) -> None:
    assert genes(interpret(room, case)) == {"ASKED"}
    read = len(room.door.asks)
    room.findings.opened = FINDING_CLASSES
    found = look(room, case)
    assert genes(found) == {"ASKED", "PLUS"}
    assert [candidate.rank for candidate in found.candidates] == [1, 2]
    assert len(room.door.asks) == read + 1
    assert classify(room, case, STOP).judgements[0].said.gene == "PLUS"


def test_choice__closes_what_was_open_at_the_next_look(room: Room, case: str) -> None:
    room.findings.opened = FINDING_CLASSES
    assert genes(interpret(room, case)) == {"ASKED", "PLUS"}
    room.findings.opened = frozenset()
    assert genes(look(room, case)) == {"ASKED"}
    with pytest.raises(CaseError, match="no candidate of this case"):
        classify(room, case, STOP)


def test_look__is_the_same_whether_it_was_closed_before_or_after(room: Room, case: str) -> None:
    closed_before = interpret(room, case)
    room.findings.opened = FINDING_CLASSES
    interpret(room, case)
    room.findings.opened = frozenset()
    assert look(room, case) == closed_before


def test_judgement__of_what_closed_since_is_neither_shown_nor_signed(room: Room, case: str) -> None:
    room.findings.opened = FINDING_CLASSES
    interpret(room, case)
    classify(room, case, STOP)
    room.findings.opened = frozenset()
    assert [one.said.gene for one in classify(room, case).judgements] == ["ASKED"]
    with pytest.raises(CaseError, match="has changed since it was judged: rank the candidates"):
        room.cases.sign(room.geneticist, OWN, case)
    interpret(room, case)
    assert "PLUS" not in signed(room, case).record.decode()


def test_signed_answer__stays_as_it_was_signed_whatever_is_chosen_later(
    room: Room, case: str
) -> None:
    room.findings.opened = FINDING_CLASSES
    interpret(room, case)
    classify(room, case, STOP)
    answer = sign(room, case)
    room.findings.opened = frozenset()
    again = room.cases.read_answer(room.geneticist, OWN, case)
    assert again == answer
    assert isinstance(again, Answer)
    assert again.verified
    assert b"PLUS" in again.record
    assert genes(look(room, case)) == {"ASKED"}


def test_relabelled_gene__is_shown_as_primary_and_the_reason_is_sealed(
    room: Room, case: str
) -> None:
    interpret(room, case)
    state = room.cases.relabel(room.geneticist, OWN, case, "PLUS", REASON)
    assert isinstance(state, Case)
    asked = room.door.asks[-1]
    assert (asked.action, asked.persons) == (Action.RELABEL_FINDING, (PATIENT,))
    assert (asked.about, asked.reason) == (f"case {case}", REASON)
    recorded = room.cases.ledger.history.read(case)[-1]
    assert recorded.entry == len(room.door.asks)
    assert genes(look(room, case)) == {"ASKED", "PLUS"}
    assert genes(interpret(room, case)) == {"ASKED", "PLUS"}
    clear = kept_in_clear(room, case)
    assert "PLUS" not in clear
    assert REASON not in clear


def test_relabelling__answers_the_same_whether_anything_is_closed_there(
    room: Room, case: str
) -> None:
    interpret(room, case)
    answers = []
    for gene in ("PLUS", "ASKED"):
        after = room.cases.relabel(room.geneticist, OWN, case, gene, REASON)
        assert isinstance(after, Case)
        assert gene in after.relabelled
        answers.append(replace(after, relabelled=frozenset(), version=0))
    assert answers[0] == answers[1]


def test_relabelling__needs_a_known_gene_and_a_reason(room: Room, case: str) -> None:
    with pytest.raises(CaseError, match="no gene is known here as `PLUSS`"):
        room.cases.relabel(room.geneticist, OWN, case, "PLUSS", REASON)
    with pytest.raises(CaseError, match="needs a reason"):
        room.cases.relabel(room.geneticist, OWN, case, "PLUS", " ")
    room.door.closed_to.add(PATIENT)
    assert isinstance(room.cases.relabel(room.geneticist, OWN, case, "PLUS", REASON), Refusal)


def test_ranking_of_an_earlier_version__is_made_again_before_it_is_shown(
    room: Room, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpret(room, case)
    state = room.cases.ledger.case(case)
    assert state.ranking is not None
    old = replace(state, ranking=replace(state.ranking, secondary=None, relationships=None))
    monkeypatch.setattr(room.cases.ledger, "case", lambda _: old)
    with pytest.raises(CaseError, match="ranked by an earlier version of Kerne"):
        look(room, case)


def test_panel__is_kept_with_the_ranking_that_it_was_asked_for(room: Room, case: str) -> None:
    panel = Panel("nails", "1", frozenset({"PLUS"}))
    found = room.cases.interpret(room.geneticist, OWN, case, panel=panel)
    assert isinstance(found, Interpretation)
    assert genes(found) == {"ASKED", "PLUS"}
    ranking = room.cases.ledger.case(case).ranking
    assert ranking is not None
    assert ranking.panel is not None
    kept = room.cases.ledger.document(case, ranking.panel)
    assert kept == b'["panel `nails` version 1, 1 genes",["PLUS"]]'


def test_relationship_check__waits_for_a_ranking(room: Room, case: str) -> None:
    with pytest.raises(CaseError, match="have not been ranked yet"):
        room.cases.relationship_check(room.geneticist, OWN, case)
    interpret(room, case)
    check = room.cases.relationship_check(room.geneticist, OWN, case)
    assert isinstance(check, RelationshipCheck)
    assert [each.kin.value for each in check.kin] == ["mother", "father"]
