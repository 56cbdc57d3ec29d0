from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerne.alleles.assembly import KERNIA1
from kerne.cases import freestanding, issuing
from kerne.cases.inputs import NamedRelease, named
from kerne.cases.reproducing import Reproduction, open_named, told_apart
from kerne.errors import CaseError, KnowledgeError
from kerne.genomes.genotypes import Zygosity
from kerne.interpretation.at_hand import Knowledge
from kerne.interpretation.secondary import FINDING_CLASSES
from kerne.knowledge.panels import Panel
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.people.asking import Action, Refusal

from .conftest import CHR1, FATHER, MISSENSE, MOTHER, PATIENT, STOP, Room, read_again
from .test_cases_actions import OWN, PATHOGENIC, opened, ranked, signed

JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=8,
)


def again(room: Room, case: str) -> Reproduction:
    made = room.cases.reproduce(room.geneticist, OWN, case)
    assert isinstance(made, Reproduction)
    return made


def test_reproduce__makes_every_file_of_an_answer_again(room: Room) -> None:
    case, answer = signed(room)
    made = again(room, case)
    assert made.differences == ()
    assert made.is_same
    assert {path.name for path in answer.directory.iterdir()} < set(made.made)
    assert room.door.actions[-1] is Action.INTERPRET


def test_reproduce__takes_choices_panel_family_and_counts_as_they_were(room: Room) -> None:
    case = opened(room, MOTHER, FATHER)
    panel = Panel("ears", "1", frozenset({"PLUS"}))
    room.cases.interpret(room.geneticist, OWN, case, panel=panel)
    room.cases.classify(room.geneticist, OWN, case, str(STOP), PATHOGENIC)
    room.cases.sign(room.geneticist, OWN, case)
    room.findings.opened = FINDING_CLASSES
    room.genomes.refuses.add("everyone")
    assert again(room, case).differences == ()


def test_reproduce__of_a_case_that_is_not_signed_makes_its_ranking(room: Room) -> None:
    case, _ = ranked(room)
    made = again(room, case)
    assert made.made == ("ranking", "secondary findings", "relationship check")
    assert made.is_same


def test_reproduce__says_where_other_knowledge_leads(room: Room, knowledge: Knowledge) -> None:
    case, _ = signed(room)
    other = replace(room.cases, reopen=lambda _: replace(read_again(knowledge), gene_links={}))
    made = other.reproduce(room.geneticist, OWN, case)
    assert isinstance(made, Reproduction)
    assert not made.is_same
    assert made.differences[0].startswith("ranking: candidates[0]")
    assert "report.json" not in made.made


def test_reproduce__says_which_file_a_changed_program_makes_otherwise(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _ = signed(room)
    make = freestanding.report_files

    def otherwise(*words: object) -> dict[str, bytes]:
        return make(*words) | {"report.pdf": b"%PDF"}  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(issuing, "report_files", otherwise)
    assert "report.pdf: the bytes differ" in again(room, case).differences


def test_reproduce__says_that_another_version_made_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _ = signed(room)
    monkeypatch.setattr("kerne.cases.reproducing.PROGRAM", "Kerne 9")
    assert again(room, case).is_same
    room.genomes.carried[PATIENT] = {MISSENSE: Zygosity.HET}
    assert again(room, case).differences[0] == "it was made by Kerne 0.1.0, and again by Kerne 9"


def test_reproduce__says_that_a_relative_may_not_be_read_and_not_why(room: Room) -> None:
    case, _ = ranked(room, MOTHER)
    room.genomes.refuses.add(MOTHER)
    (difference,) = again(room, case).differences
    assert difference.startswith("the genome of the mother is not part of this interpretation")
    assert "withdrawn" not in difference


@pytest.mark.parametrize("person", [PATIENT, MOTHER])
def test_reproduce__says_that_a_genome_was_replaced(
    room: Room, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    case, _ = ranked(room, MOTHER)
    read = room.genomes.variants_of

    def newer(who: object, purpose: object, whom: str) -> object:
        found = read(who, purpose, whom)  # type: ignore[arg-type]  # passed on
        if whom != person or isinstance(found, Refusal):
            return found
        return replace(found, row=99)

    monkeypatch.setattr(room.genomes, "variants_of", newer)
    (difference,) = again(room, case).differences
    assert "has been replaced by a newer one" in difference


def test_reproduce__is_refused_when_the_patient_may_not_be_read(room: Room) -> None:
    case, _ = signed(room)
    room.genomes.refuses.add(PATIENT)
    assert isinstance(room.cases.reproduce(room.geneticist, OWN, case), Refusal)
    room.door.closed_to.add(PATIENT)
    assert isinstance(room.cases.reproduce(room.geneticist, OWN, case), Refusal)


def test_reproduce__needs_a_ranking(room: Room) -> None:
    with pytest.raises(CaseError, match="nothing is kept of case"):
        room.cases.reproduce(room.geneticist, OWN, opened(room))


def test_reproduce__says_that_a_release_has_gone(room: Room) -> None:
    case, _ = ranked(room)

    def gone(_: Sequence[NamedRelease]) -> Knowledge:
        raise KnowledgeError("no release `x` of kind `genes`, there are: none")

    made = replace(room.cases, reopen=gone).reproduce(room.geneticist, OWN, case)
    assert made == Reproduction(case, (), ("no release `x` of kind `genes`, there are: none",))


def test_named_releases__are_opened_as_they_were_and_not_otherwise(tmp_path: Path) -> None:
    base = KnowledgeBase(tmp_path / "base")
    for name, bases in (("old", CHR1), ("new", CHR1 + "A")):
        fasta = tmp_path / f"{name}.fa"
        fasta.write_text(f">chr1\n{bases}\n")
        base.add(Kind.REFERENCE, fasta, assembly="Kernia1", name=name)
    old = named([base.get(Kind.REFERENCE, "old")])[0]
    with pytest.raises(KnowledgeError, match="is not the one that was used"):
        open_named(base, KERNIA1, [replace(old, checksum="0" * 32)])
    with pytest.raises(KnowledgeError, match="no release `gone`"):
        open_named(base, KERNIA1, [replace(old, name="gone")])


@given(JSON, JSON)
def test_values__differ_exactly_when_something_is_told(one: object, other: object) -> None:
    assert bool(list(told_apart(one, other))) == (repr(one) != repr(other))


def test_told_apart__cuts_what_is_long() -> None:
    (told,) = told_apart({"a": "x" * 90}, {"a": ""})
    assert told == f'a: was "{"x" * 59}..., is ""'
