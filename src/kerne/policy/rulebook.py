"""A country's rule book: a folder of Cedar rules, read, checked and parsed once.

Each file holds one subject. Each rule says its name (`@id`), the law that it renders (`@law`),
where that law stands (`@source`), who has confirmed the rendering or still must (`@verified`), and
in plain English and Danish (`@en`, `@da`) whom a permit lets through or what a forbid puts in the
way: the words of every refusal. `@tells` marks a rule under which somebody is told each time.
A rule without one of the six, a name used twice, or a rule that does not fit the schema keeps the
whole book from loading: a centre without its law does not open. `terms.toml` holds what is no rule.

A refusal names whom a permit lets through, and not which of its conditions failed: that would tell
a stranger whether a person has consented or is being treated.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import cedarpy

from kerne.errors import PolicyError
from kerne.people.asking import Action
from kerne.policy.terms import Terms, read_terms

SCHEMA_NAME: Final = "schema.cedarschema"
TERMS_NAME: Final = "terms.toml"
ANNOTATIONS: Final = ("id", "law", "source", "verified", "en", "da")
DRAW_ON: Final = "draw-on-genome"
"""What the centre does when it puts a genome among those that a question is about."""
SHOW_FINDING: Final = "show-finding"
"""What the centre does when it shows a finding that is not what the patient came for."""

_AGE = "age_years"
_BETWEEN_RULES = re.compile(r"(?<=;)[ \t]*\n")
_COMMENT = re.compile(r"^//.*\n?", re.MULTILINE)


class Effect(StrEnum):
    """What a rule does when it matches; a forbid outweighs any permit."""

    PERMIT = "permit"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as a lawyer reads it.

    `actions` are those that its head names, every one when the head names none. `text` is the
    Cedar text, `subject` the file that holds it, without its ending. `en` and `da` say in plain
    words whom it lets through or what it puts in the way; `tells` whom, if anybody, it tells.
    """

    identifier: str
    effect: Effect
    law: str
    source: str
    verified: str
    en: str
    da: str
    tells: str | None
    subject: str
    actions: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules in force, with the parsed handles that decisions use.

    Parameters
    ----------
    country
        The folder's name.
    terms
        What is no rule of yes or no.
    rules
        By name.
    ages
        The ages in years at which some rule changes its answer, ascending.
    about
        By action, the rules whose heads name it, parsed once: parsing them again for each decision
        would cost ten times the decision, and asking the others a third of it.
    schema
        Parsed once.
    """

    country: str
    terms: Terms
    rules: dict[str, Rule]
    ages: tuple[int, ...]
    about: Mapping[str, cedarpy.PolicySet]
    schema: cedarpy.Schema

    @classmethod
    def load(cls, country: str) -> "RuleBook":
        """Load the rule book of `country` that comes with Kerne.

        Raises
        ------
        PolicyError
            There is no such rule book, or it is not whole.

        Examples
        --------
        >>> RuleBook.load("denmark").rules["guardian-access"].effect
        <Effect.PERMIT: 'permit'>
        """
        books = files("kerne.policy")
        names = rule_books()
        if country not in names:
            known = ", ".join(f"`{name}`" for name in names)
            raise PolicyError(f"there is no rule book `{country}`, expected one of {known}")
        return read_rulebook(books / country, (books / SCHEMA_NAME).read_text(encoding="utf-8"))

    @property
    def telling(self) -> frozenset[str]:
        """The names of the rules under which somebody is told of each use."""
        return frozenset(name for name, rule in self.rules.items() if rule.tells is not None)

    def allowing(self, action: Action, purpose: str) -> tuple[str, ...]:
        """Name the permits that are about `action` for `purpose`, in order of their names.

        A help to word a refusal, not to decide: it looks for the purpose in the rule's text.
        """
        return tuple(
            name
            for name, rule in sorted(self.rules.items())
            if rule.effect is Effect.PERMIT
            and action in rule.actions
            and (f'"{purpose}"' in rule.text or "context.purpose" not in rule.text)
        )

    def law_of(self, rules: Sequence[str]) -> tuple[str, ...]:
        """Return the paragraphs that `rules` render, each once, in their order.

        Empty for what no rule of the book settled: silence, and a purpose outside the closed list.

        Examples
        --------
        >>> RuleBook.load("denmark").law_of(["guardian-access", "whole-ask"])
        ('Sundhedsloven § 14, Forældreansvarsloven § 2',)
        """
        known = (self.rules[name].law.partition(":")[0] for name in rules if name in self.rules)
        return tuple(dict.fromkeys(known))


def rule_books() -> list[str]:
    """Return the names of the rule books that come with Kerne."""
    entries = files("kerne.policy").iterdir()
    return sorted(entry.name for entry in entries if (entry / TERMS_NAME).is_file())


def read_rulebook(folder: Traversable, schema_text: str) -> RuleBook:
    """Read the rule book in `folder`: terms and one `.cedar` file a subject.

    Parameters
    ----------
    schema_text
        The words that rules are written in, the same for every country.

    Raises
    ------
    PolicyError
        A file cannot be parsed, a rule does not fit the schema, lacks an annotation or has the
        name of another.
    """
    terms = read_terms((folder / TERMS_NAME).read_text(encoding="utf-8"))
    paths = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".cedar")),
        key=lambda entry: entry.name,
    )
    texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
    rules = [rule for name, text in texts.items() for rule in _rules(name, text)]
    for identifier, times in Counter(rule.identifier for rule in rules).items():
        if times > 1:
            raise PolicyError(f"`{times}` rules are named `{identifier}`, expected one")
    whole = "\n".join(texts.values())
    try:
        schema = cedarpy.Schema.from_str(schema_text)
    except ValueError as error:
        raise PolicyError(f"`{SCHEMA_NAME}` cannot be parsed: {error}") from error
    _check(whole, schema_text)
    return RuleBook(
        country=folder.name,
        terms=terms,
        rules={rule.identifier: rule for rule in rules},
        ages=_ages(whole),
        about=_by_action(rules),
        schema=schema,
    )


def _by_action(rules: Sequence[Rule]) -> Mapping[str, cedarpy.PolicySet]:
    # INVARIANT: what is left out could not have matched: its head names other actions.
    return {
        action: cedarpy.PolicySet.from_str(
            "\n".join(rule.text for rule in rules if action in rule.actions)
        )
        for action in (*Action, DRAW_ON, SHOW_FINDING)
    }


def _check(policies: str, schema: str) -> None:
    result = cedarpy.validate_policies(policies, schema)
    if not result.validation_passed:
        problems = "; ".join(str(error) for error in result.errors)
        raise PolicyError(f"the rules do not fit the schema: {problems}")


def _rules(name: str, text: str) -> Iterable[Rule]:
    parts = [_COMMENT.sub("", part).strip() for part in _BETWEEN_RULES.split(text)]
    return [_rule(name, part) for part in parts if part]


def _rule(name: str, text: str) -> Rule:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    except ValueError as error:
        raise PolicyError(f"`{name}` cannot be parsed: {error}") from error
    if len(parsed) != 1:
        raise PolicyError(f"`{name}`: a rule ends its last line with `;`, and no other does")
    (policy,) = parsed.values()
    annotations = policy.get("annotations", {})
    missing = [f"`@{key}`" for key in ANNOTATIONS if not annotations.get(key)]
    if missing:
        which = annotations.get("id") or "without a name"
        raise PolicyError(f"`{name}`: the rule `{which}` lacks {', '.join(missing)}")
    return Rule(
        identifier=annotations["id"],
        effect=Effect(policy["effect"]),
        law=annotations["law"],
        source=annotations["source"],
        verified=annotations["verified"],
        en=annotations["en"],
        da=annotations["da"],
        tells=annotations.get("tells"),
        subject=name.removesuffix(".cedar"),
        actions=frozenset(_actions(policy["action"])),
        text=text,
    )


def _actions(head: dict[str, Any]) -> Sequence[str]:  # Any: Cedar's JSON form of a rule's head
    if head["op"] == "All":
        return list(Action)
    named = head.get("entities") or [head["entity"]]
    return [entity["id"] for entity in named]


def _ages(policies: str) -> tuple[int, ...]:
    """Return the ages that rules compare with, found in their parsed form."""
    found: set[int] = set()
    waiting: list[Any] = [json.loads(cedarpy.policies_to_json_str(policies))]  # Any: JSON
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            found |= _compared_age(node)
    return tuple(sorted(found))


def _compared_age(node: dict[str, Any]) -> set[int]:  # Any: JSON
    compared = (
        sides
        for sides in node.values()
        if isinstance(sides, dict) and sides.keys() == {"left", "right"}
    )
    return {
        sides["right"]["Value"]
        for sides in compared
        if sides["left"].get(".", {}).get("attr") == _AGE
    }
