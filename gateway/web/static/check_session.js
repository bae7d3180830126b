// Tells a service's page whether the sign-in that its session_state was made in still holds (OpenID
// Connect Session Management 1.0 §3.2). Where the browser keeps our cookie from a frame: "changed".
const STATE = /(?:^|; )(?:__Host-)?genkan_browser_state=([^;]*)/;

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function status(data, origin) {
  const [client, held, ...rest] = typeof data === "string" ? data.split(" ") : [];
  const [digest, salt, ...more] = held?.split(".") ?? [];
  if (!client || !digest || !salt || rest.length || more.length) return "error";
  const state = STATE.exec(document.cookie)?.[1] ?? "";
  return (await sha256(`${client} ${origin} ${state} ${salt}`)) === digest ? "unchanged" : "changed";
}

addEventListener("message", async ({ data, origin, source }) => {
  // A page without an origin of its own has no session_state either.
  if (source && origin !== "null") source.postMessage(await status(data, origin), origin);
});
