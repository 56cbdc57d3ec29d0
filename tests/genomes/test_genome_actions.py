"""In a centre: every question passes the gate, and counts only those who may be counted."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pysam.bcftools
import pytest

from kerne.alleles.allele import Allele
from kerne.alleles.interval import Interval
from kerne.consent.events import LimitedToOwnTreatment
from kerne.errors import GateError, GenomeError, InputFileError, PersonError
from kerne.gate.door import Gate
from kerne.gate.grant import Grant
from kerne.genomes.actions import Genomes, PersonalGenome
from kerne.genomes.frequencies import Frequencies
from kerne.genomes.genotypes import AddedGenome, Carrier, Zygosity
from kerne.genomes.keeping.store import GenomeStore
from kerne.genomes.reader import open_freestanding, reader
from kerne.genomes.reading.intake import GenomeFile
from kerne.genomes.strata import Strata, StratifiedFrequencies
from kerne.people.asking import Action, Ask, Identity, Refusal
from kerne.people.counted import Relatives, WhoCounted
from kerne.people.kinship import ParentOf
from kerne.people.ledger import PeopleLedger
from kerne.people.sample import GenomeOrigin

from .conftest import AT, PROJECT, RESEARCHER

Table = dict[tuple[str, int, str, str], tuple[int, int, int, int, int]]
AsTable = Callable[[Frequencies], Table]
SHARED = Allele("chr1", 9, "A", "C")
OF_ONE = Allele("chr1", 19, "G", "T")


class Rooms(Protocol):
    """What the fixture of the same name gives."""

    genomes: Genomes
    store: GenomeStore
    people: PeopleLedger
    gate: Gate
    doctor: Identity
    laboratory: Identity
    custodian: Identity
    persons: tuple[str, ...]
    now: list[object]

    def choose(self, event: object) -> None: ...


@pytest.fixture
def files(tmp_path: Path, write_vcf: Callable[..., Path]) -> list[GenomeFile]:
    texts = ["0/1", "1/1", "0/0"]
    return [
        GenomeFile(
            write_vcf(
                tmp_path / f"{number}.vcf",
                (f"S{number}",),
                [
                    ("chr1", 10, "A", "C", [texts[number]]),
                    ("chr1", 20, "G", "T", ["0/1" if number == 0 else "0/0"]),
                ],
            )
        )
        for number in range(3)
    ]


@pytest.fixture
def filled(rooms: Rooms, files: list[GenomeFile]) -> Rooms:
    added = rooms.genomes.add(rooms.laboratory, "own-treatment", files)
    assert isinstance(added, list)
    return rooms


def counted(rooms: Rooms, **options: object) -> Frequencies:
    found = rooms.genomes.frequencies(rooms.doctor, "treatment-of-another", **options)  # type: ignore[arg-type]  # passed on as they came
    assert isinstance(found, Frequencies)
    return found


def test_laboratory__adds_and_rows_are_registered(rooms: Rooms, files: list[GenomeFile]) -> None:
    added = rooms.genomes.add(rooms.laboratory, "own-treatment", files)
    assert added == [
        AddedGenome("S0", 0, 2, True),
        AddedGenome("S1", 1, 1, True),
        AddedGenome("S2", 2, 0, True),
    ]
    assert rooms.people.current_rows() == [(n, rooms.persons[n]) for n in range(3)]
    assert [entry for entry in range(20) if rooms.genomes.has_entry(entry)] != []


def test_doctor__may_not_add(rooms: Rooms, files: list[GenomeFile]) -> None:
    assert isinstance(rooms.genomes.add(rooms.doctor, "own-treatment", files), Refusal)
    assert isinstance(rooms.genomes.add(rooms.laboratory, "insurance", files), Refusal)
    assert rooms.store.rows() == {}


def test_sample_of_nobody__is_not_added(
    rooms: Rooms, tmp_path: Path, write_vcf: Callable[..., Path]
) -> None:
    file = GenomeFile(write_vcf(tmp_path / "x.vcf", ("unknown",), []))
    with pytest.raises(PersonError):
        rooms.genomes.add(rooms.laboratory, "own-treatment", [file])
    nobody = GenomeFile(write_vcf(tmp_path / "n.vcf", (), []))
    with pytest.raises(InputFileError, match="has no samples"):
        rooms.genomes.add(rooms.laboratory, "own-treatment", [nobody])


def test_rows_of_an_interrupted_add__are_registered_by_recover(
    rooms: Rooms, files: list[GenomeFile]
) -> None:
    rooms.store.add(files[:2])
    assert rooms.people.current_rows() == []
    assert rooms.genomes.recover() == 2
    assert rooms.genomes.recover() == 0
    assert len(rooms.people.current_rows()) == 2


def test_counting__takes_everyone_whose_choices_allow_it(filled: Rooms, as_table: AsTable) -> None:
    assert as_table(counted(filled)) == {
        ("chr1", 10, "A", "C"): (3, 6, 1, 1, 0),
        ("chr1", 20, "G", "T"): (1, 6, 0, 1, 0),
    }


def test_who_is_limited_to_own_treatment__leaves_no_trace_in_a_count(
    filled: Rooms, as_table: AsTable
) -> None:
    filled.choose(LimitedToOwnTreatment(filled.persons[0], "form-2"))
    assert as_table(counted(filled)) == {("chr1", 10, "A", "C"): (2, 4, 1, 0, 0)}
    asked = counted(filled, alleles=[OF_ONE, SHARED])
    assert (asked.ac.tolist(), asked.an.tolist()) == ([0, 2], [4, 4])
    stats = filled.genomes.stats(filled.doctor, "treatment-of-another")
    assert not isinstance(stats, Refusal)
    assert (stats.genomes, stats.alleles, stats.declared_whole) == (2, 1, 2)


def test_family__can_be_left_out_and_samples_chosen(filled: Rooms, as_table: AsTable) -> None:
    family = frozenset({filled.persons[0]})
    found = as_table(counted(filled, without=family, region=Interval("chr1", 0, 15)))
    assert found == {("chr1", 10, "A", "C"): (2, 4, 1, 0, 0)}
    chosen = counted(filled, samples=["S2", "S0"])
    assert (chosen.ac.tolist(), chosen.an.tolist()) == ([1, 1], [4, 4])


def test_carriers__are_found_among_those_who_may_be_searched(filled: Rooms) -> None:
    ask = filled.genomes.carriers
    assert ask(filled.doctor, "treatment-of-another", SHARED) == [
        Carrier("S0", 0, Zygosity.HET),
        Carrier("S1", 1, Zygosity.HOM),
    ]
    family = frozenset({filled.persons[0]})
    found = ask(filled.doctor, "treatment-of-another", SHARED, without=family)
    assert found == [Carrier("S1", 1, Zygosity.HOM)]
    assert isinstance(ask(filled.laboratory, "treatment-of-another", SHARED), Refusal)


def test_one_genome__is_read_by_who_treats(filled: Rooms) -> None:
    person, at = filled.persons[0], filled.gate._clock()
    filled.people.start_treatment(filled.doctor.identifier, person, "order-1", at)
    genome = filled.genomes.variants_of(filled.doctor, "own-treatment", person)
    assert isinstance(genome, PersonalGenome)
    assert (genome.sample, genome.row, genome.callable) == ("S0", 0, None)
    assert [variant.allele for variant in genome.variants] == [SHARED, OF_ONE]
    other = filled.genomes.variants_of(filled.doctor, "own-treatment", filled.persons[1])
    assert isinstance(other, Refusal)


def test_person_without_a_genome__is_said(rooms: Rooms) -> None:
    person, at = rooms.persons[0], rooms.gate._clock()
    rooms.people.start_treatment(rooms.doctor.identifier, person, "order-1", at)
    with pytest.raises(GenomeError, match="no genome of"):
        rooms.genomes.variants_of(rooms.doctor, "own-treatment", person)


def test_custodian__removes_and_the_row_is_retired(filled: Rooms) -> None:
    assert filled.genomes.remove(filled.custodian, "custody", "S1") == 1
    assert filled.store.samples() == ["S0", "S2"]
    assert [row for row, _ in filled.people.current_rows()] == [0, 2]
    with pytest.raises(GenomeError, match="no sample `S1`"):
        filled.genomes.remove(filled.custodian, "custody", "S1")
    assert isinstance(filled.genomes.remove(filled.doctor, "custody", "S0"), Refusal)
    assert filled.genomes.recover() == 0


def test_removal_interrupted_after_the_row_was_retired__is_carried_on_by_recover(
    filled: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_words: object, **_more: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(GenomeStore, "remove", end)
        with pytest.raises(KeyboardInterrupt):
            filled.genomes.remove(filled.custodian, "custody", "S1")
    assert filled.store.samples() == ["S0", "S1", "S2"]
    assert filled.genomes.recover() == 1
    assert filled.store.samples() == ["S0", "S2"]
    # The record says what is so: the genome is out of every count since its row was retired.
    assert filled.people.has_entry(filled.gate._logs.main.size() - 1)


def test_removal_that_another_process_carries_on__is_not_a_fault(
    filled: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = GenomeStore.remove

    def second(store: GenomeStore, sample: str, *, entry: int | None = None) -> int:
        remove(GenomeStore(store.path, keys=store.keys), sample)
        return remove(store, sample, entry=entry)

    monkeypatch.setattr(GenomeStore, "remove", second)
    assert filled.genomes.remove(filled.custodian, "custody", "S1") == 1

    def fail(_store: GenomeStore, _sample: str, *, entry: int | None = None) -> int:
        raise GenomeError(f"entry `{entry}` fails")

    monkeypatch.setattr(GenomeStore, "remove", fail)
    with pytest.raises(GenomeError, match="fails"):
        filled.genomes.remove(filled.custodian, "custody", "S2")


def test_freestanding_entrance__does_not_open_a_centres_store(filled: Rooms) -> None:
    with pytest.raises(GateError, match="kept by a centre"):
        open_freestanding(filled.store.path)


def granted(rooms: Rooms, action: Action, purpose: str, persons: tuple[str, ...] = ()) -> Grant:
    kept: list[Grant] = []
    asker = rooms.doctor if purpose != "custody" else rooms.custodian
    answer = rooms.gate.answer(Ask(asker, purpose, action, persons), kept.append)
    assert not isinstance(answer, Refusal)
    return kept[0]


def test_grant__covers_only_its_own_kind_of_question(filled: Rooms) -> None:
    opened = reader(granted(filled, Action.COUNT_GENOMES, "treatment-of-another"), filled.store)
    assert opened.alleles_by_row(Interval("chr1", 0, 100)) == {0: 2, 1: 2}
    assert opened.alleles_by_row(Interval("chr1", 15, 100)) == {0: 1}
    with pytest.raises(GateError, match="is for `count-genomes`"):
        opened.carriers(SHARED)
    with pytest.raises(GateError, match="is for `count-genomes`"):
        opened.variants_of(0)
    with pytest.raises(GateError, match="is for `count-genomes`"):
        opened.blocks()


def test_matrix_under_a_grant__has_the_population_and_what_it_carries(filled: Rooms) -> None:
    filled.choose(LimitedToOwnTreatment(filled.persons[0], "form-2"))
    opened = reader(granted(filled, Action.FIND_CARRIERS, "treatment-of-another"), filled.store)
    (block,) = opened.blocks()
    assert block.samples == ("S1", "S2")
    assert [block.alleles.allele(at) for at in range(len(block.alleles))] == [SHARED]
    assert block.genotypes.tolist() == [[[1, 1], [0, 0]]]


def test_centre__takes_bcf_too(rooms: Rooms, files: list[GenomeFile], tmp_path: Path) -> None:
    text = files[0].path.read_text()
    named = tmp_path / "named.vcf"
    contig = "##contig=<ID=chr1>\n"
    form = '##FORMAT=<ID=GT,Number=1,Type=String,Description="g">\n'
    named.write_text(text.replace("#CHROM", f"{contig}{form}#CHROM", 1))
    bcf = tmp_path / "a.bcf"
    pysam.bcftools.view("-Ob", "-o", str(bcf), str(named), catch_stdout=False)
    added = rooms.genomes.add(rooms.laboratory, "own-treatment", [GenomeFile(bcf)])
    assert not isinstance(added, Refusal)
    assert [each.sample for each in added] == ["S0"]


def test_first_seen__is_of_those_who_may_be_searched(filled: Rooms) -> None:
    def ask(alleles: list[Allele]) -> object:
        return filled.genomes.first_seen(filled.doctor, "treatment-of-another", alleles)

    assert ask([SHARED, OF_ONE]) == [AT, AT]
    filled.choose(LimitedToOwnTreatment(filled.persons[0], "form-2"))
    assert ask([SHARED, OF_ONE]) == [AT, None]


def test_grant_for_something_else__opens_nothing(filled: Rooms) -> None:
    grant = granted(filled, Action.REMOVE_GENOME, "custody", filled.persons[:1])
    with pytest.raises(GateError, match="is for `remove-genome`"):
        reader(grant, filled.store)


def test_grant_that_expired__opens_nothing_more(filled: Rooms) -> None:
    opened = reader(granted(filled, Action.COUNT_GENOMES, "treatment-of-another"), filled.store)
    filled.now[0] = filled.gate._clock() + timedelta(hours=1)
    with pytest.raises(GateError, match="expired"):
        opened.frequencies()


def test_grant__opens_the_rows_of_its_persons_only(filled: Rooms) -> None:
    person, at = filled.persons[0], filled.gate._clock()
    filled.people.start_treatment(filled.doctor.identifier, person, "order-1", at)
    grant = granted(filled, Action.READ_GENOME, "own-treatment", (person,))
    opened = reader(grant, filled.store)
    assert opened.rows() == {"S0": 0}
    assert opened.callable_of(0) is None
    with pytest.raises(GateError, match="is for `read-genome`"):
        opened.blocks()
    with pytest.raises(GateError, match="does not open row `1`"):
        opened.variants_of(1)


def test_count__leaves_relatives_out_and_says_who_was_counted(filled: Rooms) -> None:
    first, second, _ = filled.persons
    assert counted(filled).counted == WhoCounted(3)
    filled.people.add_kin([ParentOf(second, first)], entry=1, at=AT)
    found = counted(filled)
    assert found.counted == WhoCounted(2, relatives=1)
    assert int(found.an[0]) == 4
    everyone = counted(filled, relatives=Relatives.COUNTED)
    assert (everyone.counted, int(everyone.an[0])) == (WhoCounted(3), 6)
    # The relative of whom the family is left out is counted: nobody of hers is.
    without = counted(filled, without=frozenset({first}))
    assert without.counted == WhoCounted(2)
    named = counted(filled, samples=["S0", "S1"])
    assert (named.counted, int(named.an[0])) == (WhoCounted(2), 4)


def test_count__follows_kin_that_changes_under_the_question(filled: Rooms) -> None:
    first, second, _ = filled.persons
    asked: list[object] = []
    select = filled.genomes._counted.select

    def moving(*arguments: object) -> object:
        if not asked:
            filled.people.add_kin([ParentOf(second, first)], entry=1, at=AT)
        asked.append(arguments)
        return select(*arguments)  # type: ignore[arg-type]  # passed on as they came

    filled.genomes._counted.select = moving  # type: ignore[method-assign, assignment]
    assert counted(filled).counted == WhoCounted(2, relatives=1)
    assert len(asked) == 2


@pytest.mark.parametrize("origin", [each for each in GenomeOrigin if each != GenomeOrigin.GERMLINE])
def test_count__takes_one_germline_genome_a_person(
    filled: Rooms, tmp_path: Path, write_vcf: Callable[..., Path], origin: GenomeOrigin
) -> None:
    person = filled.persons[2]
    filled.people.assign_sample("again", person)
    filled.people.assign_sample("other", person, origin)
    rows = [("chr1", 10, "A", "C", ["1/1", "1/1"])]
    file = write_vcf(tmp_path / "more.vcf", ("again", "other"), rows)
    assert isinstance(
        filled.genomes.add(filled.laboratory, "own-treatment", [GenomeFile(file)]), list
    )
    found = counted(filled)
    assert found.counted == WhoCounted(3, earlier=1, other_origin=1)
    assert (int(found.ac[0]), int(found.an[0])) == (5, 6)


def test_strata__are_for_a_permit_only(filled: Rooms) -> None:
    doctor, clinic = filled.doctor, "treatment-of-another"
    found = filled.genomes.frequencies_by(doctor, clinic, Strata(by_sex=True))
    assert isinstance(found, Refusal)
    assert found.reasons == ("genomes are counted by stratum for a project's permit only",)
    with pytest.raises(GenomeError, match="expected letters"):
        filled.genomes.frequencies_by(doctor, clinic, Strata(named={"": []}))


def test_strata__are_parts_of_those_counted(filled: Rooms) -> None:
    filled.people.add_kin([ParentOf(filled.persons[1], filled.persons[0])], entry=1, at=AT)
    strata = Strata(by_sex=True, by_region=True, named={"mine": ["S1", "S2"]})
    found = filled.genomes.frequencies_by(RESEARCHER, "research", strata, project=PROJECT)
    assert isinstance(found, StratifiedFrequencies)
    assert found.whole.counted == WhoCounted(2, relatives=1)
    an = {name: int(part.an[0]) for name, part in found.strata.items()}
    assert an == {"XX": 0, "XY": 0, "X": 0, "other": 4, "East": 4, "mine": 2}
    assert found.strata["mine"].counted == WhoCounted(1)
    filled.choose(LimitedToOwnTreatment(filled.persons[2], "citizen-3"))
    found = filled.genomes.frequencies_by(
        RESEARCHER, "research", strata, project=PROJECT, relatives=Relatives.COUNTED
    )
    assert isinstance(found, StratifiedFrequencies)
    assert {name: int(part.an[0]) for name, part in found.strata.items()}["mine"] == 2
    assert found.whole.counted == WhoCounted(2)
