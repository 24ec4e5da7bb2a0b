"""How Kafka is reached where it asks for more than an address: TLS, and a name with a password (SASL).

Source: Kafka's own settings `security.protocol`, `sasl.mechanism`, `ssl.truststore` and `ssl.keystore`, with files in
PEM. One declaration serves every client: FastStream takes it as it is, aiokafka by `for_client`.
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
"""Neither encrypted nor asked who it is."""

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
    """The way to Kafka by `protocol`; what the protocol has no use for is left aside.

    Args:
        ca_file: who is trusted to have signed the brokers' certificates; None: whom the system trusts.
        certificate_file: our own certificate, with its chain, where Kafka asks clients for one.
        key_file: the key of it; None: it stands in the same file.

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
