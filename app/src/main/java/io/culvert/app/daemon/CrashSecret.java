package io.culvert.app.daemon;

import io.culvert.ike.api.SessionContext;
import io.culvert.ipsec.value.KeyMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/// The secret of quick crash detection, in a file that outlives the daemon. The first start makes it.
///
/// Who knows it can end any IKE SA of ours whose SPIs it sees: the file is for its owner alone.
final class CrashSecret {
    private CrashSecret() {}

    /// The secret in `file`, which is made if it is not there.
    ///
    /// @throws IOException if it can be neither read nor made, or others may read it; the message has cause and next step
    static KeyMaterial of(Path file, SecureRandom random) throws IOException {
        if (Files.notExists(file)) {
            byte[] secret = new byte[SessionContext.CRASH_SECRET_OCTETS];
            random.nextBytes(secret);
            SecretFile.write(file, secret);
        }
        if (!SecretFile.isPrivate(file)) {
            throw new IOException(
                    "others may use "
                            + file
                            + ", the secret of quick crash detection: chmod 600 it, or delete it and start again");
        }
        if (Files.size(file) != SessionContext.CRASH_SECRET_OCTETS) {
            throw new IOException(
                    file
                            + " holds no secret of quick crash detection, which has "
                            + SessionContext.CRASH_SECRET_OCTETS
                            + " octets: name another file as `crash-secret`, or delete it");
        }
        return KeyMaterial.wrap("crash secret", Files.readAllBytes(file));
    }
}
