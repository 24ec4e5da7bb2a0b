"""The NetworkPolicies of every overlay, each pair of pods and each port: what must talk talks, and nothing else does.

No cluster that this is run on need enforce them, so they are evaluated here.
"""

import copy
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from services.topology import SERVICES
from tests.ground.kustomize import Thing, read, rendered, template_of
from tests.ground.policies import Party, Unknown, may_reach

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes" / "overlays"
OVERLAYS = sorted(path.name for path in FOLDER.iterdir())
PORTS = (22, 25, 53, 80, 443, 2019, 6443, 8000, 8080, 9092, 9093, 10250, 19092, 27017)

_WITH_STORES = "one-node"
_ASK_KAFKA = {*SERVICES, "topics", "kafka-users", "operator"}
_ASK_MONGODB = {*SERVICES, "indexes"}
_INGRESS = Party.of("ingress-nginx", {"app": "ingress"}, **{"community.cn/edge": "true"})
_MONITORING = Party.of("monitoring", {"app": "prometheus"})
_STRANGER = Party.of("default", {"community.cn/part": "edge", "app.kubernetes.io/name": "issues"})
_NODE, _SOMEBODY = Party(address="10.0.0.7"), Party(address="203.0.113.9")


@cache
def _things(overlay: str) -> list[Thing]:
    return rendered(FOLDER / overlay)


def _pods(overlay: str) -> dict[str, Party]:
    return {
        thing["metadata"]["name"]: Party.of(thing["metadata"]["namespace"], template["metadata"]["labels"])
        for thing in _things(overlay)
        if (template := template_of(thing)) is not None
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_pair_talks_where_it_must_and_nowhere_else(overlay: str) -> None:
    pods = _pods(overlay)
    talk = {
        (caller, called, port)
        for caller, called, port in product(pods, pods, PORTS)
        if may_reach(_things(overlay), pods[caller], pods[called], port)
    }
    own = {
        *(("edge", name, 8000) for name in SERVICES),
        *((name, "kafka", 9092) for name in (*_ASK_KAFKA, "kafka")),
        *((name, "mongodb", 27017) for name in (*_ASK_MONGODB, "mongodb")),
    }
    assert talk == (own if overlay == _WITH_STORES else set())


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_job_of_the_indexes_and_every_service_reach_their_database_and_kafka_wherever_they_are(
    overlay: str,
) -> None:
    pods, stores = _pods(overlay), Party.of("stores", {"app": "kafka"})
    for elsewhere in (stores, _SOMEBODY):
        for name in _ASK_MONGODB:
            assert may_reach(_things(overlay), pods[name], elsewhere, 27017), name
        for name in _ASK_KAFKA & pods.keys():
            assert may_reach(_things(overlay), pods[name], elsewhere, 9092), name
            assert may_reach(_things(overlay), pods[name], elsewhere, 9093), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_from_outside_only_the_edge_and_who_reads_figures_come_in(overlay: str) -> None:
    pods = _pods(overlay)
    callers = {"ingress": _INGRESS, "monitoring": _MONITORING, "stranger": _STRANGER, "somebody": _SOMEBODY}
    come = {
        (caller, called, port)
        for (caller, party), called, port in product(callers.items(), pods, PORTS)
        if may_reach(_things(overlay), party, pods[called], port)
    }
    expected = {(caller, name, 8000) for caller in ("ingress", "monitoring") for name in SERVICES}
    if "edge" in pods:
        expected |= {(caller, "edge", 8080) for caller in callers}
    assert come == expected


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_service_reaches_the_keys_of_tokens_and_notify_its_mail_servers(overlay: str) -> None:
    pods = _pods(overlay)
    for name in SERVICES:
        assert may_reach(_things(overlay), pods[name], _SOMEBODY, 443), name
    for port in (465, 587):
        assert may_reach(_things(overlay), pods["notify"], _SOMEBODY, port)
        assert not may_reach(_things(overlay), pods["issues"], _SOMEBODY, port)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everybody_asks_for_names_and_nobody_reaches_a_node(overlay: str) -> None:
    for name, pod in _pods(overlay).items():
        assert may_reach(_things(overlay), pod, Party.of("kube-system", {}), 53, "UDP"), name
        for port in (22, 2379, 6443, 10250):
            assert not may_reach(_things(overlay), pod, _NODE, port), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_services_hand_traces_on(overlay: str) -> None:
    for name, pod in _pods(overlay).items():
        assert may_reach(_things(overlay), pod, _SOMEBODY, 4318) == (name in SERVICES), name


def test_in_production_more_ports_are_opened_in_one_place_where_nothing_is_open_as_it_stands() -> None:
    things = copy.deepcopy(_things("production"))
    places = {each["metadata"]["name"]: each["spec"] for each in read(FOLDER / "production" / "ports.yaml")}
    assert {name: spec["egress"] for name, spec in places.items()} == {"ports-of-all": [], "ports-of-notify": []}
    pods = _pods("production")
    for policy, port, who in (
        ("ports-of-all", 9096, {*_ASK_KAFKA, *_ASK_MONGODB} & pods.keys()),
        ("ports-of-notify", 25, {"notify"}),
    ):
        assert not [name for name, pod in pods.items() if may_reach(things, pod, _SOMEBODY, port)]
        [opened] = [thing for thing in things if thing["metadata"]["name"] == policy]
        opened["spec"]["egress"].append({"ports": [{"port": port}]})
        assert {name for name, pod in pods.items() if may_reach(things, pod, _SOMEBODY, port)} == who


def _policy(rule: Thing) -> list[Thing]:
    spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [rule]}
    return [{"kind": "NetworkPolicy", "metadata": {"namespace": "here"}, "spec": spec}]


def test_a_selector_of_pods_alone_means_pods_of_the_same_namespace() -> None:
    called, labels = Party.of("here", {}), {"app": "x"}
    policies = _policy({"from": [{"podSelector": {"matchLabels": labels}}]})
    assert may_reach(policies, Party.of("here", labels), called, 80)
    assert not may_reach(policies, Party.of("there", labels), called, 80)
    both = _policy({"from": [{"podSelector": {"matchLabels": labels}, "namespaceSelector": {}}]})
    assert may_reach(both, Party.of("there", labels), called, 80)
    assert not may_reach(both, Party.of("there", {}), called, 80)


def test_an_address_is_meant_by_its_block_and_a_pod_is_not() -> None:
    called = Party.of("here", {})
    policies = _policy({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]})
    assert may_reach(policies, Party(address="10.2.0.1"), called, 80)
    assert not may_reach(policies, Party(address="10.1.0.1"), called, 80)
    assert not may_reach(policies, Party.of("here", {}), called, 80)


def test_who_no_policy_selects_is_open() -> None:
    policies = _policy({"ports": [{"port": 8000, "endPort": 8010}]})
    assert may_reach(policies, _SOMEBODY, Party.of("there", {}), 22)
    assert may_reach(policies, _SOMEBODY, Party.of("here", {}), 8005)
    assert not may_reach(policies, _SOMEBODY, Party.of("here", {}), 22)
    assert not may_reach(policies, _SOMEBODY, Party.of("here", {}), 8005, "UDP")


def test_a_word_that_is_not_known_is_refused() -> None:
    rules: list[Thing] = [{"from": [{"serviceSelector": {}}]}, {"ports": [{"port": "http"}]}]
    for rule in rules:
        with pytest.raises(Unknown):
            may_reach(_policy(rule), _SOMEBODY, Party.of("here", {}), 80)
