import * as client from 'openid-client'
import { done } from './conversation.mjs'
import { configured, ownKey, refused, signIn, whoIs } from './openid_client.mjs'

const config = await configured()
const unsigned = await refused(() => signIn(config))
const key = await ownKey()
const build = (...request) => client.buildAuthorizationUrlWithJAR(...request, key)
const tokens = await signIn(config, { build })
done({ claims: tokens.claims(), userinfo: await whoIs(config, tokens), unsigned })
