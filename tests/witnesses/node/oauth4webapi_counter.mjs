import * as oauth from 'oauth4webapi'
import { ask, done } from './conversation.mjs'
import { as, auth, client, link, refused, signIn, whoIs } from './oauth4webapi.mjs'

const visitor = await signIn({ more: { scope: 'openid link' } })
await link(visitor, 'C-0003')
const request = { scope: 'openid profile', binding_message: '窓口4', login_hint: 'C-0003' }
const { auth_req_id } = await oauth
  .backchannelAuthenticationRequest(as, client, auth, request)
  .then((response) => oauth.processBackchannelAuthenticationResponse(as, client, response))
const poll = async () => {
  const response = await oauth.backchannelAuthenticationGrantRequest(as, client, auth, auth_req_id)
  const tokens = await oauth.processBackchannelAuthenticationGrantResponse(as, client, response)
  return { ...tokens, claims: oauth.getValidatedIdTokenClaims(tokens) }
}
const before = await refused(poll)
await ask('answer_counter', request.binding_message)
const tokens = await poll()
done({ visitor: visitor.claims.sub, before, claims: tokens.claims, userinfo: await whoIs(tokens) })
