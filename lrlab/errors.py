"""The one error that a user can mend."""


class UserError(ValueError):
    """Say what is wrong, what was received and what to do; shown to the user as it stands."""
