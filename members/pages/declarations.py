"""Everything that the pages of people and bodies declare, in one list of each kind."""

from members.pages import calendar_feed, home, outbox, palette, tours, worklist
from members.pages.rulebooks import urls as rulebooks
from members.pages.settings import lists as settings
from members.pages.settings import service_tokens, webhooks
from members.pages.start import sample
from members.pages.start import views as start

NAVIGATION = (
    *outbox.WORKLISTS,
    *sample.NAVIGATION,
    *settings.WORKLISTS,
    service_tokens.SERVICE_TOKENS,
    webhooks.WEBHOOKS,
    *rulebooks.NAVIGATION,
)
HOME_SECTIONS = (*start.HOME_SECTIONS, *tours.HOME_SECTIONS, *home.HOME_SECTIONS)
FINDERS = (palette.pages,)
CALENDAR_SOURCES = (calendar_feed.sessions,)


def register() -> None:
    """Register all declarations."""
    worklist.add(*NAVIGATION)
    home.add(*HOME_SECTIONS)
    palette.FINDERS.extend(FINDERS)
    calendar_feed.add(*CALENDAR_SOURCES)
