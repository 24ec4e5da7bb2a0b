"""What docs/operating.md has an operator type for kubectl, typed as it stands there, as far as it asks no cluster."""

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text("utf-8")


def _typed(beginning: str) -> str:
    [found] = {each for each in re.findall(r"`([^`]+)`", PAGE) if each.startswith(beginning)}
    return str(found)


def _run(command: str, folder: Path) -> str:
    """What a shell printed that knows a context of its own and no cluster."""
    there = {**os.environ, "KUBECONFIG": str(folder / "config")}
    done = subprocess.run(["sh", "-euc", command], cwd=folder, env=there, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_commands_are_about_the_namespace_that_comes_first() -> None:
    """None of those on Kubernetes names it again, but where it is another one's."""
    section = PAGE.partition("## On Kubernetes")[2].partition("\n## ")[0]
    first, *others = re.findall(r"`(kubectl [^`]+)`", section)
    assert first == _typed("kubectl config set-context")
    assert first.endswith("--namespace community")
    assert [each for each in others if "--namespace community" in each] == []


def test_the_namespace_is_chosen_once(tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:  # the test above looks at the words in every case
        return
    here = ("set-cluster here --server https://here.invalid", "set-context here --cluster here", "use-context here")
    for command in here:
        _run(f"kubectl config {command}", tmp_path)
    _run(_typed("kubectl config set-context"), tmp_path)
    shown = _run("kubectl config view --minify --output 'jsonpath={.contexts[0].context.namespace}'", tmp_path)
    assert shown == "community"


def test_the_certificate_of_kafka_is_copied_as_it_is(tmp_path: Path) -> None:
    """The words of the first command show what is in a Secret, and the second makes one of that with the same key."""
    if shutil.which("kubectl") is None:
        return
    written = "-----BEGIN CERTIFICATE-----\nbGluZXM=\n-----END CERTIFICATE-----\n"
    (tmp_path / "theirs").write_text(written)
    shown = _typed("kubectl get secret kafka-cluster-ca-cert").partition(" --namespace kafka ")[2]
    made = _typed("kubectl create secret generic kafka-cluster-ca-cert")
    _run(f"{made.replace('=ca.crt', '=ca.crt=theirs')} --dry-run=client {shown}", tmp_path)
    assert (tmp_path / "ca.crt").read_text() == written
    secret = json.loads(_run(f"{made} --dry-run=client --output json", tmp_path))
    assert secret["metadata"]["name"] == "kafka-cluster-ca-cert"
    assert {key: base64.b64decode(held).decode() for key, held in secret["data"].items()} == {"ca.crt": written}
