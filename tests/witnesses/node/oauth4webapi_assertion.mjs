// Hanako gave the service offline access; its backend asks for a token while she is away.
import { SignJWT } from 'jose'
import { done, setup } from './conversation.mjs'
import { grant, link, ownKey, refused, signIn, whoIs } from './oauth4webapi.mjs'

const visitor = await signIn({ more: { scope: 'openid profile offline_access link' } })
await link(visitor, 'J-0003')
const redeem = async (local_id) =>
  grant('urn:ietf:params:oauth:grant-type:jwt-bearer', {
    assertion: await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: setup.key.alg, kid: ownKey.kid })
      .setIssuer(setup.client_id)
      .setSubject(local_id)
      .setAudience(setup.issuer)
      .setExpirationTime('1m')
      .sign(ownKey.key),
  })
const tokens = await redeem('J-0003')
done({
  tokens,
  userinfo: await whoIs({ ...tokens, claims: visitor.claims }),
  nobody: await refused(() => redeem('J-0004')),
})
