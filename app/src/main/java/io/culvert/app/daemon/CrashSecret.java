package io.culvert.app.daemon;

import io.culvert.ike.api.SessionContext;
import io.culvert.ipsec.value.KeyMaterial;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/// The secret of quick crash detection, in a file that outlives the daemon. The first start makes it.
///
/// Who knows it can end any IKE SA of ours whose SPIs it sees: the file is for its owner alone.
final class CrashSecret {
    private static final Set<PosixFilePermission> OWNER_ALONE =
            PosixFilePermissions.fromString("rw-------");

    private CrashSecret() {}

    /// The secret in `file`, which is made if it is not there.
    ///
    /// @throws IOException if it can be neither read nor made, or others may read it; the message has cause and next step
    static KeyMaterial of(Path file, SecureRandom random) throws IOException {
        if (Files.notExists(file)) {
            make(file, random);
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (!OWNER_ALONE.containsAll(permissions)) {
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

    /// The file is whole or not there, whenever the machine stops.
    private static void make(Path file, SecureRandom random) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        byte[] secret = new byte[SessionContext.CRASH_SECRET_OCTETS];
        random.nextBytes(secret);
        Path fresh =
                Files.createTempFile(
                        folder,
                        "crash-secret",
                        ".new",
                        PosixFilePermissions.asFileAttribute(OWNER_ALONE));
        try {
            try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer octets = ByteBuffer.wrap(secret);
                while (octets.hasRemaining()) {
                    out.write(octets);
                }
                out.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
