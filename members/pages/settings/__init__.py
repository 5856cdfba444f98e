"""What administrators keep: accounts, posts, members, units, bodies, terms and sessions."""
