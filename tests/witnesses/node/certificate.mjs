// fetch, over TLS connections with a certificate of the program's own.
import { readFileSync } from 'node:fs'
import { request } from 'node:https'

export function withCertificate({ certificate_file, key_file }) {
  const own = { cert: readFileSync(certificate_file), key: readFileSync(key_file) }
  return (url, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const asking = request(url, { ...own, method, headers: { ...headers } }, async (answer) => {
        const parts = []
        for await (const part of answer) parts.push(part)
        resolve(
          new Response(parts.length ? Buffer.concat(parts) : null, {
            status: answer.statusCode,
            headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
          }),
        )
      })
      asking.on('error', reject)
      asking.end(body == null ? undefined : String(body))
    })
}
