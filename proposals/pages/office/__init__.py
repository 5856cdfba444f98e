"""The pages of the committee's office up to filing: intake, review, the merge desk, numbers."""
