import shutil
from pathlib import Path

import pytest

from kerne.errors import PolicyError
from kerne.people.asking import Action, Purpose
from kerne.policy.rulebook import Effect, RuleBook, read_rulebook
from kerne.policy.words import CLOSED_LIST, IN_THE_WAY, LET_THROUGH, WHOLE_ASK, reasons_in_words

FOLDER = Path(__file__).parents[2] / "src" / "kerne" / "policy" / "denmark"
RULE = """
@id("{id}") @law("l") @source("s") @verified("to be confirmed by x")
permit (principal, action, resource is Kerne::Centre);
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(FOLDER / "schema.cedarschema", tmp_path)
    return tmp_path


def test_rulebook__of_denmark_has_one_file_a_subject(denmark: RuleBook) -> None:
    assert {rule.subject for rule in denmark.rules.values()} == {
        "purposes",
        "treatment",
        "own_access",
        "research",
        "quality",
        "custody",
    }


def test_rule__says_its_law_its_source_and_who_must_confirm_it(denmark: RuleBook) -> None:
    for name, rule in denmark.rules.items():
        assert rule.identifier == name
        assert rule.law
        assert rule.source
        assert rule.verified == "yes" or rule.verified.startswith("to be confirmed by ")


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
    text = (FOLDER / "schema.cedarschema").read_text()
    heads = text[text.index("  action ") : text.index("appliesTo")]
    assert {part for part in heads.split('"') if part.strip(" ,\n") and "action " not in part} == {
        str(action) for action in Action
    }


def test_closed_list__in_the_rule_is_the_list_of_purposes(denmark: RuleBook) -> None:
    text = denmark.rules[CLOSED_LIST].text
    listed = text[text.rindex("[") : text.rindex("]")]
    assert set(listed.split('"')[1::2]) == {str(purpose) for purpose in Purpose}


@pytest.mark.parametrize("annotation", ["id", "law", "source", "verified"])
def test_rulebook__with_a_rule_that_lacks_an_annotation_does_not_load(
    folder: Path, annotation: str
) -> None:
    rule = RULE.replace(f"@{annotation}", "@note").format(id="r")
    (folder / "a.cedar").write_text(rule)
    with pytest.raises(PolicyError, match=f"`a.cedar`: the rule .* lacks `@{annotation}`"):
        read_rulebook(folder)


def test_rulebook__with_two_rules_of_one_name_does_not_load(folder: Path) -> None:
    (folder / "a.cedar").write_text(RULE.format(id="r"))
    (folder / "b.cedar").write_text(RULE.format(id="r"))
    with pytest.raises(PolicyError, match="`2` rules are named `r`"):
        read_rulebook(folder)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.cedar", "permit (principal", "`a.cedar` cannot be parsed"),
        ("schema.cedarschema", "entity", "`schema.cedarschema` cannot be parsed"),
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
        read_rulebook(folder)


def test_rulebook__of_an_unknown_country_names_those_there_are() -> None:
    with pytest.raises(PolicyError, match="no rule book `atlantis`, expected one of `denmark`"):
        RuleBook.load("atlantis")


def test_words__stand_for_every_rule_and_no_other(denmark: RuleBook) -> None:
    forbids = {name for name, rule in denmark.rules.items() if rule.effect is Effect.FORBID}
    assert set(IN_THE_WAY) == forbids | {WHOLE_ASK}
    assert set(LET_THROUGH) == set(denmark.rules) - forbids


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
