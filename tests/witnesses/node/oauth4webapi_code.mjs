import * as oauth from 'oauth4webapi'
import { done } from './conversation.mjs'
import { as, auth, client, introspect, refused, signIn, whoIs } from './oauth4webapi.mjs'

const tokens = await signIn({ more: { scope: 'openid profile offline_access' } })
const issuer = new URL(as.issuer)
const resource = await oauth
  .resourceDiscoveryRequest(issuer)
  .then((response) => oauth.processResourceDiscoveryResponse(issuer, response))
// As a resource server checks it (RFC 9068).
const shown = new Request(as.userinfo_endpoint, {
  headers: { authorization: `Bearer ${tokens.access_token}` },
})
const read = await oauth.validateJwtAccessToken(as, shown, as.issuer)
const userinfo = await whoIs(tokens)
const alive = await introspect(tokens.access_token)
const response = await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token)
const fresh = await oauth.processRefreshTokenResponse(as, client, response)
await oauth
  .revocationRequest(as, client, auth, fresh.refresh_token)
  .then(oauth.processRevocationResponse)
done({
  claims: tokens.claims,
  userinfo,
  resource,
  read,
  alive,
  rotated: fresh.refresh_token !== tokens.refresh_token,
  revoked: await introspect(fresh.refresh_token),
  access_with_it: await refused(() => whoIs(tokens)),
})
