"""An authority of one deployment, and the certificates that it signs for the brokers. All stand in PEM.

Subscribers trust the authority's certificate; it outlives those that it signs, so that a new one asks nothing of them.
"""

import datetime
import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from services.chassis.clock import utc_now

_LONG = datetime.timedelta(days=20 * 365)
_SIGNED = datetime.timedelta(days=2 * 365)
_RENEWED = datetime.timedelta(days=180)
"""So long before its end a certificate is made anew, at the next start."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs."""

    key: ec.EllipticCurvePrivateKey
    own: x509.Certificate

    @classmethod
    def new(cls) -> "Authority":
        """One that nobody knows yet."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Sunshine Community")
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # it signs, and nothing else
        made = (
            _certificate(name, name, key.public_key(), _LONG)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        return cls(key, made.sign(key, hashes.SHA256()))

    @classmethod
    def read(cls, pem: str) -> "Authority":
        """The one that `pem` wrote down."""
        key = cast("ec.EllipticCurvePrivateKey", serialization.load_pem_private_key(pem.encode(), password=None))
        return cls(key, x509.load_pem_x509_certificate(pem.encode()))

    def pem(self) -> str:
        """Key and certificate."""
        return _key(self.key) + self.certificate()

    def certificate(self) -> str:
        """What others trust."""
        return self.own.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, names: Collection[str]) -> str:
        """A key of its own, its certificate for hosts and addresses called `names`, and ours."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = (
            _certificate(_name("Kafka"), self.own.subject, key.public_key(), _SIGNED)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return _key(key) + made.public_bytes(serialization.Encoding.PEM).decode() + self.certificate()


def fits(pem: str, names: Collection[str], now: datetime.datetime) -> bool:
    """Whether the first certificate in `pem` is for all `names` and not about to end."""
    if not pem:
        return False
    found = x509.load_pem_x509_certificate(pem.encode())
    alternative = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {str(name.value) for name in alternative}
    return set(names) <= known and now + _RENEWED < found.not_valid_after_utc


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lasting: datetime.timedelta
) -> x509.CertificateBuilder:
    now = utc_now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + lasting)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
