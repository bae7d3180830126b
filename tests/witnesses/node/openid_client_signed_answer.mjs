import { importJWK } from 'jose'
import * as client from 'openid-client'
import { done, setup } from './conversation.mjs'
import { configured, signIn } from './openid_client.mjs'

const config = await configured()
client.useJwtResponseMode(config)
if (setup.opening_key) {
  const { kid, alg } = setup.opening_key
  const key = await importJWK(setup.opening_key)
  client.enableDecryptingResponses(config, ['A128GCM'], { key, kid, alg })
}
const tokens = await signIn(config)
done({ claims: tokens.claims() })
