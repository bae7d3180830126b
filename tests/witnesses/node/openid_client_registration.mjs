import * as client from 'openid-client'
import { done, setup } from './conversation.mjs'
import { refused, signIn, whoIs } from './openid_client.mjs'

const register = (more, initialAccessToken = setup.initial_access_token) =>
  client.dynamicClientRegistration(
    new URL(setup.issuer),
    { ...setup.metadata, ...more },
    client.ClientSecretBasic(),
    { initialAccessToken },
  )
const config = await register()
const tokens = await signIn(config)
done({
  registered: config.clientMetadata(),
  claims: tokens.claims(),
  userinfo: await whoIs(config, tokens),
  too_much: await refused(() => register({ scope: 'openid common_id' })),
  nobody: await refused(() => register({}, 'gkr_nobody')),
})
