// A service calls another one's API for Hanako.
import { done, setup } from './conversation.mjs'
import { grant, introspect, refused, signIn } from './oauth4webapi.mjs'

const { resource, authorization_details } = setup
const tokens = await signIn({
  more: { authorization_details: JSON.stringify(authorization_details), resource },
})
const exchange = (resource) =>
  grant('urn:ietf:params:oauth:grant-type:token-exchange', {
    subject_token: tokens.access_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource,
  })
const exchanged = await exchange(resource)
done({
  tokens,
  exchanged,
  alive: await introspect(exchanged.access_token),
  elsewhere: await refused(() => exchange('https://elsewhere.example.test/api')),
})
