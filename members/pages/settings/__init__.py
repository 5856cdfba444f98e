"""The settings: accounts, posts, members, units, bodies, terms and sessions."""
