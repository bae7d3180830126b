import * as oauth from 'oauth4webapi'
import { done } from './conversation.mjs'
import { as, client, signIn } from './oauth4webapi.mjs'

const read = (answer, state, nonce) =>
  oauth.validateCodeIdTokenResponse(as, client, answer, nonce, state)
done(await signIn({ more: { response_type: 'code id_token' }, read }))
