"""The way in: django-allauth bent to accounts that administrators make."""
