"""The rows of people and bodies, one noun a file."""

from members.models.body import Body
from members.models.calendar import CalendarDay, CalendarYear
from members.models.calendar_feed import CalendarFeed
from members.models.committee import Committee
from members.models.delivery import Delivery, NoticeChannel
from members.models.form_draft import FormDraft
from members.models.heartbeat import Heartbeat
from members.models.job import Job
from members.models.member import Member
from members.models.notice import Notice
from members.models.outbox import Outgoing
from members.models.post import Post
from members.models.rulebook import Rulebook
from members.models.saved_view import SavedView
from members.models.service_token import ServiceToken
from members.models.session import Session
from members.models.stand_in import StandIn
from members.models.term import Term
from members.models.unit import Unit
from members.models.user import User
from members.models.webhook import Webhook, WebhookCall, WebhookSecret
