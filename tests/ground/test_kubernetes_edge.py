"""What stands before the services sends no token in clear, cuts nothing off that they let go on, and keeps no body."""

from pathlib import Path

from tests.ground.kustomize import read

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"


def test_a_gateway_takes_requests_encrypted_alone() -> None:
    route, redirect = read(FOLDER / "components" / "gateway" / "route.yaml")
    assert [each["sectionName"] for each in route["spec"]["parentRefs"]] == ["https"]
    assert [each["sectionName"] for each in redirect["spec"]["parentRefs"]] == ["http"]
    assert redirect["spec"]["hostnames"] == route["spec"]["hostnames"]
    [rule] = redirect["spec"]["rules"]
    assert [each["requestRedirect"]["scheme"] for each in rule["filters"]] == ["https"]
    assert "backendRefs" not in rule


def test_a_gateway_ends_no_live_inbox_and_no_slow_upload() -> None:
    """Envoy's ends every request after 15 seconds, unless a route says otherwise; 0 s is no limit."""
    route, _ = read(FOLDER / "components" / "gateway" / "route.yaml")
    served = [rule for rule in route["spec"]["rules"] if "backendRefs" in rule]
    assert served
    assert [rule for rule in served if rule.get("timeouts") != {"request": "0s"}] == []


def test_the_edge_of_one_node_keeps_no_body_and_no_answer() -> None:
    """Its volume is small, and a pod whose volume is full goes."""
    lines = [line.strip() for line in (FOLDER / "overlays/one-node/nginx.conf").read_text("utf-8").splitlines()]
    assert {"proxy_request_buffering off;", "proxy_max_temp_file_size 0;"} <= set(lines)
