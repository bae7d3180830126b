import * as client from 'openid-client'
import { done, setup, visit } from './conversation.mjs'
import { configured, refused, signIn } from './openid_client.mjs'

const config = await configured()
const tokens = await signIn(config)
await signIn(config, { more: { prompt: 'none' } })
const state = client.randomState()
const url = client.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token,
  post_logout_redirect_uri: setup.bye,
  state,
})
const ended = await visit(url, setup.bye)
done({
  back: ended.searchParams.get('state') === state,
  silently: await refused(() => signIn(config, { more: { prompt: 'none' } })),
})
