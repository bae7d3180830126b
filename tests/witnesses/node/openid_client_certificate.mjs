import * as client from 'openid-client'
import { withCertificate } from './certificate.mjs'
import { done, setup } from './conversation.mjs'
import { configured, refused, signIn, whoIs } from './openid_client.mjs'

const config = await configured(withCertificate(setup.certificate))
const tokens = await signIn(config)
const userinfo = await whoIs(config, tokens)
const alive = await client.tokenIntrospection(config, tokens.access_token)
const stranger = await configured()
done({
  userinfo,
  alive,
  token_alone: await refused(() => whoIs(stranger, tokens)),
  without_certificate: await refused(() => signIn(stranger)),
})
