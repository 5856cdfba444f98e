"""The sessions that a reader can choose from, and the one in which they work."""

from collections.abc import Collection

from members.models import Session
from members.reader import Reader, read_once
from members.visibility import visible

ALL_SESSIONS = "all"
"""The choice of no session in particular."""


@read_once
def sessions_of(reader: Reader) -> list[Session]:
    """The sessions that the reader can choose, the latest first."""
    rows = Session.objects.select_related("term", "committee")
    return list(visible(reader, rows).order_by("-collection_opens_at"))


def chosen_session(reader: Reader) -> Session | None:
    """The chosen session; at first the latest that has begun to collect; None for all."""
    chosen = reader.user.preferences.get("session")
    if chosen == ALL_SESSIONS:
        return None
    sessions = sessions_of(reader)
    known = next((session for session in sessions if session.pk == chosen), None)
    return known or _latest_begun(sessions, reader)


def chosen_session_of(committees: Collection[int | None], reader: Reader) -> Session | None:
    """The chosen session if it is one of these committees, else their latest; None without one."""
    own = [session for session in sessions_of(reader) if session.committee_id in committees]
    chosen = chosen_session(reader)
    if chosen in own:
        return chosen
    return _latest_begun(own, reader) or next(iter(own), None)


def _latest_begun(sessions: list[Session], reader: Reader) -> Session | None:
    begun = (session for session in sessions if session.collection_opens_at <= reader.at)
    return next(begun, None)
