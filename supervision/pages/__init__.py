"""The pages of what is owed by when, and of key topics."""
