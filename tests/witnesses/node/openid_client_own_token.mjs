import * as client from 'openid-client'
import { done } from './conversation.mjs'
import { configured } from './openid_client.mjs'

const config = await configured()
const tokens = await client.clientCredentialsGrant(config)
done({ tokens, alive: await client.tokenIntrospection(config, tokens.access_token) })
