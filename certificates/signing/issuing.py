"""What the city's certificate authority gives: its own root, and certificates of the keys that sign.

Self-made: anybody can check that a document comes from the holder of the root, and nothing here says that
a certification service licensed by the state vouches for it.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

COUNTRY = "CN"
ROOT_YEARS, SIGNING_YEARS = 40, 15
YEAR = timedelta(days=365)
LONGEST_CITY = 40


def root_certificate(key: ec.EllipticCurvePrivateKey, city: str, now: datetime) -> x509.Certificate:
    """Return the root of a city: it signs certificates and nothing else."""
    name = _name(city, "行政执法证件根证书")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = _builder(name, name, key.public_key(), now, now + ROOT_YEARS * YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    builder = builder.add_extension(identifier, critical=False)
    return builder.sign(key, _digest())


def signing_certificate(
    key: ec.EllipticCurvePublicKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """Return the certificate of a key that signs documents, for as long as the root may vouch for it.

    It outlives every document signed with it in its first ten years: a credential is valid for five.
    """
    city = organisation_of(root.subject)
    ends = min(now + SIGNING_YEARS * YEAR, root.not_valid_after_utc)
    builder = _builder(_name(city, "行政执法证件签发"), root.subject, key, now, ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature", "content_commitment"), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return builder.add_extension(issuer, critical=False).sign(root_key, _digest())


def organisation_of(name: x509.Name) -> str:
    """Return whose a certificate is, as it says itself."""
    found = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""


def common_name_of(name: x509.Name) -> str:
    """Return what a certificate is called."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, as 64 hex digits, to be compared with one got by another way."""
    return certificate.fingerprint(_digest()).hex()


def _name(city: str, purpose: str) -> x509.Name:
    pairs = ((NameOID.COUNTRY_NAME, COUNTRY), (NameOID.ORGANIZATION_NAME, city))
    common = x509.NameAttribute(NameOID.COMMON_NAME, f"{city}{purpose}")
    return x509.Name([*(x509.NameAttribute(kind, value) for kind, value in pairs), common])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    # A minute back: the clock of whoever checks may be a little behind.
    begins -= timedelta(minutes=1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(begins).not_valid_after(ends)


def _usage(*uses: str) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in uses for name in names})


def _digest() -> hashes.SHA256:
    return hashes.SHA256()
