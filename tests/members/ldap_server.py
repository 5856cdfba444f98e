"""A real directory on this machine: slapd, with a few people in it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.members.external_servers import free_port
from tests.members.saml_server import pair

SBIN = "/usr/sbin:/usr/local/sbin:/usr/lib/openldap"
BASE = "ou=people,dc=office,dc=example"
READER = "cn=tian,dc=office,dc=example"
CONFIGURATION = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/certificate.pem
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "dc=office,dc=example"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""
ENTRIES = """
dn: dc=office,dc=example
objectClass: dcObject
objectClass: organization
o: office
dc: office

dn: ou=people,dc=office,dc=example
objectClass: organizationalUnit
ou: people

dn: cn=tian,dc=office,dc=example
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: tian
userPassword: reads the directory
"""
PERSON = """
dn: {name},ou=people,dc=office,dc=example
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
sn: {uid}
userPassword: {password}
"""
PEOPLE = [("uid=zhao", "zhao"), ("uid=qian", "qian"), ("cn=one", "twice"), ("cn=two", "twice")]
OFFICE_PASSWORD = "of the office's directory"


@dataclass
class Directory:
    """Where it listens, and the certificate that it shows."""

    port: int
    tls_port: int
    certificate: Path

    @property
    def environment(self) -> dict[str, str]:
        """How the operator names it; with TLS from the first byte."""
        return {
            "LDAP_URL": f"ldaps://localhost:{self.tls_port}",
            "LDAP_CA_BUNDLE": str(self.certificate),
            "LDAP_SEARCH_BASE": BASE,
            "LDAP_BIND_DN": READER,
            "LDAP_BIND_PASSWORD": "reads the directory",
        }


@contextmanager
def directory_in(folder: Path) -> Iterator[Directory]:
    """The directory, with its files in that folder."""
    keys = pair("localhost")
    (folder / "certificate.pem").write_text(keys.certificate)
    (folder / "key.pem").write_text(keys.key)
    (folder / "data").mkdir()
    places = {"schema": "/etc/ldap/schema", "modules": "/usr/lib/ldap"}
    configuration = folder / "slapd.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, reader=READER, **places))
    entries = folder / "entries.ldif"
    people = [PERSON.format(name=name, uid=uid, password=OFFICE_PASSWORD) for name, uid in PEOPLE]
    entries.write_text(ENTRIES + "".join(people))
    fill = [program("slapadd"), "-f", str(configuration), "-l", str(entries)]
    subprocess.run(fill, check=True, capture_output=True)
    found = Directory(free_port(), free_port(), folder / "certificate.pem")
    listens = f"ldap://127.0.0.1:{found.port} ldaps://127.0.0.1:{found.tls_port}"
    serve = [program("slapd"), "-f", str(configuration), "-h", listens, "-d", "0"]
    process = subprocess.Popen(serve)
    try:
        wait_for(found.port)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=20)


def program(name: str) -> str:
    """A program of the directory, which Debian keeps out of the way."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:{SBIN}")
    assert found, "There is no slapd: `make slapd` installs it."
    return found


def wait_for(port: int) -> None:
    """Return once something listens there."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")
