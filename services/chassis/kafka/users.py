"""Creates, changes and removes Kafka's users: a password each (SCRAM-SHA-512), and rights as access control lists.

What is guaranteed: when `Users.put` returns, the user has exactly the rights of `grants`; running it again changes
nothing but the salt of the password. What is not done: open connections are not closed; a broker checks rights at every
request, but passwords only at the beginning of a connection.
"""

from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from services.chassis.errors import CommunityError
from services.chassis.kafka.grants import Grant
from services.chassis.settings.service_settings import KafkaSettings

_ITERATIONS = 8192
_MECHANISM = ScramMechanism.SCRAM_SHA_512


class UsersRefused(
    CommunityError,
    code="kafka-users-refused",
    zh="Kafka 未接受用户与权限的变更：{reason}",
    en="Kafka did not take the users and their rights: {reason}",
):
    """The cluster can't be reached, keeps no users or rights, or whoever asks may not change them."""


class Users:
    """The users of one cluster, seen by somebody who may change them.

    Args:
        settings: where Kafka is, and the name and password to ask it with.
        patience: seconds that Kafka may take to answer; it may be starting.
    """

    def __init__(self, settings: KafkaSettings, *, patience: float = 60.0) -> None:
        self._patience = patience
        self._admin = AdminClient(_configuration(settings))

    def put(self, name: str, password: str, grants: Iterable[Grant], *, keep: bool = False) -> tuple[int, int]:
        """Give the user `name` this password and exactly these rights. Returns how many rights were added and how many
        taken away.

        Args:
            keep: rights that the user has beyond these stay.

        Raises:
            UsersRefused: it could not be done. A second call goes on from there.
        """
        credential = ScramCredentialInfo(_MECHANISM, _ITERATIONS)
        self._alter(UserScramCredentialUpsertion(name, credential, password.encode()))
        return self._grant(name, frozenset(grants), keep=keep)

    def remove(self, name: str) -> int:
        """Remove the user `name` and all its rights. Returns how many rights those were.

        Raises:
            UsersRefused: it could not be done.
        """
        _, taken = self._grant(name, frozenset())
        if name in self.names():
            self._alter(UserScramCredentialDeletion(name, _MECHANISM))
        return taken

    def names(self) -> list[str]:
        """The names of all users who have a password.

        Raises:
            UsersRefused: Kafka did not say.
        """
        try:
            described: Any = self._admin.describe_user_scram_credentials(request_timeout=self._patience)
            return sorted(described.result())
        except KafkaException as error:
            raise UsersRefused(reason=_reason(error)) from error

    def rights(self, name: str) -> frozenset[AclBinding]:
        """The rights that `name` has.

        Raises:
            UsersRefused: Kafka did not say.
        """
        of_name = AclBindingFilter(
            ResourceType.ANY,
            None,  # type: ignore[arg-type]  # means any, by its documentation
            ResourcePatternType.ANY,
            _principal(name),
            None,  # type: ignore[arg-type]
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        try:
            return frozenset(self._admin.describe_acls(of_name, **self._in_time()).result())
        except KafkaException as error:
            raise UsersRefused(reason=_reason(error)) from error

    def _grant(self, name: str, grants: Iterable[Grant], *, keep: bool = False) -> tuple[int, int]:
        present, wanted = self.rights(name), {_binding(name, grant) for grant in grants}
        missing, extra = list(wanted - present), [] if keep else list(present - wanted)
        try:
            if missing:
                for order in self._admin.create_acls(missing, **self._in_time()).values():
                    order.result()
            if extra:
                for order in self._admin.delete_acls([_filter(each) for each in extra], **self._in_time()).values():
                    order.result()
        except KafkaException as error:
            raise UsersRefused(reason=_reason(error)) from error
        return len(missing), len(extra)

    def _alter(self, change: UserScramCredentialUpsertion | UserScramCredentialDeletion) -> None:
        try:
            for done in self._admin.alter_user_scram_credentials([change], **self._in_time()).values():
                done.result()
        except KafkaException as error:
            raise UsersRefused(reason=_reason(error)) from error

    def _in_time(self) -> dict[str, float]:
        return {"request_timeout": self._patience}


def _configuration(settings: KafkaSettings) -> dict[str, str | int | float | bool]:
    found: dict[str, str | int | float | bool] = {
        "bootstrap.servers": settings.kafka_bootstrap,
        "security.protocol": settings.kafka_security_protocol,
        "log_level": 2,  # librdkafka logs errors of its own no more: each reaches the caller as UsersRefused
    }
    if settings.kafka_security_protocol.startswith("SASL"):
        found |= {
            "sasl.mechanism": settings.kafka_sasl_mechanism,
            "sasl.username": settings.kafka_username,
            "sasl.password": settings.kafka_password,
        }
    files = {
        "ssl.ca.location": settings.kafka_ca_file,
        "ssl.certificate.location": settings.kafka_certificate_file,
        "ssl.key.location": settings.kafka_key_file or settings.kafka_certificate_file,
    }
    return found | {name: str(path) for name, path in files.items() if path is not None}


def _principal(name: str) -> str:
    return f"User:{name}"


def _binding(name: str, grant: Grant) -> AclBinding:
    return AclBinding(
        ResourceType[grant.on],
        grant.name,
        ResourcePatternType.PREFIXED if grant.prefixed else ResourcePatternType.LITERAL,
        _principal(name),
        "*",
        AclOperation[grant.act],
        AclPermissionType.ALLOW,
    )


def _filter(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )


def _reason(error: KafkaException) -> str:
    return str(error.args[0].str() if error.args else error)
