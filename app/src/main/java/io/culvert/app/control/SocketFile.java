package io.culvert.app.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// The file of a listening Unix domain socket, mode 0600. Made when opened, removed when closed, and with it the folder
/// if that was made too.
final class SocketFile implements AutoCloseable {
    private static final int LONGEST_PATH = 100;

    private final Path path;
    private final Optional<Path> madeFolder;
    private final ServerSocketChannel channel;

    private SocketFile(Path path, Optional<Path> madeFolder, ServerSocketChannel channel) {
        this.path = path;
        this.madeFolder = madeFolder;
        this.channel = channel;
    }

    /// Listens at `path`. A socket file that nobody answers at any more is replaced.
    ///
    /// @throws ControlException if another daemon answers there, or the place cannot be used
    static SocketFile open(Path path) throws ControlException {
        if (path.toString().length() > LONGEST_PATH) {
            throw new ControlException(
                    "the control socket's path is longer than "
                            + LONGEST_PATH
                            + " characters: "
                            + path
                            + "; choose a shorter one with --control");
        }
        refuseIfTaken(path);
        Path folder = path.toAbsolutePath().getParent();
        Optional<Path> made = Optional.empty();
        try {
            if (folder != null && Files.notExists(folder)) {
                Files.createDirectories(
                        folder,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
                made = Optional.of(folder);
            }
            // bound under another name, so that it never exists with wider permissions
            Path fresh =
                    path.resolveSibling(path.getFileName() + "." + ProcessHandle.current().pid());
            Files.deleteIfExists(fresh);
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.bind(UnixDomainSocketAddress.of(fresh));
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
                Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                channel.close();
                Files.deleteIfExists(fresh);
                throw e;
            }
            return new SocketFile(path, made, channel);
        } catch (AccessDeniedException e) {
            throw unusable(path, "this user may not write there", e);
        } catch (IOException e) {
            throw unusable(path, String.valueOf(e.getMessage()), e);
        }
    }

    ServerSocketChannel channel() {
        return channel;
    }

    private static void refuseIfTaken(Path path) throws ControlException {
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new ControlException(
                    path + " is not a socket; choose another place with --control");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            if (probe.connect(UnixDomainSocketAddress.of(path))) {
                throw new ControlException(
                        "another daemon answers at "
                                + path
                                + "; stop it, or choose another socket with --control");
            }
        } catch (IOException nobodyAnswers) {
            return;
        }
    }

    private static ControlException unusable(Path path, String why, IOException e) {
        return new ControlException(
                "the control socket "
                        + path
                        + " cannot be made: "
                        + why
                        + "; choose another place with --control, or run as root",
                e);
    }

    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(path);
            if (madeFolder.isPresent()) {
                Files.deleteIfExists(madeFolder.get());
            }
        } catch (IOException e) {
            System.getLogger(SocketFile.class.getName())
                    .log(System.Logger.Level.WARNING, "the control socket remains: " + e);
        }
    }
}
