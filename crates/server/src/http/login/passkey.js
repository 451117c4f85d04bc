// The button "Sign in with a passkey": asks the server what to ask for, asks the browser, and tells the
// server what its authenticator said. Everything is judged by the server.
"use strict";

const button = document.getElementById("passkey");
const status = document.getElementById("passkey-status");

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`${answer.title}: ${answer.detail} (${answer.correlation_id})`);
  }
  return answer;
}

async function signIn() {
  const { public_key: asked } = await post("/login/passkey/start", {});
  asked.challenge = bytes(asked.challenge);
  // Nobody said who they are: the authenticator offers what it has for this site.
  asked.allowCredentials = [];
  const shown = await navigator.credentials.get({ publicKey: asked });
  const said = shown.response;
  const answer = await post("/login/passkey/finish", {
    id: shown.id,
    rawId: text(shown.rawId),
    type: shown.type,
    response: {
      authenticatorData: text(said.authenticatorData),
      clientDataJSON: text(said.clientDataJSON),
      signature: text(said.signature),
      userHandle: said.userHandle ? text(said.userHandle) : null,
    },
  });
  location.assign(answer.next);
}

if (button && window.PublicKeyCredential) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    status.textContent = "Waiting for your passkey";
    signIn()
      .catch((problem) => {
        // Browsers do not tell a "no" from a "none there", on purpose.
        status.textContent =
          problem.name === "NotAllowedError" ? "No passkey was shown." : problem.message;
      })
      .finally(() => {
        button.disabled = false;
      });
  });
}
