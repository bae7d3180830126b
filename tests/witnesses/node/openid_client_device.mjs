import * as client from 'openid-client'
import { ask, done } from './conversation.mjs'
import { configured, whoIs } from './openid_client.mjs'

const config = await configured()
const kiosk = await client.initiateDeviceAuthorization(config, { scope: 'openid profile' })
await ask('answer_device', kiosk.verification_uri_complete)
const tokens = await client.pollDeviceAuthorizationGrant(config, kiosk)
done({ kiosk, claims: tokens.claims(), userinfo: await whoIs(config, tokens) })
