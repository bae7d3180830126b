"""What is raised for a response that proves nothing."""


class UnusableError(Exception):
    """One line for the operator, without anything of the certificate."""
