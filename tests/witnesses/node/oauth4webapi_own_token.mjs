import * as oauth from 'oauth4webapi'
import { done } from './conversation.mjs'
import { as, auth, client, introspect } from './oauth4webapi.mjs'

const tokens = await oauth
  .clientCredentialsGrantRequest(as, client, auth, {})
  .then((response) => oauth.processClientCredentialsResponse(as, client, response))
done({ tokens, alive: await introspect(tokens.access_token) })
