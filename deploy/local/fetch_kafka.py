"""Java as it is found on this machine, and Apache Kafka from Maven Central, fetched with the ordinary client."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local.places import obtained
from deploy.local.trouble import Trouble

VERSION = "4.3.1"
_JAVA = 17
_LOG4J = "2.25.4"
_OTHERWISE = "use Docker (`docker compose up`; tests find it by themselves), or set KAFKA_BOOTSTRAP to a running Kafka"

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{VERSION}</version></dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>{_LOG4J}</version>
    </dependency>
  </dependencies>
</project>
"""

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def java() -> Path:
    """A Java that runs Kafka: that of JAVA_HOME, else the one on PATH.

    Raises:
        Trouble: there is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else None
    found = found or shutil.which("java")
    version = _version(found) if found else None
    if found is None or version is None:
        raise Trouble(f"Kafka needs Java {_JAVA} and none was found: install it ({_install('java')}), {_OTHERWISE}.")
    if version < _JAVA:
        raise Trouble(
            f"Kafka needs Java {_JAVA} and {found} is Java {version}: install a newer one ({_install('java')}) "
            f"or set JAVA_HOME to it, {_OTHERWISE}."
        )
    return Path(found)


def _version(program: str) -> int | None:
    try:
        done = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(told.group(1)) if told and done.returncode == 0 else None


def _install(what: str) -> str:
    if sys.platform == "darwin":
        return {"java": "brew install openjdk", "maven": "brew install maven"}[what]
    return {"java": "apt-get install default-jre-headless", "maven": "apt-get install maven"}[what]


def kafka_libraries() -> Path:
    """The folder of jars that make a Kafka server.

    Raises:
        Trouble: they can't be fetched.
    """
    return obtained(f"kafka-{VERSION}-log4j-{_LOG4J}", _fetch)


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Trouble(f"Kafka is fetched with Maven, and there is no mvn: {_install('maven')}, {_OTHERWISE}.")
    print(f"Fetching Kafka {VERSION} (54 MB) …", file=sys.stderr, flush=True)
    pom = folder / "pom.xml"
    pom.write_text(_POM)
    done = subprocess.run(
        [maven, "-q", "-B", "-ntp", "-Dstyle.color=never", "-f", str(pom), _COPY, f"-DoutputDirectory={folder}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0 or not (folder / f"kafka_2.13-{VERSION}.jar").is_file():
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("[ERROR]")]
        reason = said[0].removeprefix("[ERROR] ") if said else "no reason given"
        raise Trouble(f"Maven could not fetch Kafka ({reason}): check the network and try again, {_OTHERWISE}.")
