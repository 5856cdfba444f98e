"""The secret of an installation that runs on one machine."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def own_secret(folder: Path) -> str:
    """The random secret kept in ``folder``, made at the first call; only its owner can read it.

    Processes that start at the same moment get the same one.
    """
    path = folder / "secret-key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, encoding="ascii") as fresh:
            fresh.write(secrets.token_urlsafe(64))
            fresh.flush()
            # If another process was first, use its secret.
            with contextlib.suppress(FileExistsError):
                os.link(fresh.name, path)
    return path.read_text(encoding="ascii").strip()
