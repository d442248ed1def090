// Forms with data-passkey: before the form is sent, the browser makes or uses a passkey (WebAuthn).

const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

function optionsOf(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = decode(options.challenge);
  if (options.user) options.user.id = decode(options.user.id);
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    for (const each of options[name] || []) each.id = decode(each.id);
  }
  return { publicKey: options };
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = encode(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: encode(credential.rawId), type: credential.type, response });
}

// the request whose passkeys the browser offers in the field of the e-mail address
let offer = null;

async function offerPasskeys(form) {
  if (!(await window.PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  offer = new AbortController();
  try {
    send(form, await navigator.credentials.get({ ...optionsOf(form), mediation: "conditional", signal: offer.signal }));
  } catch {
    // none was chosen: the other ways to sign in remain
  }
}

function send(form, credential) {
  form.elements.credential.value = written(credential);
  form.submit();
}

async function ask(form) {
  offer?.abort();
  const problem = form.querySelector("[data-passkey-problem]");
  problem.textContent = "";
  form.setAttribute("aria-busy", "true");
  try {
    const options = optionsOf(form);
    const credential = await navigator.credentials[form.dataset.passkey](options);
    send(form, credential);
  } catch (error) {
    const isKnown = error.name === "InvalidStateError";
    problem.textContent = isKnown ? "This device already has a passkey for you." : "No passkey was chosen. Try again.";
    form.querySelector("button:not([type=button])").focus();
  } finally {
    form.removeAttribute("aria-busy");
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
    if (form.dataset.passkey === "get") offerPasskeys(form);
  }
} else {
  for (const note of document.querySelectorAll("[data-passkey-missing]")) note.hidden = false;
}
