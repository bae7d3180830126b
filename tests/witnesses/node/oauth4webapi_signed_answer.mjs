import * as oauth from 'oauth4webapi'
import { done, setup } from './conversation.mjs'
import { as, client, options, signIn } from './oauth4webapi.mjs'

async function read(answer, state) {
  const told =
    answer instanceof Request
      ? await oauth.formPostResponse(answer)
      : answer.hash.slice(1) || answer.search
  return oauth.validateJwtAuthResponse(as, client, new URLSearchParams(told), state, options)
}
done(await signIn({ more: { response_mode: setup.response_mode }, read }))
