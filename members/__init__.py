"""WHO: committees, terms and sessions, people, bodies, units, posts, the rulebook, the inbox."""
