"""A stand-in for kubectl that keeps secrets in a folder: what deploy/kubernetes/secrets.sh asks of it, and no more.

KEPT names the folder. There `arguments` gets a line for each call, `limit` says after how many secrets the server goes
away, and where `hold` is, a call that makes secrets says so in `held` and waits until it is ended.
"""

import base64
import json
import os
import sys
import time
from pathlib import Path

KEPT = Path(os.environ.get("KEPT", "."))


def main(arguments: list[str]) -> int:
    """One call; 0 where it was done."""
    with (KEPT / "arguments").open("a", encoding="utf-8") as log:
        log.write(json.dumps(arguments) + "\n")
    match arguments:
        case ["--namespace", namespace, "get", "namespace", asked]:
            return 0 if namespace == asked and (KEPT / f"{asked}.namespace").exists() else 1
        case ["--namespace", namespace, "apply", "-f", "-"]:
            given = sys.stdin.read()
            return _keep_namespace(namespace, given) if f"  name: {namespace}\n" in given else 1
        case ["--namespace", namespace, "get", "secrets", "--output=name"]:
            if (KEPT / "away").exists() or not (KEPT / f"{namespace}.namespace").exists():
                return 1
            return _say("\n".join(f"secret/{path.stem}" for path in sorted(KEPT.glob("*.secret"))))
        case ["--namespace", _, "create", "secret", "generic", name, *files, "--dry-run=client", "--output=yaml"]:
            return _say(json.dumps({"kind": "Secret", "metadata": {"name": name}, "data": dict(map(_entry, files))}))
        case ["--namespace", namespace, "create", "-f", folder]:
            return _create(Path(folder))
    return 2


def _say(text: str) -> int:
    sys.stdout.write(text + "\n")
    return 0


def _keep_namespace(name: str, manifest: str) -> int:
    (KEPT / f"{name}.namespace").write_text(manifest, "utf-8")
    return 0


def _entry(argument: str) -> tuple[str, str]:
    flag, key, path = argument.split("=", 2)
    assert flag == "--from-file"
    return key, base64.b64encode(Path(path).read_bytes()).decode()


def _create(folder: Path) -> int:
    if (KEPT / "hold").exists():
        (KEPT / "held").touch()
        time.sleep(600)
    limit = int((KEPT / "limit").read_text("ascii")) if (KEPT / "limit").exists() else 1000
    for path in sorted(folder.iterdir())[:limit]:
        thing = json.loads(path.read_text("utf-8"))
        kept = KEPT / f"{thing['metadata']['name']}.secret"
        if kept.exists():
            return 1
        kept.write_text(json.dumps(thing["data"]), "utf-8")
    return 0 if limit == 1000 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
