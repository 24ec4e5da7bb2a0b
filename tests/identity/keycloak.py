"""A Keycloak of its own, from Maven Central, and what its administrator and a browser do there."""

import base64
import hashlib
import html
import json
import re
import secrets
import shutil
import subprocess
import time
import zipfile
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from deploy.local.child import Child
from deploy.local.places import obtained
from deploy.local.ports import Claim
from deploy.local.trouble import Trouble

VERSION = "26.3.5"
REALM = "community"
CLIENT = "frontend"
REDIRECT = "http://localhost:8080/"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_START = 1500


def _fetch(folder: Path) -> None:
    order = ["mvn", "-q", "-B", "-ntp", _COPY, f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"]
    done = subprocess.run([*order, f"-DoutputDirectory={folder}"], capture_output=True, text=True)
    archive = folder / f"keycloak-quarkus-dist-{VERSION}.zip"
    if done.returncode != 0 or not archive.is_file():
        raise Trouble(f"Maven could not fetch Keycloak {VERSION}: {done.stdout[-300:]}")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    archive.unlink()


class Keycloak:
    """One in development mode, with its store in memory, and the realm of `realm`."""

    def __init__(self, folder: Path, realm: Path) -> None:
        self._claim = Claim()
        self._folder = folder
        self._realm = realm
        self._password = secrets.token_urlsafe(16)
        self.url = f"http://localhost:{self._claim.port}"
        self.issuer = f"{self.url}/realms/{REALM}"
        self._child: Child | None = None

    def __enter__(self) -> Self:
        home = self._folder / "keycloak"
        shutil.copytree(obtained(f"keycloak-{VERSION}", _fetch) / f"keycloak-{VERSION}", home)
        known = [
            "KC_BOOTSTRAP_ADMIN_USERNAME=admin",
            f"KC_BOOTSTRAP_ADMIN_PASSWORD={self._password}",
            "JAVA_OPTS_KC_HEAP=-Xms128m -Xmx512m",
        ]
        order = ["sh", str(home / "bin" / "kc.sh"), "start-dev", "--db=dev-mem", f"--http-port={self._claim.port}"]
        self._child = Child(["env", *known, *order, "--http-host=127.0.0.1"], self._folder / "keycloak.log")
        until = time.monotonic() + _START
        while not self._answers():
            if self._child.code is not None or time.monotonic() > until:
                self.__exit__()
                raise Trouble(f"Keycloak did not come up: {self._child.said()[-1000:]}")
            time.sleep(1)
        self.admin("POST", "", base="/admin/realms", json=json.loads(self._realm.read_text("utf-8")))
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.stop()
        self._claim.release()

    def admin(self, method: str, path: str, *, base: str = f"/admin/realms/{REALM}", **named: Any) -> httpx.Response:
        """An order of the administrator."""
        asked = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": self._password}
        with httpx.Client(base_url=self.url, timeout=120) as http:
            token = http.post("/realms/master/protocol/openid-connect/token", data=asked).json()["access_token"]
            answer = http.request(method, base + path, headers={"Authorization": f"Bearer {token}"}, **named)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def person(self, name: str, *groups: str) -> str:
        """Somebody new in these groups; their `sub`."""
        known = {"username": name, "enabled": True, "firstName": "某", "lastName": "人", "email": f"{name}@example.org"}
        word = [{"type": "password", "value": f"of-{name}", "temporary": False}]
        made = self.admin("POST", "/users", json={**known, "emailVerified": True, "credentials": word})
        person = made.headers["location"].rpartition("/")[2]
        for path in groups:
            group = self.admin("GET", f"/group-by-path{path}").json()["id"]
            self.admin("PUT", f"/users/{person}/groups/{group}")
        return person

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/realms/master", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


class Browser:
    """Somebody who logs in by authorization code with PKCE, as a frontend lets them."""

    def __init__(self, keycloak: Keycloak) -> None:
        self._at = f"{keycloak.issuer}/protocol/openid-connect"
        self._http = httpx.Client(timeout=120)

    def form(self, **more: str) -> httpx.Response:
        """What the provider answers to the first step."""
        asked = {"client_id": CLIENT, "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid", **more}
        answer = self._http.get(f"{self._at}/auth", params=asked)
        for cookie in self._http.cookies.jar:
            cookie.secure = False  # browsers trust localhost without TLS
        return answer

    def log_in(self, name: str) -> dict[str, Any] | None:
        """The tokens; None where the provider refuses."""
        verifier = secrets.token_urlsafe(48)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        page = self.form(code_challenge=digest, code_challenge_method="S256")
        action = re.search(r'action="([^"]+)"', page.text)
        assert action, page.text[:500]
        sent = self._http.post(html.unescape(action[1]), data={"username": name, "password": f"of-{name}"})
        if sent.status_code != 302:
            return None
        [code] = parse_qs(urlsplit(sent.headers["location"]).query)["code"]
        proof = {"code": code, "code_verifier": verifier, "redirect_uri": REDIRECT}
        return self._token({"grant_type": "authorization_code", **proof})

    def refresh(self, tokens: dict[str, Any]) -> dict[str, Any] | None:
        return self._token({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})

    def log_out(self, tokens: dict[str, Any]) -> None:
        told = {"client_id": CLIENT, "refresh_token": tokens["refresh_token"]}
        assert self._http.post(f"{self._at}/logout", data=told).status_code == 204

    def _token(self, asked: dict[str, str]) -> dict[str, Any] | None:
        answer = self._http.post(f"{self._at}/token", data={"client_id": CLIENT, **asked})
        found: dict[str, Any] = answer.json()
        return found if answer.status_code == 200 else None
