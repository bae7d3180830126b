import * as oauth from 'oauth4webapi'
import { done } from './conversation.mjs'
import { as, client, introspect, refused, signIn, whoIs } from './oauth4webapi.mjs'

const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
const tokens = await signIn({ token: { DPoP } })
const userinfo = await whoIs(tokens, { DPoP })
// As a resource server checks token and proof.
let shown
const show = async (url, { method, headers }) => {
  shown = new Request(url, { method, headers })
  return new Response()
}
const url = new URL(as.userinfo_endpoint)
await oauth.protectedResourceRequest(tokens.access_token, 'GET', url, new Headers(), null, {
  DPoP,
  [oauth.customFetch]: show,
})
done({
  token_type: tokens.token_type,
  thumbprint: await DPoP.calculateThumbprint(),
  read: await oauth.validateJwtAccessToken(as, shown, as.issuer, { requireDPoP: true }),
  alive: await introspect(tokens.access_token),
  userinfo,
  token_alone: await refused(() => whoIs(tokens)),
})
