"""The pages on which an administrator reads and prepares the rules of a committee."""
