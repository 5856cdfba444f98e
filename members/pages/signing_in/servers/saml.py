"""A server that speaks SAML 2.0: what of its answers is kept of a person."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.saml.provider import SAMLProvider

TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
"""A name that is another one at every sign-in."""


class Saml(SAMLProvider):
    """A person whom the office's server calls always the same."""

    def extract_uid(self, data: Any) -> str:
        """The NameID; raises ValueError where the next one will be another."""
        if data.get_nameid_format() == TRANSIENT:
            raise ValueError("the NameID is transient: the server must send one that stays")
        return str(data.get_nameid())

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """The claim by which the person is joined."""
        claim = self.app.settings["claim"]
        is_name_id = self.app.settings["is_name_id"]
        told = data.get_nameid() if is_name_id else data.get_attribute(claim)
        return {claim: told or ""}
