// The way in: an account of the demo fills the form, and passkeys are offered only where they work.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fills]");
  if (!button) return;
  const form = document.getElementById(button.dataset.fills);
  form.elements.login.value = button.dataset.login;
  form.elements.password.value = button.dataset.password;
  form.querySelector("[type=submit]").focus();
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-unencrypted]").forEach((part) => { part.hidden = window.isSecureContext; });
  const address = /^[\d.]+$|^\[/.test(location.hostname); // a passkey belongs to a name
  if (window.PublicKeyCredential && window.isSecureContext && !address) return;
  document.querySelectorAll("[data-passkey]").forEach((part) => { part.hidden = true; });
  document.querySelectorAll("[data-passkey-impossible]").forEach((part) => { part.hidden = false; });
});

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.querySelectorAll("[data-passkey-trouble]").forEach((part) => { part.hidden = false; });
});
