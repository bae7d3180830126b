// A signed request that only the gateway can read.
import { CompactEncrypt, importJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { done } from './conversation.mjs'
import { as, client, ownKey, signIn, whoIs } from './oauth4webapi.mjs'

const { keys } = await (await fetch(as.jwks_uri)).json()
const theirs = keys.find(({ use }) => use === 'enc')
const alg = 'ECDH-ES+A256KW'
const encrypt = async (text) =>
  new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg, enc: 'A256GCM', kid: theirs.kid, cty: 'oauth-authz-req+jwt' })
    .encrypt(await importJWK(theirs, alg))
const as_request = async (parameters) => ({
  request: await encrypt(await oauth.issueRequestObject(as, client, parameters, ownKey)),
})
const tokens = await signIn({ as_request })
done({ userinfo: await whoIs(tokens) })
