package io.inplaceguard;

/** Picks the command: serve, check or certs. */
public final class InplaceGuard {
    private InplaceGuard() {}

    public static void main(String[] args) {
        System.out.println("stub");
    }
}
