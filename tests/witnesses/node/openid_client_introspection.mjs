import * as client from 'openid-client'
import { done } from './conversation.mjs'
import { configured, signIn } from './openid_client.mjs'

const types = []
const config = await configured(async (url, options) => {
  const response = await fetch(url, options)
  types.push(response.headers.get('content-type'))
  return response
})
const tokens = await signIn(config)
const alive = await client.tokenIntrospection(config, tokens.access_token)
done({ sub: tokens.claims().sub, alive, type: types.at(-1) })
