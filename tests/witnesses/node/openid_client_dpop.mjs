import * as client from 'openid-client'
import { done } from './conversation.mjs'
import { asked, configured, refused, signIn, whoIs } from './openid_client.mjs'

const config = await configured()
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair())
const options = { DPoP }
const tokens = await signIn(config, {
  more: { scope: 'openid profile offline_access', dpop_jkt: await DPoP.calculateThumbprint() },
  options,
})
const userinfo = await whoIs(config, tokens, options)
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token, {}, options)
done({
  token_type: tokens.token_type,
  thumbprint: await DPoP.calculateThumbprint(),
  alive: await client.tokenIntrospection(config, tokens.access_token),
  userinfo,
  refreshed: fresh.token_type,
  asked: [...asked],
  token_alone: await refused(() => whoIs(config, tokens)),
})
