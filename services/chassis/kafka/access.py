"""How Kafka is reached where it asks for more than an address: by TLS, and by a name with a password (SASL).

Source: Kafka's own settings `security.protocol`, `sasl.mechanism`, `ssl.truststore` and `ssl.keystore`, with files in
PEM. An `Access` serves every client: FastStream takes it unchanged, aiokafka takes the arguments of `for_client`.
"""

import ssl
from pathlib import Path
from typing import Any, Literal

from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

Access = BaseSecurity

OPEN = BaseSecurity()
"""A connection that is not encrypted, to a broker that does not ask who connects."""

_BY_MECHANISM: dict[Mechanism, type[SASLPlaintext] | type[SASLScram256] | type[SASLScram512]] = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}


def access(
    protocol: Protocol,
    *,
    mechanism: Mechanism,
    username: str,
    password: str,
    ca_file: Path | None,
    certificate_file: Path | None,
    key_file: Path | None,
) -> Access:
    """The way to Kafka by `protocol`. Arguments that the protocol has no use for are ignored.

    Args:
        ca_file: authorities that are trusted to sign the brokers' certificates; None: those of the system.
        certificate_file: our own certificate, with its chain, where Kafka asks clients for one.
        key_file: the key of our certificate; None: the key stands in `certificate_file`.

    Raises:
        OSError, ssl.SSLError: a file can't be read, or is not what it should be.
    """
    context = None
    if protocol.endswith("SSL"):
        context = ssl.create_default_context(cafile=ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate_file is not None:
            context.load_cert_chain(certificate_file, key_file)
    if protocol.startswith("SASL"):
        return _BY_MECHANISM[mechanism](username, password, ssl_context=context)
    return BaseSecurity(ssl_context=context)


def for_client(access: Access) -> dict[str, Any]:
    """The arguments of an aiokafka producer, consumer or admin client."""
    return parse_security(access)
