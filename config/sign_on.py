"""Other servers by which people sign in, as the environment names them.

An application is what the product is to such a server. Its ``settings`` say with what a first
sign-in is joined to an account here: ``claim``, what the server tells of the person, and ``field``,
what of the account is the same. Without them nothing that the server tells is proof of who it is,
and people join their accounts themselves. ``url`` is the address of a server of one's own. Without
a ``name`` it is called as everybody calls it.
"""

from __future__ import annotations

from typing import Any

from config.environment import Environment, refuse_if

NONE = "none"
"""The claim where nobody is joined without having signed in by password."""


NAME_ID = "NameID"
"""The claim that SAML tells of everybody, and that stands beside the attributes."""


def servers(env: Environment) -> dict[str, Any]:
    """What allauth knows as providers: those servers whose settings are given."""
    found = {
        "openid_connect": _openid_connect(env),
        "saml": _saml(env),
        "dingtalk": _dingtalk(env),
        "feishu": _feishu(env),
        "wecom": _wecom(env),
        "weixin": _weixin(env),
    }
    return {provider: {"APPS": [app]} for provider, app in found.items() if app}


def directory(env: Environment) -> dict[str, Any] | None:
    """The directory, LDAP or Active Directory, that knows the passwords of accounts here."""
    url = env.address("LDAP_URL", "ldap", "ldaps")
    if not url:
        return None
    bound = env.together("LDAP_BIND_DN", "LDAP_BIND_PASSWORD")
    name, password = bound or ["", ""]
    wanted = env("LDAP_FILTER", default="(uid={username})")
    refuse_if(
        "{username}" not in wanted or not is_in_brackets(wanted),
        "LDAP_FILTER must be a filter with {username} in it, such as (sAMAccountName={username}).",
    )
    return {
        "url": url,
        "start_tls": url.startswith("ldap:") and env.bool("LDAP_START_TLS", True),
        "ca": env.file("LDAP_CA_BUNDLE") or None,
        "bind_dn": name,
        "bind_password": password,
        "base": env.required("LDAP_SEARCH_BASE", by="LDAP_URL"),
        "filter": wanted,
    }


def is_in_brackets(text: str) -> bool:
    """Whether the text is one expression in brackets."""
    depth = 0
    for place, letter in enumerate(text, 1):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth <= 0 and place < len(text):
            return False
    return depth == 0


def _openid_connect(env: Environment) -> dict[str, Any] | None:
    """A server that speaks OpenID Connect, such as https://sso.example/realms/office."""
    issuer = env.origin("OIDC_ISSUER")
    if not issuer:
        return None
    claim = env("OIDC_CLAIM", default="preferred_username")
    return {
        "provider_id": "office",
        "name": env("OIDC_NAME", default=""),
        "client_id": env.required("OIDC_CLIENT_ID", by="OIDC_ISSUER"),
        "secret": env.required("OIDC_CLIENT_SECRET", by="OIDC_ISSUER"),
        "settings": {
            "claim": claim,
            "field": "email" if claim == "email" else "username",
            "oauth_pkce_enabled": True,
            "server_url": issuer,
        },
    }


def _saml(env: Environment) -> dict[str, Any] | None:
    """A server that speaks SAML 2.0, such as AD FS; what it says is signed with its certificate."""
    if not env.together("SAML_ENTITY_ID", "SAML_SSO_URL", "SAML_CERTIFICATE"):
        return None
    claim = env("SAML_CLAIM", default=NAME_ID)
    return {
        "name": env("SAML_NAME", default=""),
        "client_id": "office",
        "settings": {
            "claim": claim,
            "is_name_id": claim == NAME_ID,
            "field": env.choice("SAML_FIELD", ["username", "phone", "email"], "username"),
            "advanced": {
                "allow_single_label_domains": True,  # of closed networks
                "want_attribute_statement": claim != NAME_ID,
                "want_name_id": True,
            },
            "attribute_mapping": {},
            "idp": {
                "entity_id": env("SAML_ENTITY_ID"),
                "sso_url": env.address("SAML_SSO_URL"),
                "x509cert": env.certificate("SAML_CERTIFICATE"),
            },
        },
    }


def _dingtalk(env: Environment) -> dict[str, Any] | None:
    """DingTalk, where everybody has the number of a phone that they have shown to be theirs."""
    given = env.together("DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET")
    if not given:
        return None
    client_id, secret = given
    claim = env.choice("DINGTALK_CLAIM", ["mobile", NONE], "mobile")
    return {
        "name": env("DINGTALK_NAME", default=""),
        "client_id": client_id,
        "secret": secret,
        "settings": {
            **_joined_by(claim, "phone"),
            "auth_params": {"prompt": "consent"},
            "scope": ["openid"],
            "url": env.origin("DINGTALK_URL"),
        },
    }


def _feishu(env: Environment) -> dict[str, Any] | None:
    """Feishu: IDs, staff numbers and phone numbers are what the office has entered there."""
    given = env.together("FEISHU_APP_ID", "FEISHU_APP_SECRET")
    if not given:
        return None
    app_id, secret = given
    claim = env.choice("FEISHU_CLAIM", ["user_id", "employee_no", "mobile", NONE], "user_id")
    return {
        "name": env("FEISHU_NAME", default=""),
        "client_id": app_id,
        "secret": secret,
        "settings": {
            **_joined_by(claim, "phone" if claim == "mobile" else "username"),
            "url": env.origin("FEISHU_URL"),
        },
    }


def _wecom(env: Environment) -> dict[str, Any] | None:
    """WeCom, where the office gives everybody an ID."""
    given = env.together("WECOM_CORP_ID", "WECOM_AGENT_ID", "WECOM_SECRET")
    if not given:
        return None
    corp_id, agent_id, secret = given
    return {
        "name": env("WECOM_NAME", default=""),
        "client_id": corp_id,
        "secret": secret,
        "key": agent_id,
        "settings": {
            **_joined_by(env.choice("WECOM_CLAIM", ["userid", NONE], "userid"), "username"),
            "url": env.origin("WECOM_URL"),
        },
    }


def _weixin(env: Environment) -> dict[str, Any] | None:
    """Weixin, which tells only a nickname and an ID of its own: people join themselves."""
    given = env.together("WEIXIN_APP_ID", "WEIXIN_APP_SECRET")
    if not given:
        return None
    app_id, secret = given
    return {
        "name": env("WEIXIN_NAME", default=""),
        "client_id": app_id,
        "secret": secret,
        "settings": {"url": env.origin("WEIXIN_URL")},
    }


def _joined_by(claim: str, field: str) -> dict[str, str]:
    return {} if claim == NONE else {"claim": claim, "field": field}
