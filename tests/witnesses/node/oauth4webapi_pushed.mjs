import { done } from './conversation.mjs'
import { pushed, refused, signIn, whoIs } from './oauth4webapi.mjs'

const uris = []
const as_request = async (parameters) => {
  const request = await pushed(parameters)
  uris.push(request.request_uri)
  return request
}
const unpushed = await refused(signIn)
const tokens = await signIn({ as_request })
done({ uris, unpushed, userinfo: await whoIs(tokens) })
