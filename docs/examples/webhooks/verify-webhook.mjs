// Verify a webhook call of Ti'an: nothing but Node.js.
//
//     node verify-webhook.mjs SECRET ID TIMESTAMP SIGNATURES < body
//
// SECRET is the secret of the webhook, whsec_…. ID, TIMESTAMP and SIGNATURES are the headers
// webhook-id, webhook-timestamp and webhook-signature. The exit code is 0 for a genuine call, and
// 1 for any other.

import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// Seconds by which the clocks may differ; an older call may be a replayed one.
const TOLERANCE = 5 * 60;

/** Whether the holder of `secret` sent `body` (a Buffer, the bytes as they came) just now. */
export function isGenuine(secret, id, timestamp, signatures, body) {
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE) {
    return false;
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const hmac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
  const expected = Buffer.from(`v1,${hmac.digest("base64")}`);
  // While a secret is rotated there are several signatures: one of them must be ours.
  return signatures
    .split(" ")
    .map((one) => Buffer.from(one))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const genuine = isGenuine(...process.argv.slice(2, 6), readFileSync(0));
  console.log(genuine ? "genuine" : "refused");
  process.exitCode = genuine ? 0 : 1;
}
