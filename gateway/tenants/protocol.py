"""The words of the protocol that a client is registered with: methods, algorithms, types.

A value stands here because code honours it; discovery tells these lists.
"""

from typing import Literal

AuthMethod = Literal[
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "none",
]
SigningAlg = Literal["ES256", "RS256", "PS256", "EdDSA"]
"""With which we sign."""
ClientSigningAlg = Literal["ES256", "ES384", "PS256", "RS256", "EdDSA"]
"""With which a client may sign."""
AssertionAlg = Literal["HS256", "ES256", "ES384", "PS256", "RS256", "EdDSA"]
"""With which a client may sign that it is itself; HS256: with its secret."""
EncryptionAlg = Literal["RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"]
"""How the key is agreed on when we encrypt for a client (RFC 7518 §4.1)."""
ContentEncryption = Literal["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"]
"""What an answer is encrypted with then (RFC 7518 §5.1)."""
GrantType = Literal[
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:openid:params:grant-type:ciba",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
]
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DetailType = Literal["urn:genkan:data-flow"]
"""What authorization details may be about (RFC 9396 §2)."""
DATA_FLOW: DetailType = "urn:genkan:data-flow"
DeliveryMode = Literal["poll", "ping"]
"""How a service learns that a resident has answered (CIBA Core 1.0 §5)."""
ResponseType = Literal["code", "code id_token"]
SecurityProfile = Literal["standard", "fapi2_security", "fapi2_message_signing"]
"""FAPI 2.0: what a profile demands is registered and held to, and the rest refused."""
FAPI_ALGORITHMS = ("ES256", "PS256", "EdDSA")
"""FAPI 2.0 Security Profile §5.4.1."""
