"""``python -m bench.scan N``: group the first N proposals of the database; say what it took."""

import os
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from members.enums import Linkage  # noqa: E402 -- after Django is set up
from members.rules import Similarity  # noqa: E402
from proposals.matching.clusters import clusters  # noqa: E402
from proposals.matching.likeness import Profile  # noqa: E402
from proposals.matching.matrix import vector_matrix  # noqa: E402
from proposals.models import IndexEntry  # noqa: E402


def _highest() -> float:
    """The most megabytes that this process has had in memory."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def main(size: int) -> None:
    """Read the stored profiles, compare and group them, and hold that against the bare product."""
    began = time.monotonic()
    rows = IndexEntry.objects.order_by("pk").values_list("profile", flat=True)[:size]
    profiles = [Profile.unpack(bytes(profile)) for profile in rows]
    read = time.monotonic()
    found = clusters(profiles, threshold=Similarity().merge, how=Linkage.AVERAGE)
    done = time.monotonic()
    memory = _highest()
    words = vector_matrix([profile.words.heaviest(60) for profile in profiles])
    bare = time.monotonic()
    (words @ words.T).sum()
    floor = time.monotonic() - bare
    print(
        f"{done - began:.2f} s (read {read - began:.2f}, compare and group {done - read:.2f}), "
        f"x{(done - began) / floor:.0f} of the bare product of words; {memory:,.0f} MB at most; "
        f"{len(found)} groups"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
