// Hands what the page's server asks for to the authenticator, and its answer to the page's form.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function known(list) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function create(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
    },
  };
}

async function get(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) };
  const found = await navigator.credentials.get({ publicKey });
  const handle = found.response.userHandle;
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      clientDataJSON: text(found.response.clientDataJSON),
      authenticatorData: text(found.response.authenticatorData),
      signature: text(found.response.signature),
      userHandle: handle ? text(handle) : null,
    },
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const answer = form.querySelector("input[name=answer]");
  const problem = form.querySelector("[data-passkey-problem]");
  form.addEventListener("submit", async (event) => {
    if (answer.value) return;
    event.preventDefault();
    problem.hidden = true;
    try {
      const asked = await fetch(form.dataset.options, { method: "POST" });
      if (!asked.ok) throw new Error(String(asked.status));
      const done = form.dataset.passkey === "create" ? create : get;
      answer.value = JSON.stringify(await done(await asked.json()));
      form.requestSubmit();
    } catch {
      problem.hidden = false;
    }
  });
}
