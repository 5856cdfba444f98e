"""The pages of who proposes: members, and the contacts of bodies."""
