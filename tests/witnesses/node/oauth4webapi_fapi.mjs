// FAPI 2.0: pushed requests, bound tokens; with Message Signing both ways signed, too.
import * as oauth from 'oauth4webapi'
import { done, setup } from './conversation.mjs'
import {
  as,
  client,
  introspect,
  options,
  ownKey,
  pushed,
  refused,
  signIn,
  whoIs,
} from './oauth4webapi.mjs'

const signs = setup.metadata.security_profile === 'fapi2_message_signing'
const bound = setup.metadata.dpop_bound_access_tokens
const own = bound ? { DPoP: oauth.DPoP(client, await oauth.generateKeyPair('PS256')) } : options
const as_request = async (parameters) => {
  if (!signs) return pushed(parameters, own)
  const request = await oauth.issueRequestObject(as, client, parameters, ownKey)
  return pushed({ request }, own)
}
const read = (answer, state) => oauth.validateJwtAuthResponse(as, client, answer, state)
const answers = signs ? { more: { response_mode: 'jwt' }, read } : {}
const unpushed = await refused(() => signIn(answers))
const tokens = await signIn({ as_request, ...answers, token: own })
done({
  ...tokens,
  userinfo: await whoIs(tokens, own),
  alive: await introspect(tokens.access_token),
  unpushed,
})
