"""Material for playing a whole session of proposals: matters, people, scenarios, plans.

Nothing here touches the database; the player turns a plan into calls of the HTTP API.
"""
