import * as client from 'openid-client'
import { done } from './conversation.mjs'
import { asked, configured, refused, signIn, whoIs } from './openid_client.mjs'

const config = await configured()
const unpushed = await refused(() => signIn(config))
const tokens = await signIn(config, { build: client.buildAuthorizationUrlWithPAR })
done({ claims: tokens.claims(), userinfo: await whoIs(config, tokens), asked, unpushed })
