"""The endpoints of people, bodies and rules, one noun a file."""
