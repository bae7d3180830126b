// A service calls another one's API for Hanako, and that one the next.
import * as client from 'openid-client'
import { done, setup } from './conversation.mjs'
import { configured, refused, signIn } from './openid_client.mjs'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const { resource, authorization_details } = setup
const config = await configured()
const tokens = await signIn(config, {
  more: { authorization_details: JSON.stringify(authorization_details), resource },
  tokenParameters: { resource },
})
const own = await signIn(config)
const exchange = (resource) =>
  client.genericGrantRequest(config, EXCHANGE, {
    subject_token: own.access_token,
    subject_token_type: ACCESS_TOKEN,
    resource,
  })
const exchanged = await exchange(resource)
done({
  claims: tokens.claims(),
  tokens,
  alive: await client.tokenIntrospection(config, tokens.access_token),
  exchanged,
  exchanged_alive: await client.tokenIntrospection(config, exchanged.access_token),
  elsewhere: await refused(() => exchange('https://elsewhere.example.test/api')),
})
