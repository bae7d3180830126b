"""JPKI (公的個人認証サービス): the profiles of the two certificates on a My Number card."""
