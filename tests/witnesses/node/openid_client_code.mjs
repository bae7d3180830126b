import * as client from 'openid-client'
import { done, setup, visit } from './conversation.mjs'

const config = await client.discovery(
  new URL(setup.issuer),
  setup.client_id,
  setup.client_secret,
  client.ClientSecretBasic(setup.client_secret),
)
const verifier = client.randomPKCECodeVerifier()
const state = client.randomState()
const nonce = client.randomNonce()
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: setup.redirect_uri,
  scope: 'openid profile offline_access',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
})
const tokens = await client.authorizationCodeGrant(config, await visit(url), {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
})
const { sub } = tokens.claims()
const userinfo = await client.fetchUserInfo(config, tokens.access_token, sub)
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token)
await client.tokenRevocation(config, fresh.refresh_token)
done({ name: userinfo.name, sub, refreshed: fresh.claims().sub })
