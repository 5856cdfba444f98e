"""What the pages of key topics ask for."""

from django import template

from members.pages.frame import Frame
from supervision.roles import nominator

register = template.Library()


@register.simple_tag
def may_nominate(frame: Frame) -> bool:
    """Whether the reader holds a post by which key topics are nominated."""
    return bool(frame.roles & set(nominator.roles()))
