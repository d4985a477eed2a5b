package io.culvert.app;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The five laws of the house. A law that is in the way is changed by an architecture decision
/// record (docs/adr), not by an exception here.
@DisplayName("Laws of the house")
class ArchitectureTest {
    /// What each shipped room may use of the others.
    private static final Map<String, List<String>> ROOMS =
            Map.of(
                    "ipsec", List.of(),
                    "ike", List.of("ipsec"),
                    "esp", List.of("ipsec"),
                    "runtime", List.of("ike", "ipsec"),
                    "linux", List.of("ipsec"),
                    "app", List.of("esp", "ike", "ipsec", "linux", "runtime"));

    private static final String[] PURE = {
        "io.culvert.ipsec..", "io.culvert.ike..", "io.culvert.esp.."
    };

    private static final Set<String> ADDRESSES =
            Set.of(
                    "java.net.InetAddress",
                    "java.net.Inet4Address",
                    "java.net.Inet6Address",
                    "java.net.SocketAddress",
                    "java.net.InetSocketAddress",
                    "java.net.UnknownHostException");

    /// TLS as a function of octets: EAP-TLS needs it (ADR 18). A key manager's methods name sockets; nobody makes one.
    private static final Set<String> TLS_ENGINE =
            Set.of(
                    "java.net.Socket",
                    "javax.net.ssl.ExtendedSSLSession",
                    "javax.net.ssl.KeyManager",
                    "javax.net.ssl.SSLContext",
                    "javax.net.ssl.SSLEngine",
                    "javax.net.ssl.SSLEngineResult",
                    "javax.net.ssl.SSLEngineResult$HandshakeStatus",
                    "javax.net.ssl.SSLEngineResult$Status",
                    "javax.net.ssl.SSLException",
                    "javax.net.ssl.SSLSession",
                    "javax.net.ssl.TrustManager",
                    "javax.net.ssl.X509ExtendedKeyManager",
                    "javax.net.ssl.X509TrustManager");

    /// What reads a clock, a disk, the network or the system's randomness behind the caller's back.
    private static final Set<String> IMPURE =
            Set.of(
                    "java.lang.System.nanoTime",
                    "java.lang.System.currentTimeMillis",
                    "java.lang.System.getenv",
                    "java.lang.System.getLogger",
                    "java.time.Instant.now",
                    "java.time.LocalDate.now",
                    "java.time.LocalDateTime.now",
                    "java.time.ZonedDateTime.now",
                    "java.time.Clock.systemUTC",
                    "java.time.Clock.systemDefaultZone",
                    "java.security.SecureRandom.<init>",
                    "java.security.SecureRandom.getInstance",
                    "java.security.SecureRandom.getInstanceStrong",
                    "java.util.Random.<init>",
                    "java.util.concurrent.ThreadLocalRandom.current",
                    "java.lang.Math.random",
                    "java.util.UUID.randomUUID",
                    "java.net.Socket.<init>",
                    "java.net.InetAddress.getByName",
                    "java.net.InetAddress.getAllByName",
                    "java.net.InetAddress.getLocalHost",
                    "java.net.InetAddress.getHostName",
                    "java.net.InetAddress.getCanonicalHostName",
                    "java.net.InetAddress.isReachable",
                    "java.net.InetSocketAddress.getHostName");

    private static final Set<String> FILES_AND_LOGGERS =
            Set.of(
                    "java.io.File",
                    "java.io.FileInputStream",
                    "java.io.FileOutputStream",
                    "java.io.RandomAccessFile",
                    "java.lang.ProcessBuilder",
                    "java.lang.Runtime",
                    "java.lang.System$Logger");

    private static final Set<String> THREAD_STARTS =
            Set.of(
                    "java.lang.Thread.<init>",
                    "java.lang.Thread.ofVirtual",
                    "java.lang.Thread.ofPlatform",
                    "java.lang.Thread.startVirtualThread");

    /// The packages of ike that drive the others.
    private static final String[] SESSION_AND_API = {
        "io.culvert.ike.session..", "io.culvert.ike.api.."
    };

    private static JavaClasses shipped;

    @BeforeAll
    static void readClasses() {
        shipped =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .withImportOption(location -> !location.contains("-tests.jar"))
                        .importPackages("io.culvert");
    }

    @Test
    @DisplayName("every shipped room is looked at")
    void everyRoomIsThere() {
        for (String room : ROOMS.keySet()) {
            assertThat(shipped.stream().map(JavaClass::getPackageName))
                    .as(room)
                    .anyMatch(name -> name.startsWith("io.culvert." + room + "."));
        }
    }

    @TestFactory
    @DisplayName("law 1: a room uses only the rooms below it")
    Stream<DynamicTest> arrows() {
        return ROOMS.entrySet().stream()
                .map(room -> {
                    var forbidden = in("io.culvert..").and(notIn(allowed(room)));
                    var rule = noClasses().that(areIn(room.getKey())).should();
                    return law(room.getKey(), rule.dependOnClassesThat(forbidden));
                });
    }

    @TestFactory
    @DisplayName("law 1: the packages of a room have no circles")
    Stream<DynamicTest> circles() {
        return ROOMS.keySet().stream()
                .map(room -> {
                    var packages = slices().matching("io.culvert." + room + ".(*)..");
                    return law(room, packages.should().beFreeOfCycles());
                });
    }

    @TestFactory
    @DisplayName("law 2: ipsec, ike and esp are pure")
    Stream<DynamicTest> purity() {
        var network =
                in("java.net..", "javax.net..", "java.nio.channels..").and(not(named(ADDRESSES)));
        var outside = in("java.nio.file..", "java.util.logging..").or(named(FILES_AND_LOGGERS));
        var threads = named("java.lang.Thread").or(executors());
        return Stream.of(
                law(
                        "no network but address values",
                        noClasses()
                                .that(in(PURE).and(notIn("io.culvert.ike.eap..")))
                                .should()
                                .dependOnClassesThat(network)),
                law(
                        "no network in EAP but TLS as a function of octets",
                        noClasses()
                                .that(in("io.culvert.ike.eap.."))
                                .should()
                                .dependOnClassesThat(network.and(not(named(TLS_ENGINE))))),
                law(
                        "no files, no processes, no logger",
                        noClasses().that(in(PURE)).should().dependOnClassesThat(outside)),
                law(
                        "no clock, no randomness of its own, no name lookup",
                        noClasses().that(in(PURE)).should().callCodeUnitWhere(isOneOf(IMPURE))),
                law(
                        "no threads, except the packet loops of esp.device",
                        noClasses()
                                .that(in(PURE).and(notIn("io.culvert.esp.device..")))
                                .should()
                                .dependOnClassesThat(threads)));
    }

    @TestFactory
    @DisplayName("law 3: native access lives in linux")
    Stream<DynamicTest> nativeAccess() {
        var linkers = named("java.lang.foreign.Linker", "java.lang.foreign.SymbolLookup");
        var segments = named("java.lang.foreign.MemorySegment");
        var mayHoldSegments =
                in(
                        "io.culvert.linux..",
                        "io.culvert.esp..",
                        "io.culvert.ipsec.packet..",
                        "io.culvert.ipsec.crypto..");
        return Stream.of(
                law(
                        "Linker and SymbolLookup",
                        noClasses()
                                .that(notIn("io.culvert.linux.."))
                                .should()
                                .dependOnClassesThat(linkers)),
                law(
                        "MemorySegment",
                        noClasses()
                                .that(not(mayHoldSegments))
                                .should()
                                .dependOnClassesThat(segments)));
    }

    @TestFactory
    @DisplayName("law 4: exchanges do not know each other, and the wire knows nobody")
    Stream<DynamicTest> exchanges() {
        var above = in("io.culvert.ike..").and(notIn("io.culvert.ike.wire.."));
        var belowSession = in("io.culvert.ike..").and(notIn(SESSION_AND_API));
        return Stream.of(
                law(
                        "an exchange does not touch another exchange",
                        classes()
                                .that(in("io.culvert.ike.exchange"))
                                .should(notTouchAnotherExchange())),
                law(
                        "wire depends on nothing in ike",
                        noClasses()
                                .that(in("io.culvert.ike.wire.."))
                                .should()
                                .dependOnClassesThat(above)),
                law(
                        "nothing reaches up into session",
                        noClasses()
                                .that(belowSession)
                                .should()
                                .dependOnClassesThat(in("io.culvert.ike.session.."))));
    }

    @Test
    @DisplayName("law 5: only runtime and app start threads")
    void threads() {
        noClasses()
                .that(notIn("io.culvert.runtime..", "io.culvert.app.."))
                .should()
                .callCodeUnitWhere(isOneOf(THREAD_STARTS))
                .because("the packet loops of esp.device and linux are given a ThreadFactory")
                .check(shipped);
    }

    @Test
    @DisplayName("the laws can fail: this test class breaks three of them")
    void lawsBite() {
        JavaClasses lawless = new ClassFileImporter().importClasses(Lawless.class);
        assertThatThrownBy(() ->
                        noClasses().should().callCodeUnitWhere(isOneOf(IMPURE)).check(lawless))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("System.nanoTime");
        assertThatThrownBy(() ->
                        noClasses()
                                .should()
                                .dependOnClassesThat(named("java.lang.Thread"))
                                .check(lawless))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("java.lang.Thread");
    }

    /// Does what the laws forbid.
    static final class Lawless {
        private Lawless() {}

        static long now() {
            return System.nanoTime() + Thread.currentThread().threadId();
        }
    }

    private static DynamicTest law(String name, ArchRule rule) {
        return DynamicTest.dynamicTest(name, () -> rule.check(shipped));
    }

    private static DescribedPredicate<JavaClass> areIn(String room) {
        return in("io.culvert." + room + "..");
    }

    private static String[] allowed(Map.Entry<String, List<String>> room) {
        return Stream.concat(Stream.of(room.getKey()), room.getValue().stream())
                .map(name -> "io.culvert." + name + "..")
                .toArray(String[]::new);
    }

    private static DescribedPredicate<JavaClass> in(String... packages) {
        return resideInAnyPackage(packages);
    }

    private static DescribedPredicate<JavaClass> notIn(String... packages) {
        return resideOutsideOfPackages(packages);
    }

    private static DescribedPredicate<JavaClass> named(String... names) {
        return named(Set.of(names));
    }

    private static DescribedPredicate<JavaClass> named(Set<String> names) {
        return describe(
                "one of " + names, type -> names.contains(type.getBaseComponentType().getName()));
    }

    private static DescribedPredicate<JavaClass> executors() {
        return describe(
                "an executor",
                type ->
                        type.getPackageName().equals("java.util.concurrent")
                                && type.getSimpleName().contains("Executor"));
    }

    private static DescribedPredicate<JavaAccess<?>> isOneOf(Set<String> names) {
        return describe(
                "one of " + names,
                access ->
                        names.contains(access.getTargetOwner().getName() + "." + access.getName()));
    }

    /// An exchange is a top-level class with a constant `SPEC`; the contracts beside it have none.
    private static ArchCondition<JavaClass> notTouchAnotherExchange() {
        return new ArchCondition<>("not touch another exchange") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                JavaClass own = outermost(type);
                if (!isExchange(own)) {
                    return;
                }
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    JavaClass other = outermost(dependency.getTargetClass());
                    boolean broken = isExchange(other) && !other.getName().equals(own.getName());
                    events.add(
                            new SimpleConditionEvent(type, !broken, dependency.getDescription()));
                }
            }
        };
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    private static boolean isExchange(JavaClass type) {
        return type.getPackageName().equals("io.culvert.ike.exchange")
                && type.tryGetField("SPEC").isPresent();
    }
}
