// What is proven here is in the registration, or in the parameters.
import { done, setup } from './conversation.mjs'
import { introspect, signIn, whoIs } from './oauth4webapi.mjs'

const tokens = await signIn({ more: setup.parameters })
const userinfo = await whoIs(tokens)
const introspects = setup.metadata.token_endpoint_auth_method !== 'none'
done({ ...tokens, userinfo, alive: introspects ? await introspect(tokens.access_token) : null })
