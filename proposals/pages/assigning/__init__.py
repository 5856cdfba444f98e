"""The pages of the assigning office: the desk, the meeting, letters, requests of units."""
