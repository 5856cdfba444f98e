"""The pages of the assigning office: the form, the meeting, letters, requests of units."""
