import * as oauth from 'oauth4webapi'
import { done, setup } from './conversation.mjs'
import { as, refused } from './oauth4webapi.mjs'

const register = (more, initialAccessToken = setup.initial_access_token) =>
  oauth
    .dynamicClientRegistrationRequest(as, { ...setup.metadata, ...more }, { initialAccessToken })
    .then(oauth.processDynamicClientRegistrationResponse)
const registered = await register()
// RFC 7592 §2.1: what is registered, by the token of its own.
const managed = await oauth.protectedResourceRequest(
  registered.registration_access_token,
  'GET',
  new URL(registered.registration_client_uri),
)
done({
  registered,
  managed: await managed.json(),
  too_much: await refused(() => register({ scope: 'openid common_id' })),
  nobody: await refused(() => register({}, 'gkr_nobody')),
})
