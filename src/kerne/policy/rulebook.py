"""A country's rule book: a folder of Cedar rules, read, checked and parsed once.

Each file holds one subject. Each rule says its name (`@id`), the law that it renders (`@law`),
where that law stands (`@source`) and who has confirmed the rendering or still must (`@verified`).
A rule without one of these, a name used twice, or a rule that does not fit the schema keeps the
whole book from loading: a centre without its law does not open.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import cedarpy

from kerne.errors import PolicyError
from kerne.people.asking import Action

SCHEMA_NAME: Final = "schema.cedarschema"
ANNOTATIONS: Final = ("id", "law", "source", "verified")


class Effect(StrEnum):
    """What a rule does when it matches; a forbid outweighs any permit."""

    PERMIT = "permit"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as a lawyer reads it.

    `actions` are those that its head names, every one when the head names none. `text` is the
    Cedar text, `subject` the file that holds it, without its ending.
    """

    identifier: str
    effect: Effect
    law: str
    source: str
    verified: str
    subject: str
    actions: frozenset[Action]
    text: str


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules in force, with the parsed handles that decisions use.

    Parameters
    ----------
    country
        The folder's name.
    rules
        By name.
    policies, schema
        Parsed once; parsing them again for each decision would cost ten times the decision.
    """

    country: str
    rules: dict[str, Rule]
    policies: cedarpy.PolicySet
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
        names = sorted(entry.name for entry in books.iterdir() if (entry / SCHEMA_NAME).is_file())
        if country not in names:
            known = ", ".join(f"`{name}`" for name in names)
            raise PolicyError(f"there is no rule book `{country}`, expected one of {known}")
        return read_rulebook(books / country)

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


def read_rulebook(folder: Traversable) -> RuleBook:
    """Read the rule book in `folder`: a schema and one `.cedar` file a subject.

    Raises
    ------
    PolicyError
        A file cannot be parsed, a rule does not fit the schema, lacks an annotation or has the
        name of another.
    """
    schema_text = (folder / SCHEMA_NAME).read_text(encoding="utf-8")
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
        rules={rule.identifier: rule for rule in rules},
        policies=cedarpy.PolicySet.from_str(whole),
        schema=schema,
    )


def _check(policies: str, schema: str) -> None:
    result = cedarpy.validate_policies(policies, schema)
    if not result.validation_passed:
        problems = "; ".join(str(error) for error in result.errors)
        raise PolicyError(f"the rules do not fit the schema: {problems}")


def _rules(name: str, text: str) -> Iterable[Rule]:
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise PolicyError(f"`{name}` cannot be parsed: {error}") from error
    for policy in parsed["staticPolicies"].values():
        annotations = policy.get("annotations", {})
        missing = [f"`@{key}`" for key in ANNOTATIONS if not annotations.get(key)]
        if missing:
            which = annotations.get("id") or "without a name"
            raise PolicyError(f"`{name}`: the rule `{which}` lacks {', '.join(missing)}")
        yield Rule(
            identifier=annotations["id"],
            effect=Effect(policy["effect"]),
            law=annotations["law"],
            source=annotations["source"],
            verified=annotations["verified"],
            subject=name.removesuffix(".cedar"),
            actions=frozenset(_actions(policy["action"])),
            text=_text(policy),
        )


def _text(policy: dict[str, Any]) -> str:  # Any: Cedar's JSON form of a rule
    alone = {"staticPolicies": {"rule": policy}, "templates": {}, "templateLinks": []}
    return cedarpy.format_policies(cedarpy.policies_from_json_str(json.dumps(alone)))


def _actions(head: dict[str, Any]) -> Sequence[Action]:  # Any: Cedar's JSON form of a rule's head
    if head["op"] == "All":
        return list(Action)
    named = head.get("entities") or [head["entity"]]
    return [Action(entity["id"]) for entity in named]
