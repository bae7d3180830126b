"""What is raised for an answer that proves nothing."""


class UnusableError(Exception):
    """One line for the operator, without anything of a certificate."""
