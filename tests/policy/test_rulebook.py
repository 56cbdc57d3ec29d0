import shutil
from pathlib import Path

import pytest

from kerne.errors import PolicyError
from kerne.people.asking import Action, Purpose
from kerne.policy.rulebook import (
    ANNOTATIONS,
    DRAW_ON,
    SHOW_FINDING,
    RuleBook,
    read_rulebook,
    rule_books,
)
from kerne.policy.words import CLOSED_LIST, WHOLE_ASK, Language, reasons_in_words

POLICY = Path(__file__).parents[2] / "src" / "kerne" / "policy"
SCHEMA = (POLICY / "schema.cedarschema").read_text(encoding="utf-8")
RULE = """
@id("{id}") @law("l") @source("s") @verified("to be confirmed by x") @en("e") @da("d")
permit (principal, action, resource is Kerne::Centre);
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(POLICY / "denmark" / "terms.toml", tmp_path)
    return tmp_path


def test_rulebook__has_one_file_a_subject(book: RuleBook) -> None:
    assert {rule.subject for rule in book.rules.values()} == {
        "purposes",
        "treatment",
        "own_access",
        "secondary_findings",
        "research",
        "quality",
        "custody",
    }


def test_rule__says_its_law_its_source_and_who_must_confirm_it(book: RuleBook) -> None:
    for name, rule in book.rules.items():
        assert rule.identifier == name
        assert rule.law
        assert rule.source
        assert rule.en
        assert rule.da
        assert rule.en != rule.da
        assert rule.verified.startswith(("yes", "to be confirmed by "))


def test_rule_book__of_a_second_country_shares_every_word_and_not_the_law() -> None:
    denmark, norland = RuleBook.load("denmark"), RuleBook.load("norland")
    assert set(rule_books()) == {"denmark", "norland"}
    assert set(denmark.rules) - set(norland.rules) == {"treatment-exception", "limit-from-fifteen"}
    assert set(norland.rules) - set(denmark.rules) == {"limit-from-sixteen"}
    assert (denmark.ages, norland.ages) == ((15, 18), (16, 18))
    assert denmark.telling == {"treatment-exception", "relative-essential-regard"}


def test_terms__agree_with_the_rules_on_age(book: RuleBook) -> None:
    assert book.terms.own_choices_from_years in book.ages
    assert book.terms.of_age_years in book.ages
    own = book.rules["own-access"].text
    assert f"resource.age_years >= {book.terms.own_choices_from_years}" in own


def test_terms__say_which_right_prevails_and_what_an_opt_out_touches(book: RuleBook) -> None:
    opt_out = book.terms.ehds_opt_out
    assert "art. 71" in opt_out.prevails_en
    assert "art. 71" in opt_out.prevails_da
    assert opt_out.touches_running_permits
    assert opt_out.touches_cuts
    assert not opt_out.touches_finished_analyses


@pytest.mark.parametrize(
    "change", [("years =", "year ="), ("years = 10", 'years = "ten"'), ("[retention]", "[")]
)
def test_terms__that_are_not_whole_keep_the_book_from_loading(
    folder: Path, change: tuple[str, str]
) -> None:
    terms = folder / "terms.toml"
    terms.write_text(terms.read_text().replace(*change, 1))
    with pytest.raises(PolicyError, match="terms of a rule book cannot be read"):
        read_rulebook(folder, SCHEMA)


def test_rule__is_shown_as_its_text(denmark: RuleBook) -> None:
    text = denmark.rules["own-access"].text
    assert text.startswith('@id("own-access")')
    assert "resource.age_years" in text


def test_rule__names_the_actions_of_its_head(denmark: RuleBook) -> None:
    assert denmark.rules["custody-removal"].actions == {Action.REMOVE_GENOME}
    assert denmark.rules["another-patient"].actions == {
        Action.COUNT_GENOMES,
        Action.FIND_CARRIERS,
    }
    assert denmark.rules["purpose-closed-list"].actions == set(Action)


def test_schema__knows_every_action_and_no_other() -> None:
    heads = [head.split("appliesTo")[0] for head in SCHEMA.split("\n  action ")[1:]]
    named = {name for head in heads for name in head.split('"')[1::2]}
    assert named == {*Action, DRAW_ON, SHOW_FINDING}


def test_closed_list__in_the_rule_is_the_list_of_purposes(denmark: RuleBook) -> None:
    text = denmark.rules[CLOSED_LIST].text
    listed = text[text.rindex("[") : text.rindex("]")]
    assert set(listed.split('"')[1::2]) == {str(purpose) for purpose in Purpose}


@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_rulebook__with_a_rule_that_lacks_an_annotation_does_not_load(
    folder: Path, annotation: str
) -> None:
    rule = RULE.replace(f"@{annotation}", "@note").format(id="r")
    (folder / "a.cedar").write_text(rule)
    with pytest.raises(PolicyError, match=f"`a.cedar`: the rule .* lacks `@{annotation}`"):
        read_rulebook(folder, SCHEMA)


def test_rulebook__with_two_rules_of_one_name_does_not_load(folder: Path) -> None:
    (folder / "a.cedar").write_text(RULE.format(id="r"))
    (folder / "b.cedar").write_text(RULE.format(id="r"))
    with pytest.raises(PolicyError, match="`2` rules are named `r`"):
        read_rulebook(folder, SCHEMA)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.cedar", "permit (principal", "`a.cedar` cannot be parsed"),
        (
            "a.cedar",
            RULE.format(id="r").replace(";", " when { context.mood };"),
            "do not fit the schema",
        ),
    ],
)
def test_rulebook__that_is_not_whole_does_not_load(
    folder: Path, name: str, text: str, problem: str
) -> None:
    (folder / name).write_text(text)
    with pytest.raises(PolicyError, match=problem):
        read_rulebook(folder, SCHEMA)


def test_rulebook__with_two_rules_on_a_line_does_not_load(folder: Path) -> None:
    rules = [RULE.format(id=name).replace("\n", " ") for name in "ab"]
    (folder / "a.cedar").write_text("".join(rules))
    with pytest.raises(PolicyError, match=r"`a.cedar`: a rule ends its last line with `;`"):
        read_rulebook(folder, SCHEMA)


def test_rulebook__of_an_unknown_country_names_those_there_are() -> None:
    with pytest.raises(PolicyError, match="no rule book `atlantis`, expected one of `denmark`"):
        RuleBook.load("atlantis")


def test_rulebook__with_a_schema_that_cannot_be_read_does_not_load(folder: Path) -> None:
    with pytest.raises(PolicyError, match=r"`schema.cedarschema` cannot be parsed"):
        read_rulebook(folder, "entity")


def test_reasons__are_said_in_danish_too(book: RuleBook) -> None:
    for language, word in ((Language.ENGLISH, "whole"), (Language.DANISH, "helhed")):
        (reason,) = reasons_in_words(
            book, Action.READ_ANSWER, "own-treatment", [WHOLE_ASK], language
        )
        assert word in reason
    (closed,) = reasons_in_words(
        book, Action.READ_ANSWER, "insurance", [CLOSED_LIST], Language.DANISH
    )
    assert "lukket liste" in closed
    (open_to,) = reasons_in_words(book, Action.OPEN_CASE, "own-treatment", (), Language.DANISH)
    assert open_to.startswith("`open-case` til formålet `own-treatment` er kun åbent for: ")


def test_reasons__of_a_forbid_say_what_stands_in_the_way(denmark: RuleBook) -> None:
    (reason,) = reasons_in_words(denmark, Action.READ_ANSWER, "insurance", [CLOSED_LIST])
    assert "insurance, pension and employment have no word" in reason


def test_reasons__of_silence_say_who_would_be_let_through(denmark: RuleBook) -> None:
    (reason,) = reasons_in_words(denmark, Action.READ_ANSWER, "own-treatment", ())
    assert "treats the patient now" in reason
    assert "writes the reason down" in reason


def test_reasons__of_a_public_question_are_for_any_purpose(denmark: RuleBook) -> None:
    for purpose in Purpose:
        (reason,) = reasons_in_words(denmark, Action.ASK_PUBLIC_QUESTION, purpose, ())
        assert "anyone" in reason


def test_reasons__where_no_rule_lets_anyone_through_say_so(denmark: RuleBook) -> None:
    (reason,) = reasons_in_words(denmark, Action.READ_GENOME, "research", ())
    assert reason == "no rule lets anyone `read-genome` for the purpose `research`"
