// What is proven here is how the service proves itself, or how the ID token is signed.
import { decodeProtectedHeader } from 'jose'
import * as client from 'openid-client'
import { done } from './conversation.mjs'
import { configured, signIn, whoIs } from './openid_client.mjs'

const config = await configured()
client.enableNonRepudiationChecks(config)
const tokens = await signIn(config)
done({
  claims: tokens.claims(),
  header: decodeProtectedHeader(tokens.id_token),
  userinfo: await whoIs(config, tokens),
})
