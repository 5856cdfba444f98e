"""The pages of the office that assigns: the desk, the meeting, the letters, what units ask."""
