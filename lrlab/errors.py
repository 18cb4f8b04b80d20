"""The error that a user can fix."""


class UserError(ValueError):
    """An error that the user can fix: its text says what is wrong, what was received and what to do."""
