import { done, setup } from './conversation.mjs'
import { configured, signIn, whoIs } from './openid_client.mjs'

const config = await configured()
const more = { scope: 'openid', claims: JSON.stringify(setup.claims) }
const tokens = await signIn(config, { more })
done({ claims: tokens.claims(), userinfo: await whoIs(config, tokens) })
