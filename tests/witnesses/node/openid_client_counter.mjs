import * as client from 'openid-client'
import { ask, done } from './conversation.mjs'
import { configured, refused, signIn, whoIs } from './openid_client.mjs'

const config = await configured()
const visitor = await signIn(config, { more: { scope: 'openid link' } })
await client.fetchProtectedResource(
  config,
  visitor.access_token,
  new URL('/link', config.serverMetadata().issuer),
  'PUT',
  JSON.stringify({ local_id: 'C-0001' }),
  new Headers({ 'content-type': 'application/json' }),
)
const request = { scope: 'openid profile', binding_message: '窓口3', login_hint: 'C-0001' }
const counter = await client.initiateBackchannelAuthentication(config, request)
await ask('answer_counter', request.binding_message)
const tokens = await client.pollBackchannelAuthenticationGrant(config, counter)
done({
  visitor: visitor.claims().sub,
  counter,
  claims: tokens.claims(),
  userinfo: await whoIs(config, tokens),
  stranger: await refused(() =>
    client.initiateBackchannelAuthentication(config, { ...request, login_hint: 'C-0002' }),
  ),
})
