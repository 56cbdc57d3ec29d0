"""`kerne phenotype`: many patients to a table, and the reasons of one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Outcome, Run

MARFAN = ["HP:0001083", "HP:0002616", "HP:0001166", "HP:0000767"]
SEIZURE, UNKNOWN, INHERITANCE = "HP:0001250", "HP:9999999", "HP:0000006"

Phenotype = Callable[..., Outcome]


@pytest.fixture
def phenotype(run: Run, tmp_path: Path) -> Phenotype:
    return lambda *words: run("phenotype", "--knowledge", tmp_path / "knowledge", *words)


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    rows = [
        {"id": "tall", "hpo": MARFAN},
        {"id": "fits", "hpo": [SEIZURE, UNKNOWN]},
        {"id": "nothing", "hpo": [INHERITANCE]},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def table(path: Path) -> list[dict[str, str]]:
    head, *lines = (line.split("\t") for line in path.read_text().splitlines())
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_rank__writes_the_best_diseases_of_each_case(
    phenotype: Phenotype, cases: Path, tmp_path: Path
) -> None:
    done = phenotype("rank", cases, "-o", tmp_path / "ranks.tsv")
    assert done.code == 0
    rows = table(tmp_path / "ranks.tsv")
    assert list(rows[0]) == ["case_id", "rank", "disease_id", "disease", "gene", "log10_odds"]
    tall = [row for row in rows if row["case_id"] == "tall"]
    assert len(tall) == 100
    assert tall[0]["disease_id"] == "OMIM:154700"
    assert tall[0]["gene"] == "FBN1"
    odds = [float(row["log10_odds"]) for row in tall]
    assert odds == sorted(odds, reverse=True)
    assert [row.name for row in tmp_path.glob(".ranks*")] == []


def test_rank__names_what_it_passes_over_and_ties_what_it_cannot_tell(
    phenotype: Phenotype, cases: Path, tmp_path: Path
) -> None:
    done = phenotype("rank", cases, "-o", tmp_path / "ranks.tsv")
    assert "case `fits`: HP:9999999 passed over" in done.err
    assert "case `nothing`: no observed term is known" in done.err
    unknown = [row for row in table(tmp_path / "ranks.tsv") if row["case_id"] == "nothing"]
    assert len({row["rank"] for row in unknown}) == 1
    assert float(unknown[0]["rank"]) > 1000


def test_rank__of_a_file_that_breaks_off_writes_nothing(
    phenotype: Phenotype, cases: Path, tmp_path: Path
) -> None:
    cases.write_text(cases.read_text() + '{"id": "half"')
    done = phenotype("rank", cases, "-o", tmp_path / "ranks.tsv")
    assert done.code == 4
    assert "cases.jsonl" in done.err
    assert "line 4" in done.err
    assert list(tmp_path.glob("*ranks*")) == []


def test_rank__into_a_folder_that_is_not_there_is_an_error(
    phenotype: Phenotype, cases: Path, tmp_path: Path
) -> None:
    done = phenotype("rank", cases, "-o", tmp_path / "nowhere" / "ranks.tsv")
    assert done.code == 4
    assert "cannot be written" in done.err


def test_cases__teach_a_disease_but_never_rank_themselves(
    phenotype: Phenotype, run: Run, tmp_path: Path
) -> None:
    known = {
        "id": "PMID_7_A",
        "hpo": MARFAN,
        "disease": {"id": "OMIM:999999", "label": "Invented disease"},
        "gene": "INVENTED",
        "pmid": "PMID:7",
    }
    library = tmp_path / "known.jsonl"
    library.write_text(json.dumps(known) + "\n")
    assert (
        run("knowledge", "--knowledge", tmp_path / "knowledge", "add", "cases", library).code == 0
    )
    asked = tmp_path / "asked.jsonl"
    same = {"id": "same", "hpo": MARFAN, "pmid": "PMID:7"}
    other = {"id": "other", "hpo": MARFAN, "pmid": "PMID:8"}
    asked.write_text("".join(json.dumps(row) + "\n" for row in (same, other)))
    phenotype("rank", asked, "-o", tmp_path / "ranks.tsv")
    ranks = {
        row["case_id"]: row["rank"]
        for row in table(tmp_path / "ranks.tsv")
        if row["disease_id"] == "OMIM:999999"
    }
    assert ranks == {"other": "1"}


def test_explain__says_what_each_term_rests_on_and_what_to_look_for(
    phenotype: Phenotype, cases: Path
) -> None:
    done = phenotype("explain", cases, "--case", "tall", "--disease", "OMIM:154700")
    assert done.code == 0
    assert done.out.startswith("rank 1: OMIM:154700 Marfan syndrome (FBN1)")
    assert "HP:0001083 Ectopia lentis" in done.out
    assert "annotated" in done.out
    assert "look for" in done.out


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--case", "who"), "no such case"),
        (("--case", "nothing"), "no observed term"),
        (("--disease", "OMIM:1"), "`OMIM:1` has no annotations"),
    ],
)
def test_explain__names_what_is_not_there(
    phenotype: Phenotype, cases: Path, words: tuple[str, ...], problem: str
) -> None:
    done = phenotype("explain", cases, *words)
    assert done.code == 4
    assert problem in done.err


def test_cases__are_added_from_a_folder_of_phenopackets_whole_or_not_at_all(
    run: Run, tmp_path: Path
) -> None:
    shelf, folder = tmp_path / "knowledge", tmp_path / "packets"
    packet = {
        "id": "PMID_7_A",
        "phenotypicFeatures": [{"type": {"id": term}} for term in MARFAN],
        "interpretations": [{"diagnosis": {"disease": {"id": "OMIM:1", "label": "Invented"}}}],
        "metaData": {"phenopacketSchemaVersion": "2.0"},
    }
    (folder / "deep").mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps(packet))
    added = run("knowledge", "--knowledge", shelf, "add", "cases", folder)
    assert (added.code, "cases: 1" in added.out) == (0, True)
    # What is kept is the same knowledge as the packets themselves.
    assert run("knowledge", "--knowledge", shelf, "add", "cases", folder).code == 0
    (folder / "deep" / "a.json").write_text(json.dumps(packet))
    twice = run("knowledge", "--knowledge", shelf, "add", "cases", folder, "--name", "other")
    assert (twice.code, "same name" in twice.err) == (4, True)
    (folder / "deep" / "a.json").rename(folder / "b.json")
    (folder / "b.json").write_text("{}")
    broken = run("knowledge", "--knowledge", shelf, "add", "cases", folder, "--name", "other")
    assert (broken.code, "b.json" in broken.err) == (4, True)
    names = [row["name"] for row in run("knowledge", "--knowledge", shelf, "list").rows()]
    assert "packets" in names
    assert "other" not in names
