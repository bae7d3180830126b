// FAPI 2.0: pushed requests, bound tokens; with Message Signing both ways signed, too.
import * as client from 'openid-client'
import { done, setup } from './conversation.mjs'
import { asked, configured, ownKey, refused, signIn, whoIs } from './openid_client.mjs'

const signs = setup.metadata.security_profile === 'fapi2_message_signing'
const config = await configured()
client.enableNonRepudiationChecks(config)
if (signs) client.useJwtResponseMode(config)
const unpushed = await refused(() => signIn(config))
const options = { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) }

async function build(config, parameters) {
  if (signs) {
    const signed = await client.buildAuthorizationUrlWithJAR(config, parameters, await ownKey())
    parameters = signed.searchParams
  }
  return client.buildAuthorizationUrlWithPAR(config, parameters, options)
}

const tokens = await signIn(config, { build, options })
done({
  claims: tokens.claims(),
  token_type: tokens.token_type,
  userinfo: await whoIs(config, tokens, options),
  alive: await client.tokenIntrospection(config, tokens.access_token),
  asked,
  unpushed,
})
