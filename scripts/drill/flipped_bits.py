"""One bit of a signed document is flipped, anywhere: no such file may be taken for genuine.

The check is the one that the command and the public page run, without their process and without a register:
held against the city's root alone.
"""

from datetime import UTC, date, datetime
from random import Random

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.documents.drawing import draw
from certificates.layouts import Layout
from certificates.signing.findings import Ground, Outcome, judged
from certificates.signing.issuing import root_certificate, signing_certificate
from certificates.signing.keys import CachedKeySigner, PublishedKey
from certificates.signing.pdf import signed
from certificates.signing.reading import facts_in
from scripts.drill.findings import Findings
from tests.drawn import make_face

SEED = 20261125
FOUNDED = datetime(2026, 1, 5, tzinfo=UTC)
TODAY = date(2026, 3, 1)


def drill(count: int, planted: str = "") -> Findings:
    """Flip ``count`` bits, each in a fresh copy; ``trust_the_rest`` plants a check of the signed bytes alone."""
    document, root, key = _signed_document()
    ground = Ground([key], TODAY)
    found = Findings("flipped bits", "–", faults=count)
    found.notes.append(f"{len(document):,} bytes, seed {SEED}")
    if judged(facts_in({"roots": [root]}, document), ground).outcome is not Outcome.VALID:
        found.breaches.append("the untouched document was not taken for genuine")
    random = Random(SEED)
    for _turn in range(count):
        place = random.randrange(8 * len(document))
        spoilt = bytearray(document)
        spoilt[place // 8] ^= 1 << place % 8
        facts = facts_in({"roots": [root]}, bytes(spoilt))
        if planted == "trust_the_rest" and facts.get("signature"):
            facts["signature"]["is_exact"] = True
        if judged(facts, ground).outcome is Outcome.VALID:
            found.breaches.append(f"bit {place % 8} of byte {place // 8} was flipped and nobody saw it")
    return found


def _signed_document() -> tuple[bytes, str, PublishedKey]:
    root_key, signing_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = root_certificate(root_key, "示范市", FOUNDED)
    certificate = signing_certificate(signing_key.public_key(), root, root_key, FOUNDED)
    face = make_face(is_sample=True)
    document = signed(draw(Layout.CERTIFICATE, face), CachedKeySigner(signing_key, certificate), FOUNDED)
    return document, root.public_bytes(Encoding.PEM).decode(), PublishedKey(certificate, FOUNDED)
