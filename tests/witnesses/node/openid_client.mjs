// openid-client, set up as its service is registered, and a sign-in with it.
import { importJWK } from 'jose'
import * as client from 'openid-client'
import { setup, visit } from './conversation.mjs'

/** What the library asked of the gateway, in order: "POST /token 200". */
export const asked = []

const noting = (send) => async (url, options) => {
  const response = await send(url, options)
  asked.push(`${options.method} ${new URL(url).pathname} ${response.status}`)
  return response
}

export const ownKey = async () => ({ key: await importJWK(setup.key), kid: setup.key.kid })

const METHODS = {
  client_secret_basic: () => client.ClientSecretBasic(setup.client_secret),
  client_secret_post: () => client.ClientSecretPost(setup.client_secret),
  client_secret_jwt: () => client.ClientSecretJwt(setup.client_secret),
  private_key_jwt: async () => client.PrivateKeyJwt(await ownKey()),
  tls_client_auth: client.TlsClientAuth,
  self_signed_tls_client_auth: client.TlsClientAuth,
  none: client.None,
}

/** `send`: in place of fetch. */
export async function configured(send = fetch) {
  const authentication = await METHODS[setup.metadata.token_endpoint_auth_method]()
  return client.discovery(
    new URL(setup.issuer),
    setup.client_id,
    setup.metadata,
    authentication,
    { [client.customFetch]: noting(send) },
  )
}

/** `build`: how the address that Hanako opens is made. */
export async function signIn(
  config,
  { build = client.buildAuthorizationUrl, more = {}, tokenParameters, options } = {},
) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const url = await build(config, {
    redirect_uri: setup.redirect_uri,
    scope: 'openid profile',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  })
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
  return client.authorizationCodeGrant(config, await visit(url), checks, tokenParameters, options)
}

/** What the gateway says of the resident, to whoever shows the access token. */
export const whoIs = async (config, tokens, options) =>
  client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, options)

/** What the gateway said in its refusal, as the library tells it. */
export const refused = async (attempt) => {
  try {
    await attempt()
  } catch (error) {
    const told = error.error ?? error.cause?.[0]?.parameters?.error
    return told ?? (await error.response?.json())?.error ?? String(error)
  }
  throw new Error('it was not refused')
}
