"""A server that speaks SAML 2.0: it reads what it is asked, and signs what it says."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
FORM = "%Y-%m-%dT%H:%M:%SZ"
RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response" Version="2.0"
 IssueInstant="{now}" Destination="{acs}" InResponseTo="{request}">
<saml:Issuer>{issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="_assertion" Version="2.0" IssueInstant="{now}">
<saml:Issuer>{issuer}</saml:Issuer>
<saml:Subject><saml:NameID Format="{form}">{name}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{acs}" InResponseTo="{request}"/>
</saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{since}" NotOnOrAfter="{until}">
<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>
</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_session"><saml:AuthnContext>
<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement>{attributes}
</saml:Assertion></samlp:Response>"""


@dataclass
class Pair:
    """A key and its certificate, in the letters of PEM."""

    key: str
    certificate: str


def pair(name: str) -> Pair:
    """A new one, whose certificate its own key has signed."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    return Pair(
        key.private_bytes(serialization.Encoding.PEM, form, plain).decode(),
        certificate.public_bytes(serialization.Encoding.PEM).decode(),
    )


@dataclass
class SamlServer:
    """Vouches for ``name``, and tells its attributes."""

    signed_by: Pair
    sso_url: str = "http://sso.office.example/sso"
    entity_id: str = "http://sso.office.example/metadata"
    name: str = "zhao"
    form: str = PERSISTENT
    attributes: dict[str, list[str]] = field(default_factory=dict)
    late: timedelta = timedelta()
    audience: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """How the operator names it."""
        certificate = self.signed_by.certificate
        told = {"ENTITY_ID": self.entity_id, "SSO_URL": self.sso_url, "CERTIFICATE": certificate}
        return {f"SAML_{name}": value for name, value in told.items()}

    def says(self, asked: str) -> str:
        """What it says unsigned to who comes with that address."""
        request = request_in(asked)
        acs = request.attrib["AssertionConsumerServiceURL"]
        issuer = request.findtext("{*}Issuer") or ""
        now = datetime.now(UTC) - self.late
        told = {
            "acs": acs,
            "attributes": self._attributes(),
            "audience": self.audience or issuer,
            "form": self.form,
            "issuer": self.entity_id,
            "name": escape(self.name),
            "now": now.strftime(FORM),
            "request": request.attrib["ID"],
            "since": (now - timedelta(minutes=1)).strftime(FORM),
            "until": (now + timedelta(minutes=5)).strftime(FORM),
        }
        return RESPONSE.format(**told)

    def answer(self, asked: str) -> str:
        """What it says, signed, as browsers carry it."""
        said = self.says(asked)
        key, certificate = self.signed_by.key, self.signed_by.certificate
        signed: bytes = OneLogin_Saml2_Utils.add_sign(said, key, certificate)
        return in_letters(signed)

    def _attributes(self) -> str:
        rows = "".join(
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{escape(v)}</saml:AttributeValue>" for v in values)
            + "</saml:Attribute>"
            for name, values in self.attributes.items()
        )
        return f"<saml:AttributeStatement>{rows}</saml:AttributeStatement>" if rows else ""


def request_in(asked: str) -> etree._Element:
    """The request that an address carries."""
    packed = parse_qs(urlsplit(asked).query)["SAMLRequest"][0]
    return etree.fromstring(zlib.decompress(b64decode(packed), -15))


def in_letters(said: str | bytes) -> str:
    """As it stands in a form."""
    return b64encode(said if isinstance(said, bytes) else said.encode()).decode()
