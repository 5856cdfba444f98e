"""What the pages of key topics ask for."""

from django import template

from members.pages.page_context import PageContext
from supervision.roles import nominator

register = template.Library()


@register.simple_tag
def may_nominate(page_context: PageContext) -> bool:
    """Whether the reader holds a post by which key topics are nominated."""
    return bool(page_context.roles & set(nominator.roles()))
