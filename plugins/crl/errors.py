"""Why a list is not used."""


class UnusableError(Exception):
    """The list proves nothing. One line for the operator."""
