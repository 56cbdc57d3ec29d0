"""Wrong rule books, each one step from the right one: what a table of requests must tell apart.

A rule is changed in Cedar's JSON form: a condition dropped, a comparison shifted, a set or the list
of actions enlarged by one word, a negation taken away, or the whole rule removed.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import cedarpy

from kerne.people.asking import Action, Purpose, Role
from kerne.policy.rulebook import Rule, RuleBook

Json = dict[str, Any]  # Any: Cedar's JSON form of rules

WORDS: Final = (
    [*(purpose.value for purpose in Purpose), "insurance"],
    [role.value for role in Role],
)
"""The vocabularies of which sets hold some: purposes and roles."""


@dataclass(frozen=True)
class Mutant:
    """A rule book with one rule changed.

    Parameters
    ----------
    rule
        Name of the rule.
    change
        What was done to it.
    actions
        The actions on which the wrong book may differ from the right one.
    text
        The changed rule as Cedar text; empty when it was removed.
    """

    rule: str
    change: str
    actions: frozenset[str]
    text: str

    @property
    def name(self) -> str:
        return f"{self.rule}: {self.change}"

    def about(self, book: RuleBook, action: str) -> cedarpy.PolicySet:
        """Return the rules of the wrong book that are about `action`."""
        others = [
            rule.text
            for name, rule in book.rules.items()
            if name != self.rule and action in rule.actions
        ]
        return cedarpy.PolicySet.from_str("\n".join([*others, self.text]))


def mutants(book: RuleBook, schema: str) -> Iterator[Mutant]:
    """Yield every wrong book that still fits the schema."""
    for rule in book.rules.values():
        yield Mutant(rule.identifier, "removed", rule.actions, "")
        (parsed,) = json.loads(cedarpy.policies_to_json_str(rule.text))["staticPolicies"].values()
        for change, policy, actions in _changes(rule, parsed):
            text = _text(policy)
            if cedarpy.validate_policies(text, schema).validation_passed:
                yield Mutant(rule.identifier, change, frozenset(actions), text)


def _changes(rule: Rule, policy: Json) -> Iterator[tuple[str, Json, set[str]]]:
    yield from _enlarged_heads(rule, policy)
    for change, changed in _changed_conditions(policy):
        yield change, changed, set(rule.actions)


def _enlarged_heads(rule: Rule, policy: Json) -> Iterator[tuple[str, Json, set[str]]]:
    """Add one more action to the head, or let it be about any resource."""
    if policy["action"]["op"] != "All":
        named = policy["action"].get("entities") or [policy["action"]["entity"]]
        for action in sorted(set(Action) - rule.actions):
            entities = [*named, {"type": "Kerne::Action", "id": action.value}]
            head = {"op": "in", "entities": entities}
            changed = {action.value}
            yield f"action {action} added", policy | {"action": head}, changed
    if policy["resource"]["op"] != "All":
        yield "any resource", policy | {"resource": {"op": "All"}}, set(rule.actions)


def _changed_conditions(policy: Json) -> Iterator[tuple[str, Json]]:
    for place, condition in enumerate(policy["conditions"]):
        kind = condition["kind"]
        for change, body in _changed(condition["body"]):
            changed = deepcopy(policy)
            if body is None:
                del changed["conditions"][place]
            else:
                changed["conditions"][place]["body"] = body
            yield f"{kind}: {change}", changed


def _changed(node: Json) -> Iterator[tuple[str, Json | None]]:
    """Yield `node` with one thing changed; `None` where nothing is left of it."""
    yield "dropped", None
    yield from _inside(node)


def _inside(node: Json) -> Iterator[tuple[str, Json]]:
    ((operator, arguments),) = node.items()
    if operator in {"&&", "||"}:
        yield from _one_side(operator, arguments)
    elif operator == "!":
        yield f"not taken off {_brief(arguments['arg'])}", arguments["arg"]
        for change, inner in _inside(arguments["arg"]):
            yield change, {"!": {"arg": inner}}
    elif operator in {"<", "<=", ">", ">="}:
        yield from _shifted(operator, arguments)
    elif operator in {"contains", "containsAny"}:
        yield from _enlarged_sets(operator, arguments)
    elif operator == "==":
        yield from _other_words(arguments)


def _one_side(operator: str, arguments: Json) -> Iterator[tuple[str, Json]]:
    left, right = arguments["left"], arguments["right"]
    yield f"{_brief(left)} dropped", right
    yield f"{_brief(right)} dropped", left
    for change, changed in _inside(left):
        yield change, {operator: {"left": changed, "right": right}}
    for change, changed in _inside(right):
        yield change, {operator: {"left": left, "right": changed}}


def _shifted(operator: str, arguments: Json) -> Iterator[tuple[str, Json]]:
    other = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}[operator]
    yield f"{operator} becomes {other} in {_brief({operator: arguments})}", {other: arguments}
    bound = arguments["right"].get("Value")
    if isinstance(bound, int):
        step = -1 if operator.startswith(">") else 1
        shifted = arguments | {"right": {"Value": bound + step}}
        yield f"{bound} becomes {bound + step}", {operator: shifted}


def _enlarged_sets(operator: str, arguments: Json) -> Iterator[tuple[str, Json]]:
    for side in ("left", "right"):
        members = arguments[side].get("Set")
        for word in _missing(members or []):
            enlarged = {"Set": [*(members or []), word]}
            yield f"{_brief(word)} added", {operator: arguments | {side: enlarged}}
    only = arguments["right"].get("Value")
    for word in _missing([arguments["right"]]) if operator == "contains" and only else []:
        either = {"Set": [arguments["right"], word]}
        yield (
            f"{_brief(word)} beside {only}",
            {"containsAny": {"left": arguments["left"], "right": either}},
        )


def _other_words(arguments: Json) -> Iterator[tuple[str, Json]]:
    """Let an equality with a word be one with either of two words."""
    for word in _missing([arguments["right"]]):
        either: Json = {"Set": [arguments["right"], word]}
        yield (
            f"{_brief(word)} beside {_brief(arguments['right'])}",
            {"contains": {"left": either, "right": arguments["left"]}},
        )


def _missing(members: Sequence[Json]) -> list[Json]:
    """Return the words of the vocabulary of `members` that are not among them."""
    values = [member.get("Value") for member in members]
    for words in WORDS:
        if values and all(isinstance(value, str) and value in words for value in values):
            return [{"Value": word} for word in words if word not in values]
    named = [
        member["Value"]["__entity"]["id"]
        for member in members
        if isinstance(member.get("Value"), dict) and "__entity" in member["Value"]
    ]
    if named and len(named) == len(members):
        return [
            {"Value": {"__entity": {"type": "Kerne::Action", "id": action.value}}}
            for action in Action
            if action.value not in named
        ]
    return []


def _text(policy: Json) -> str:
    whole = {"staticPolicies": {"mutant": policy}, "templates": {}, "templateLinks": []}
    return cedarpy.policies_from_json_str(json.dumps(whole))


def _brief(node: Json) -> str:
    """Return a short form of a condition, to name a mutant by."""
    texts: dict[str, Callable[[Any], str]] = {  # Any: one form for each operator
        "Value": lambda value: value["__entity"]["id"] if isinstance(value, dict) else str(value),
        "Var": str,
        ".": lambda part: f"{_brief(part['left'])}.{part['attr']}",
        "has": lambda part: f"{_brief(part['left'])} has {part['attr']}",
        "!": lambda part: f"!{_brief(part['arg'])}",
        "Set": lambda members: f"[{len(members)}]",
    }
    ((operator, part),) = node.items()
    if operator in texts:
        return texts[operator](part)
    return f"{_brief(part['left'])} {operator} {_brief(part['right'])}"
