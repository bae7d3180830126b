import * as client from 'openid-client'
import { done } from './conversation.mjs'
import { configured, refused, signIn, whoIs } from './openid_client.mjs'

const config = await configured()
client.enableNonRepudiationChecks(config)
const tokens = await signIn(config, { more: { scope: 'openid profile offline_access' } })
const userinfo = await whoIs(config, tokens)
const alive = await client.tokenIntrospection(config, tokens.access_token)
const fresh = await client.refreshTokenGrant(config, tokens.refresh_token)
await client.tokenRevocation(config, fresh.refresh_token)
done({
  claims: tokens.claims(),
  token_type: tokens.token_type,
  userinfo,
  alive,
  refreshed: fresh.claims(),
  rotated: fresh.refresh_token !== tokens.refresh_token,
  revoked: await client.tokenIntrospection(config, fresh.refresh_token),
  refused: await refused(() => client.refreshTokenGrant(config, fresh.refresh_token)),
})
