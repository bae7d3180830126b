"""Why a list is not used."""


class UnusableError(Exception):
    """The list proves nothing. One line for the operator."""


class NotDerError(UnusableError):
    def __init__(self, detail: object) -> None:
        super().__init__(f"not a CRL in DER ({detail})")
