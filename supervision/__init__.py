"""WHEN: duties with due dates: who owes what by when."""
