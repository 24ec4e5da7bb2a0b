"""The servers that scenarios are played on: three members of MongoDB, and a Kafka that is reached over a `Wire`."""

import secrets
import tempfile
from pathlib import Path

from deploy.local.mongo_members import MongoMembers
from deploy.local.servers import Servers
from tests.faults.wire import Wire


class Site:
    """Servers of one run of scenarios. Each scenario has databases and topics of its own on them.

    Args:
        folder: for the logs of services; None makes one that stays, to be read afterwards.
    """

    def __init__(self, servers: Servers, folder: Path | None = None) -> None:
        self.wire = Wire(lambda: self.kafka.port)
        self.kafka = servers.own_kafka_behind(self.wire.port)
        self.members: MongoMembers = servers.own_members()
        self.folder = folder or Path(tempfile.mkdtemp(prefix="scenarios-"))

    def heal(self) -> None:
        """Everything runs and everything is reached, whatever the last scenario has left."""
        self.wire.mend()
        self.kafka.thaw()
        for member in self.members.members:
            member.thaw()
        self.kafka.start()
        self.members.start()

    def close(self) -> None:
        self.members.stop()
        self.kafka.thaw()
        self.kafka.kill()
        self.kafka.stop()
        self.wire.close()

    @staticmethod
    def name() -> str:
        """A name that no scenario before had."""
        return f"s{secrets.token_hex(4)}"
