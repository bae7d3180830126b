import { decodeProtectedHeader, importJWK } from 'jose'
import * as client from 'openid-client'
import { done, setup } from './conversation.mjs'
import { configured, signIn, whoIs } from './openid_client.mjs'

const config = await configured()
const { kid, alg } = setup.opening_key
const key = await importJWK(setup.opening_key)
client.enableDecryptingResponses(config, ['A256GCM'], { key, kid, alg })
const tokens = await signIn(config)
done({
  claims: tokens.claims(),
  header: decodeProtectedHeader(tokens.id_token),
  userinfo: await whoIs(config, tokens),
})
