"""The commands in docs/operating.md are commands: what they name is there, and takes the arguments that they give."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from services.__main__ import _parser
from tests.ground.kustomize import rendered

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
QUOTED = sorted(set(re.findall(r"`([^`]+)`", PAGE)))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]


_COMPOSE, _RUN, _CLUSTER = "tests/compose/stack.py", "tests/compose/__main__.py", "tests/kubernetes/cluster.py"
_CONTAINERS, _INDEXES = "tests/compose/test_stack.py", "deploy/kubernetes/base/indexes.yaml"
_TYPED = "tests/ground/test_kubernetes_commands.py"
_CLUSTER_RUN, _HERE = "tests/kubernetes/__main__.py", "tests/ground/test_operating.py"
CARRIED_OUT = {
    "docker compose up --build --wait": ("tests/compose/conftest.py", 'stack.compose("up", "--build"'),
    "docker compose build": ("tests/compose/conftest.py", '"--build"'),
    "docker compose down": (_RUN, '"down", "--timeout"'),
    "docker compose up --wait": (_COMPOSE, '"up", "--detach", "--no-build", "--wait"'),
    "docker compose down --volumes": (_COMPOSE, '"down", "--volumes"'),
    "sh deploy/compose/roll.sh": (_COMPOSE, '"sh", "deploy/compose/roll.sh"'),
    "sh deploy/compose/roll.sh --back": (_COMPOSE, '"--back"'),
    "docker compose run --rm secrets python -m services secrets /secrets --rotate": (_CONTAINERS, '"--rotate"'),
    "docker compose up --detach --force-recreate --wait": (_CONTAINERS, '"--force-recreate", "--wait"'),
    "docker compose run --rm kafka-users python -m services access subscriber city-desk": (_CONTAINERS, '"subscriber"'),
    "docker compose run --rm kafka-users python -m services access revoke city-desk": (_CONTAINERS, '"revoke"'),
    "docker compose run --rm topics python -m services dlq list": (_CONTAINERS, '"dlq", "list"'),
    "docker compose run --rm secrets cat /secrets/grafana/admin": (_CONTAINERS, "/secrets/grafana/admin"),
    "docker compose up --detach --scale issues=2 --wait": (_CONTAINERS, '"--scale"'),
    "make environment": ("tests/ground/test_environment.py", "environment."),
    "make images": ("tests/applied/versions.py", "_docker_build(str(tree), *chosen"),
    "sh deploy/kubernetes/secrets.sh --development": (_CLUSTER, '"deploy/kubernetes/secrets.sh", "--development"'),
    "kubectl apply --kustomize deploy/kubernetes/overlays/one-node": (_CLUSTER, '"apply", "--kustomize", str(OVERLAY)'),
    "kubectl wait --for=condition=complete job --all --timeout=900s": (_CLUSTER, '"--for=condition=complete", "job"'),
    "kubectl port-forward service/edge 8080:80": (_HERE, "def test_the_forwarded_edge_is_where_the_overlay_says"),
    "kubectl label namespace NAME community.cn/edge=true": (_CLUSTER, '"community.cn/edge=true"'),
    "kubectl set image statefulset/issues issues=community-issues:next": (_CLUSTER, '"set", "image"'),
    "kubectl patch statefulset/issues --patch "
    + """'{"spec":{"updateStrategy":{"rollingUpdate":{"partition":1}}}}'""": (
        _CLUSTER,
        '"rollingUpdate": {"partition"',
    ),
    "kubectl create job operator --from=cronjob/operator": (_CLUSTER, '"job", "operator", "--from=cronjob/operator"'),
    "kubectl delete job operator": (_CLUSTER, '"delete", "job", "operator"'),
    **{
        f"kubectl exec job/operator -- python -m services {command}": (_CLUSTER_RUN, f"typed({words})")
        for command, words in (
            ("dlq list", '"dlq", "list"'),
            ("access subscriber city-desk", '"access", "subscriber", "city-desk"'),
            ("access list", '"access", "list"'),
            ("access revoke city-desk", '"access", "revoke", "city-desk"'),
            ("access services /run/secrets", '"access", "services", "/run/secrets"'),
        )
    },
    "kubectl exec issues-0 -- python -m services restate issues": (_CLUSTER_RUN, '"restate", "issues"'),
    "kubectl create secret generic issues-settings --from-env-file issues.env": (
        "tests/ground/test_kubernetes_secrets.py",
        "kubectl create secret generic issues-settings --from-env-file issues.env",
    ),
    "make kubernetes": ("Makefile", "$(RUN) tests.kubernetes"),
    "make identity": ("Makefile", "tests/identity"),
    "make test-compose": ("Makefile", "$(RUN) tests.compose"),
    "python -m services indexes issues": (_INDEXES, "services, indexes, issues"),
    "kubectl config set-context --current --namespace community": (_TYPED, "set-context"),
    "kubectl delete jobs --all": (_CLUSTER, '"delete", "job", "--all"'),
    "kubectl get secret kafka-cluster-ca-cert --namespace kafka --output "
    + """'go-template={{base64decode (index .data "ca.crt")}}' > ca.crt""": (_TYPED, "get secret"),
    "kubectl create secret generic kafka-cluster-ca-cert --from-file=ca.crt": (_TYPED, "create secret"),
    "docker compose run --rm topics": (_CONTAINERS, '"-T", "topics")'),
    "docker compose exec issues python -m services restate issues": (_CONTAINERS, '"restate"'),
    "docker compose stop": (_CONTAINERS, 'stack.compose("stop"'),
    "docker compose run --rm -T backup > community.tgz": (_COMPOSE, '"--rm", "-T", "backup"'),
    "docker compose run --rm -T restore < community.tgz": (_COMPOSE, '"--rm", "-T", "restore"'),
    "docker compose run --rm -T secrets python -m services secrets /secrets --put smtp-password < FILE": (
        _COMPOSE,
        '"--put", "smtp-password"',
    ),
    "python -m services.contracts check": (".ci/run", "services.contracts check"),
}
"""What carries each command out, and how it stands there."""


def test_every_command_is_carried_out_by_a_test_or_an_applied_run() -> None:
    given = {each for each in QUOTED if re.match(r"(docker|kubectl|make|sh|python) ", each)}
    assert given == CARRIED_OUT.keys()
    absent = {
        command for command, (file, words) in CARRIED_OUT.items() if words not in (ROOT / file).read_text("utf-8")
    }
    assert absent == set()


@pytest.mark.parametrize("command", [each for each in QUOTED if "python -m services " in each])
def test_a_command_of_ours_is_one(command: str) -> None:
    words = shlex.split(command.partition("python -m services ")[2].partition(" < ")[0])
    assert _parser().parse_args(words).command


@pytest.mark.parametrize("command", [each for each in QUOTED if each.startswith("docker compose run")])
def test_it_runs_in_a_container_that_there_is(command: str) -> None:
    words = shlex.split(command)[3:]
    assert next(word for word in words if not word.startswith("-")) in COMPOSE


@pytest.mark.parametrize("command", [each for each in QUOTED if each.startswith("make ")])
def test_a_target_is_one(command: str) -> None:
    rules = re.findall(r"^([a-z -]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert command.split()[1] in {target for rule in rules for target in rule.split()}


@pytest.mark.parametrize(
    "path", [each for word in QUOTED for each in word.split() if re.match(r"(deploy|tests)/", each)]
)
def test_a_path_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_script_of_secrets_is_one() -> None:
    subprocess.run(["sh", "-n", "deploy/kubernetes/secrets.sh"], cwd=ROOT, check=True)


def test_the_forwarded_edge_is_where_the_overlay_says() -> None:
    things = rendered(ROOT / "deploy" / "kubernetes" / "overlays" / "one-node")
    [edge] = [each for each in things if (each["kind"], each["metadata"]["name"]) == ("Service", "edge")]
    [settings] = [each for each in things if (each["kind"], each["metadata"]["name"]) == ("ConfigMap", "settings")]
    [forwarded] = [each for each in QUOTED if each.startswith("kubectl port-forward service/edge ")]
    here, _, there = forwarded.split()[-1].partition(":")
    assert [port["port"] for port in edge["spec"]["ports"]] == [int(there)]
    assert settings["data"]["PUBLIC_URL"] == f"http://localhost:{here}"


def test_every_setting_that_it_names_exists() -> None:
    known = "".join((ROOT / file).read_text("utf-8") for file in (".env.example", "deploy/compose/example.env"))
    named = set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", PAGE))
    assert {name for name in named if name not in known} == set()
