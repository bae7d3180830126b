"""The words of the protocol that a client is registered with: methods, algorithms, types.

A value stands here because code honours it; discovery tells these lists.
"""

from typing import Literal

AuthMethod = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
SigningAlg = Literal["ES256", "RS256"]
"""With which we sign."""
ClientSigningAlg = Literal["ES256", "ES384", "PS256", "RS256", "EdDSA"]
"""With which a client may sign."""
GrantType = Literal["authorization_code", "refresh_token", "client_credentials"]
ResponseType = Literal["code"]
SecurityProfile = Literal["standard"]
