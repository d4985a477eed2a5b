/// TLS for EAP-TLS where the JDK's gives no key: by Bouncy Castle.
@NullMarked
package io.culvert.app.tls;

import org.jspecify.annotations.NullMarked;
