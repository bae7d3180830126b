// oauth4webapi, step by step: the server, the client, and a sign-in.
import { compactDecrypt, importJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { withCertificate } from './certificate.mjs'
import { setup, visit } from './conversation.mjs'

const issuer = new URL(setup.issuer)
export const as = await oauth
  .discoveryRequest(issuer)
  .then((response) => oauth.processDiscoveryResponse(issuer, response))

export const client = { client_id: setup.client_id, ...setup.metadata }

export const ownKey = setup.key && { key: await importJWK(setup.key), kid: setup.key.kid }

const METHODS = {
  client_secret_basic: () => oauth.ClientSecretBasic(setup.client_secret),
  client_secret_post: () => oauth.ClientSecretPost(setup.client_secret),
  client_secret_jwt: () => oauth.ClientSecretJwt(setup.client_secret),
  private_key_jwt: () => oauth.PrivateKeyJwt(ownKey),
  self_signed_tls_client_auth: oauth.TlsClientAuth,
  none: oauth.None,
}
export const auth = METHODS[setup.metadata.token_endpoint_auth_method]()

async function decrypted(jwe) {
  const { plaintext } = await compactDecrypt(jwe, await importJWK(setup.opening_key))
  return new TextDecoder().decode(plaintext)
}

export const options = {
  ...(setup.opening_key && { [oauth.jweDecrypt]: decrypted }),
  ...(setup.certificate && { [oauth.customFetch]: withCertificate(setup.certificate) }),
}

/** A request as often as the library says it has to be made: with the server's nonce. */
export async function withNonce(attempt) {
  try {
    return await attempt()
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return attempt()
  }
}

export async function pushed(parameters, more = options) {
  const { request_uri } = await withNonce(() =>
    oauth
      .pushedAuthorizationRequest(as, client, auth, parameters, more)
      .then((response) => oauth.processPushedAuthorizationResponse(as, client, response)),
  )
  return { request_uri }
}

const plain = async (answer, state) => {
  const posted = answer instanceof Request
  const told = posted ? await oauth.formPostResponse(answer) : answer.searchParams
  return oauth.validateAuthResponse(as, client, new URLSearchParams(told), state)
}

/** `as_request`: what is made of the parameters; `read`: how the answer is checked. */
export async function signIn({
  more = {},
  as_request = (parameters) => parameters,
  read = plain,
  token = {},
} = {}) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const parameters = {
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: setup.redirect_uri,
    scope: 'openid profile',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  }
  const url = new URL(as.authorization_endpoint)
  const request = await as_request(new URLSearchParams(parameters))
  url.search = new URLSearchParams({ client_id: client.client_id, ...fields(request) })
  const code = await read(await visit(url), state, nonce)
  return withNonce(async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      auth,
      code,
      setup.redirect_uri,
      verifier,
      { ...options, ...token },
    )
    const checks = { expectedNonce: nonce, requireIdToken: true, ...options }
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks)
    await oauth.validateApplicationLevelSignature(as, response)
    return { ...tokens, claims: oauth.getValidatedIdTokenClaims(tokens) }
  })
}

const fields = (request) =>
  request instanceof URLSearchParams ? Object.fromEntries(request) : request

export async function whoIs({ access_token, claims }, more = options) {
  return withNonce(async () => {
    const response = await oauth.userInfoRequest(as, client, access_token, more)
    const told = await oauth.processUserInfoResponse(as, client, claims.sub, response, options)
    if (client.userinfo_signed_response_alg) {
      await oauth.validateApplicationLevelSignature(as, response)
    }
    return told
  })
}

export async function introspect(token) {
  const response = await oauth.introspectionRequest(as, client, auth, token, options)
  const told = await oauth.processIntrospectionResponse(as, client, response, options)
  if (client.introspection_signed_response_alg) {
    await oauth.validateApplicationLevelSignature(as, response)
  }
  return told
}

export async function grant(grant_type, parameters, more = options) {
  const response = await oauth.genericTokenEndpointRequest(
    as,
    client,
    auth,
    grant_type,
    new URLSearchParams(parameters),
    more,
  )
  return oauth.processGenericTokenEndpointResponse(as, client, response)
}

/** The service's own ID for whoever signed in. */
export const link = ({ access_token }, local_id) =>
  oauth.protectedResourceRequest(
    access_token,
    'PUT',
    new URL('/link', issuer),
    new Headers({ 'content-type': 'application/json' }),
    JSON.stringify({ local_id }),
  )

/** What the gateway said in its refusal, as the library tells it. */
export async function refused(attempt) {
  try {
    await attempt()
  } catch (error) {
    const told = error.error ?? error.cause?.[0]?.parameters?.error
    return told ?? (await error.response?.json())?.error ?? String(error)
  }
  throw new Error('it was not refused')
}
