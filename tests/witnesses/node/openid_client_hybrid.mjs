import * as client from 'openid-client'
import { done, setup } from './conversation.mjs'
import { configured, signIn } from './openid_client.mjs'

const config = await configured()
client.useCodeIdTokenResponseType(config)
const more = setup.response_mode ? { response_mode: setup.response_mode } : {}
const tokens = await signIn(config, { more })
done({ claims: tokens.claims() })
