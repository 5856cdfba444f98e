"""WHEN: duties with due dates; what is owed, by whom, by when."""
