"""Who may reach whom, by the NetworkPolicies of an overlay: as a cluster that enforces them decides.

A connection is let through where the policies of who calls let it out and those of who is called let it in. A pod that
no policy of a direction selects is open in that direction. A word that is not known here is refused, so that nothing is
passed by.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Thing = dict[str, Any]

_PEER = {"podSelector", "namespaceSelector", "ipBlock"}
_NAME_OF_NAMESPACE = "kubernetes.io/metadata.name"


class Unknown(Exception):
    """A policy uses what this does not know."""


@dataclass(frozen=True)
class Party:
    """A pod of a namespace with labels, or, with an `address`, somebody who is no pod of the cluster."""

    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: Mapping[str, str] = field(default_factory=dict)
    address: str = ""

    @classmethod
    def of(cls, namespace: str, labels: Mapping[str, str], **marks: str) -> "Party":
        """A pod of the namespace, which has these `marks` beside its name."""
        return cls(labels, {_NAME_OF_NAMESPACE: namespace, **marks})

    @property
    def at(self) -> str:
        """The name of its namespace; empty for who is no pod."""
        return self.namespace.get(_NAME_OF_NAMESPACE, "")


def may_reach(things: Iterable[Thing], caller: Party, called: Party, port: int, protocol: str = "TCP") -> bool:
    """Whether `caller` may open a connection to `port` of `called`."""
    policies = [thing for thing in things if thing["kind"] == "NetworkPolicy"]
    out = _allows(policies, "Egress", caller, called, port, protocol)
    return out and _allows(policies, "Ingress", called, caller, port, protocol)


def _allows(policies: list[Thing], way: str, whose: Party, other: Party, port: int, protocol: str) -> bool:
    if whose.address:
        return True
    meant = [
        policy["spec"]
        for policy in policies
        if policy["metadata"]["namespace"] == whose.at
        and way in policy["spec"]["policyTypes"]
        and _selects(policy["spec"]["podSelector"], whose.labels)
    ]
    key, peers = ("egress", "to") if way == "Egress" else ("ingress", "from")
    return not meant or any(
        _is_of(rule.get(peers), other, whose.at) and _is_at(rule.get("ports"), port, protocol)
        for spec in meant
        for rule in spec.get(key, ())
    )


def _is_of(peers: list[Thing] | None, other: Party, home: str) -> bool:
    """Whether one of the peers is meant; a rule that names none means everybody."""
    if not peers:
        return True
    for peer in peers:
        if unknown := peer.keys() - _PEER:
            raise Unknown(f"peer {sorted(unknown)}")
        if "ipBlock" in peer:
            block, address = peer["ipBlock"], other.address and ipaddress.ip_address(other.address)
            inside = address and address in ipaddress.ip_network(block["cidr"])
            if inside and not any(address in ipaddress.ip_network(each) for each in block.get("except", ())):
                return True
        elif not other.address:
            where = (
                _selects(peer["namespaceSelector"], other.namespace)
                if "namespaceSelector" in peer
                else other.at == home
            )
            if where and _selects(peer.get("podSelector", {}), other.labels):
                return True
    return False


def _is_at(ports: list[Thing] | None, port: int, protocol: str) -> bool:
    if not ports:
        return True
    for each in ports:
        if unknown := each.keys() - {"port", "endPort", "protocol"}:
            raise Unknown(f"port {sorted(unknown)}")
        first = each["port"]
        if not isinstance(first, int):
            raise Unknown(f"port {first}: by a name")
        if each.get("protocol", "TCP") == protocol and first <= port <= each.get("endPort", first):
            return True
    return False


def _selects(selector: Thing, labels: Mapping[str, str]) -> bool:
    if unknown := selector.keys() - {"matchLabels", "matchExpressions"}:
        raise Unknown(f"selector {sorted(unknown)}")
    for wanted in selector.get("matchExpressions", ()):
        there = labels.get(wanted["key"])
        match wanted["operator"]:
            case "In" if there in wanted["values"]:
                continue
            case "NotIn" if there not in wanted["values"]:
                continue
            case "Exists" if there is not None:
                continue
            case "DoesNotExist" if there is None:
                continue
            case "In" | "NotIn" | "Exists" | "DoesNotExist":
                return False
            case other:
                raise Unknown(f"operator {other}")
    return bool(selector.get("matchLabels", {}).items() <= labels.items())
