import { done } from './conversation.mjs'
import { configured, signIn, whoIs } from './openid_client.mjs'

const config = await configured()
const tokens = await signIn(config, { more: { response_mode: 'form_post' } })
done({ claims: tokens.claims(), userinfo: await whoIs(config, tokens) })
