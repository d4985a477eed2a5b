/// ESP as a pure function of buffers, and the data plane in user space.
module io.culvert.esp {
    requires transitive io.culvert.ipsec;
    requires static org.jspecify;

    exports io.culvert.esp.device;
    exports io.culvert.esp.engine;
}
