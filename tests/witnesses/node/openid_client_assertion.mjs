// Hanako gave the service offline access; its backend asks for a token while she is away.
import { SignJWT } from 'jose'
import * as client from 'openid-client'
import { done, setup } from './conversation.mjs'
import { configured, ownKey, refused, signIn } from './openid_client.mjs'

const config = await configured()
const visit = await signIn(config, { more: { scope: 'openid profile offline_access link' } })
await client.fetchProtectedResource(
  config,
  visit.access_token,
  new URL('/link', setup.issuer),
  'PUT',
  JSON.stringify({ local_id: 'J-0001' }),
  new Headers({ 'content-type': 'application/json' }),
)
const { key, kid } = await ownKey()
const about = (local_id) =>
  new SignJWT({})
    .setProtectedHeader({ alg: setup.key.alg, kid })
    .setIssuer(setup.client_id)
    .setSubject(local_id)
    .setAudience(setup.issuer)
    .setIssuedAt()
    .setExpirationTime('1m')
    .setJti(crypto.randomUUID())
    .sign(key)
const redeem = async (local_id) =>
  client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:jwt-bearer', {
    assertion: await about(local_id),
  })
const tokens = await redeem('J-0001')
done({
  sub: visit.claims().sub,
  tokens,
  userinfo: await client.fetchUserInfo(config, tokens.access_token, visit.claims().sub),
  nobody: await refused(() => redeem('J-0002')),
})
