/// The program `culvert`: configuration, wiring, command line and diagnostics.
module io.culvert.app {
    requires io.culvert.esp;
    requires io.culvert.ike;
    requires io.culvert.ipsec;
    requires io.culvert.linux;
    requires io.culvert.runtime;
    requires info.picocli;
    requires org.tomlj;
    requires tools.jackson.core;
    requires tools.jackson.databind;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.tls;
    requires java.net.http;
    requires static org.jspecify;

    opens io.culvert.app.cli to
            info.picocli;
}
