import * as oauth from 'oauth4webapi'
import { ask, done } from './conversation.mjs'
import { as, auth, client, refused, whoIs } from './oauth4webapi.mjs'

const kiosk = await oauth
  .deviceAuthorizationRequest(as, client, auth, { scope: 'openid profile' })
  .then((response) => oauth.processDeviceAuthorizationResponse(as, client, response))
const poll = async () => {
  const response = await oauth.deviceCodeGrantRequest(as, client, auth, kiosk.device_code)
  const tokens = await oauth.processDeviceCodeResponse(as, client, response)
  return { ...tokens, claims: oauth.getValidatedIdTokenClaims(tokens) }
}
const before = await refused(poll)
await ask('answer_device', kiosk.verification_uri_complete)
const tokens = await poll()
done({ before, userinfo: await whoIs(tokens), claims: tokens.claims, again: await refused(poll) })
