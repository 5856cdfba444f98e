"""From an empty installation to the first proposal, step by step."""
