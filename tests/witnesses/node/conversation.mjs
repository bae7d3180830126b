// The other end of tests/witnesses/conversation.py.
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

const hear = async () => JSON.parse((await lines.next()).value)

const say = (message) => process.stdout.write(JSON.stringify(message) + '\n')

export const setup = await hear()

/** Where the browser ended: a URL, or a Request for an answer that was posted. */
export async function visit(url, redirectUri = setup.redirect_uri) {
  say({ visit: String(url), redirect_uri: redirectUri })
  const { url: ended, form } = await hear()
  return form
    ? new Request(ended, { method: 'POST', body: new URLSearchParams(form) })
    : new URL(ended)
}

/** Anything else the test can do. */
export async function ask(name, value) {
  say({ [name]: value })
  return hear()
}

export function done(found) {
  say({ done: found })
  process.exit(0)
}
