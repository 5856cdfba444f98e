import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verify a webhook call of Ti'an: nothing but Java 11 or newer.
 *
 * <pre>java VerifyWebhook.java SECRET ID TIMESTAMP SIGNATURES &lt; body</pre>
 *
 * SECRET is the secret of the webhook, whsec_…. ID, TIMESTAMP and SIGNATURES are the headers
 * webhook-id, webhook-timestamp and webhook-signature. The exit code is 0 for a genuine call, and
 * 1 for any other.
 */
public final class VerifyWebhook {
    /** Seconds by which the clocks may differ; an older call may be a replayed one. */
    private static final long TOLERANCE = 5 * 60;

    /** Whether the holder of {@code secret} sent {@code body}, the bytes as they came, just now. */
    public static boolean isGenuine(
            String secret, String id, String timestamp, String signatures, byte[] body)
            throws GeneralSecurityException {
        if (!timestamp.matches("\\d{1,18}")
                || Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > TOLERANCE) {
            return false;
        }
        byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
        Mac hmac = Mac.getInstance("HmacSHA256");
        hmac.init(new SecretKeySpec(key, "HmacSHA256"));
        hmac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        byte[] expected = Base64.getEncoder().encode(hmac.doFinal(body));
        // While a secret is rotated there are several signatures: one of them must be ours.
        for (String signature : signatures.split(" ")) {
            byte[] given = signature.replaceFirst("^v1,", "").getBytes(StandardCharsets.UTF_8);
            if (signature.startsWith("v1,") && MessageDigest.isEqual(expected, given)) {
                return true;
            }
        }
        return false;
    }

    public static void main(String[] arguments) throws GeneralSecurityException, IOException {
        byte[] body = System.in.readAllBytes();
        boolean genuine =
                isGenuine(arguments[0], arguments[1], arguments[2], arguments[3], body);
        System.out.println(genuine ? "genuine" : "refused");
        System.exit(genuine ? 0 : 1);
    }
}
