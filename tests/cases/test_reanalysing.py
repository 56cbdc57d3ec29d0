"""Looking again in a real centre: what a new release brings to whom, and what stays closed."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from kerne.audit.access import Access, CitizenLog
from kerne.cases.answers.document import read_document
from kerne.cases.case import Case
from kerne.cases.inputs import KeptBasis
from kerne.cases.reanalysing import LookedAt, Outcome, Reanalyses
from kerne.cases.reanalysis import Reanalysis
from kerne.cases.reanalysis_events import Done
from kerne.centre import Centre, open_centre
from kerne.consent.events import SecondaryChoice
from kerne.consent.receipt import Receipt
from kerne.errors import CaseError, StaleVersionError
from kerne.interpretation.reanalysis.differences import Why
from kerne.interpretation.reanalysis.news import Bounds, find_news
from kerne.knowledge.genes import GeneModels
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.people.asking import Identity, Refusal, Role
from tests.conftest import Run

from .conftest import GREEN_NAILS, HPOA, OBO, PLUS
from .family import (
    AT,
    DOCTOR,
    FATHER,
    GENETICIST,
    MOTHER,
    OWN,
    PATIENT,
    REGISTRAR,
    STOPS,
    Opened,
    citizen,
    open_case,
    settle,
)

LINKS = {"LDLR": "OMIM:1", "ASKED": "OMIM:2", "BRCA1": "OMIM:1"}
LOW = Bounds(log10_odds=-9, log10_odds_classed=-9, gain=0.1, most=99)
OTHER = Identity("geneticist-2", frozenset({Role.GENETICIST}), "Hospital")
ASKING = ("--as", "geneticist-1", "--purpose", OWN)


@pytest.fixture(autouse=True)
def _low_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four small genes and two features do not reach the bounds of a clinic."""
    monkeypatch.setattr("kerne.cases.looking.find_news", partial(find_news, bounds=LOW))


def add_hpo(home: Path, day: str, genes: Sequence[str], *, blue: str = "9/10") -> None:
    """Add an HPO release of a day that links these genes to their diseases."""
    folder = home.with_name(f"hpo-{day}")
    folder.mkdir()
    (folder / "hp.obo").write_text(OBO.replace("2025-01-01", day))
    green = "".join(map(GREEN_NAILS.format, range(2, 40)))
    hpoa = (HPOA + green).replace("2025-01-01", day).replace("9/10", blue, 1)
    (folder / "phenotype.hpoa").write_text(hpoa)
    head = "ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id\n"
    links = "".join(f"1\t{gene}\tHP:0000020\tx\t-\t{LINKS[gene]}\n" for gene in genes)
    (folder / "genes_to_phenotype.txt").write_text(head + links)
    KnowledgeBase(home / "knowledge").add(Kind.HPO, folder)


def consent(
    centre: Centre, person: str, *, recontact: bool, secondary: SecondaryChoice, version: str
) -> None:
    given = centre.consent.consent_to_analysis(
        DOCTOR,
        OWN,
        person,
        document="form",
        document_version=version,
        secondary=secondary,
        recontact=recontact,
    )
    assert isinstance(given, Receipt)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A centre with one case that was ranked before ASKED, LDLR and BRCA1 were linked."""

    home: Path
    case: str

    @contextmanager
    def opened(self, days: int = 0) -> Iterator[Centre]:
        with open_centre(self.home, lambda: AT + timedelta(days=days)) as centre:
            yield centre


@pytest.fixture(scope="module")
def _settled(tmp_path_factory: pytest.TempPathFactory) -> Ranked:
    home = tmp_path_factory.mktemp("reanalysing") / "home"
    settle(home)
    add_hpo(home, "2026-02-01", [])
    with open_centre(home, lambda: AT) as centre:
        consent(centre, PATIENT, recontact=True, secondary=SecondaryChoice.NONE, version="2")
        centre.people.appoint(REGISTRAR, "quality", [OTHER])
        opened = open_case(centre, PATIENT, (MOTHER, FATHER))
        assert opened.interpret().candidates == ()
    return Ranked(home, opened.case)


@pytest.fixture
def ranked(_settled: Ranked, tmp_path: Path) -> Ranked:
    return replace(_settled, home=Path(shutil.copytree(_settled.home, tmp_path / "home")))


def run_in(centre: Centre, who: Identity = GENETICIST) -> list[LookedAt]:
    return list(Reanalyses(centre.cases).reanalyse(who, OWN))


def sign_nothing_found(centre: Centre, case: str) -> None:
    declared = centre.cases.declare_no_finding(GENETICIST, OWN, case, "nothing is linked")
    assert isinstance(declared, Case)
    assert not isinstance(centre.cases.sign(GENETICIST, OWN, case), Refusal)


def accesses(centre: Centre, person: str, action: str = "reanalyse") -> list[Access]:
    log = centre.audit.log_of(citizen(person), "own-access", person)
    assert isinstance(log, CitizenLog), log
    return [each for each in log.accesses if each.action == action and not each.is_collective]


def test_new_gene_link__is_told_once_to_who_treats_and_to_nobody_else(ranked: Ranked) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    with ranked.opened() as centre:
        assert run_in(centre, OTHER) == [LookedAt(ranked.case, Outcome.NEW, news=1)]
        (news,) = Reanalyses(centre.cases).news(GENETICIST, OWN)
        assert (news.case, news.person) == (ranked.case, PATIENT)
        assert (news.news.gene, news.news.disease) == ("ASKED", "OMIM:2")
        assert [each.why for each in news.news.reasons] == [Why.LINK]
        assert Reanalyses(centre.cases).news(OTHER, OWN) == ()
        assert run_in(centre) == []
    add_hpo(ranked.home, "2026-04-01", ["ASKED"])
    with ranked.opened() as centre:
        assert run_in(centre) == [LookedAt(ranked.case, Outcome.NOTHING_NEW)]
        assert len(Reanalyses(centre.cases).news(GENETICIST, OWN)) == 1


def test_new_ranking__ends_what_was_told_before_it(ranked: Ranked) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    with ranked.opened() as centre:
        assert run_in(centre)[0].outcome is Outcome.NEW
        assert [e.gene for e in Opened(centre, ranked.case).interpret().candidates] == ["ASKED"]
        assert Reanalyses(centre.cases).news(GENETICIST, OWN) == ()


@pytest.mark.parametrize(
    ("choice", "told"),
    [(SecondaryChoice.NONE, {"ASKED"}), (SecondaryChoice.ALL, {"ASKED", "LDLR", "BRCA1"})],
)
def test_secondary_finding__is_told_only_while_the_choice_opens_it(
    ranked: Ranked, choice: SecondaryChoice, told: set[str]
) -> None:
    add_hpo(ranked.home, "2026-03-01", list(LINKS))
    with ranked.opened() as centre:
        if choice is not SecondaryChoice.NONE:
            consent(centre, PATIENT, recontact=True, secondary=choice, version="3")
        assert run_in(centre)[0].news == len(told)
        acts = Reanalyses(centre.cases)
        assert {each.news.gene for each in acts.news(GENETICIST, OWN)} == told
        none = SecondaryChoice.NONE
        consent(centre, PATIENT, recontact=True, secondary=none, version="4")
        assert {each.news.gene for each in acts.news(GENETICIST, OWN)} == {"ASKED"}


def test_patient_who_does_not_want_to_hear__is_not_looked_at_and_sees_who_asked(
    ranked: Ranked,
) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    with ranked.opened() as centre:
        none = SecondaryChoice.NONE
        consent(centre, PATIENT, recontact=False, secondary=none, version="3")
        (looked,) = run_in(centre)
        assert looked.outcome is Outcome.REFUSED
        assert "wants to hear when an answer changes" in looked.words
        assert [each.verdict for each in accesses(centre, PATIENT)] == ["refused"]
        consent(centre, PATIENT, recontact=True, secondary=none, version="4")
        assert run_in(centre)[0].outcome is Outcome.NEW


def test_relatives__see_their_own_entry_and_may_stay_out(ranked: Ranked) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    with ranked.opened() as centre:
        limited = centre.consent.limit_to_own_treatment(citizen(FATHER), "own-access", FATHER)
        assert isinstance(limited, Receipt)
        assert run_in(centre)[0].outcome is Outcome.NEW
        (entry,) = accesses(centre, MOTHER)
        assert (entry.verdict, entry.purpose) == ("permitted", "treatment-of-another")
        assert accesses(centre, FATHER) == []
        (news,) = Reanalyses(centre.cases).news(GENETICIST, OWN)
        assert "de novo" not in news.news.mode


def test_signed_answer__gets_a_task_that_is_closed_with_what_was_done(ranked: Ranked) -> None:
    with ranked.opened() as centre:
        sign_nothing_found(centre, ranked.case)
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    with ranked.opened() as centre:
        acts = Reanalyses(centre.cases)
        assert run_in(centre) == [LookedAt(ranked.case, Outcome.NEW, news=1, tasks=1)]
        (task,) = acts.tasks(GENETICIST, OWN)
        assert (task.task.opened.was, task.task.opened.gene) == ("no cause found", "ASKED")
        assert acts.tasks(OTHER, OWN) == ()
        refused = acts.close(OTHER, OWN, ranked.case, 1, Done.TOLD, "told")
        assert isinstance(refused, Refusal)
        closed = acts.close(GENETICIST, OWN, ranked.case, 1, Done.TOLD, "told by telephone")
        assert isinstance(closed, Reanalysis)
        assert acts.tasks(GENETICIST, OWN) == ()
        with pytest.raises(CaseError, match="closed already"):
            acts.close(GENETICIST, OWN, ranked.case, 1, Done.TOLD, "again")


def test_reported_variant_that_is_common_now__opens_a_task(ranked: Ranked, tmp_path: Path) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    with ranked.opened() as centre:
        opened = Opened(centre, ranked.case)
        opened.interpret()
        opened.judge()
        assert not isinstance(centre.cases.sign(GENETICIST, OWN, ranked.case), Refusal)
    contig, place, reference, alternative = STOPS["ASKED"].split("-")
    table = tmp_path / "frequencies.tsv"
    head = "chrom\tpos\tref\talt\tAC\tAN\tAF\thom\thet\n"
    table.write_text(
        f"{head}{contig}\t{place}\t{reference}\t{alternative}\t9000\t20000\t0.45\t2000\t5000\n"
    )
    KnowledgeBase(ranked.home / "knowledge").add(Kind.FREQUENCIES, table, assembly="Kernia1")
    with ranked.opened() as centre:
        assert run_in(centre) == [LookedAt(ranked.case, Outcome.NEW, tasks=1)]
        (task,) = Reanalyses(centre.cases).tasks(GENETICIST, OWN)
        assert task.task.opened.now == "benign"
        assert task.task.opened.alleles == (STOPS["ASKED"],)


def test_solved_case__is_not_searched_for_other_causes(ranked: Ranked) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    with ranked.opened() as centre:
        opened = Opened(centre, ranked.case)
        opened.interpret()
        opened.judge()
        consent(centre, PATIENT, recontact=True, secondary=SecondaryChoice.ALL, version="3")
    add_hpo(ranked.home, "2026-04-01", list(LINKS))
    with ranked.opened() as centre:
        assert run_in(centre) == [LookedAt(ranked.case, Outcome.NOTHING_NEW)]


def test_new_gene_models__have_the_genome_read_again(ranked: Ranked, tmp_path: Path) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    with ranked.opened() as centre:
        Opened(centre, ranked.case).interpret()
    shifted = [
        replace(PLUS, identifier="TX-ASKED.2", gene_id="G-ASKED", symbol="ASKED", contig="chr2")
    ]
    models = tmp_path / "genes.gff3"
    GeneModels(shifted).write_gff3(models, ["chr1", "chr2", "chr3"])
    KnowledgeBase(ranked.home / "knowledge").add(
        Kind.GENES, models, assembly="Kernia1", name="newer"
    )
    with ranked.opened() as centre:
        before = len(accesses(centre, PATIENT, "read-genome"))
        assert run_in(centre) == [LookedAt(ranked.case, Outcome.NOTHING_NEW)]
        assert len(accesses(centre, PATIENT, "read-genome")) == before + 1
        assert run_in(centre, OTHER) == []


def test_genome_that_may_not_be_read_again__is_a_refusal(ranked: Ranked, tmp_path: Path) -> None:
    models = tmp_path / "genes.gff3"
    GeneModels([replace(PLUS, contig="chr2")]).write_gff3(models, ["chr2"])
    KnowledgeBase(ranked.home / "knowledge").add(
        Kind.GENES, models, assembly="Kernia1", name="newer"
    )
    with ranked.opened() as centre:
        (looked,) = run_in(centre, OTHER)
        assert looked.outcome is Outcome.REFUSED


def test_ranking_of_another_version__is_to_be_made_again(
    ranked: Ranked, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])

    def other_form(content: bytes, kind: type) -> object:
        return read(b"{}" if kind is KeptBasis else content, kind)

    read = read_document
    monkeypatch.setattr("kerne.cases.reanalysing.read_document", other_form)
    with ranked.opened() as centre:
        assert run_in(centre) == [LookedAt(ranked.case, Outcome.TO_INTERPRET)]


def test_basis_of_an_earlier_version__is_looked_at_and_what_it_lacks_is_counted(
    ranked: Ranked, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])

    def former(content: bytes, kind: type) -> object:
        found: object = read(content, kind)
        if isinstance(found, KeptBasis):
            return replace(found, basis=replace(found.basis, structural=None))
        return found

    read = read_document
    monkeypatch.setattr("kerne.cases.reanalysing.read_document", former)
    looked = run("cases", "--home", ranked.home, "reanalyse", *ASKING)
    assert looked.out.splitlines()[1:] == [f"{ranked.case}\t1\t0"]
    assert looked.err.splitlines()[-1].startswith("1 of them: kept by an earlier version, without")


def test_case_that_fails__stops_no_run(ranked: Ranked, monkeypatch: pytest.MonkeyPatch) -> None:
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    faults: list[Exception] = [StaleVersionError("somebody was first"), CaseError("damaged")]

    def failing(*_: object) -> None:
        raise faults.pop()

    monkeypatch.setattr("kerne.cases.looking.Looker.look", failing)
    with ranked.opened() as centre:
        assert run_in(centre) == [LookedAt(ranked.case, Outcome.FAILED, words="damaged")]
        assert run_in(centre) == [LookedAt(ranked.case, Outcome.NOTHING_NEW)]


def test_erased_person__leaves_no_look(ranked: Ranked) -> None:
    with ranked.opened() as centre:
        sign_nothing_found(centre, ranked.case)
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    with ranked.opened() as centre:
        run_in(centre)
        ledger = centre.cases.ledger
        assert ledger.reanalyses.with_news() == (ranked.case,)
        assert ledger.reanalyses.with_open_tasks() == (ranked.case,)
        for _ in range(2):
            with ledger.history.engine.begin() as connection:
                ledger.reanalyses.forget_within(connection, [ranked.case])
            assert ledger.reanalyses.with_news() == ()
            assert ledger.reanalyses.with_open_tasks() == ()
            assert ledger.reanalyses.read(ranked.case) == Reanalysis()


def test_commands__run_tell_list_and_close(ranked: Ranked, run: Run) -> None:
    with ranked.opened() as centre:
        sign_nothing_found(centre, ranked.case)
    add_hpo(ranked.home, "2026-03-01", ["ASKED"])
    cases = ("cases", "--home", ranked.home)
    looked = run(*cases, "reanalyse", *ASKING)
    assert looked.out.splitlines()[1:] == [f"{ranked.case}\t1\t1"]
    assert "1 new; 0 refused" in looked.err
    told = run(*cases, "news", *ASKING).out.splitlines()
    assert re.match(rf"{ranked.case}\t{PATIENT}\tASKED\tOMIM:2\t", told[1])
    assert told[1].endswith("ASKED was not linked to Green nail disease 2 (OMIM:2)")
    listed = run(*cases, "recontacts", *ASKING).out.splitlines()
    assert listed[1].startswith(f"{ranked.case}\t1\t{PATIENT}\t")
    danish = run(*cases, "news", *ASKING, "--language", "da").out.splitlines()[1]
    assert danish.endswith("ASKED var ikke knyttet til Green nail disease 2 (OMIM:2)")
    tasks = run(*cases, "recontacts", *ASKING, "--language", "da").out.splitlines()[1]
    assert "\tingen årsag fundet\tkandidat: Green nail disease 2, " in tasks
    close = ("close-recontact", ranked.case, "1", "--done", "told", "--note", "told")
    assert run(*cases, *close, *ASKING).out == f"{ranked.case}\t0 open\n"
    assert run(*cases, *close, *ASKING).code == 4
    assert run(*cases, "recontacts", *ASKING).out.splitlines()[1:] == []
