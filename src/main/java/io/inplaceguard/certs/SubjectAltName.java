package io.inplaceguard.certs;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/** DNS names and IP addresses as they stand in certificates. */
final class SubjectAltName {

    private static final Pattern DNS_NAME =
            Pattern.compile("(\\*\\.)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*");
    private static final Pattern ADDRESS =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private SubjectAltName() {}

    static boolean isAddress(String name) {
        return ADDRESS.matcher(name).matches();
    }

    /**
     * The form in which a name stands in a certificate: DNS names in lower case, addresses as Java writes them.
     *
     * @throws CertificateException when it is neither
     */
    static String canonical(String name) {
        String text = name.strip().toLowerCase(Locale.ROOT);
        if (ADDRESS.matcher(text).matches()) {
            try {
                return InetAddress.getByName(text).getHostAddress();
            } catch (UnknownHostException e) {
                throw new CertificateException(
                        "\"" + name + "\" is not an IP address. Give a DNS name or an address.", e);
            }
        }
        if (text.length() > 253 || !DNS_NAME.matcher(text).matches()) {
            throw new CertificateException(
                    "\"" + name + "\" is not a DNS name. Give one such as inplace-guard.prod.svc, or an IP address.");
        }
        return text;
    }
}
